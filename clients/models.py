"""People with home care (*brukare*), and the decisions and orders that say what they are granted.

Requirements PLN-02, PLN-04, PLN-05, PLN-07, PLN-09, BEY-03, BEY-07; SoL 11 kap.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.query_utils import DeferredAttribute

from cases.models import Record
from door.models import Subject
from organisation import identity, reading
from organisation.authority import Actor
from organisation.encryption import EncryptedTextField, blind_index
from organisation.models import InPeriod, InPeriodQuerySet, Provider, Unit
from organisation.roles import Role
from organisation.swedish import SWEDISH

READERS = frozenset({
    Role.PLANNER, Role.UNIT_MANAGER, Role.SOCIAL_WORKER, Role.FIRST_SOCIAL_WORKER, Role.NURSE,
    Role.RESPONSIBLE_NURSE, Role.CHIEF_NURSE, Role.NIGHT_HEAD, Role.DEPUTY_DIRECTOR, Role.DIRECTOR,
})  # fmt: skip
"""Who reads about the clients of their unit."""
PROTECTED = "Skyddade uppgifter"


class ServiceQuerySet(models.QuerySet):
    """The reading vocabulary of services."""

    def offered(self, also: Iterable[int] = ()):
        """Those that can be chosen, and `also` those that are chosen already."""
        return self.filter(Q(is_offered=True) | Q(pk__in=list(also)))


class Service(Subject):
    """A service that can be granted and planned, social or health care (PLN-02)."""

    class Kind(models.TextChoices):
        PERSONAL_CARE = "personal_care", "Omvårdnad"
        DOMESTIC = "domestic", "Service"
        SOCIAL_COMPANY = "social_company", "Social samvaro"
        ESCORT = "escort", "Ledsagning"
        RESPITE = "respite", "Avlösning"
        PERSONAL_ALARM = "personal_alarm", "Trygghetslarm"
        MEAL_DELIVERY = "meal_delivery", "Matdistribution"
        NURSING = "nursing", "Hälso- och sjukvård"
        SURROUNDING = "surrounding", "Kringtid"

    code = models.SlugField("kod", max_length=30, unique=True)
    name = models.CharField("namn", max_length=80, db_collation=SWEDISH)
    kind = models.CharField("slag", max_length=16, choices=Kind)
    hands_over = models.BooleanField("lämnas över vid besök", default=False)
    """What a laundry or pharmacy errand brings back to the person (PLN-07)."""
    is_offered = models.BooleanField("går att välja", default=True)
    """One that is withdrawn stays where it is ordered and planned already."""

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """All services share one."""
        return "services"


class ClientQuerySet(models.QuerySet):
    """The reading vocabulary of clients."""

    def visible_to(self, actor: Actor) -> Self:
        """Clients of the units in which `actor` reads about clients, and of their company (SEC-01)."""
        seen = Q(provider_id__in=actor.provider_ids)
        for path in actor.unit_paths(READERS):
            seen |= Q(unit__path__startswith=path)
        return self.filter(seen)

    def people(self) -> Self:
        """Those who are persons, not stand-ins for surrounding time."""
        return self.filter(is_surrounding=False)

    def active(self, first: date, last: date) -> Self:
        """Those who may have visits some day in the period, both inclusive."""
        return self.filter(
            Q(active_to=None) | Q(active_to__gte=first), active_from__lte=last, is_dormant=False
        )

    def in_order(self) -> Self:
        """By name, the protected last, so that their place says nothing of their name."""
        return self.order_by("has_protected_identity", "name", "pk")


class Client(Subject):
    """A person with home care, or a unit's fictitious person that carries surrounding time."""

    is_personal = True

    identity_number = EncryptedTextField("personnummer", blank=True)
    identity_index = models.CharField(max_length=64, null=True, unique=True, editable=False)
    reserve_number = EncryptedTextField("reservnummer", blank=True)
    """What a care system calls somebody who has no Swedish number, or whose number is not known."""
    reserve_index = models.CharField(max_length=64, null=True, db_index=True, editable=False)
    reserve_system = models.CharField("utfärdat av", max_length=80, blank=True)
    """The system that gave the reserve number: its name or OID. Two systems may give the same."""
    name = models.CharField("namn", max_length=120, db_collation=SWEDISH)
    has_protected_identity = models.BooleanField("skyddade personuppgifter", default=False)
    address = models.CharField("adress", max_length=160, blank=True, db_collation=SWEDISH)
    latitude = models.FloatField("latitud", null=True, blank=True)
    longitude = models.FloatField("longitud", null=True, blank=True)
    entry = models.CharField("väg in", max_length=160, blank=True)
    key_number = models.CharField("nyckelnummer", max_length=20, blank=True)
    """Our own number of the key; says nothing of whose door it opens (PLN-02)."""
    phone = models.CharField("telefon", max_length=40, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, verbose_name="planeras av")
    provider = models.ForeignKey(
        Provider, null=True, blank=True, on_delete=models.PROTECT, verbose_name="utförare"
    )
    is_surrounding = models.BooleanField("kringtid", default=False)
    is_dormant = models.BooleanField("vilande", default=False)
    """Has an alarm alone, and no visits (PLN-05)."""
    active_from = models.DateField("aktiv från")
    active_to = models.DateField("aktiv till", null=True, blank=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_to__gte=F("active_from")),
                name="client_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="client_has_both_coordinates_or_none",
            ),
            models.UniqueConstraint(
                fields=["reserve_index", "reserve_system"],
                name="one_client_per_reserve_number_and_system",
            ),
        ]

    def __str__(self) -> str:
        return PROTECTED if self.has_protected_identity else self.name

    def save(self, *args, **kwargs):
        number = self.identity_number
        self.identity_index = blind_index(number) if number else None
        self.reserve_index = reserve_index(self.reserve_number)
        super().save(*args, **kwargs)

    @classmethod
    def with_number(cls, digits: str) -> "Client | None":
        """The person who has or has had these twelve signs."""
        index = blind_index(digits)
        held = ClientIdentity.objects.filter(identity_index=index).values("client")
        return cls.objects.filter(Q(identity_index=index) | Q(pk__in=held)).first()

    @classmethod
    def with_reserve_number(cls, number: str, system: str) -> "Client | None":
        """The person who has or has had this reserve number of the system."""
        index = reserve_index(number)
        held = ClientIdentity.objects.filter(identity_index=index, system=system).values("client")
        return cls.objects.filter(
            Q(reserve_index=index, reserve_system=system) | Q(pk__in=held)
        ).first()

    @property
    def unit_path(self) -> str:
        return self.unit.path

    @property
    def short_name(self) -> str:
        """As on the board: first name and initial; nothing of who is protected (BEY-03)."""
        if self.has_protected_identity:
            return "Skyddad"
        if self.is_surrounding:
            return self.name
        first, _, last = self.name.rpartition(" ")
        return f"{first} {last[0]}" if first else last

    @property
    def shown_address(self) -> str:
        """The address, masked for who is protected (BEY-03)."""
        return PROTECTED if self.has_protected_identity else self.address

    @property
    def shown_number(self) -> str:
        """The identity number with its last four digits hidden (SEC-03)."""
        return "" if self.has_protected_identity else identity.masked(self.identity_number)

    @property
    def shown_reserve_number(self) -> str:
        """The reserve number with its last four signs hidden, and who gave it (SEC-03)."""
        if not self.reserve_number or self.has_protected_identity:
            return ""
        return _masked_reserve(self.reserve_number, self.reserve_system)


def reserve_index(number: str) -> str | None:
    """By which a reserve number is found; apart from those of identity numbers."""
    return blind_index(f"reserve:{number}") if number else None


def _masked_reserve(number: str, system: str) -> str:
    return f"{number[:-4]}**** ({system})"


class Telling(DeferredAttribute):
    """A field that tells who somebody is: a page that reads it has shown them (SEC-02)."""

    def __get__(self, instance, cls=None):
        known = {} if instance is None else instance.__dict__
        if known.get("id") and not known.get("is_surrounding"):
            reading.see(known["id"], known.get("unit_id"))
        return super().__get__(instance, cls)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


for _name in ("identity_number", "name", "address", "entry", "phone"):
    _field = Client._meta.get_field(_name)
    assert isinstance(_field, models.Field)  # a column of its own
    setattr(Client, _name, Telling(_field))


class ClientIdentity(Record):
    """A number that a person has had: a coordination number or a reserve number that was replaced."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="identities")
    identity_number = EncryptedTextField("personnummer")
    identity_index = models.CharField(max_length=64, editable=False)
    system = models.CharField("utfärdat av", max_length=80, blank=True)
    """The system that gave a reserve number; empty for other numbers."""
    replaced_on = models.DateField("ersatt")

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["identity_index", "system"], name="one_client_per_number_they_had"
            )
        ]

    def __str__(self) -> str:
        if self.system:
            return _masked_reserve(self.identity_number, self.system)
        return identity.masked(self.identity_number)

    def save(self, *args, **kwargs):
        if self.system:
            self.identity_index = reserve_index(self.identity_number)
        else:
            self.identity_index = blind_index(identity.parse(self.identity_number).digits)
        super().save(*args, **kwargs)


class LegalBasis(models.TextChoices):
    """The law by which a service is given."""

    SOL_11_1 = "sol_11_1", "SoL 11 kap. 1 §, efter prövning"
    SOL_11_4 = "sol_11_4", "SoL 11 kap. 4 §"
    SOL_11_5 = "sol_11_5", "SoL 11 kap. 5 §, utan prövning"
    LSS = "lss", "LSS"
    HSL = "hsl", "HSL, hälso- och sjukvård"


WITHOUT_DECISION = frozenset({LegalBasis.SOL_11_5, LegalBasis.HSL})
"""What can be ordered without a decision on assistance."""


class CareDecision(Record):
    """A decision on assistance, as the social worker has made it in Viva."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="decisions")
    reference = models.CharField("beslut i Viva", max_length=40, blank=True)
    legal_basis = models.CharField("lagrum", max_length=10, choices=LegalBasis)
    decided_on = models.DateField("beslutat")
    decided_by = models.CharField("beslutat av", max_length=120)
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True, blank=True)
    light: tuple[str, str]
    """Colour and text of its end, where a page shows it."""

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="care_decision_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_legal_basis_display()}, {self.decided_on}"


class ServiceOrderQuerySet(InPeriodQuerySet):
    """The reading vocabulary of orders."""

    def unread(self):
        """Orders that no planner has taken in yet (PLN-04)."""
        return self.filter(read_on=None)


class ServiceOrder(InPeriod, Record):
    """What a provider is to do for a person: how much, how often, from when and until when."""

    class Per(models.TextChoices):
        DAY = "day", "per dag"
        WEEK = "week", "per vecka"
        TWO_WEEKS = "two_weeks", "varannan vecka"
        THREE_WEEKS = "three_weeks", "var tredje vecka"
        FOUR_WEEKS = "four_weeks", "var fjärde vecka"

    WEEKS: ClassVar[dict[str, Fraction]] = {
        Per.DAY: Fraction(7), Per.WEEK: Fraction(1), Per.TWO_WEEKS: Fraction(1, 2),
        Per.THREE_WEEKS: Fraction(1, 3), Per.FOUR_WEEKS: Fraction(1, 4),
    }  # fmt: skip
    """How many of each period there are in a week."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="orders")
    decision = models.ForeignKey(
        CareDecision,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
        verbose_name="beslut",
    )
    legal_basis = models.CharField("lagrum", max_length=10, choices=LegalBasis)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, verbose_name="insats")
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, verbose_name="utförare", related_name="+"
    )
    times = models.PositiveSmallIntegerField("antal gånger")
    per = models.CharField("hur ofta", max_length=12, choices=Per)
    minutes = models.PositiveSmallIntegerField("minuter per gång")
    staff_needed = models.PositiveSmallIntegerField("personal per gång", default=1)
    note = models.CharField("att tänka på", max_length=500, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    read_on = models.DateField("inläst", null=True, editable=False)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    light: tuple[str, str]
    """Colour and text of its end, where a page shows it."""
    can_change: bool
    """Whether the reader may change it, where a page asks."""

    objects: ClassVar = ServiceOrderQuerySet.as_manager()

    class Meta:
        ordering = ["service__kind", "service__name", "valid_from", "pk"]
        constraints = [
            *InPeriod.Meta.constraints,
            models.CheckConstraint(
                condition=Q(decision__isnull=False) | Q(legal_basis__in=sorted(WITHOUT_DECISION)),
                name="service_order_has_a_decision_where_the_law_asks",
            ),
            models.CheckConstraint(
                condition=Q(times__gte=1, minutes__gte=1, staff_needed__gte=1),
                name="service_order_asks_for_something",
            ),
        ]
        indexes = [models.Index(fields=["client", "valid_from"])]

    def __str__(self) -> str:
        return f"{self.service}, {self.extent}"

    @property
    def extent(self) -> str:
        """The extent in words."""
        often = (
            f"{self.times} gånger {self.get_per_display()}"
            if self.times > 1
            else (f"en gång {self.get_per_display()}")
        )
        return f"{self.minutes} minuter {often}"

    @property
    def minutes_per_week(self) -> Fraction:
        """Granted minutes of an average week; the person's time, whatever staff it takes (BEY-07)."""
        return self.WEEKS[self.per] * self.times * self.minutes
