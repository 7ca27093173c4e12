"""A company's application to become a provider, and what is recorded while it is handled."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import transition

from cases.models import AgendaItem, Attachment, Case, Document, Record
from organisation.roles import ADMINISTRATION
from procurement.applications import rules
from procurement.specifications.models import (
    Assignment,
    RequiredAttachment,
    ServiceArea,
    SpecificationVersion,
)


class ProviderApplication(Case):
    """An application under LOV. Its transitions are the only way from state to state."""

    case_kind = "application"
    joined = ("specification",)
    guarded = ("steps", "meetings", "references", "specification__required_attachments")
    case_label = "LOV-ansökan"
    number_prefix = "LOV"
    reader_roles = ADMINISTRATION

    class State(models.TextChoices):
        DRAFT = "draft", "Utkast"
        RECEIVED = "received", "LOV-ansökan"
        COMPLETION = "completion", "Komplettering"
        HANDLING = "handling", "Handläggning"
        ASSESSMENT = "assessment", "Bedömning"
        MBL = "mbl", "MBL"
        COMMITTEE = "committee", "Nämnd"
        DECIDED = "decided", "Beslutad, ska meddelas"
        CORRECTION_PERIOD = "correction_period", "Tid för rättelse"
        CORRECTION_FILED = "correction_filed", "Rättelse prövas"
        APPROVED = "approved", "Godkänd"
        REJECTED = "rejected", "Avslagen"
        EXCLUDED = "excluded", "Utesluten"
        WITHDRAWN = "withdrawn", "Återkallad"

    class Channel(models.TextChoices):
        PORTAL = "portal", "Utförarportalen"
        MAIL = "mail", "E-post"
        PAPER = "paper", "Post eller brevlåda"

    specification = models.ForeignKey(
        SpecificationVersion, null=True, on_delete=models.PROTECT, related_name="applications"
    )
    """The version in force the day the application arrived (LOV-01)."""
    channel = models.CharField("kom in genom", max_length=10, choices=Channel)
    arrived_on = models.DateField("inkom", null=True)
    complete_on = models.DateField("komplett", null=True)
    assignment = models.CharField("uppdrag", max_length=20, choices=Assignment, blank=True)
    areas = models.ManyToManyField(ServiceArea, blank=True, verbose_name="områden")
    capacity_ceiling_hours = models.PositiveIntegerField("kapacitetstak", null=True)
    """Hours a month at the most."""
    contact_name = models.CharField("kontaktperson", max_length=120, blank=True)
    contact_title = models.CharField("befattning", max_length=80, blank=True)
    contact_mail = models.EmailField("e-post", blank=True)
    operations_manager = models.CharField("verksamhetsansvarig", max_length=120, blank=True)
    assessed_incomplete = models.BooleanField(default=False)
    """Assessed as it stood, since the completion never came: it can only be rejected."""
    economic_consequences = models.TextField("ekonomiska konsekvenser", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(complete_on=None) | Q(complete_on__gte=models.F("arrived_on")),
                name="application_is_complete_after_it_arrived",
            ),
        ]

    def checklist(self, day: date | None = None) -> list[RequiredAttachment]:
        """The attachments that the application's call document demands; for a draft, those of the
        version in force on `day`."""
        specification = self.specification
        if specification is None and day:
            specification = SpecificationVersion.objects.in_force(day)
        return list(specification.required_attachments.all()) if specification else []

    def files_asked_for(self, day: date) -> list[tuple[str, str]]:
        """The attachments of the checklist that are sent here."""
        return [(row.code, row.name) for row in self.checklist(day) if not row.shown_only]

    def attachments_by_requirement(self) -> dict[str, list[Attachment]]:
        """The attachments that stand, newest last, by the code of the row they answer."""
        found: dict[str, list[Attachment]] = {}
        for row in self.attachments.filter(removed_on=None):
            found.setdefault(row.requirement, []).append(row)
        return found

    def step(self, kind: str) -> "HandlingStep | None":
        """The last record of a step."""
        return next((row for row in reversed(list(self.steps.all())) if row.kind == kind), None)

    def is_reviewed_anew(self) -> bool:
        """Whether it has been gone through since completion was last requested (COR-05)."""
        last, asked = self.step(HandlingStep.Kind.REVIEW), self.completions.last()
        return last is not None and (asked is None or last.recorded_at > asked.recorded_at)

    def needs_completion(self) -> bool:
        """Whether the last review says so, and nothing has been requested since."""
        last = self.step(HandlingStep.Kind.REVIEW)
        incomplete = last is not None and last.outcome == HandlingStep.Outcome.INCOMPLETE
        return incomplete and self.is_reviewed_anew()

    def open_completion(self) -> "CompletionRequest | None":
        """The round that waits for the company's answer."""
        return self.completions.filter(closed_on=None).last()

    def awaited_completion(self) -> "CompletionRequest":
        """The same, in a state that has one."""
        found = self.open_completion()
        assert found, f"{self} awaits no completion"
        return found

    def proposal(self) -> "DecisionProposal | None":
        """The proposal that stands."""
        standing = self.proposals.filter(declined_on=None)
        return standing.select_related("recorded_by", "concurred_by").last()

    def standing_proposal(self) -> "DecisionProposal":
        """The same, in a state that has one."""
        found = self.proposal()
        assert found, f"{self} has no proposal"
        return found

    def agenda_item(self) -> AgendaItem | None:
        """Where the application stands on an agenda, undecided."""
        return (
            self.agenda_items.filter(withdrawn_on=None, decided_on=None)
            .select_related("meeting")
            .last()
        )

    def place_on_agenda(self) -> AgendaItem:
        """The same, of an application that stands on one."""
        found = self.agenda_item()
        assert found, f"{self} stands on no agenda"
        return found

    def decision(self) -> "CommitteeDecision | None":
        """The committee's last decision."""
        return self.decisions.select_related("notice", "correction").order_by("pk").last()

    def made_decision(self) -> "CommitteeDecision":
        """The same, of an application that has been decided."""
        found = self.decision()
        assert found, f"{self} is not decided"
        return found

    def counted_references(self) -> dict[str, int]:
        """How many references have been taken, by whom they are about."""
        counts = dict.fromkeys(Reference.About.values, 0)
        for row in self.references.all():
            counts[row.about] += 1
        return counts

    def next_meeting_day(self) -> date | None:
        """The day of the meeting that will decide, when it is on an agenda."""
        item = self.agenda_item()
        return item.meeting.held_on if item else None

    # ----------------------------------------------------------------- transitions

    @transition(field="state", source=State.DRAFT, target=State.RECEIVED)
    def arrive(self, *, on: date, specification: SpecificationVersion) -> None:
        """The application has come in, and is bound to the call document of that day."""
        self.arrived_on = on
        self.specification = specification

    @transition(field="state", source=State.RECEIVED, target=State.COMPLETION)
    def request_completion(self) -> None:
        """The company is asked to complete."""

    @transition(field="state", source=State.COMPLETION, target=State.RECEIVED)
    def take_in_completion(self) -> None:
        """The round is over; the application is reviewed again."""

    @transition(field="state", source=State.RECEIVED, target=State.HANDLING)
    def declare_complete(self, *, on: date) -> None:
        """The moment from which handling should end within four weeks (LOV-04)."""
        self.complete_on = on

    @transition(field="state", source=State.HANDLING, target=State.ASSESSMENT)
    def begin_assessment(self) -> None:
        """All controls are done."""

    @transition(
        field="state",
        source=[State.RECEIVED, State.COMPLETION],
        target=State.ASSESSMENT,
    )
    def assess_as_it_stands(self) -> None:
        """The completion never came; only rejection can be proposed."""
        self.assessed_incomplete = True

    @transition(
        field="state",
        source=[State.RECEIVED, State.COMPLETION, State.HANDLING],
        target=State.ASSESSMENT,
    )
    def propose_exclusion(self) -> None:
        """A ground of LOV 7:1 has appeared."""

    @transition(field="state", source=State.ASSESSMENT, target=State.MBL)
    def concur(self) -> None:
        """Two people agree on the proposal (LOV-08)."""

    @transition(field="state", source=State.MBL, target=State.COMMITTEE)
    def conclude_mbl(self) -> None:
        """The negotiation is recorded (LOV-09)."""

    @transition(field="state", source=State.COMMITTEE, target=State.DECIDED)
    def decide(self) -> None:
        """The committee has decided (LOV-10)."""

    @transition(field="state", source=State.DECIDED, target=State.APPROVED)
    def notify_approval(self, *, on: date) -> None:
        """The approved company has been told."""
        self.closed_on = on

    @transition(field="state", source=State.DECIDED, target=State.CORRECTION_PERIOD)
    def notify_rejection(self) -> None:
        """The company that was not approved has been told; the correction period runs (LOV-11)."""

    @transition(
        field="state",
        source=[State.CORRECTION_PERIOD, State.REJECTED, State.EXCLUDED],
        target=State.CORRECTION_FILED,
    )
    def file_correction(self) -> None:
        """The company has gone to the administrative court; the municipality may be told of it
        after the case has ended, which then is open again (COR-04)."""
        self.closed_on = None

    @transition(
        field="state",
        source=[State.CORRECTION_PERIOD, State.CORRECTION_FILED],
        target=State.REJECTED,
    )
    def become_final_rejected(self, *, on: date) -> None:
        """The rejection stands."""
        self.closed_on = on

    @transition(
        field="state",
        source=[State.CORRECTION_PERIOD, State.CORRECTION_FILED],
        target=State.EXCLUDED,
    )
    def become_final_excluded(self, *, on: date) -> None:
        """The exclusion stands (LOV-15)."""
        self.closed_on = on

    @transition(field="state", source=State.CORRECTION_FILED, target=State.COMMITTEE)
    def return_to_committee(self) -> None:
        """The court ordered correction: the committee decides anew."""

    @transition(
        field="state",
        source=[
            State.RECEIVED,
            State.COMPLETION,
            State.HANDLING,
            State.ASSESSMENT,
            State.MBL,
            State.COMMITTEE,
        ],
        target=State.WITHDRAWN,
    )
    def withdraw(self, *, on: date) -> None:
        """The company has withdrawn the application (LOV-15)."""
        self.closed_on = on


class HandlingStep(Record):
    """A step of LOV-05 with outcome and evidence; done again, it is a new row. Only the review of
    the application can say that it needs completion."""

    class Kind(models.TextChoices):
        REVIEW = "review", "Granskning av ansökan"
        CREDIT = "credit", "Kreditupplysning (UC)"
        TAX = "tax", "Kontroll med Skatteverket"
        QMS = "qms", "Ledningssystem för kvalitet"
        CV = "cv", "Meritförteckning och bilagor"
        RECORD_EXTRACT = "record_extract", "Registerutdrag visat"

    class Outcome(models.TextChoices):
        ORDERED = "ordered", "Beställd, svar inväntas"
        PASSED = "passed", "Godtagbart"
        REMARK = "remark", "Godtagbart med anmärkning"
        FAILED = "failed", "Uppfyller inte kraven"
        INCOMPLETE = "incomplete", "Behöver kompletteras"

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    outcome = models.CharField(max_length=10, choices=Outcome)
    done_on = models.DateField()
    valid_until = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    evidence = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="record_extract") | Q(evidence=None),
                name="a_shown_register_extract_is_never_kept",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_outcome_display()}"

    @property
    def is_done(self) -> bool:
        """Whether there is an answer, whatever it says."""
        return self.outcome != self.Outcome.ORDERED


class CompletionRequest(Record):
    """A round of completion: what was asked for, by when, and what came (LOV-03)."""

    class Outcome(models.TextChoices):
        CAME = "came", "Kom in"
        LATE = "late", "Kom in för sent"
        MISSING = "missing", "Kom inte in"

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="completions"
    )
    round = models.PositiveSmallIntegerField()
    requirements = models.JSONField(default=list)
    """Codes of the checklist's rows that are asked for."""
    text = models.TextField()
    requested_on = models.DateField()
    due = models.DateField()
    answered_on = models.DateField(null=True)
    answer = models.TextField(blank=True)
    closed_on = models.DateField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["application", "round"], name="one_completion_per_round"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(closed_on=None),
                name="one_open_completion_per_application",
            ),
        ]

    def __str__(self) -> str:
        return f"Omgång {self.round}"

    @property
    def is_late(self) -> bool:
        """Whether the answer came after the last day."""
        return self.answered_on is not None and self.answered_on > self.due


class InformationMeeting(Record):
    """The information meeting with its attendance (LOV-07)."""

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="meetings"
    )
    held_on = models.DateField()
    place = models.CharField(max_length=120)
    attendance = models.JSONField(default=dict)
    """Capacity (see `rules.REQUIRED_AT_MEETING`) -> name of who attended, or "" when nobody did."""
    notes = models.TextField(blank=True)
    went_through_application = models.BooleanField()

    def __str__(self) -> str:
        return f"Informationsmöte {self.held_on}"

    def absent(self) -> Sequence[str]:
        """The required capacities that nobody attended in."""
        return rules.absent_at_meeting(self.attendance)


class Reference(Record):
    """A reference taken, about the management or the operations manager (LOV-06)."""

    class About(models.TextChoices):
        MANAGEMENT = "management", "Företagets ledning"
        OPERATIONS_MANAGER = "operations_manager", "Verksamhetsansvarig"

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="references"
    )
    about = models.CharField(max_length=20, choices=About)
    referee = models.CharField(max_length=120)
    organisation = models.CharField(max_length=160)
    relation = models.CharField(max_length=160)
    taken_on = models.DateField()
    statement = models.TextField()

    def __str__(self) -> str:
        return f"{self.get_about_display()}: {self.referee}"


class DecisionProposal(Record):
    """What the case worker proposes, and the deputy director's answer (LOV-08)."""

    class Recommendation(models.TextChoices):
        APPROVE = "approve", "Godkänna"
        REJECT = "reject", "Inte godkänna"
        EXCLUDE = "exclude", "Utesluta (LOV 7 kap. 1 §)"

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="proposals"
    )
    recommendation = models.CharField(max_length=8, choices=Recommendation)
    reasons = models.TextField()
    exclusion_ground = models.CharField(
        max_length=40, blank=True, choices=rules.ExclusionGround.choices
    )
    proportionality = models.TextField(blank=True)
    proposed_on = models.DateField()
    concurred_on = models.DateField(null=True)
    concurred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    declined_on = models.DateField(null=True)
    declined_reason = models.TextField(blank=True)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(concurred_by=None) | ~Q(concurred_by=models.F("recorded_by")),
                name="two_different_people_agree_on_a_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(recommendation="exclude") | ~Q(exclusion_ground=""),
                name="exclusion_names_its_ground",
            ),
        ]

    def __str__(self) -> str:
        return self.get_recommendation_display()


class MblNegotiation(Record):
    """A negotiation with a union before the committee decides (LOV-09, MBL 38 §)."""

    class Outcome(models.TextChoices):
        AGREED = "agreed", "Avslutad i enighet"
        DISAGREED = "disagreed", "Avslutad i oenighet"
        DECLINED = "declined", "Organisationen avstod"

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="negotiations"
    )
    union = models.CharField(max_length=80)
    held_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    note = models.CharField(max_length=500, blank=True)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["application", "union", "held_on"],
                name="one_negotiation_per_union_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.union} {self.held_on}"


class CommitteeDecision(Record):
    """The committee's decision as its secretary registered it (LOV-10)."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Godkänner"
        REJECTED = "rejected", "Godkänner inte"
        EXCLUDED = "excluded", "Utesluter sökanden"

    application = models.ForeignKey(
        ProviderApplication, on_delete=models.PROTECT, related_name="decisions"
    )
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome)
    paragraph = models.PositiveIntegerField()
    decided_on = models.DateField()
    reasons = models.TextField(blank=True)
    reservations = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"§ {self.paragraph}, {self.decided_on}"

    @property
    def is_approval(self) -> bool:
        """Whether the company was approved."""
        return self.outcome == self.Outcome.APPROVED


class DecisionNotice(Record):
    """The notice to the company: how, which day it was given, and the proof of that (LOV-11)."""

    class Channel(models.TextChoices):
        PORTAL = "portal", "Utförarportalen"
        POST = "post", "Brev"
        MAIL = "mail", "E-post"

    decision = models.OneToOneField(
        CommitteeDecision, on_delete=models.PROTECT, related_name="notice"
    )
    channel = models.CharField(max_length=8, choices=Channel)
    given_on = models.DateField()
    proof = models.CharField(max_length=200)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.given_on}"


class CorrectionCase(Record):
    """An application for correction (rättelse) at the administrative court (LOV 10:1-3)."""

    class Outcome(models.TextChoices):
        DISMISSED = "dismissed", "Avslagen eller avvisad"
        GRANTED = "granted", "Bifallen: rättelse ska ske"

    decision = models.OneToOneField(
        CommitteeDecision, on_delete=models.PROTECT, related_name="correction"
    )
    court_case_number = models.CharField(max_length=40)
    filed_on = models.DateField()
    """The day it came to the court."""
    told_on = models.DateField()
    """The day the municipality was told of it."""
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_on = models.DateField(null=True)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(told_on__gte=models.F("filed_on")),
                name="the_municipality_is_told_after_the_filing",
            )
        ]

    def __str__(self) -> str:
        return self.court_case_number
