"""A provider that falls short, driven through the routine, for tests. Days are literal.

Monday 2026-06-01 a deviation is reported; nothing red but midsummer stands in the way.
"""

from datetime import date
from typing import Any

from django.db import transaction

from audit.act import Act
from cases.commands import CaseCommand
from cases.models import Case
from door.performing import Outcome, perform
from organisation.defaults import load_delegation
from organisation.models import User
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.escalations.commands import deviation, in_depth, measures, remedies
from procurement.escalations.commands.deviation import open_deviation
from procurement.escalations.models import Deviation, InDepthFollowUp
from procurement.specifications.models import Remedy
from tests.factories import SINCE, at, person
from tests.procurement.agreements import contract, contract_with_company
from tests.reached import reached_once

STRATEGIST, DEPUTY, DIRECTOR = "development-strategist", "deputy-director", "director"
CHAIR = "committee-chair"
REPORTED = date(2026, 6, 1)
CLAUSES = {
    "action_plan": "5.26.1.1", "warning": "5.26.1", "penalty": "5.26.1.3",
    "withheld_payment": "5.26.1.4", "rescission": "5.26.1.5",
}  # fmt: skip
DECIDE = {
    "warning": remedies.DecideWarning, "penalty": remedies.DecidePenalty,
    "withheld_payment": remedies.DecideWithheldPayment, "rescission": remedies.DecideRescission,
}  # fmt: skip


def signed_contract() -> tuple[Contract, User]:
    """A contract in force since May 2026, and the representative of its company."""
    made, user = contract_with_company()
    person(Role.COMMITTEE_CHAIR, name="Gunnel Tärnhed")
    load_delegation(SINCE)
    for step, clause in CLAUSES.items():
        Remedy.objects.get_or_create(
            specification=made.specification,
            step=step,
            defaults={"clause": clause, "text": "Text."},
        )
    return made, user


@reached_once
class Story:
    """A contract, a deviation and what follows. `case` is what the next verb is about."""

    def __init__(self, own: bool = False) -> None:
        self.contract, self.company = signed_contract()
        if own:
            self.contract = contract("Hemtjänst Sjövik Norr", own=True)
        self.deviation = self.report()
        self.case: Any = self.deviation

    def report(self, source: str = "complaint", day: date = REPORTED, **more: Any) -> Deviation:
        stated = {
            "area": "documentation",
            "happened_on": date(2026, 5, 29),
            "description": "Genomförandeplaner saknas.",
            **more,
        }
        actor = self.company if source == "own" else person(STRATEGIST)
        with transaction.atomic():
            return open_deviation(
                self.contract.provider,
                self.contract,
                self.contract.unit,
                source=source,
                act=Act.own(actor, at(day)),
                **stated,
            )

    def do(
        self, command: CaseCommand, who: str | User = STRATEGIST, day: date = REPORTED
    ) -> Outcome:
        """Carry out a command on the case as it stands."""
        actor = person(who) if isinstance(who, str) else who
        version = Case.objects.values_list("version", flat=True).get(pk=self.case.pk)
        try:
            return perform(self.case, command, actor, expected_version=version, at=at(day))
        finally:
            self.case = Case.objects.get(pk=self.case.pk).concrete()

    def grade(self, grade: str = "minor", who: str = STRATEGIST, day: date = REPORTED) -> None:
        self.do(deviation.GradeDeviation(grade=grade, reasons="Planer saknas."), who, day)

    def deepen(self, day: date = date(2026, 6, 3)) -> InDepthFollowUp:
        """The deputy director decides to go deeper."""
        self.grade()
        self.do(deviation.DecideInDepth(reason="Bristen är utbredd."), DEPUTY, day)
        self.case = InDepthFollowUp.objects.get()
        return self.case

    def plan(self, without: str = "", day: date = date(2026, 6, 4)) -> None:
        """Everything that the start needs, but for one thing."""
        method = "" if without == "method" else "Granskning av tio genomförandeplaner."
        told = "" if without == "communication_plan" else "Utföraren får veta det vid start."
        self.do(in_depth.WritePlan(method=method, communication_plan=told), day=day)
        if without != "responsible":
            self.do(
                in_depth.NameAreaResponsible(part="Planer", person=person("section-head")), day=day
            )
        if without != "consultation":
            self.do(
                in_depth.RecordConsultation(
                    held_on=day, who="Maria Stålvik, sektionschef", text="Tio planer räcker."
                ),
                day=day,
            )

    def start(self, day: date = date(2026, 6, 5)) -> None:
        self.deepen()
        self.plan()
        self.do(in_depth.StartInDepth(), day=day)

    def find(self, result: str = "minor", day: date = date(2026, 6, 9), **more: Any) -> Outcome:
        stated = {"text": "Sex av tio planer saknas.", "result": result, "found_on": day, **more}
        return self.do(measures.RecordFinding(**stated), day=day)

    def remedy(self, step: str) -> Remedy:
        return self.contract.specification.remedies.get(step=step)

    def propose(
        self,
        step: str = "warning",
        who: str = STRATEGIST,
        day: date = date(2026, 6, 10),
        **more: Any,
    ) -> None:
        amount = {"amount_kr": 5000} if step == "penalty" else {}
        self.do(
            remedies.ProposeRemedy(
                remedy=self.remedy(step), reasons="Bristen består.", **{**amount, **more}
            ),
            who,
            day,
        )

    def decide(
        self,
        step: str = "warning",
        who: str | User = DEPUTY,
        day: date = date(2026, 6, 12),
        outcome: str = "decided",
        **more: Any,
    ) -> None:
        last = {"last_day": date(2026, 6, 30)} if step == "rescission" else {}
        stated = {"reasons": "Enligt förslaget.", **last, **more}
        self.do(DECIDE[step](outcome=outcome, **stated), who, day)

    def demand(self, day: date = date(2026, 6, 10)) -> None:
        self.do(
            measures.DemandActionPlan(
                remedy=self.remedy("action_plan"), text="Planer för alla.", due=date(2026, 6, 24)
            ),
            day=day,
        )

    def answer_plan(self, day: date = date(2026, 6, 22)) -> None:
        plan = self.case.action_plans.last()
        self.do(
            measures.AnswerActionPlan(plan=plan, text="Alla planer klara i juli."),
            self.company,
            day,
        )
