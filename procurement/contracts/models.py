"""The contract with a provider, as a case of its own: what was agreed, from when, in versions.

The municipality's own units stand here in the same form, with an internal assignment (FUP-02).
"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from cases.models import Attachment, Case, Deadline, Record
from organisation.models import Responsibility
from organisation.roles import ADMINISTRATION, Role
from organisation.swedish import SWEDISH
from procurement.specifications.models import Assignment, Remedy, ServiceArea, SpecificationVersion


class Contract(Case):
    """A contract under LOV, or after a tender of residential care. What it says stands in its
    versions; the newest one holds."""

    case_kind = "contract"
    case_label = "Avtal"
    number_prefix = "AVT"
    reader_roles = ADMINISTRATION | {
        Role.CONTROLLER,
        Role.PROCUREMENT_OFFICER,
        Role.FIRST_SOCIAL_WORKER,
        Role.SOCIAL_WORKER,
        Role.FEE_OFFICER,
    }

    class State(models.TextChoices):
        IN_FORCE = "in_force", "Gäller"
        ENDED = "ended", "Upphört"

    class Signing(models.TextChoices):
        WRITTEN = "written", "Skriftligt"
        ELECTRONIC = "electronic", "Elektroniskt"
        INTERNAL = "internal", "Internt uppdrag"

    specification = models.ForeignKey(
        SpecificationVersion, null=True, on_delete=models.PROTECT, related_name="contracts"
    )
    from_tender = models.OneToOneField(
        "procurement.Tender", null=True, on_delete=models.PROTECT, related_name="contracted_by"
    )
    table = models.CharField(
        "gäller",
        max_length=12,
        choices=Responsibility.Table,
        default=Responsibility.Table.HOME_CARE,
    )
    """The table of the responsibility matrix that governs it."""
    signed_on = models.DateField("tecknat")
    signing = models.CharField("sätt", max_length=10, choices=Signing)
    chair = models.CharField("nämndens ordförande", max_length=120, blank=True)
    company_signatory = models.CharField("för företaget", max_length=120, blank=True)

    now: "ContractVersion | None"
    """The version that holds; the register puts it there."""
    first_deadline: Deadline | None
    """What runs out first; the register puts it there."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(specification__isnull=False)
                | Q(from_tender__isnull=False)
                | Q(signing="internal"),
                name="contract_follows_a_call_document_or_a_tender",
            ),
        ]

    @property
    def is_own(self) -> bool:
        """Whether it is the municipality's own unit."""
        return self.signing == self.Signing.INTERNAL

    @property
    def is_residential(self) -> bool:
        """Whether it is about a home, which nobody chooses as a provider of home care."""
        return self.table == Responsibility.Table.RESIDENTIAL

    @property
    def remedies(self) -> models.QuerySet[Remedy]:
        """What its call document offers when it is not followed (ESC-04). An internal assignment
        and a contract after a tender follow none, and offer none."""
        return Remedy.objects.filter(specification=self.specification_id)

    def first_version(self) -> "ContractVersion":
        """What was agreed when it began."""
        return self.versions.earliest("number")

    def latest_version(self) -> "ContractVersion":
        """What was agreed last."""
        return self.versions.latest("number")

    def version_on(self, day: date) -> "ContractVersion | None":
        """What was agreed for a day: the last version that holds by then."""
        return self.versions.filter(valid_from__lte=day).order_by("number").last()

    def current_permits(self) -> models.QuerySet["Permit"]:
        """The permits that no later one has replaced."""
        return self.permits.filter(replaced_by=None)

    @transition(field="state", source=State.IN_FORCE, target=State.ENDED)
    def end(self, *, on: date) -> None:
        """The contract holds no more after this day."""
        self.closed_on = on


class ContractVersion(Record):
    """What the parties agreed from a day on."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("version")
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True)
    assignment = models.CharField("uppdrag", max_length=20, choices=Assignment, blank=True)
    """Home care alone; a contract of residential care says how many places instead."""
    areas = models.ManyToManyField(ServiceArea, verbose_name="områden")
    capacity_ceiling_hours = models.PositiveIntegerField(
        "kapacitetstak, timmar per månad", default=0
    )
    places = models.PositiveSmallIntegerField("platser", null=True)
    operations_manager = models.CharField("verksamhetsansvarig", max_length=120)
    reason = models.CharField("skäl", max_length=240, blank=True)

    class Meta(Record.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "number"], name="one_contract_version_per_number"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="contract_version_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} version {self.number}"


class ContactPerson(Record):
    """Whom to reach at the provider, and about what."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField("namn", max_length=120, db_collation=SWEDISH)
    title = models.CharField("befattning", max_length=80, db_collation=SWEDISH)
    mail = models.EmailField("e-post", blank=True)
    phone = models.CharField("telefon", max_length=40, blank=True)
    ended_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.title}"


class Permit(Record):
    """A permit, an insurance or a certificate, watched until its last day (CAP-18)."""

    class Kind(models.TextChoices):
        IVO = "ivo", "Tillstånd från IVO"
        INSURANCE = "insurance", "Ansvarsförsäkring"
        TAX = "tax", "F-skatt och arbetsgivarregistrering"
        CERTIFICATE = "certificate", "Intyg om skatter och avgifter (SKV 4820)"
        OTHER = "other", "Annat intyg"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="permits")
    kind = models.CharField("slag", max_length=12, choices=Kind)
    reference = models.CharField("beteckning", max_length=80)
    valid_from = models.DateField("gäller från")
    valid_to = models.DateField("gäller till", null=True)
    evidence = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    replaced_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="permit_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.reference}"


class PublicInformation(Record):
    """What those who choose a provider are told of it: the same headings for all (LOV 9:1)."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="information")
    presentation = models.TextField("om verksamheten", max_length=600)
    hours = models.CharField("tider", max_length=120)
    languages = models.CharField("språk", max_length=160)
    extra_services = models.CharField("tilläggstjänster", max_length=240, blank=True)
    phone = models.CharField("telefon", max_length=40)
    mail = models.EmailField("e-post")
    published_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.contract} {self.recorded_at:%Y-%m-%d}"


class ProviderChoice(Record):
    """A person's choice of the provider, by the case's number in Viva and never by name (BEY-02)."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "Mottaget"
        QUEUED = "queued", "I kö"
        REFUSED = "refused", "Kan inte tas emot"

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="choices")
    reference = models.CharField("ärendets nummer i Viva", max_length=40)
    area = models.ForeignKey(ServiceArea, on_delete=models.PROTECT, verbose_name="område")
    hours = models.PositiveIntegerField("timmar per månad")
    wanted_from = models.DateField("önskas från")
    starts_on = models.DateField("börjar", null=True)
    ends_on = models.DateField("slutar", null=True)
    outcome = models.CharField("utfall", max_length=10, choices=Outcome)
    reason = models.CharField("skäl", max_length=240, blank=True)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], condition=Q(ends_on=None) & ~Q(outcome="refused"),
                name="one_standing_choice_per_person",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.reference} {self.get_outcome_display()}"
