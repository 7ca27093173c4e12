"""What happens when a provider falls short: deviations, in-depth follow-ups and remedies.

Requirements ESC-01 to ESC-04, CAP-10, CAP-17.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import transition

from cases.dates import long_date
from cases.models import Attachment, Case, Document, Record
from organisation.roles import ADMINISTRATION, Role
from procurement.areas import FollowUpArea
from procurement.contracts.models import Contract
from procurement.followups.models import FollowUp
from procurement.specifications.models import Remedy


class Deviation(Case):
    """A deviation or complaint about a provider, from staff, from others or from itself."""

    case_kind = "deviation"
    case_label = "Avvikelse"
    number_prefix = "AVV"
    reader_roles = ADMINISTRATION | {
        Role.FIRST_SOCIAL_WORKER,
        Role.CONTROLLER,
        Role.CHIEF_NURSE,
    }
    withheld = Q(deviation__shown_on=None)

    class State(models.TextChoices):
        REPORTED = "reported", "Rapporterad"
        HANDLING = "handling", "Utreds"
        CLOSED = "closed", "Avslutad"

    class Source(models.TextChoices):
        FOLLOW_UP = "follow_up", "Uppföljning"
        COMPLAINT = "complaint", "Klagomål eller synpunkt"
        DEVIATION = "deviation", "Avvikelse"
        OWN = "own", "Utförarens egen rapport"
        OTHER = "other", "Annat"

    class Grade(models.TextChoices):
        NONE = "none", "Ingen brist"
        MINOR = "minor", "Mindre brist"
        SERIOUS = "serious", "Allvarlig brist"

    agreement = models.ForeignKey(
        Contract, null=True, on_delete=models.PROTECT, related_name="deviations"
    )
    source = models.CharField("kommer från", max_length=10, choices=Source)
    area = models.CharField("område", max_length=20, choices=FollowUpArea)
    happened_on = models.DateField("inträffade")
    description = models.TextField("vad som hände")
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    shown_on = models.DateField("visas för utföraren sedan", null=True)
    grade = models.CharField("gradering", max_length=8, choices=Grade, blank=True)
    grade_reasons = models.TextField("skäl", blank=True)
    graded_on = models.DateField(null=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    graded_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ivo_reported_on = models.DateField("anmäld till IVO", null=True)
    ivo_number = models.CharField("ärendets nummer hos IVO", max_length=40, blank=True)
    ivo_declined_on = models.DateField(null=True)
    ivo_reasons = models.TextField("skäl att inte anmäla", blank=True)
    ivo_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.TextField("utfall", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ivo_reported_on=None) | Q(ivo_declined_on=None),
                name="deviation_is_reported_to_ivo_or_not",
            ),
            models.CheckConstraint(
                condition=Q(ivo_declined_on=None) | ~Q(ivo_reasons=""),
                name="not_reporting_to_ivo_has_reasons",
            ),
        ]

    @property
    def ivo_is_open(self) -> bool:
        """Whether it is serious, and nobody has answered whether IVO is told (SoL 27:7)."""
        answered = self.ivo_reported_on or self.ivo_declined_on
        return self.grade == self.Grade.SERIOUS and not answered

    def open_question(self) -> "DeviationQuestion | None":
        """What the provider has been asked and has not answered."""
        return self.questions.filter(answered_on=None).last()

    @transition(field="state", source=State.REPORTED, target=State.HANDLING)
    def begin_handling(self) -> None:
        """It has been graded, and is looked into."""

    @transition(field="state", source=State.HANDLING, target=State.CLOSED)
    def close(self, *, on: date) -> None:
        """What came of it is written down."""
        self.closed_on = on


class DeviationQuestion(Record):
    """What the provider is asked about a deviation, and what it answers."""

    deviation = models.ForeignKey(Deviation, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField("fråga")
    due = models.DateField("svar senast")
    answer = models.TextField("svar", blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["deviation"], condition=Q(answered_on=None),
                name="one_open_question_per_deviation",
            ),
            models.CheckConstraint(
                condition=Q(answered_on=None) | ~Q(answer=""), name="question_answered_has_an_answer"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text

    @property
    def was_late(self) -> bool:
        """Whether the answer came after the last day."""
        return self.answered_on is not None and self.answered_on > self.due


class InDepthFollowUp(Case):
    """A follow-up that goes deeper, limited to one area (ESC-01, ESC-02)."""

    case_kind = "in_depth"
    case_label = "Fördjupad uppföljning"
    number_prefix = "FUP"
    reader_roles = ADMINISTRATION | {
        Role.FIRST_SOCIAL_WORKER,
        Role.CONTROLLER,
        Role.COMMITTEE_CHAIR,
    }
    withheld = Q(indepthfollowup__started_on=None)

    class State(models.TextChoices):
        PLANNING = "planning", "Planeras"
        RUNNING = "running", "Pågår"
        MEASURES = "measures", "Åtgärder"
        CLOSED = "closed", "Avslutad"

    agreement = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="in_depth_follow_ups"
    )
    area = models.CharField("område", max_length=20, choices=FollowUpArea, blank=True)
    reason = models.TextField("skäl")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    deviations = models.ManyToManyField(Deviation, related_name="in_depth_follow_ups")
    after = models.ForeignKey(
        FollowUp, null=True, on_delete=models.PROTECT, related_name="in_depth_follow_ups"
    )
    method = models.TextField("hur det går till", blank=True)
    communication_plan = models.TextField("kommunikationsplan", blank=True)
    planned_on = models.DateField(null=True)
    consulted_on = models.DateField("samråd", null=True)
    consulted_with = models.CharField("samråd med", max_length=240, blank=True)
    consultation = models.TextField("vad samrådet gav", blank=True)
    started_on = models.DateField("började", null=True)
    outcome = models.TextField("utfall", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on=None)
                | (
                    ~Q(area="") & ~Q(method="") & ~Q(communication_plan="")
                    & Q(consulted_on__isnull=False)
                ),
                name="in_depth_follow_up_is_started_with_its_plan",
            ),
        ]  # fmt: skip

    @property
    def stops(self) -> models.QuerySet["StopForNewPersons"]:
        """Stops for new persons at the provider."""
        return self.agreement.stops.all()

    @transition(field="state", source=State.PLANNING, target=State.RUNNING)
    def start(self, *, on: date) -> None:
        """The plan is complete, and the work begins."""
        self.started_on = on

    @transition(field="state", source=[State.RUNNING, State.MEASURES], target=State.MEASURES)
    def demand_measures(self) -> None:
        """Something is demanded of the provider, or a remedy is proposed."""

    @transition(
        field="state", source=[State.PLANNING, State.RUNNING, State.MEASURES], target=State.CLOSED
    )
    def close(self, *, on: date) -> None:
        """What came of it is written down."""
        self.closed_on = on


class AreaResponsible(Record):
    """Who is responsible for a part of an in-depth follow-up (ESC-02)."""

    in_depth = models.ForeignKey(
        InDepthFollowUp, on_delete=models.PROTECT, related_name="responsible_people"
    )
    part = models.CharField("del", max_length=160)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["in_depth", "part", "person"], name="responsible_once_for_each_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.person}"


class Finding(Record):
    """What was found in an in-depth follow-up, with its evidence."""

    class Result(models.TextChoices):
        FULFILLED = "fulfilled", "Uppfyllt"
        MINOR = "minor", "Brist"
        SERIOUS = "serious", "Allvarlig brist"

    SHORTCOMINGS = (Result.MINOR, Result.SERIOUS)

    in_depth = models.ForeignKey(InDepthFollowUp, on_delete=models.PROTECT, related_name="findings")
    text = models.TextField("iakttagelse")
    result = models.CharField("bedömning", max_length=10, choices=Result)
    found_on = models.DateField("dag")
    evidence = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="underlag"
    )

    def __str__(self) -> str:
        return f"{self.get_result_display()}: {self.text}"


class ActionPlan(Record):
    """A plan that the provider has to make, and what came of it."""

    in_depth = models.ForeignKey(
        InDepthFollowUp, on_delete=models.PROTECT, related_name="action_plans"
    )
    remedy = models.ForeignKey(Remedy, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("vad planen ska lösa")
    demanded_on = models.DateField("begärd")
    due = models.DateField("senast")
    answer = models.TextField("plan", blank=True)
    answered_on = models.DateField("lämnad", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_on = models.DateField("godtagen", null=True)
    follow_on = models.DateField("åtgärderna kontrolleras", null=True)
    rejected_on = models.DateField("inte godtagen", null=True)
    rejected_reason = models.TextField("skäl", blank=True)
    checked_on = models.DateField("kontrollerad", null=True)
    carried_out = models.BooleanField("genomförd", null=True)
    outcome = models.TextField("vad kontrollen visade", blank=True)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(rejected_on=None),
                name="action_plan_is_accepted_or_rejected",
            ),
            models.CheckConstraint(
                condition=Q(rejected_on=None) | ~Q(rejected_reason=""),
                name="rejected_action_plan_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None)
                | (Q(answered_on__isnull=False) & Q(follow_on__isnull=False)),
                name="accepted_action_plan_is_written_and_followed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Åtgärdsplan begärd {long_date(self.demanded_on)}"

    @property
    def by_clause(self) -> str:
        """The clause by which it is demanded, as words to put after a verb."""
        return f" enligt avsnitt {self.remedy.clause}" if self.remedy else ""

    @property
    def was_late(self) -> bool:
        """Whether it came after the last day."""
        return self.answered_on is not None and self.answered_on > self.due


class SanctionStep(Record):
    """A remedy that is proposed, and decided or declined by the delegation of authority (ESC-03)."""

    in_depth = models.ForeignKey(
        InDepthFollowUp, on_delete=models.PROTECT, related_name="sanctions"
    )
    remedy = models.ForeignKey(Remedy, on_delete=models.PROTECT, related_name="+")
    reasons = models.TextField("skäl")
    amount_kr = models.PositiveIntegerField("belopp, kronor", null=True)
    decided_on = models.DateField("beslutad", null=True)
    declined_on = models.DateField("inte beslutad", null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_as = models.CharField("delegat", max_length=80, blank=True)
    decision_reasons = models.TextField("beslutets skäl", blank=True)
    last_day = models.DateField("avtalets sista dag", null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_on=None) | Q(declined_on=None),
                name="remedy_is_decided_or_declined",
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None, declined_on=None) | Q(decided_by__isnull=False),
                name="remedy_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("recorded_by")),
                name="remedy_is_not_decided_by_its_proposer",
            ),
            models.UniqueConstraint(
                fields=["in_depth", "remedy"],
                condition=Q(decided_on=None, declined_on=None),
                name="one_waiting_proposal_per_remedy",
            ),
        ]

    def __str__(self) -> str:
        return str(self.remedy)


class StopForNewPersons(Record):
    """No new persons are given to a provider, from a day until it is lifted."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="stops")
    from_on = models.DateField("från")
    reason = models.CharField("skäl", max_length=240)
    lifted_on = models.DateField("hävt", null=True)
    lifted_reason = models.CharField("skäl att häva", max_length=240, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["contract"], condition=Q(lifted_on=None), name="one_stop_per_contract"
            ),
            models.CheckConstraint(
                condition=Q(lifted_on=None) | Q(lifted_on__gte=models.F("from_on")),
                name="stop_is_lifted_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"Stopp för nya personer från {long_date(self.from_on)}"
