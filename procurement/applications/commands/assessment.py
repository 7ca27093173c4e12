"""Assessment by two people, exclusion, and MBL. LOV-08, LOV-09, LOV-15, CAP-16."""

from collections.abc import Mapping
from datetime import date

from django import forms

from audit.act import Act
from cases import documents, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note, tell_responsible
from cases.commands import CaseCommand, CaseForm
from cases.models import JournalNote
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
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


class BeginAssessment(CaseCommand[ProviderApplication]):
    """All controls are done; the application goes on to assessment (LOV-06, LOV-07)."""

    label = "Gå till bedömning"
    roles = CASE_WORKERS
    transition = "begin_assessment"
    primary = True

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.handling(case, day)

    def apply(self, case: ProviderApplication, act: Act) -> None:
        case.begin_assessment()


class AssessAsItStands(CaseCommand[ProviderApplication]):
    """The completion never came: the application is assessed as it stands, for rejection alone."""

    label = "Bedöm i befintligt skick"
    roles = CASE_WORKERS
    transition = "assess_as_it_stands"
    help = "Bara avslag kan föreslås, eftersom ansökan inte är komplett."
    why: str = asked.text("Skäl", max_length=2000)

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
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

    def apply(self, case: ProviderApplication, act: Act) -> None:
        close_open_round(case, act)
        case.assess_as_it_stands()
        ledger.cancel(case, act.day, rules.COMPLETION_REQUEST.code, rules.COMPLETION_ANSWER.code)
        official_note(case, act, f"Ansökan bedöms i befintligt skick. {self.why}")


def close_open_round(case: ProviderApplication, act: Act) -> None:
    """End a round of completion that goes on, as not answered."""
    if round_ := case.open_completion():
        round_.closed_on = act.day
        round_.outcome = CompletionRequest.Outcome.MISSING
        round_.save()
        resume_decision_time(case, act)


class ProposeExclusion(CaseCommand[ProviderApplication]):
    """Propose that the company is excluded by a ground of LOV 7:1. The committee decides (LOV-15)."""

    label = "Föreslå uteslutning"
    roles = CASE_WORKERS
    transition = "propose_exclusion"
    ground: str = asked.choice("Grund (LOV 7 kap. 1 §)", rules.ExclusionGround.choices)
    reasons: str = asked.text("Skäl", max_length=10_000)
    proportionality: str = asked.text(
        "Varför uteslutning är proportionerlig",
        max_length=4000,
        help_text="Lagen säger ”får uteslutas”: väg hur allvarligt och hur länge sedan.",
    )

    def apply(self, case: ProviderApplication, act: Act) -> None:
        close_open_round(case, act)
        ledger.cancel(case, act.day, rules.COMPLETION_REQUEST.code, rules.COMPLETION_ANSWER.code)
        case.propose_exclusion()
        propose(
            case,
            act,
            Recommendation.EXCLUDE,
            self.reasons,
            exclusion_ground=self.ground,
            proportionality=self.proportionality,
        )


def propose(
    case: ProviderApplication, act: Act, recommendation: str, reasons: str, **more: str
) -> None:
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
        holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day),
        case,
        f"{case}: förslag väntar på ditt samråd",
        act.at,
    )


def possible_recommendations(form: CaseForm[ProviderApplication]) -> list[tuple[str, str]]:
    """An application that was never completed can only be rejected."""
    if form.case.assessed_incomplete:
        return [(Recommendation.REJECT, "Inte godkänna")]
    return [
        (Recommendation.APPROVE, "Godkänna företaget som utförare"),
        (Recommendation.REJECT, "Inte godkänna företaget"),
    ]


class ProposeDecision(CaseCommand[ProviderApplication]):
    """The case worker proposes; somebody else concurs (LOV-08, CAP-16)."""

    label = "Föreslå beslut"
    roles = CASE_WORKERS
    primary = True
    recommendation: str = asked.choice(
        "Förslag",
        possible_recommendations,
        first=lambda form: Recommendation.REJECT if form.case.assessed_incomplete else None,
        widget=forms.RadioSelect,
    )
    reasons: str = asked.text(
        "Skäl",
        max_length=10_000,
        help_text="Skälen står i tjänsteskrivelsen. Vid avslag: vilka krav som inte är uppfyllda.",
    )
    economic_consequences: str = asked.text(
        "Ekonomiska konsekvenser",
        max_length=2000,
        first=lambda form: form.case.economic_consequences,
        help_text="Högst fem meningar, till tjänsteskrivelsen.",
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.ASSESSMENT and case.proposal() is None

    def check(self, case: ProviderApplication, act: Act) -> None:
        if case.assessed_incomplete and self.recommendation == Recommendation.APPROVE:
            raise Refused("Ansökan är inte komplett. Den kan bara föreslås få avslag.")

    def apply(self, case: ProviderApplication, act: Act) -> None:
        case.economic_consequences = self.economic_consequences
        propose(case, act, self.recommendation, self.reasons)


class _AnswerProposal(CaseCommand[ProviderApplication]):
    """What the deputy director says of a proposal: never the one who made it."""

    label = ""
    roles = frozenset({Role.DEPUTY_DIRECTOR})
    reads_first = True

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.proposed(case, day)

    @classmethod
    def barred(cls, case: ProviderApplication) -> Mapping[int, str]:
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

    label = "Tillstyrk förslaget"
    transition = "concur"
    primary = True

    def apply(self, case: ProviderApplication, act: Act) -> None:
        proposal = case.standing_proposal()
        proposal.concurred_on, proposal.concurred_by = act.day, act.user
        proposal.save()
        case.concur()
        tell_responsible(case, act, f"{case}: förslaget är tillstyrkt")


class DeclineProposal(_AnswerProposal):
    """The deputy director does not agree; a new proposal is needed."""

    label = "Lämna tillbaka förslaget"
    why: str = asked.text("Skäl", max_length=4000)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.ASSESSMENT and case.proposal() is not None

    def apply(self, case: ProviderApplication, act: Act) -> None:
        proposal = case.standing_proposal()
        proposal.declined_on, proposal.declined_reason = act.day, self.why
        proposal.save()
        JournalNote.objects.create(
            case_id=case.pk,
            kind=JournalNote.Kind.WORKING,
            author=act.user,
            written_at=act.at,
            on_behalf_of=act.on_behalf_of,
            text=f"Förslaget lämnas tillbaka: {self.why}",
        )
        tell_responsible(case, act, f"{case}: förslaget är lämnat tillbaka")


class WriteMblBasis(CaseCommand[ProviderApplication]):
    """Write the basis for negotiation by MBL 38 § (LOV-09)."""

    label = "Skriv MBL-underlag"
    roles = HANDLERS
    assessment: str = asked.text(
        "Vad ett beslut innebär för verksamheten och de anställda", max_length=6000
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.MBL

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        document = documents.make(
            case, "mbl_basis", act.user, act.at, lock=True, assessment=self.assessment
        )
        official_note(case, act, "Underlag för MBL är framskrivet.", document)
        return {"document": document.pk}


class RecordNegotiation(CaseCommand[ProviderApplication]):
    """Record a negotiation with a union: date, organisation, outcome (LOV-09)."""

    label = "Registrera MBL-förhandling"
    roles = HANDLERS
    union: str = asked.line(
        "Arbetstagarorganisation", max_length=80, help_text="Till exempel Kommunal", logged=True
    )
    held_on: date = asked.day("Förhandlad den", first=asked.today)
    outcome: str = asked.choice("Utfall", MblNegotiation.Outcome.choices, widget=forms.RadioSelect)
    note: str = asked.line("Anteckning", default="", max_length=500, logged=True)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.MBL

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return [gap for gap in guards.mbl(case, day) if gap.command == "write_mbl_basis"]

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Förhandlingen")
        not_before_arrival(self.held_on, case, "Förhandlingen")
        if case.negotiations.filter(union=self.union, held_on=self.held_on).exists():
            raise Refused(f"Förhandlingen med {self.union} den dagen är redan registrerad.")

    def apply(self, case: ProviderApplication, act: Act) -> None:
        MblNegotiation.objects.create(
            application=case,
            union=self.union,
            held_on=self.held_on,
            outcome=self.outcome,
            note=self.note,
            **act.stamp,
        )
        label = MblNegotiation.Outcome(self.outcome).label.lower()
        official_note(case, act, f"MBL-förhandling med {self.union} {self.held_on}: {label}.")


class ConcludeMbl(CaseCommand[ProviderApplication]):
    """Negotiation is recorded; the application goes on to the committee (LOV-09)."""

    label = "Gå till nämnd"
    roles = HANDLERS
    transition = "conclude_mbl"
    primary = True

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.mbl(case, day)

    def apply(self, case: ProviderApplication, act: Act) -> None:
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
