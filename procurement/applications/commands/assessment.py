"""Assessment by two people, exclusion, and MBL. LOV-08, LOV-09, LOV-15, CAP-16."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms

from cases import documents, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note, tell_responsible
from cases.commands import Act, Command, CommandForm, Missing, Refused
from cases.models import JournalNote
from organisation.authority import holders
from organisation.roles import Role
from procurement.applications import guards, rules
from procurement.applications.commands.controls import not_before_arrival
from procurement.applications.commands.intake import CASE_WORKERS, resume_decision_time
from procurement.applications.models import (
    CompletionRequest,
    DecisionProposal,
    MblNegotiation,
    ProviderApplication,
)

State = ProviderApplication.State
Recommendation = DecisionProposal.Recommendation


class BeginAssessment(Command):
    """All controls are done; the application goes on to assessment (LOV-06, LOV-07)."""

    label: ClassVar[str] = "Gå till bedömning"
    roles = CASE_WORKERS
    transition = "begin_assessment"
    primary = True

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.handling(case, day)

    def apply(self, case: Any, act: Act) -> None:
        case.begin_assessment()


class AsItStandsForm(CommandForm):
    why = forms.CharField(label="Skäl", widget=forms.Textarea, max_length=2000)


class AssessAsItStands(Command):
    """The completion never came: the application is assessed as it stands, for rejection alone."""

    label: ClassVar[str] = "Bedöm i befintligt skick"
    roles = CASE_WORKERS
    transition = "assess_as_it_stands"
    form = AsItStandsForm
    help = "Bara avslag kan föreslås, eftersom ansökan inte är komplett."
    why: str

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        closed = case.completions.filter(closed_on__isnull=False)
        open_round = case.open_completion()
        if closed.exists() or (open_round and open_round.due < day):
            return []
        return [
            Missing(
                "En avslutad omgång komplettering",
                "Företaget ska först ha fått tillfälle att komplettera.",
                "request_completion",
            )
        ]

    def apply(self, case: Any, act: Act) -> None:
        close_open_round(case, act)
        case.assess_as_it_stands()
        ledger.cancel(case, act.day, rules.COMPLETION_REQUEST.code, rules.COMPLETION_ANSWER.code)
        official_note(case, act, f"Ansökan bedöms i befintligt skick. {self.why}")


def close_open_round(case: Any, act: Act) -> None:
    """End a round of completion that goes on, as not answered."""
    if round_ := case.open_completion():
        round_.closed_on = act.day
        round_.outcome = CompletionRequest.Outcome.MISSING
        round_.save()
        resume_decision_time(case, act)


class ExclusionForm(CommandForm):
    ground = forms.ChoiceField(
        label="Grund (LOV 7 kap. 1 §)", choices=rules.ExclusionGround.choices
    )
    reasons = forms.CharField(label="Skäl", widget=forms.Textarea, max_length=10000)
    proportionality = forms.CharField(
        label="Varför uteslutning är proportionerlig",
        widget=forms.Textarea,
        max_length=4000,
        help_text="Lagen säger ”får uteslutas”: väg hur allvarligt och hur länge sedan.",
    )


class ProposeExclusion(Command):
    """Propose that the company is excluded by a ground of LOV 7:1. The committee decides (LOV-15)."""

    label: ClassVar[str] = "Föreslå uteslutning"
    roles = CASE_WORKERS
    transition = "propose_exclusion"
    form = ExclusionForm
    ground: str
    reasons: str
    proportionality: str

    def apply(self, case: Any, act: Act) -> None:
        close_open_round(case, act)
        ledger.cancel(case, act.day, rules.COMPLETION_REQUEST.code, rules.COMPLETION_ANSWER.code)
        case.propose_exclusion()
        propose(
            case, act, Recommendation.EXCLUDE, self.reasons,
            exclusion_ground=self.ground, proportionality=self.proportionality,
        )  # fmt: skip

    def stated(self) -> dict[str, Any]:
        return {"ground": self.ground}


def propose(case: Any, act: Act, recommendation: str, reasons: str, **more: str) -> None:
    """Record a proposal and ask the deputy director for concurrence."""
    DecisionProposal.objects.create(
        application=case,
        recommendation=recommendation,
        reasons=reasons,
        proposed_on=act.day,
        **more,
        **act.stamp,
    )
    messages.notify(
        holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day), case,
        f"{case}: förslag väntar på ditt samråd", act.at,
    )  # fmt: skip


class ProposalForm(CommandForm):
    recommendation = forms.ChoiceField(
        label="Förslag",
        choices=[
            (Recommendation.APPROVE, "Godkänna företaget som utförare"),
            (Recommendation.REJECT, "Inte godkänna företaget"),
        ],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label="Skäl",
        widget=forms.Textarea,
        max_length=10000,
        help_text="Skälen står i tjänsteskrivelsen. Vid avslag: vilka krav som inte är uppfyllda.",
    )
    economic_consequences = forms.CharField(
        label="Ekonomiska konsekvenser",
        widget=forms.Textarea,
        max_length=2000,
        help_text="Högst fem meningar, till tjänsteskrivelsen.",
    )

    def prepare(self) -> None:
        self.fields["economic_consequences"].initial = self.case.economic_consequences
        if self.case.assessed_incomplete:
            self.fields["recommendation"].choices = [(Recommendation.REJECT, "Inte godkänna")]
            self.fields["recommendation"].initial = Recommendation.REJECT


class ProposeDecision(Command):
    """The case worker proposes; somebody else concurs (LOV-08, CAP-16)."""

    label: ClassVar[str] = "Föreslå beslut"
    roles = CASE_WORKERS
    form = ProposalForm
    primary = True
    recommendation: str
    reasons: str
    economic_consequences: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.ASSESSMENT and case.proposal() is None

    def check(self, case: Any, act: Act) -> None:
        if case.assessed_incomplete and self.recommendation == Recommendation.APPROVE:
            raise Refused("Ansökan är inte komplett. Den kan bara föreslås få avslag.")

    def apply(self, case: Any, act: Act) -> None:
        case.economic_consequences = self.economic_consequences
        propose(case, act, self.recommendation, self.reasons)

    def stated(self) -> dict[str, Any]:
        return {"recommendation": self.recommendation}


class _AnswerProposal(Command):
    """What the deputy director says of a proposal: never the one who made it."""

    label: ClassVar[str] = ""
    roles = frozenset({Role.DEPUTY_DIRECTOR})

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.proposed(case, day)

    @classmethod
    def barred(cls, case: Any) -> Mapping[int, str]:
        proposal = case.proposal()
        if proposal is None:
            return {}
        why = "Den som har föreslagit beslutet kan inte också samråda. Två personer krävs."
        return {
            user_id: why
            for user_id in (proposal.recorded_by_id, proposal.on_behalf_of_id)
            if user_id
        }


class Concur(_AnswerProposal):
    """The deputy director agrees; the application goes on to MBL (LOV-08)."""

    label: ClassVar[str] = "Tillstyrk förslaget"
    transition = "concur"
    primary = True

    def apply(self, case: Any, act: Act) -> None:
        proposal = case.proposal()
        proposal.concurred_on, proposal.concurred_by = act.day, act.user
        proposal.save()
        case.concur()
        tell_responsible(case, act, f"{case}: förslaget är tillstyrkt")


class DeclineForm(CommandForm):
    why = forms.CharField(label="Skäl", widget=forms.Textarea, max_length=4000)


class DeclineProposal(_AnswerProposal):
    """The deputy director does not agree; a new proposal is needed."""

    label: ClassVar[str] = "Lämna tillbaka förslaget"
    form = DeclineForm
    why: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.ASSESSMENT and case.proposal() is not None

    def apply(self, case: Any, act: Act) -> None:
        proposal = case.proposal()
        proposal.declined_on, proposal.declined_reason = act.day, self.why
        proposal.save()
        JournalNote.objects.create(
            case_id=case.pk, kind=JournalNote.Kind.WORKING, author=act.user, written_at=act.at,
            on_behalf_of=act.on_behalf_of, text=f"Förslaget lämnas tillbaka: {self.why}",
        )  # fmt: skip
        tell_responsible(case, act, f"{case}: förslaget är lämnat tillbaka")


class MblBasisForm(CommandForm):
    assessment = forms.CharField(
        label="Vad ett beslut innebär för verksamheten och de anställda",
        widget=forms.Textarea,
        max_length=6000,
    )


class WriteMblBasis(Command):
    """Write the basis for negotiation by MBL 38 § (LOV-09)."""

    label: ClassVar[str] = "Skriv MBL-underlag"
    roles = HANDLERS
    form = MblBasisForm
    assessment: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.MBL

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        document = documents.make(
            case, "mbl_basis", act.user, act.at, lock=True, assessment=self.assessment
        )
        official_note(case, act, "Underlag för MBL är framskrivet.", document)
        return {"document": document.pk}

    def stated(self) -> dict[str, Any]:
        return {}


class NegotiationForm(CommandForm):
    union = forms.CharField(
        label="Arbetstagarorganisation", max_length=80, help_text="Till exempel Kommunal"
    )
    held_on = forms.DateField(label="Förhandlad den")
    outcome = forms.ChoiceField(
        label="Utfall", choices=MblNegotiation.Outcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label="Anteckning", required=False, max_length=500)

    def prepare(self) -> None:
        self.fields["held_on"].initial = self.day


class RecordNegotiation(Command):
    """Record a negotiation with a union: date, organisation, outcome (LOV-09)."""

    label: ClassVar[str] = "Registrera MBL-förhandling"
    roles = HANDLERS
    form = NegotiationForm
    union: str
    held_on: date
    outcome: str
    note: str = ""

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.MBL

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return [gap for gap in guards.mbl(case, day) if gap.command == "write_mbl_basis"]

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Förhandlingen")
        not_before_arrival(self.held_on, case, "Förhandlingen")
        if case.negotiations.filter(union=self.union, held_on=self.held_on).exists():
            raise Refused(f"Förhandlingen med {self.union} den dagen är redan registrerad.")

    def apply(self, case: Any, act: Act) -> None:
        MblNegotiation.objects.create(
            application=case, union=self.union, held_on=self.held_on, outcome=self.outcome,
            note=self.note, **act.stamp,
        )  # fmt: skip
        label = MblNegotiation.Outcome(self.outcome).label.lower()
        official_note(case, act, f"MBL-förhandling med {self.union} {self.held_on}: {label}.")


class ConcludeMbl(Command):
    """Negotiation is recorded; the application goes on to the committee (LOV-09)."""

    label: ClassVar[str] = "Gå till nämnd"
    roles = HANDLERS
    transition = "conclude_mbl"
    primary = True

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.mbl(case, day)

    def apply(self, case: Any, act: Act) -> None:
        case.conclude_mbl()


COMMANDS = (
    BeginAssessment,
    AssessAsItStands,
    ProposeDecision,
    ProposeExclusion,
    Concur,
    DeclineProposal,
    WriteMblBasis,
    RecordNegotiation,
    ConcludeMbl,
)
