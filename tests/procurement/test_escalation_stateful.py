"""Random commands and actors on a provider that falls short: nothing is decided without delegation."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from audit import sealing
from audit.models import Event
from cases.commands import CaseCommand
from cases.models import Case, Document
from door.refusals import Refused
from organisation.authority import delegates
from procurement.contracts.models import Contract
from procurement.escalations.commands import deviation, in_depth, measures, remedies
from procurement.escalations.models import InDepthFollowUp
from tests.factories import person
from tests.models import RolledBack, run
from tests.procurement.shortcomings import (
    CHAIR,
    DECIDE,
    DEPUTY,
    DIRECTOR,
    REPORTED,
    STRATEGIST,
    Story,
)

RIGHT = {
    "AnswerDeviation": "company", "AnswerActionPlan": "company", "DecideInDepth": DEPUTY,
    "DecideNotToReport": DIRECTOR, "StopNewPersons": DEPUTY, "LiftStop": DEPUTY,
    "DecideWarning": DEPUTY, "DecidePenalty": DEPUTY, "DecideWithheldPayment": DEPUTY,
    "DecideRescission": CHAIR,
}  # fmt: skip
WHO = st.sampled_from(
    [*["right"] * 8, STRATEGIST, DEPUTY, DIRECTOR, CHAIR, "committee-secretary", "company"]
)
"""Who tries: more often than not the one whose task it is, so that the far states are reached."""
STEPS = st.sampled_from(list(DECIDE))
TEXT = st.sampled_from(["Text.", "Text.", "Text.", ""])


class Machine(RolledBack):
    """One deviation, and the in-depth follow-up it may lead to; anybody may try anything."""

    story: Story
    """Told once before the machine runs; every example is rolled back to it."""
    first_day = REPORTED

    def __init__(self) -> None:
        super().__init__()
        self.day = self.first_day
        self.refused = Event.objects.filter(kind="refusal").count()

    def attempt(self, kind: str, command: CaseCommand, who: str) -> None:
        case: Any = self.story.deviation if kind == "deviation" else InDepthFollowUp.objects.first()
        if case is None:
            return
        self.story.case = case
        who = RIGHT.get(type(command).__name__, STRATEGIST) if who == "right" else who
        before = Case.objects.get(pk=case.pk)
        try:
            self.story.do(command, self.story.company if who == "company" else who, self.day)
        except Refused:
            self.refused += 1
            after = Case.objects.get(pk=before.pk)
            assert (after.state, after.version) == (before.state, before.version)

    @rule(days=st.integers(1, 15))
    def days_pass(self, days):
        self.day += timedelta(days=days)

    @invariant()
    def no_remedy_is_decided_without_delegation(self):
        for row in self._sanctions():
            if row.decided_by is None:
                continue
            day = row.decided_on or row.declined_on
            held = set(row.decided_by.roles.values_list("role", flat=True))
            assert held & delegates(row.remedy.step, day)
            assert row.decided_by != row.recorded_by
            if row.decided_on:
                assert row.document.locked_at
                assert row.remedy.specification == self.story.contract.specification
                assert row.amount_kr or row.remedy.step != "penalty"

    @invariant()
    def nothing_is_started_without_its_plan(self):
        for case in InDepthFollowUp.objects.exclude(started_on=None):
            assert case.area
            assert case.method
            assert case.communication_plan
            assert case.consulted_on
            assert case.responsible_people.exists()

    @invariant()
    def no_serious_deviation_is_closed_with_the_question_of_ivo_open(self):
        row = type(self.story.deviation).objects.get(pk=self.story.deviation.pk)
        assert not (row.closed_on and row.ivo_is_open)
        if row.ivo_declined_on:
            assert row.ivo_decided_by != row.graded_by

    @invariant()
    def the_contract_ends_by_a_decided_rescission_alone(self):
        contract = Contract.objects.get()
        decided = [r for r in self._sanctions() if r.decided_on and r.remedy.step == "rescission"]
        assert (contract.state == "ended") == bool(decided)
        assert Document.objects.filter(kind="rescission").count() == len(decided)

    @invariant()
    def no_event_is_missing_and_the_chain_is_whole(self):
        assert Event.objects.filter(kind="refusal").count() == self.refused
        assert sealing.verify().faults == ()

    def _sanctions(self) -> list:
        case = InDepthFollowUp.objects.first()
        return list(case.sanctions.all()) if case else []


class EarlyMachine(Machine):
    """From the report to the start of the in-depth follow-up."""

    @rule(who=WHO, grade=st.sampled_from(["none", "minor", "serious", "serious"]), text=TEXT)
    def grade(self, who, grade, text):
        self.attempt("deviation", deviation.GradeDeviation(grade=grade, reasons=text), who)

    @rule(who=WHO, grade=st.sampled_from(["none", "serious"]))
    def regrade(self, who, grade):
        self.attempt("deviation", deviation.RegradeDeviation(grade=grade, reasons="Text."), who)

    @rule(who=WHO)
    def ask(self, who):
        due = self.day + timedelta(days=14)
        self.attempt("deviation", deviation.AskProvider(text="Vad hände?", due=due), who)

    @rule(who=WHO, text=TEXT)
    def answer(self, who, text):
        self.attempt("deviation", deviation.AnswerDeviation(text=text), who)

    @rule(who=WHO)
    def report_to_ivo(self, who):
        self.attempt("deviation", deviation.ReportToIvo(reported_on=self.day, number="8.1"), who)

    @rule(who=WHO, text=TEXT)
    def decide_not_to_report(self, who, text):
        self.attempt("deviation", deviation.DecideNotToReport(why=text), who)

    @rule(who=WHO)
    def close_deviation(self, who):
        self.attempt("deviation", deviation.CloseDeviation(outcome="Text."), who)

    @rule(who=WHO)
    def go_deeper(self, who):
        self.attempt("deviation", deviation.DecideInDepth(reason="Text."), who)

    @rule(who=WHO, method=TEXT, told=TEXT)
    def plan(self, who, method, told):
        self.attempt("in", in_depth.WritePlan(method=method, communication_plan=told), who)

    @rule(who=WHO)
    def name_responsible(self, who):
        command = in_depth.NameAreaResponsible(part="Planer", person=person("section-head"))
        self.attempt("in", command, who)

    @rule(who=WHO)
    def consult(self, who):
        command = in_depth.RecordConsultation(held_on=self.day, who="Maria", text="Text.")
        self.attempt("in", command, who)

    @rule(who=WHO)
    def start(self, who):
        self.attempt("in", in_depth.StartInDepth(), who)

    @rule(who=WHO)
    def grade_and_go_deeper(self, who):
        self.grade("right", "serious", "Text.")
        self.go_deeper(who)

    @rule(who=WHO)
    def plan_and_start(self, who):
        self.plan("right", "Text.", "Text.")
        self.name_responsible("right")
        self.consult("right")
        self.start(who)


class LateMachine(Machine):
    """From the first finding to the end."""

    first_day = date(2026, 6, 10)

    @rule(who=WHO, result=st.sampled_from(["fulfilled", "minor", "serious"]))
    def find(self, who, result):
        command = measures.RecordFinding(text="Text.", result=result, found_on=self.day)
        self.attempt("in", command, who)

    @rule(who=WHO)
    def demand_plan(self, who):
        command = measures.DemandActionPlan(
            remedy=self.story.remedy("action_plan"),
            text="Text.",
            due=self.day + timedelta(days=14),
        )
        self.attempt("in", command, who)

    @rule(who=WHO, accepted=st.sampled_from(["yes", "no"]))
    def plan_goes_on(self, who, accepted):
        case = InDepthFollowUp.objects.first()
        plan = case.action_plans.last() if case else None
        if plan is None:
            return
        later = self.day + timedelta(days=10)
        for command in (
            measures.AnswerActionPlan(plan=plan, text="Text."),
            measures.ReviewActionPlan(
                plan=plan, accepted=accepted, follow_on=later, reason="Text."
            ),
            measures.RecordMeasures(
                plan=plan, checked_on=self.day, carried_out="yes", outcome="Text."
            ),
        ):
            plan.refresh_from_db()
            self.attempt("in", command, who)

    @rule(who=WHO, step=STEPS, amount=st.sampled_from([None, 5000]))
    def propose(self, who, step, amount):
        command = remedies.ProposeRemedy(
            remedy=self.story.remedy(step), reasons="Text.", amount_kr=amount
        )
        self.attempt("in", command, who)

    @rule(who=WHO, step=STEPS)
    def propose_and_decide(self, who, step):
        self.propose("right", step, 5000 if step == "penalty" else None)
        self.decide(who, step, "decided")

    @rule(who=WHO, step=STEPS, outcome=st.sampled_from(["decided", "decided", "declined"]))
    def decide(self, who, step, outcome):
        last = {"last_day": self.day + timedelta(days=30)} if step == "rescission" else {}
        self.attempt("in", DECIDE[step](outcome=outcome, reasons="Text.", **last), who)

    @rule(who=WHO, lift=st.booleans())
    def stop(self, who, lift):
        command = measures.LiftStop if lift else measures.StopNewPersons
        self.attempt("in", command(reason="Text."), who)

    @precondition(lambda self: len(self._sanctions()) > 1)
    @rule(who=WHO)
    def close(self, who):
        self.attempt("in", in_depth.CloseInDepth(outcome="Text."), who)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_from_the_report_on_anything_may_be_tried_and_nothing_starts_without_its_plan():
    """ESC-01, ESC-02, CAP-08, CAP-17"""
    EarlyMachine.story = Story()
    run(EarlyMachine)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_from_the_finding_on_no_remedy_is_decided_without_delegation():
    """ESC-03, ESC-04, CAP-08"""
    LateMachine.story = Story()
    LateMachine.story.start()
    LateMachine.story.find()
    run(LateMachine)
