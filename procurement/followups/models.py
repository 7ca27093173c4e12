"""The follow-up of a contract, of the whole system, or of decisions for individuals. FUP-03, FUP-04."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from cases.models import Case
from organisation.roles import ADMINISTRATION, Role
from procurement.areas import FollowUpArea
from procurement.contracts.models import Contract
from procurement.templating.models import Template


class QuestionTemplate(Template):
    """A version of the questions of a level (FUP-03)."""

    word = "uppfoljning"
    name = "Frågor vid uppföljning"
    used_for = "nya uppföljningar"
    rows_name = "questions"
    copied = ("order", "area", "text", "asked")

    class Kind(models.TextChoices):
        SYSTEM = "system", "Systemnivå"
        PROVIDER = "provider", "Enskild utförare"
        PERSON = "person", "Individnivå"

    class Meta(Template.Meta):
        pass


class Question(models.Model):
    """A question, in a template and in a follow-up."""

    order = models.PositiveSmallIntegerField("ordning")
    area = models.CharField("område", max_length=20, choices=FollowUpArea)
    text = models.TextField("fråga")
    asked = models.BooleanField("besvaras av utföraren", default=True)

    class Meta:
        abstract = True
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class TemplateQuestion(Question):
    """A question of a template."""

    template = models.ForeignKey(
        QuestionTemplate, on_delete=models.CASCADE, related_name="questions"
    )

    @property
    def tags(self) -> list[str]:
        """Its area, and whether the provider answers it."""
        return [str(self.get_area_display()), *(["Besvaras av utföraren"] if self.asked else [])]


class FollowUp(Case):
    """A follow-up, with questions of its own copied from the template of that day."""

    case_kind = "follow_up"
    case_label = "Uppföljning"
    number_prefix = "UPP"
    reader_roles = ADMINISTRATION | {Role.FIRST_SOCIAL_WORKER, Role.CONTROLLER}

    class State(models.TextChoices):
        PLANNED = "planned", "Planerad"
        ASKED = "asked", "Utföraren svarar"
        HELD = "held", "Genomförd"
        DOCUMENTED = "documented", "Dokumenterad"
        CANCELLED = "cancelled", "Inställd"

    class HeldAs(models.TextChoices):
        VISIT = "visit", "Möte hos utföraren eller kommunen"
        WRITTEN = "written", "Skriftlig"

    level = models.CharField("nivå", max_length=12, choices=QuestionTemplate.Kind)
    template = models.ForeignKey(QuestionTemplate, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(
        Contract, null=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    due_on = models.DateField("senast")
    held_as = models.CharField("form", max_length=10, choices=HeldAs, default=HeldAs.VISIT)
    booked_at = models.DateTimeField("bokad", null=True)
    place = models.CharField("plats", max_length=120, blank=True)
    answers_close_on = models.DateField("svar senast", null=True)
    answered_on = models.DateField("besvarad", null=True)
    held_on = models.DateField("genomförd", null=True)
    attended = models.TextField("närvarande", blank=True)
    other = models.TextField("annat av vikt", blank=True)

    @transition(field="state", source=State.PLANNED, target=State.ASKED)
    def ask(self, *, until: date) -> None:
        """The questions have gone to the provider."""
        self.answers_close_on = until

    @transition(field="state", source=[State.PLANNED, State.ASKED], target=State.HELD)
    def hold(self, *, on: date) -> None:
        """The follow-up has been held."""
        self.held_on = on

    @transition(field="state", source=State.HELD, target=State.DOCUMENTED)
    def document(self, *, on: date) -> None:
        """What was found is documented and registered (FUP-04)."""
        self.closed_on = on

    @transition(field="state", source=[State.PLANNED, State.ASKED], target=State.CANCELLED)
    def cancel(self, *, on: date) -> None:
        """It is not held, for a reason that is recorded."""
        self.closed_on = on


class FollowUpQuestion(Question):
    """A question of one follow-up: what the provider answered, and what was found."""

    class Finding(models.TextChoices):
        FULFILLED = "fulfilled", "Uppfyllt"
        MINOR = "minor", "Brist"
        SERIOUS = "serious", "Allvarlig brist"
        NOT_RELEVANT = "not_relevant", "Inte aktuellt"

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="questions")
    answer = models.TextField("svar", blank=True)
    finding = models.CharField("bedömning", max_length=14, choices=Finding, blank=True)
    comment = models.TextField("kommentar", blank=True)
    mend_by = models.DateField("rättas senast", null=True)
    mended_on = models.DateField("rättat", null=True)

    class Meta(Question.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(mended_on=None) | Q(finding__in=["minor", "serious"]),
                name="only_a_shortcoming_is_mended",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is a shortcoming that nobody has mended."""
        return self.finding in (self.Finding.MINOR, self.Finding.SERIOUS) and not self.mended_on
