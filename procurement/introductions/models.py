"""A new provider's introduction: the programme's templates, and each provider's own programme."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import transition

from cases.models import Attachment, Case, Record
from organisation.roles import ADMINISTRATION, Role
from organisation.swedish import SWEDISH
from procurement.contracts.models import Contract
from procurement.templating.models import Template


class ProgrammeTemplate(Template):
    """A version of the programme for a kind of provider (INT-01, CAP-12)."""

    word = "introduktion"
    name = "Introduktionsprogram"
    used_for = "nya introduktioner"
    rows_name = "steps"
    copied = (
        "order", "title", "stage", "responsible_role", "participants", "agenda", "blocking",
        "personal_care_only",
    )  # fmt: skip

    class Kind(models.TextChoices):
        HOME_CARE = "home_care", "Kundval hemtjänst"
        RESIDENTIAL = "residential", "Särskilt boende"

    class Meta(Template.Meta):
        pass

    def fault(self) -> str:
        """A programme of home care has exactly one step in which the contract is signed."""
        signings = self.steps.filter(stage=Step.Stage.SIGNING).count()
        if self.kind == self.Kind.HOME_CARE and signings != 1:
            return "Mallen ska ha ett moment i skedet Avtal, varken fler eller färre."
        return super().fault()


class Step(models.Model):
    """What a step of the programme is, in a template and in a provider's own programme."""

    class Stage(models.TextChoices):
        BEFORE_CONTRACT = "before_contract", "Inför avtal"
        SIGNING = "signing", "Avtal"
        PROGRAMME = "programme", "Introduktion"

    order = models.PositiveSmallIntegerField("ordning")
    title = models.CharField("moment", max_length=160, db_collation=SWEDISH)
    stage = models.CharField("skede", max_length=16, choices=Stage, default=Stage.PROGRAMME)
    blocking = models.BooleanField("måste vara klart innan utföraren får börja", default=False)
    responsible_role = models.CharField(
        "ansvarig", max_length=40, choices=Role, default=Role.DEVELOPMENT_STRATEGIST
    )
    participants = models.TextField(
        "deltagare",
        blank=True,
        help_text="En på varje rad, till exempel Biträdande socialdirektör.",
    )
    agenda = models.TextField("punkter", blank=True, help_text="En på varje rad.")

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def expected(self) -> list[str]:
        """Who has to take part, each by their title."""
        return [line.strip() for line in self.participants.splitlines() if line.strip()]

    @property
    def points(self) -> list[str]:
        """What is gone through."""
        return [line.strip() for line in self.agenda.splitlines() if line.strip()]


class TemplateStep(Step):
    """A step of a template, and for whom it is."""

    template = models.ForeignKey(ProgrammeTemplate, on_delete=models.CASCADE, related_name="steps")
    personal_care_only = models.BooleanField("bara för utförare av omvårdnad", default=False)

    @property
    def tags(self) -> list[str]:
        """Its stage, and whether it blocks."""
        return [str(self.get_stage_display()), *(["Före start"] if self.blocking else [])]

    @property
    def lines(self) -> list[str]:
        """Who answers for it, who takes part, and what is gone through."""
        who = f"Ansvarig: {self.get_responsible_role_display()}"
        only = ". Bara för utförare av omvårdnad" if self.personal_care_only else ""
        points = [f"Punkter: {'; '.join(self.points)}"] if self.points else []
        return [who + only, *([", ".join(self.expected)] if self.expected else []), *points]


class Introduction(Case):
    """The introduction of one provider (INT-01 to INT-08)."""

    case_kind = "introduction"
    case_label = "Introduktion"
    number_prefix = "INT"
    reader_roles = ADMINISTRATION | {
        Role.FIRST_SOCIAL_WORKER,
        Role.CHIEF_NURSE,
        Role.RESPONSIBLE_NURSE,
        Role.NIGHT_HEAD,
        Role.ALARM_OFFICER,
        Role.VIVA_ADMINISTRATOR,
        Role.HSA_OFFICER,
        Role.IT_COORDINATOR,
        Role.MAR,
    }

    class State(models.TextChoices):
        BEFORE_CONTRACT = "before_contract", "Inför avtal"
        PROGRAMME = "programme", "Introduktion"
        FINISHED = "finished", "Introducerad"
        CANCELLED = "cancelled", "Avbruten"

    template = models.ForeignKey(ProgrammeTemplate, on_delete=models.PROTECT, related_name="+")
    application = models.OneToOneField(
        "procurement.ProviderApplication",
        null=True,
        on_delete=models.PROTECT,
        related_name="introduced_by",
    )
    signed_contract = models.OneToOneField(
        Contract, null=True, on_delete=models.PROTECT, related_name="introduced_by"
    )
    decided_on = models.DateField("nämndens beslut")
    contact_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="kontaktperson",
    )
    may_start_on = models.DateField("får börja", null=True)

    def waiting_steps(self) -> models.QuerySet["ProgrammeStep"]:
        """Steps that are neither done nor left out."""
        return self.steps.filter(done_on=None, left_out_on=None)

    @transition(field="state", source=State.BEFORE_CONTRACT, target=State.PROGRAMME)
    def sign(self, *, contract: Contract) -> None:
        """The contract is signed."""
        self.signed_contract = contract

    @transition(field="state", source=State.PROGRAMME, target=State.FINISHED)
    def finish(self, *, on: date) -> None:
        """Everything is done, or left out with a reason."""
        self.closed_on = on

    @transition(
        field="state", source=[State.BEFORE_CONTRACT, State.PROGRAMME], target=State.CANCELLED
    )
    def cancel(self, *, on: date) -> None:
        """The provider never begins."""
        self.closed_on = on


class ProgrammeStep(Step):
    """A step of one provider's programme: when it is held, that it was, and the evidence."""

    introduction = models.ForeignKey(Introduction, on_delete=models.PROTECT, related_name="steps")
    booked_at = models.DateTimeField("bokat", null=True)
    place = models.CharField("plats", max_length=120, blank=True)
    done_on = models.DateField("klart", null=True)
    attended = models.JSONField(default=list)
    """Those of `expected` who took part."""
    note = models.TextField("anteckning", blank=True)
    evidence = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="underlag"
    )
    left_out_on = models.DateField(null=True)
    left_out_reason = models.CharField("skäl", max_length=240, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Step.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(left_out_on=None) | (Q(done_on=None) & ~Q(left_out_reason="")),
                name="step_left_out_has_a_reason_and_is_not_done",
            ),
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether it is neither done nor left out."""
        return self.done_on is None and self.left_out_on is None


class AccessOrder(Record):
    """An account, a card or equipment of the provider's: ordered, received, withdrawn (INT-08)."""

    class What(models.TextChoices):
        VIVA = "viva", "Konto i Viva och Citrix"
        HSA = "hsa", "HSA-uppgifter"
        SITHS = "siths", "SITHS-kort"
        EQUIPMENT = "equipment", "Dator eller telefon"

    introduction = models.ForeignKey(Introduction, on_delete=models.PROTECT, related_name="access")
    what = models.CharField("vad", max_length=10, choices=What)
    holder = models.CharField("för vem", max_length=120)
    ordered_on = models.DateField("beställt")
    received_on = models.DateField("mottaget", null=True)
    withdrawn_on = models.DateField("återlämnat", null=True)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=models.F("ordered_on")),
                name="access_is_received_after_it_is_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.holder}"
