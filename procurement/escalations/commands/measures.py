"""What is found in an in-depth follow-up, the action plan it leads to, and stops. ESC-04, BEY-02."""

from datetime import date

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet

from audit import log
from audit.act import Act
from cases import actions, calendar, ledger
from cases.actions import not_in_future, official_note, tell_responsible
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from procurement.contracts.models import Contract
from procurement.escalations import guards, rules
from procurement.escalations.commands.deviation import open_deviation
from procurement.escalations.commands.shared import (
    LEADERS,
    NO_PERSONS,
    STAFF,
    ahead,
    receive,
    tell_company,
    written,
)
from procurement.escalations.models import (
    ActionPlan,
    Deviation,
    Finding,
    InDepthFollowUp,
    StopForNewPersons,
)
from procurement.specifications.models import Remedy

State, Result, Step = InDepthFollowUp.State, Finding.Result, Remedy.Step
WORKING = (State.RUNNING, State.MEASURES)


class RecordFinding(CaseCommand[InDepthFollowUp]):
    """Something that was found, with its evidence. What is serious asks about IVO (CAP-17)."""

    label = "Registrera iakttagelse"
    roles = STAFF
    text: str = asked.text("Iakttagelse", max_length=10000, help_text=NO_PERSONS)
    result: str = asked.choice(
        "Bedömning",
        Result.choices,
        widget=forms.RadioSelect,
        help_text="En allvarlig brist blir också en avvikelse, så att frågan om IVO prövas.",
    )
    found_on: date = asked.day("Dag", first=asked.today)
    file: UploadedFile | None = asked.file("Underlag", default=None)

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return case.state in WORKING

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        written(self.text, "Skriv vad som framkom.")
        not_in_future(self.found_on, act.day, "Iakttagelsen")
        if self.result not in Result.values:
            raise Refused("Välj uppfyllt, brist eller allvarlig brist.")
        assert case.started_on, "what is being worked on has begun"
        if self.found_on < case.started_on:
            raise Refused(f"Uppföljningen började {long_date(case.started_on)}. Rätta dagen.")

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        row = Finding.objects.create(
            in_depth=case,
            text=self.text,
            result=self.result,
            found_on=self.found_on,
            evidence=receive(case, self.file, act),
            **act.stamp,
        )
        opened = self._ask_about_ivo(case, act) if self.result == Result.SERIOUS else None
        return {
            "finding": row.pk,
            "evidence": row.evidence_id,
            **({"deviation": opened.number} if opened else {}),
        }

    def _ask_about_ivo(self, case: InDepthFollowUp, act: Act) -> Deviation | None:
        """A deviation to be graded, unless one that is serious or not graded is there already."""
        if case.deviations.filter(Q(grade="") | Q(grade=Deviation.Grade.SERIOUS)).exists():
            return None
        found = open_deviation(
            case.company,
            case.agreement,
            case.unit,
            source=Deviation.Source.FOLLOW_UP,
            area=case.area,
            happened_on=self.found_on,
            description=self.text,
            act=act,
        )
        case.deviations.add(found)
        return found


class RemedyField(forms.ModelChoiceField):
    """A remedy of the call document, with its clause and what it means."""

    def label_from_instance(self, obj: Remedy) -> str:
        return f"{obj}: {obj.text}"


def refuse_other_version(remedy: Remedy, contract: Contract) -> None:
    """Raise Refused unless the remedy stands in the contract's version of the call document."""
    if contract.specification is None:
        raise Refused(f"Avtalet {contract} följer inget förfrågningsunderlag med åtgärder.")
    if remedy.specification_id != contract.specification_id:
        raise Refused(
            f"{remedy} står i version {remedy.specification.number} av förfrågningsunderlaget. "
            f"Avtalet {contract} följer version {contract.specification.number}. Välj en åtgärd "
            "ur den."
        )


def plans_of_the_call_document(form: CaseForm[InDepthFollowUp]) -> QuerySet[Remedy]:
    """The clauses of the contract's call document by which an action plan is demanded."""
    return form.case.agreement.remedies.filter(step=Step.ACTION_PLAN)


class DemandForm(CaseForm[InDepthFollowUp]):
    """The clause is asked for when the contract follows a call document."""

    def prepare(self) -> None:
        if self.case.agreement.specification is None:
            del self.fields["remedy"]
        else:
            self.fields["remedy"].required = True


class DemandActionPlan(CaseCommand[InDepthFollowUp]):
    """The provider has to write how the shortcoming is mended, and by when (ESC-04).

    One whose contract follows a call document is held to its clause; the municipality's own unit
    and a home after a tender have none.
    """

    label = "Begär åtgärdsplan"
    roles = STAFF
    transition = "demand_measures"
    form = DemandForm
    remedy: Remedy | None = asked.value(
        RemedyField,
        "Enligt avsnitt",
        queryset=None,
        offered=plans_of_the_call_document,
        first=lambda form: plans_of_the_call_document(form).first(),
        default=None,
    )
    text: str = asked.text("Vad planen ska lösa", help_text=NO_PERSONS)
    due: date = asked.day(
        "Senast", first=lambda form: calendar.add_days(form.day, rules.ACTION_PLAN_DAYS)
    )

    @classmethod
    def missing(cls, case: InDepthFollowUp, day: date) -> list[Missing]:
        return guards.shortcoming(case, day)

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        if self.remedy:
            refuse_other_version(self.remedy, case.agreement)
        elif case.agreement.specification:
            raise Refused("Välj vilket avsnitt i förfrågningsunderlaget planen begärs enligt.")
        if self.remedy and self.remedy.step != Step.ACTION_PLAN:
            raise Refused(f"{self.remedy} är ingen åtgärdsplan. Föreslå den i stället.")
        written(self.text, "Skriv vad planen ska lösa.")
        ahead(self.due, act.day)

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        case.demand_measures()
        row = ActionPlan.objects.create(
            in_depth=case,
            remedy=self.remedy,
            text=self.text,
            demanded_on=act.day,
            due=self.due,
            **act.stamp,
        )
        ledger.start(
            case,
            rules.ACTION_PLAN,
            self.due,
            about=f"plan:{row.pk}",
            anchor_text=f"åtgärdsplan begärdes{row.by_clause}",
        )
        official_note(
            case,
            act,
            f"Åtgärdsplan begärd{row.by_clause}, senast {long_date(self.due)}. {self.text}",
        )
        tell_company(case, act, f"{case}: lämna en åtgärdsplan senast {long_date(self.due)}")
        return {"plan": row.pk, "clause": self.remedy.clause if self.remedy else ""}


def _without_answer(case: InDepthFollowUp) -> QuerySet[ActionPlan]:
    return case.action_plans.filter(answered_on=None, rejected_on=None)


def _to_review(case: InDepthFollowUp) -> QuerySet[ActionPlan]:
    return case.action_plans.filter(accepted_on=None, rejected_on=None)


def _to_check(case: InDepthFollowUp) -> QuerySet[ActionPlan]:
    return case.action_plans.filter(accepted_on__isnull=False, checked_on=None)


def _one_of(rows: QuerySet[ActionPlan], plan: ActionPlan) -> None:
    if not rows.filter(pk=plan.pk).exists():
        raise Refused("Åtgärdsplanen är redan hanterad eller hör till ett annat ärende.")


class AnswerActionPlan(CaseCommand[InDepthFollowUp]):
    """The provider's plan; one that comes late is taken, and marked as late."""

    label = "Lämna åtgärdsplan"
    roles = STAFF
    by_company = True
    plan: ActionPlan = asked.one_of(
        "Gäller",
        lambda form: _without_answer(form.case),
        first=lambda form: _without_answer(form.case).first(),
        subject=True,
    )
    text: str = asked.text("Åtgärder, ansvariga och dagar", max_length=10000, help_text=NO_PERSONS)
    file: UploadedFile | None = asked.file("Fil", default=None)

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return super().fits(case) and _without_answer(case).exists()

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        _one_of(_without_answer(case), self.plan)
        written(
            self.text, "Planen är tom. Skriv vad ni gör, vem som ansvarar och när det är klart."
        )

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        row = self.plan
        row.answer, row.answered_on, row.answered_by = self.text, act.day, act.user
        row.evidence = receive(case, self.file, act)
        row.save()
        ledger.meet(case, rules.ACTION_PLAN.code, act.day, "Lämnad", about=f"plan:{row.pk}")
        late = ", för sent" if row.was_late else ""
        tell_responsible(case, act, f"{case}: åtgärdsplanen har kommit in{late}")
        return {"late": row.was_late, "evidence": row.evidence_id}


class ReviewActionPlan(CaseCommand[InDepthFollowUp]):
    """The plan is accepted, with a day on which it is checked, or not accepted, with a reason."""

    label = "Ta ställning till åtgärdsplan"
    roles = STAFF
    plan: ActionPlan = asked.one_of(
        "Gäller",
        lambda form: _to_review(form.case),
        first=lambda form: _to_review(form.case).first(),
        subject=True,
    )
    accepted: str = asked.choice(
        "Ställningstagande",
        [("yes", "Planen godtas"), ("no", "Planen godtas inte")],
        widget=forms.RadioSelect,
    )
    follow_on: date | None = asked.day(
        "Åtgärderna kontrolleras", default=None, help_text="När planen godtas."
    )
    reason: str = asked.text(
        "Skäl", default="", help_text="När planen inte godtas. Utföraren läser skälen."
    )

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return super().fits(case) and _to_review(case).exists()

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        _one_of(_to_review(case), self.plan)
        if self.plan.answered_on is None and (self.accepted == "yes" or act.day <= self.plan.due):
            raise Refused(
                f"Utföraren har inte lämnat någon plan. Sista dagen är {long_date(self.plan.due)}; "
                "efter den kan du skriva att ingen plan kom in."
            )
        if self.accepted == "yes":
            if self.follow_on is None:
                raise Refused("Skriv vilken dag åtgärderna ska kontrolleras.")
            ahead(self.follow_on, act.day)
        else:
            written(self.reason, "Skriv varför planen inte godtas.")

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        row, about = self.plan, f"plan:{self.plan.pk}"
        if self.accepted == "yes":
            assert self.follow_on  # see `check`
            row.accepted_on, row.follow_on = act.day, self.follow_on
            ledger.start(
                case,
                rules.MEASURES,
                self.follow_on,
                about=about,
                anchor_text="åtgärdsplanen godtogs",
            )
            said = f"Åtgärdsplanen godtas. Åtgärderna kontrolleras {long_date(self.follow_on)}."
            told = "åtgärdsplanen är godtagen"
        else:
            row.rejected_on, row.rejected_reason = act.day, self.reason
            ledger.cancel(case, act.day, rules.ACTION_PLAN.code, about=about)
            said, told = f"Åtgärdsplanen godtas inte. {self.reason}", "åtgärdsplanen godtas inte"
        row.save()
        official_note(case, act, said)
        tell_company(case, act, f"{case}: {told}")


class RecordMeasures(CaseCommand[InDepthFollowUp]):
    """Whether the provider did what its plan says."""

    label = "Registrera kontroll av åtgärder"
    roles = STAFF
    plan: ActionPlan = asked.one_of(
        "Gäller",
        lambda form: _to_check(form.case),
        first=lambda form: _to_check(form.case).first(),
        subject=True,
    )
    checked_on: date = asked.day("Kontrollerad den", first=asked.today)
    carried_out: str = asked.choice(
        "Resultat",
        [("yes", "Planen är genomförd"), ("no", "Planen är inte genomförd")],
        widget=forms.RadioSelect,
    )
    outcome: str = asked.text("Vad kontrollen visade", help_text=NO_PERSONS)

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return super().fits(case) and _to_check(case).exists()

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        _one_of(_to_check(case), self.plan)
        not_in_future(self.checked_on, act.day, "Kontrollen")
        accepted = self.plan.accepted_on
        if accepted and self.checked_on < accepted:
            raise Refused(f"Planen godtogs {long_date(accepted)}. Rätta dagen.")
        written(self.outcome, "Skriv vad kontrollen visade.")

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        row = self.plan
        row.checked_on, row.carried_out = self.checked_on, self.carried_out == "yes"
        row.outcome = self.outcome
        row.save()
        about = f"plan:{row.pk}"
        ledger.meet(case, rules.MEASURES.code, self.checked_on, "Kontrollerad", about=about)
        done = "genomförd" if row.carried_out else "inte genomförd"
        official_note(case, act, f"Åtgärdsplanen är {done}. {self.outcome}")
        tell_company(case, act, f"{case}: åtgärdsplanen är kontrollerad och {done}")


WHO_READS = "Utföraren och den som registrerar val läser skälet."


def open_stop(contract: Contract) -> StopForNewPersons | None:
    """The stop that holds for a contract now, if there is one."""
    return contract.stops.filter(lifted_on=None).first()


def stop(contract: Contract, act: Act, reason: str) -> StopForNewPersons:
    """No new persons from today, in the caller's command; a stop that is there already stays."""
    found = open_stop(contract)
    if found:
        return found
    row = StopForNewPersons.objects.create(
        contract=contract, from_on=act.day, reason=reason, **act.stamp
    )
    _log_on_contract(contract, "stop_new_persons", act, reason)
    actions.tell_company(contract, act, f"{contract}: inga nya personer från {long_date(act.day)}")
    return row


def _log_on_contract(contract: Contract, name: str, act: Act, reason: str) -> None:
    log.record(contract.chain, name, act, subject=contract, values={"reason": reason})


class StopNewPersons(CaseCommand[InDepthFollowUp]):
    """Nobody new is given to the provider from today (BEY-02)."""

    label = "Stoppa nya personer"
    roles = LEADERS
    reason: str = asked.line("Skäl", help_text=WHO_READS, logged=True)

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return (
            super().fits(case)
            and case.agreement.state == Contract.State.IN_FORCE
            and open_stop(case.agreement) is None
        )

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        written(self.reason, "Skriv varför utföraren inte får ta emot nya personer.")

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        row = stop(case.agreement, act, self.reason)
        official_note(case, act, f"Stopp för nya personer från {long_date(act.day)}. {self.reason}")
        return {"stop": row.pk}


class LiftStop(CaseCommand[InDepthFollowUp]):
    """The provider may take new persons again."""

    label = "Häv stopp för nya personer"
    roles = LEADERS
    on_closed = True
    reason: str = asked.line("Skäl", help_text=WHO_READS, logged=True)

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        in_force = case.agreement.state == Contract.State.IN_FORCE
        return in_force and open_stop(case.agreement) is not None

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        written(self.reason, "Skriv varför stoppet hävs.")

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        row = open_stop(case.agreement)
        assert row  # see `fits`
        row.lifted_on, row.lifted_by, row.lifted_reason = act.day, act.user, self.reason
        row.save()
        contract = case.agreement
        _log_on_contract(contract, "lift_stop", act, self.reason)
        official_note(
            case, act, f"Stoppet för nya personer hävt {long_date(act.day)}. {self.reason}"
        )
        actions.tell_company(contract, act, f"{contract}: ni får ta emot nya personer igen")


COMMANDS = (
    RecordFinding,
    DemandActionPlan,
    AnswerActionPlan,
    ReviewActionPlan,
    RecordMeasures,
    StopNewPersons,
    LiftStop,
)
