"""Remedies: proposed by staff, decided by those to whom the committee has delegated. ESC-03, ESC-04.

Each kind of decision has its own line in the delegation of authority, and so its own command.
"""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from django import forms
from django.db.models import QuerySet

from audit import log
from audit.act import Act
from cases import documents, ledger, messages
from cases.actions import official_note
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from cases.models import Case
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import actor_on, delegates, holders
from organisation.models import User
from organisation.roles import Role
from procurement.contracts.commands import finish
from procurement.contracts.models import Contract
from procurement.escalations import guards, rules
from procurement.escalations.commands.measures import RemedyField, refuse_other_version, stop
from procurement.escalations.commands.shared import (
    NO_PERSONS,
    STAFF,
    let_see,
    tell_company,
    written,
)
from procurement.escalations.models import InDepthFollowUp, SanctionStep
from procurement.specifications.models import Remedy

Step = Remedy.Step
WITH_AMOUNT = (Step.PENALTY, Step.WITHHELD_PAYMENT)


class ProposeForm(CaseForm[InDepthFollowUp]):
    """It says which version of the call document the remedies stand in."""

    def prepare(self) -> None:
        if specification := self.case.agreement.specification:  # without one there are no remedies
            stands = (
                f"Ur förfrågningsunderlaget version {specification.number}, som avtalet följer."
            )
            self.fields["remedy"].help_text = stands


class ProposeRemedy(CaseCommand[InDepthFollowUp]):
    """A remedy of the contract's call document is proposed to those who may decide it (ESC-04)."""

    label = "Föreslå åtgärd"
    roles = STAFF
    transition = "demand_measures"
    form = ProposeForm
    help = "Den som har delegation får besked och beslutar. Det kan inte vara du."
    remedy: Remedy = asked.value(
        RemedyField,
        "Åtgärd",
        queryset=None,
        offered=lambda form: form.case.agreement.remedies.exclude(step=Step.ACTION_PLAN),
    )
    reasons: str = asked.text(
        "Skäl", max_length=10000, help_text=f"Blir det beslut läser utföraren skälen. {NO_PERSONS}"
    )
    amount_kr: int | None = asked.number(
        "Belopp, kronor",
        default=None,
        least=1,
        most=100_000_000,
        help_text="För vite, och för innehållen ersättning om beloppet är känt.",
    )

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        in_force = case.agreement.state == Contract.State.IN_FORCE
        return super().fits(case) and in_force and case.agreement.specification is not None

    @classmethod
    def missing(cls, case: InDepthFollowUp, day: date) -> list[Missing]:
        return guards.shortcoming(case, day)

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        refuse_other_version(self.remedy, case.agreement)
        written(self.reasons, "Skriv skälen för förslaget.")
        if self.remedy.step == Step.ACTION_PLAN:
            raise Refused("En åtgärdsplan begärs med ”Begär åtgärdsplan” och behöver inget beslut.")
        if self.remedy.step == Step.PENALTY and not self.amount_kr:
            raise Refused("Ett vite behöver ett belopp. Skriv hur många kronor.")
        if self.amount_kr and self.remedy.step not in WITH_AMOUNT:
            raise Refused("Belopp hör till vite och innehållen ersättning. Lämna fältet tomt.")
        if _waiting(case, self.remedy.step).exists():
            raise Refused(
                f"Ett förslag om {self.remedy.get_step_display().lower()} väntar redan på beslut."
            )

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        case.demand_measures()
        row = SanctionStep.objects.create(
            in_depth=case,
            remedy=self.remedy,
            reasons=self.reasons,
            amount_kr=self.amount_kr,
            **act.stamp,
        )
        ledger.start(
            case,
            rules.DECISION,
            act.day,
            what=str(self.remedy),
            about=f"sanction:{row.pk}",
            anchor_text="åtgärden föreslogs",
        )
        told = _deciders(case, self.remedy.step, act.day)
        for user in told:
            let_see(case, user, act.day)
        what = self.remedy.get_step_display().lower()
        text = f"{case}: förslag om {what} väntar på ditt beslut"
        messages.notify(told, case, text, act.at, urgent=True)
        return {
            "clause": self.remedy.clause,
            "sanction": row.pk,
            "told": [user.pk for user in told],
        }


def _waiting(case: InDepthFollowUp, step: str) -> QuerySet[SanctionStep]:
    return case.sanctions.filter(remedy__step=step, decided_on=None, declined_on=None)


def _deciders(case: InDepthFollowUp, code: str, day: date) -> list[User]:
    """Those who may decide by the delegation of authority today."""
    people = [user for role in delegates(code, day) for user in holders(role, case.unit.path, day)]
    return list({user.pk: user for user in people}.values())


class DecideRemedy(CaseCommand[InDepthFollowUp]):
    """A proposal is decided or declined, by a delegate other than who proposed it (ESC-03, CAP-08)."""

    primary = True
    reads_first = True
    step: ClassVar[str]
    outcome: str = asked.choice(
        "Beslut",
        [("decided", "Besluta enligt förslaget"), ("declined", "Avslå förslaget")],
        widget=forms.RadioSelect,
    )
    reasons: str = asked.text(
        "Skäl",
        max_length=10000,
        help_text=f"Vid beslut enligt förslaget läser utföraren skälen. {NO_PERSONS}",
    )

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return super().fits(case) and _waiting(case, cls.step).exists()

    @classmethod
    def barred(cls, case: InDepthFollowUp) -> Mapping[int, str]:
        row = _waiting(case, cls.step).first()
        why = "Du har föreslagit åtgärden. Någon annan med delegation beslutar."
        return {pk: why for pk in (row.recorded_by_id, row.on_behalf_of_id) if pk} if row else {}

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        if self.outcome not in ("decided", "declined"):
            raise Refused("Välj att besluta enligt förslaget eller att avslå det.")
        written(self.reasons, "Skriv skälen för beslutet.")

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        row = _waiting(case, self.step).get()
        row.decided_by, row.decided_for = act.user, act.on_behalf_of
        row.decided_as = _delegate(case, act, self.delegation)
        row.decision_reasons = self.reasons
        ledger.meet(case, rules.DECISION.code, act.day, "Beslutad", about=f"sanction:{row.pk}")
        if self.outcome == "declined":
            return self._decline(case, row, act)
        row.decided_on = act.day
        self._in_force(case, row, act)
        row.save()
        document = documents.make(case, self.step, act.user, act.at, lock=True)
        document.shown_to_company = True
        document.save(update_fields=["shown_to_company"])
        row.document = document
        row.save(update_fields=["document"])
        what = row.remedy.get_step_display()
        official_note(case, act, f"{what} beslutad enligt avsnitt {row.remedy.clause}.", document)
        tell_company(case, act, f"{case}: beslut om {what.lower()}, läs det i portalen")
        messages.notify([row.recorded_by], case, f"{case}: {what.lower()} är beslutad", act.at)
        return {"sanction": row.pk, "document": document.pk, "delegate": row.decided_as}

    def _decline(self, case: InDepthFollowUp, row: SanctionStep, act: Act) -> Kept:
        row.declined_on = act.day
        row.save()
        what = row.remedy.get_step_display().lower()
        official_note(case, act, f"Förslaget om {what} avslogs. {self.reasons}")
        messages.notify([row.recorded_by], case, f"{case}: förslaget om {what} avslogs", act.at)
        return {"sanction": row.pk, "delegate": row.decided_as}

    def _in_force(self, case: InDepthFollowUp, row: SanctionStep, act: Act) -> None:
        """What the decision does beside being told."""


def _delegate(case: InDepthFollowUp, act: Act, code: str) -> str:
    """The role by which the actor decides."""
    if act.user is None:
        return ""
    held = actor_on(act.user, act.day).holding(delegates(code, act.day), case.unit.path)
    return str(Role(held.role).label) if held else ""


class DecideWarning(DecideRemedy):
    """A written warning."""

    label = "Besluta om varning"
    delegation = "warning"
    step = Step.WARNING


class DecidePenalty(DecideRemedy):
    """A penalty, with its amount."""

    label = "Besluta om vite"
    delegation = "penalty"
    step = Step.PENALTY


class DecideWithheldPayment(DecideRemedy):
    """Payment is withheld."""

    label = "Besluta om innehållen ersättning"
    delegation = "withheld_payment"
    step = Step.WITHHELD_PAYMENT


class DecideRescission(DecideRemedy):
    """The contract is rescinded and ends with a day; nobody new until then (ESC-03, INT-08)."""

    label = "Besluta om hävning"
    delegation = "rescission"
    step = Step.RESCISSION
    last_day: date | None = asked.day(
        "Avtalets sista dag", default=None, help_text="Vid beslut enligt förslaget."
    )

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        super().check(case, act)
        if self.outcome == "declined":
            return
        if self.last_day is None:
            raise Refused("Skriv avtalets sista dag.")
        if self.last_day < act.day:
            raise Refused(
                f"{long_date(self.last_day)} har passerat. Avtalet kan hävas tidigast i dag."
            )

    def _in_force(self, case: InDepthFollowUp, row: SanctionStep, act: Act) -> None:
        assert self.last_day  # see `check`
        row.last_day = self.last_day
        Case.objects.select_for_update().get(pk=case.agreement_id)
        contract = Contract.objects.get(pk=case.agreement_id)
        if contract.state != Contract.State.IN_FORCE:
            raise Refused(f"Avtalet {contract} har redan upphört. Avslå förslaget.")
        stop(contract, act, "Avtalet är hävt.")
        finish(contract, self.last_day, act, f"Hävt genom beslut i {case}.")
        contract.state_since, contract.version = act.at, contract.version + 1
        contract.save()
        log.record(
            contract.chain,
            "rescind_contract",
            act,
            subject=contract,
            values={"version": contract.version, "last_day": self.last_day, "case": case.number},
        )


COMMANDS = (ProposeRemedy, DecideWarning, DecidePenalty, DecideWithheldPayment, DecideRescission)
