"""Who there is: units, providers, people, the roles they hold, and what those roles answer for."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from door.models import Subject
from organisation import identity
from organisation.encryption import EncryptedTextField, blind_index
from organisation.roles import OUTSIDE_ROLES, Role
from organisation.swedish import SWEDISH


class InPeriodQuerySet(models.QuerySet):
    """Rows that hold from `valid_from` to `valid_to`, both inclusive; no end means still."""

    def on(self, day: date):
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class InPeriod(models.Model):
    """A row that holds for a period."""

    valid_from = models.DateField("från och med")
    valid_to = models.DateField("till och med", null=True, blank=True)

    objects = InPeriodQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_ends_after_it_starts",
                violation_error_message="Slutdagen måste vara startdagen eller senare.",
            )
        ]


PRACTICE = "ovning/"
"""How the path of a practice unit begins: no real unit's path does (BEY-17)."""


class Unit(InPeriod, Subject):
    """A unit of the municipality; the tree follows the finance system's (PLN-01)."""

    called = "Enheten"

    name = models.CharField("namn", max_length=120, db_collation=SWEDISH)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name="ingår i",
    )
    path = models.CharField(max_length=200, editable=False, db_index=True)
    """Ids from the root down, each followed by a slash: a unit's path starts with its parent's."""
    practice_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="practice_units", editable=False
    )
    """The unit that it is a copy of, for learning. Its path lies outside the tree, so that only a
    role that is held in it reaches it (BEY-17)."""

    class Meta(InPeriod.Meta):
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        before = self.path
        super().save(*args, **kwargs)
        above = PRACTICE if self.practice_of_id else self.parent.path if self.parent else ""
        self.path = f"{above}{self.pk}/"
        if self.path != before:
            Unit.objects.filter(pk=self.pk).update(path=self.path)
            for child in self.children.all():
                child.save()

    @property
    def unit_path(self) -> str:
        """Its own place in the tree; of a new one, its parent's."""
        return self.path or (self.parent.path if self.parent else "")

    @property
    def depth(self) -> int:
        """0 for the root."""
        return self.path.count("/") - 1


class UnitCode(models.Model):
    """What a unit is called in an outside system."""

    class System(models.TextChoices):
        FINANCE = "finance", "Ekonomisystem"
        VIVA = "viva", "Viva"
        TIMECARE = "timecare", "TimeCare"
        PLATINA = "platina", "Platina"

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="codes")
    system = models.CharField("system", max_length=20, choices=System)
    code = models.CharField("kod", max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "code"],
                name="one_unit_per_code_in_a_system",
                violation_error_message="Koden används redan av en annan enhet i det systemet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()}: {self.code}"


class Provider(Subject):
    """A company, from the day it registers as an applicant, or the municipality's own provider.

    Its people see what is theirs alone (SEC-01). Whether it may take assignments follows from its
    contract, not from this row.
    """

    is_personal = True
    called = "Företagets uppgifter"

    class Kind(models.TextChoices):
        COMPANY = "company", "Företag"
        IN_HOUSE = "in_house", "Egen regi"

    name = models.CharField("namn", max_length=160, db_collation=SWEDISH)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.COMPANY)
    organisation_number = EncryptedTextField("organisationsnummer", blank=True)
    """Ten digits; encrypted, since a sole trader's is a personal identity number."""
    organisation_number_index = models.CharField(max_length=64, null=True, unique=True)
    address = models.CharField("postadress", max_length=200, blank=True, db_collation=SWEDISH)
    mail = models.EmailField("e-post", blank=True)
    phone = models.CharField("telefon", max_length=40, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.organisation_number_index = (
            blind_index(self.organisation_number) if self.organisation_number else None
        )
        super().save(*args, **kwargs)

    @classmethod
    def with_number(cls, organisation_number: str) -> "Provider | None":
        """The provider with these ten digits, if there is one."""
        return cls.objects.filter(
            organisation_number_index=blind_index(organisation_number)
        ).first()

    @property
    def shown_organisation_number(self) -> str:
        """For a page: masked when it is a person's identity number (SEC-03)."""
        number = self.organisation_number
        if not number:
            return ""
        return (
            f"{number[:6]}-****" if identity.is_personal(number) else f"{number[:6]}-{number[6:]}"
        )


class User(Subject, AbstractUser):
    """A person who logs in. Ended by `is_active`, never deleted: events and tasks point here."""

    called, is_personal = "Användaren", True

    first_name = None  # type: ignore[assignment]  # how Django is told that there is no such column
    last_name = None  # type: ignore[assignment]
    name = models.CharField("namn", max_length=120, db_collation=SWEDISH)
    email = models.EmailField("e-post", blank=True)
    phone = models.CharField("telefon", max_length=40, blank=True)
    calendar_key_hash = models.CharField(max_length=64, blank=True, db_index=True)
    """SHA-256 of the secret part of the address of the person's calendar feed, which is shown once
    and kept nowhere; empty until asked for."""
    must_change_password = models.BooleanField(default=False)
    """The password was made by somebody else: nothing else opens until it is changed (SEC-04)."""

    REQUIRED_FIELDS = ["name", "email"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[-1]


class RoleAssignment(InPeriod):
    """A role that a person holds in a unit, or with a provider, for a period."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField("roll", max_length=40, choices=Role)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, verbose_name="enhet"
    )
    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.PROTECT, verbose_name="utförare"
    )

    class Meta(InPeriod.Meta):
        constraints = [
            *InPeriod.Meta.constraints,
            models.CheckConstraint(
                condition=Q(role__in=sorted(OUTSIDE_ROLES), provider__isnull=False, unit=None)
                | Q(~Q(role__in=sorted(OUTSIDE_ROLES)), unit__isnull=False, provider=None),
                name="role_is_held_in_a_unit_or_with_a_provider",
                violation_error_message="Rollen hör till en enhet, eller till en utförare "
                "om personen företräder ett företag.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.unit or self.provider}"


class Substitution(InPeriod, Subject):
    """`substitute` stands in for `absent` in a period and acts "for" them, both names on record."""

    called = "Ersättningen"

    substitute = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="stands_in", verbose_name="ersättare"
    )
    absent = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="stood_in_for", verbose_name="för"
    )
    reason = models.CharField("anledning", max_length=120, blank=True)

    class Meta(InPeriod.Meta):
        constraints = [
            *InPeriod.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(substitute=F("absent")),
                name="nobody_stands_in_for_themselves",
                violation_error_message="Välj en annan person som ersättare.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} för {self.absent}"


class DelegationRule(InPeriod, Subject):
    """A line of the committee's delegation of authority: what, and who may decide it (CAP-08)."""

    called = "Delegationen"

    code = models.SlugField("kod", max_length=60)
    label = models.CharField("beslut", max_length=160, db_collation=SWEDISH)
    role = models.CharField("delegat", max_length=40, choices=Role)
    paragraph = models.CharField("punkt i delegationsordningen", max_length=40, blank=True)

    class Meta(InPeriod.Meta):
        ordering = ["paragraph", "label"]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_role_display()}"

    @property
    def chain(self) -> str:
        """That of what can be decided: a rule follows on another there."""
        return f"delegation:{self.code}"


class Responsibility(Subject):
    """A row of the responsibility matrix (FUP-01; seed 002, *Organisation*)."""

    called = "Raden"

    class Table(models.TextChoices):
        HOME_CARE = "home_care", "Kundval hemtjänst (LOV)"
        RESIDENTIAL = "residential", "Särskilda boenden"

    class Interval(models.TextChoices):
        NONE = "", "–"
        AFTER_APPROVAL = "after_approval", "Snarast efter godkännande"
        AFTER_SIGNING = "after_signing", "Snarast efter avtalstecknande"
        QUARTERLY = "quarterly", "Kvartalsvis"
        HALF_YEARLY = "half_yearly", "Halvårsvis"
        YEARLY = "yearly", "Årsvis"
        YEARLY_AND_AT_NEED = "yearly_and_at_need", "En genomgång per år samt vid behov"
        AT_NEED = "at_need", "Vid behov"

    MONTHS: ClassVar[dict[str, int]] = {
        Interval.QUARTERLY: 3, Interval.HALF_YEARLY: 6, Interval.YEARLY: 12,
        Interval.YEARLY_AND_AT_NEED: 12,
    }  # fmt: skip
    """How many months lie between two of a row that recurs."""

    class Duty(models.TextChoices):
        """What a row gives the annual wheel (FUP-02)."""

        NONE = "", "Inget"
        FIRST_YEAR = "first_year", "Avtalsuppföljning under avtalets första år"
        FOLLOW_UP = "follow_up", "Avtalsuppföljning efter första året"
        TAX_CONTROL = "tax_control", "Kontroll av skatter och kredit"
        REPORT_REVIEW = "report_review", "Granskning av berättelse och årsredovisning"
        PROVIDER_MEETING = "provider_meeting", "Utförarträff"
        SPECIFICATION_REVIEW = "specification_review", "Genomgång av förfrågningsunderlaget"
        DECISION_REVIEW = "decision_review", "Uppföljning av enskilda biståndsbeslut"

    table = models.CharField(max_length=12, choices=Table)
    order = models.PositiveSmallIntegerField("ordning")
    area = models.CharField("område", max_length=200)
    main_role = models.CharField("huvudansvarig", max_length=40, choices=Role)
    substitute_role = models.CharField(
        "ersättare", max_length=40, choices=Role, default=Role.DIRECTOR
    )
    co_responsible = models.CharField("medansvarig", max_length=240, blank=True)
    interval = models.CharField("tidpunkt", max_length=20, choices=Interval, blank=True)
    duty = models.CharField(
        "ger årshjulet",
        max_length=24,
        choices=Duty,
        blank=True,
        help_text="Uppgiften läggs i årshjulet så ofta som tidpunkten säger.",
    )
    comment = models.CharField("kommentar", max_length=240, blank=True)

    class Meta:
        ordering = ["table", "order"]
        constraints = [
            models.UniqueConstraint(fields=["table", "area"], name="one_row_per_area_and_table"),
        ]

    def __str__(self) -> str:
        return self.area


class Representation(models.Model):
    """A person's authority to represent a company, recorded when they register, approved by staff.

    Until approval the person sees what they themselves sent in and nothing else of the company.
    """

    class Basis(models.TextChoices):
        SIGNATORY = "signatory", "Firmatecknare"
        POWER_OF_ATTORNEY = "power_of_attorney", "Fullmakt"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="representations")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="representations")
    claimed_name = models.CharField("företagets namn", max_length=160)
    """As the person wrote it; shown to them until the authority is approved."""
    title = models.CharField("befattning", max_length=80, db_collation=SWEDISH)
    basis = models.CharField("behörighet", max_length=20, choices=Basis)
    registered_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "provider"], name="one_representation_per_person_and_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} för {self.provider}"


class LogControl(Subject):
    """The control of the event log (*loggkontroll*), of which there is one: what was checked and
    found stands in the log itself. Requirement SEC-02."""

    ONLY = 1
    CHAIN = "logcontrol"
    called = "Loggkontrollen"

    def __str__(self) -> str:
        return self.called

    @property
    def chain(self) -> str:
        """A chain without a number."""
        return self.CHAIN

    @classmethod
    def one(cls) -> "LogControl":
        """It as it stands, also before it has been acted on."""
        return LogControl.objects.filter(pk=cls.ONLY).first() or LogControl(pk=cls.ONLY)

    def locked(self) -> Self:
        """The first time it is acted on, it is made."""
        type(self)._default_manager.get_or_create(pk=self.ONLY)
        return super().locked()
