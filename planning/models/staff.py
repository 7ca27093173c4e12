"""Those who do the visits: what they can, when they work, and whom they know.

Requirements PLN-10 to PLN-14, PLN-21, BEY-04, BEY-05.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models import Record
from clients.models import Client
from door.models import Subject
from organisation import identity
from organisation.encryption import EncryptedTextField, blind_index
from organisation.models import InPeriod, Unit
from organisation.swedish import SWEDISH
from planning import daytime


class OfUnit(Subject):
    """Something of a unit's staffing: in the log, all of it stands in one chain."""

    unit: Any
    unit_id: int

    class Meta:
        abstract = True

    @property
    def chain(self) -> str:
        return f"staffing:{self.unit_id}"

    @property
    def unit_path(self) -> str:
        return self.unit.path


class Skill(Subject):
    """Something that a visit may ask of whoever does it: insulin, car, Finnish (PLN-21)."""

    called = "Kompetensen"

    code = models.SlugField("kod", max_length=30, unique=True)
    name = models.CharField("namn", max_length=80, db_collation=SWEDISH)
    is_delegation = models.BooleanField("delegering med sista dag", default=False)
    """Given by a nurse, to one person, until a day."""

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """All skills share one."""
        return "skills"


class Team(InPeriod, OfUnit):
    """A group of carers within a unit (PLN-21)."""

    called = "Arbetslaget"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField("namn", max_length=80, db_collation=SWEDISH)

    class Meta(InPeriod.Meta):
        ordering = ["unit", "name"]

    def __str__(self) -> str:
        return self.name


class Base(OfUnit):
    """Where a unit's shifts start and end."""

    called = "Utgångsplatsen"

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="base")
    address = models.CharField("adress", max_length=160, db_collation=SWEDISH)
    latitude = models.FloatField("latitud")
    longitude = models.FloatField("longitud")

    def __str__(self) -> str:
        return self.address


class Carer(InPeriod, Subject):
    """An employee who does visits. Ended by a last day, never deleted."""

    is_personal = True

    class Title(models.TextChoices):
        ASSISTANT_NURSE = "assistant_nurse", "Undersköterska"
        CARE_ASSISTANT = "care_assistant", "Vårdbiträde"
        NURSE = "nurse", "Sjuksköterska"

    class Mode(models.TextChoices):
        WALK = "walk", "Går"
        BIKE = "bike", "Cykel"
        CAR = "car", "Bil"

    identity_number = EncryptedTextField("personnummer", blank=True)
    identity_index = models.CharField(max_length=64, null=True, unique=True, editable=False)
    name = models.CharField("namn", max_length=120, db_collation=SWEDISH)
    username = models.CharField("användarnamn i mobilen", max_length=60, unique=True, null=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="carer",
        verbose_name="inloggning",
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="carers", verbose_name="enhet"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, verbose_name="arbetslag"
    )
    title = models.CharField("titel", max_length=16, choices=Title)
    mode = models.CharField("färdsätt", max_length=4, choices=Mode, default=Mode.BIKE)
    weekly_hours = models.DecimalField(
        "timmar per vecka", max_digits=4, decimal_places=2, default=40
    )

    class Meta(InPeriod.Meta):
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        number = self.identity_number
        self.identity_index = blind_index(number) if number else None
        self.username = self.username or None
        super().save(*args, **kwargs)

    @property
    def unit_path(self) -> str:
        return self.unit.path

    @property
    def short_title(self) -> str:
        """As on the board: usk, vb, ssk."""
        return {"assistant_nurse": "usk", "care_assistant": "vb", "nurse": "ssk"}[self.title]

    @property
    def shown_number(self) -> str:
        """The identity number with its last four digits hidden (SEC-03)."""
        return identity.masked(self.identity_number)


class CarerSkill(InPeriod):
    """What a carer can, from a day; a delegation until a day (CAP-18)."""

    carer = models.ForeignKey(Carer, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, verbose_name="kompetens")
    granted_by = models.CharField("delegerad av", max_length=120, blank=True)
    colour: str
    text: str
    """The light of its last day, where a page shows it."""

    class Meta(InPeriod.Meta):
        ordering = ["skill__name", "valid_from"]

    def __str__(self) -> str:
        return f"{self.skill}"


class Preference(Record):
    """That a client wants, or does not want, a carer (PLN-20)."""

    class Wish(models.TextChoices):
        PREFERRED = "preferred", "Vill gärna ha"
        UNWANTED = "unwanted", "Vill inte ha"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="preferences")
    carer = models.ForeignKey(Carer, on_delete=models.CASCADE, related_name="preferences")
    wish = models.CharField("önskemål", max_length=10, choices=Wish)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["client", "carer"], name="one_wish_per_client_and_carer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_wish_display()}: {self.carer}"


class CareContact(InPeriod, Record):
    """The client's permanent care contact, or the reason why none is needed (SoL 10:7, BEY-04)."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="care_contacts")
    carer = models.ForeignKey(
        Carer, null=True, blank=True, on_delete=models.PROTECT, verbose_name="fast omsorgskontakt"
    )
    reason_for_none = models.CharField("skäl att ingen behövs", max_length=240, blank=True)

    class Meta(InPeriod.Meta):
        ordering = ["-valid_from", "-pk"]
        constraints = [
            *InPeriod.Meta.constraints,
            models.CheckConstraint(
                condition=Q(carer__isnull=False, reason_for_none="")
                | (Q(carer=None) & ~Q(reason_for_none="")),
                name="care_contact_or_the_reason_why_none",
            ),
        ]

    def __str__(self) -> str:
        return str(self.carer) if self.carer else self.reason_for_none


class SchedulePeriod(OfUnit):
    """A schedule period of a unit. Schedules come two weeks before; then visits are planned (PLN-10)."""

    called = "Perioden"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="schedule_periods")
    first = models.DateField("första dag")
    last = models.DateField("sista dag")
    schedules_in_on = models.DateField("scheman inne", null=True, editable=False)
    planned_on = models.DateField("planerad", null=True, editable=False)

    class Meta:
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="schedule_period_ends_after_it_starts"
            ),
            models.UniqueConstraint(fields=["unit", "first"], name="one_schedule_period_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.first} till {self.last}"


class ShiftQuerySet(models.QuerySet):
    """The reading vocabulary of shifts."""

    def of(self, unit: Unit, day: date):
        """The rows of a unit's day view, staff first, substitute rows last."""
        return self.filter(unit=unit, day=day).order_by("row", "carer__name", "start", "pk")


class Shift(OfUnit):
    """A row of a day view: somebody's working time in a unit, or a substitute row (PLN-13).

    Worked in another unit than the carer's own, it is a loan (PLN-14). Times are minutes of the day
    (`planning.daytime`).
    """

    called = "Passet"

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="shifts", verbose_name="enhet"
    )
    day = models.DateField("dag")
    carer = models.ForeignKey(
        Carer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="shifts",
        verbose_name="personal",
    )
    row = models.CharField("vikarierad", max_length=20, blank=True)
    """Vikarie 1; empty on a row of the unit's own schedule."""
    start = models.PositiveSmallIntegerField("börjar")
    end = models.PositiveSmallIntegerField("slutar")
    break_minutes = models.PositiveSmallIntegerField("rast, minuter", default=0)
    break_earliest = models.PositiveSmallIntegerField("rast tidigast", default=0)
    break_latest = models.PositiveSmallIntegerField("rast börjar senast", default=0)
    break_start = models.PositiveSmallIntegerField("rast börjar", null=True, blank=True)
    """When the plan places the break; None: nobody has placed it yet."""
    absent_from = models.PositiveSmallIntegerField("frånvarande från", null=True, blank=True)
    """The minute from which the carer is sick or away; the visits after it are loose."""
    noticed_on = models.DateField("besked lämnat", null=True, editable=False)
    """When the carer's times were last set or changed; empty when notice does not matter (BEY-05)."""

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start"), end__lte=daytime.LATEST),
                name="shift_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(carer__isnull=False) | ~Q(row=""), name="shift_has_a_carer_or_a_row"
            ),
            models.CheckConstraint(
                condition=Q(break_minutes=0)
                | Q(
                    break_earliest__gte=F("start"), break_latest__gte=F("break_earliest"),
                    break_latest__lte=F("end") - F("break_minutes"),
                ),
                name="shift_holds_its_break",
            ),
            models.UniqueConstraint(
                fields=["unit", "day", "row"], condition=~Q(row=""), name="one_substitute_row_of_a_name"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["carer", "day"])]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"

    @property
    def chain(self) -> str:
        """Its carer's; of a substitute row that nobody stands on, its unit's."""
        return f"carer:{self.carer_id}" if self.carer_id else super().chain

    @property
    def is_personal(self) -> bool:
        """What concerns a carer is."""
        return self.carer_id is not None

    @property
    def name(self) -> str:
        """Who stands on the row."""
        return str(self.carer) if self.carer else self.row

    @property
    def mode(self) -> str:
        """How whoever stands on the row gets about; by bike until somebody does."""
        return self.carer.mode if self.carer else str(Carer.Mode.BIKE)

    @property
    def works_until(self) -> int:
        """The minute at which the working time ends, an absence considered."""
        return self.end if self.absent_from is None else min(self.end, self.absent_from)
