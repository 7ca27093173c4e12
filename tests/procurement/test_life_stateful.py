"""Random commands, actors and dates on an introduction and on a follow-up."""

from datetime import date

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from cases.models import Deadline, Document
from procurement.contracts.models import Contract
from procurement.followups import commands as followups
from procurement.introductions import commands as introductions
from procurement.specifications.models import ServiceArea
from tests.factories import person
from tests.models import run
from tests.procurement.machines import CaseMachine
from tests.procurement.test_follow_up import OPENED
from tests.procurement.test_follow_up import Routine as FollowUpRoutine
from tests.procurement.test_introduction import Routine as IntroductionRoutine

PEOPLE = st.sampled_from(
    [*["development-strategist"] * 7, "deputy-director", "committee-secretary", "company"]
)


class IntroductionMachine(CaseMachine):
    """A programme that is met, signed, adapted, held and ended by anybody in any order."""

    first_day = date(2026, 4, 20)

    @rule(who=PEOPLE, place=st.integers(0, 11), everybody=st.booleans())
    def hold(self, who, place, everybody):
        steps = list(self.case.steps.all())
        step = steps[place % len(steps)]
        attended = step.expected if everybody else step.expected[1:]
        self.attempt(
            introductions.RecordStep(step=step, done_on=self.day, note="Gick.", attended=attended),
            who,
        )

    @rule(who=PEOPLE)
    def hold_what_comes_first(self, who):
        if step := self.case.waiting_steps().exclude(stage="signing").first():
            record = introductions.RecordStep(
                step=step, done_on=self.day, note="Gick.", attended=step.expected
            )
            self.attempt(record, who)

    @rule(who=PEOPLE)
    def name_contact(self, who):
        contact = person("development-strategist")
        self.attempt(introductions.NameContactPerson(person=contact), who)

    @rule(who=PEOPLE, shorter=st.booleans())
    def sign(self, who, shorter):
        sign = introductions.SignContract(
            signed_on=self.day,
            signing="written",
            chair="Gunnel",
            company_signatory="Leila",
            valid_from=self.day,
            valid_to=date(2026, 1, 1) if shorter else None,
            areas=list(ServiceArea.objects.all()),
            capacity_ceiling_hours=10,
            operations_manager="Bo",
        )
        self.attempt(sign, who)

    @rule(who=PEOPLE, place=st.integers(0, 11), why=st.sampled_from(["", "Redan gjort."]))
    def leave_out(self, who, place, why):
        steps = list(self.case.steps.all())
        step = steps[place % len(steps)]
        self.attempt(introductions.LeaveOutStep(step=step, why=why), who)

    @rule(who=PEOPLE)
    def start(self, who):
        self.attempt(introductions.LetStart(may_start_on=self.day), who)

    @rule(who=PEOPLE)
    def finish(self, who):
        self.attempt(introductions.FinishIntroduction(), who)

    @invariant()
    def no_step_of_the_routine_is_skipped(self):
        case = self.case
        if case.signed_contract_id:
            assert case.contact_person_id
            assert not case.waiting_steps().filter(stage="before_contract").exists()
            version = case.signed_contract.versions.get()
            assert version.valid_to is None or version.valid_to >= version.valid_from
        else:
            assert not Contract.objects.exists()
        if case.may_start_on:
            blocking = case.waiting_steps().filter(blocking=True).exclude(stage="signing")
            assert case.signed_contract_id
            assert not blocking.exists()
        for step in case.steps.exclude(left_out_on=None):
            assert step.left_out_reason
            assert step.done_on is None
        for step in case.steps.exclude(done_on=None).filter(blocking=True, stage="programme"):
            assert step.attended == step.expected
        if case.state == "finished":
            assert not case.waiting_steps().exclude(stage="signing").exists()
            assert Document.objects.filter(case=case, kind="introduction_record").exists()
            assert not Deadline.objects.running().filter(case=case).exists()


class FollowUpMachine(CaseMachine):
    """A follow-up that is asked, answered, held and judged by anybody in any order."""

    first_day = OPENED

    @rule(who=PEOPLE, ahead=st.integers(-3, 20))
    def ask(self, who, ahead):
        until = date.fromordinal(self.day.toordinal() + ahead)
        self.attempt(followups.SendQuestions(until=until), who)

    @rule(who=PEOPLE, text=st.sampled_from(["", "Så här."]))
    def answer(self, who, text):
        answers = dict.fromkeys(
            self.case.questions.filter(asked=True).values_list("pk", flat=True), text
        )
        closed = self.case.answers_close_on and self.day > self.case.answers_close_on
        before = list(self.case.questions.values_list("answer", flat=True))
        self.attempt(followups.AnswerQuestions(answers=answers), who)
        if closed:
            assert list(self.case.questions.values_list("answer", flat=True)) == before

    @rule(who=PEOPLE, place=st.sampled_from(["", "Stadshuset"]))
    def hold(self, who, place):
        self.attempt(followups.HoldFollowUp(held_on=self.day, place=place, attended="Alla"), who)

    @rule(
        who=PEOPLE, finding=st.sampled_from(["fulfilled", "minor", "serious", ""]),
        comment=st.sampled_from(["", "Brister."]),
    )  # fmt: skip
    def judge(self, who, finding, comment):
        row = (finding, comment, self.day if finding in ("minor", "serious") else None)
        findings = dict.fromkeys(self.case.questions.values_list("pk", flat=True), row)
        self.attempt(followups.RecordFindings(findings=findings), who)

    @rule(who=PEOPLE)
    def document(self, who):
        self.attempt(followups.DocumentFollowUp(), who)

    @rule(who=PEOPLE)
    def mend(self, who):
        if row := followups.open_findings(self.case).first():
            self.attempt(followups.RecordMended(question=row, mended_on=self.day), who)

    @rule(who=PEOPLE)
    def cancel(self, who):
        self.attempt(followups.CancelFollowUp(why="Avtalet är slut."), who)

    @invariant()
    def nothing_is_documented_that_was_not_held_and_judged(self):
        case = self.case
        if case.held_on:
            assert case.place
            assert case.attended
        for row in case.questions.filter(finding__in=["minor", "serious"]):
            assert row.comment
            assert row.mend_by
        if case.answered_on:
            assert case.answered_on <= case.answers_close_on
        if case.state == "documented":
            assert case.held_on
            assert not case.questions.filter(finding="").exists()
            assert Document.objects.get(case=case, kind="follow_up").locked_at


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_anything_may_be_tried_in_an_introduction_and_nothing_is_skipped():
    """INT-01, INT-02, INT-03, INT-07, INT-08, CAP-05, CAP-12"""
    routine = IntroductionRoutine()
    IntroductionMachine.shared = routine.case
    IntroductionMachine.company = routine.r.company
    run(IntroductionMachine, examples=2, steps=20)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_anything_may_be_tried_in_a_follow_up_and_nothing_is_skipped():
    """FUP-03, FUP-04, CAP-05"""
    routine = FollowUpRoutine()
    FollowUpMachine.shared = routine.case
    FollowUpMachine.company = routine.company
    run(FollowUpMachine, examples=2, steps=20)
