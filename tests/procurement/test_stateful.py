"""Random commands, actors and dates: no state without its preconditions, no event missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from audit import sealing
from audit.models import Event
from cases.actions import AddAttachment, DeclareConflict, WriteNote
from cases.commands import CaseCommand
from cases.models import Case
from config.demo.routine import Routine
from door.refusals import Refused
from procurement.applications import guards
from procurement.applications.commands import assessment, committee, controls, intake
from procurement.applications.models import ProviderApplication
from procurement.specifications.models import ServiceArea
from tests.factories import at
from tests.models import RolledBack, run
from tests.procurement.routine import ARRIVED, MEETING, application_in, pdf_file, put_on_agenda

State = ProviderApplication.State
EVERYBODY = ["development-strategist", "investigator-lawyer", "deputy-director",
             "committee-secretary", "director", "company"]  # fmt: skip
PEOPLE = st.sampled_from([*["right"] * 8, *EVERYBODY])
"""Who tries: more often than not the one whose task it is, so that the far states are reached."""
BY_COMPANY = {"SaveDraft", "Submit", "AddAttachment", "AnswerCompletion"}
BY_SECRETARY = {"RegisterDecision", "NotifyApplicant", "FileCorrection", "BecomeFinal"}
AFTER_HANDLING = {
    State.MBL, State.COMMITTEE, State.DECIDED, State.APPROVED, State.CORRECTION_PERIOD,
    State.CORRECTION_FILED, State.REJECTED, State.EXCLUDED,
}  # fmt: skip
AFTER_DECISION = AFTER_HANDLING - {State.MBL, State.COMMITTEE}


class ApplicationMachine(RolledBack):
    """One application to which anybody may try to do anything, on days that only move on."""

    day = ARRIVED

    def __init__(self):
        super().__init__()
        self.routine = self.begin()
        self.done = Event.objects.filter(chain__name=self.chain, kind="change").count()
        self.refused = 0

    def begin(self):
        return application_in("draft")

    @property
    def chain(self) -> str:
        return self.routine.application.chain

    def attempt(self, command: CaseCommand, who: str) -> None:
        """Try; count what was done and what was refused."""
        name = type(command).__name__
        if who == "right":
            who = (
                "company"
                if name in BY_COMPANY
                else "committee-secretary"
                if name in BY_SECRETARY
                else "deputy-director"
                if name == "Concur"
                else "development-strategist"
            )
        actor = self.routine.company if who == "company" else who
        before = Case.objects.get(pk=self.routine.application.pk)
        try:
            self.routine.do(command, actor, at(self.day))
            self.done += 1
        except Refused:
            self.refused += 1
            after = Case.objects.get(pk=before.pk)
            assert (after.state, after.version) == (before.state, before.version)

    @rule(days=st.integers(1, 20))
    def days_pass(self, days):
        self.day += timedelta(days=days)

    @rule(who=PEOPLE)
    def fill_in(self, who):
        self.attempt(
            intake.SaveDraft(
                assignment="both",
                areas=list(ServiceArea.objects.all()),
                capacity_ceiling_hours=100,
                contact_name="Leila Hammarvik",
                operations_manager="Erik Tornfalk",
            ),
            who,
        )

    @rule(who=PEOPLE, codes=st.sampled_from([("skv4820", "insurance", "qms"), ("qms",), ("",)]))
    def attach(self, who, codes):
        for code in codes:
            self.attempt(
                AddAttachment(
                    file=pdf_file(),
                    requirement=code,
                    issued_on=ARRIVED,
                    expires_on=date(2027, 1, 1),
                ),
                who,
            )

    @rule(who=PEOPLE)
    def send(self, who):
        self.attempt(intake.Submit(), who)

    @rule(who=PEOPLE)
    def review(self, who):
        self.attempt(intake.ReviewApplication(outcome="passed"), who)

    @rule(who=PEOPLE)
    def ask(self, who):
        self.attempt(intake.RequestCompletion(requirements=("qms",), text="Komplettera."), who)

    @rule(who=PEOPLE)
    def answer(self, who):
        self.attempt(intake.AnswerCompletion(answer="Här."), who)

    @rule(who=PEOPLE)
    def close_round(self, who):
        self.attempt(intake.CloseCompletion(why="Inget svar."), who)

    @rule(who=PEOPLE)
    def declare_complete(self, who):
        self.attempt(intake.DeclareComplete(complete_on=self.day), who)

    @rule(who=PEOPLE, kind=st.sampled_from(["tax", "credit", "qms", "cv"]),
          outcome=st.sampled_from(["ordered", "passed"]))  # fmt: skip
    def control(self, who, kind, outcome):
        self.attempt(controls.RecordControl(kind=kind, outcome=outcome, done_on=self.day), who)

    @rule(who=PEOPLE, absent=st.sampled_from(["", "section-head", "operations_manager"]))
    def meet(self, who, absent):
        names = dict.fromkeys(guards.rules.REQUIRED_AT_MEETING, "Någon")
        names.pop(absent, None)
        self.attempt(
            controls.HoldInformationMeeting(
                held_on=self.day,
                place="Stadshuset",
                attendance=names,
                notes="Text",
                went_through_application=True,
            ),
            who,
        )

    @rule(who=PEOPLE, about=st.sampled_from(["management", "operations_manager"]),
          name=st.sampled_from(["Ada", "Bo", "Cilla"]))  # fmt: skip
    def reference(self, who, about, name):
        self.attempt(
            controls.AddReference(
                about=about,
                referee=name,
                organisation="Havsnäs",
                relation="Chef",
                taken_on=self.day,
                statement="Bra.",
            ),
            who,
        )

    @rule(who=PEOPLE)
    def begin_assessment(self, who):
        self.attempt(assessment.BeginAssessment(), who)

    @rule(who=PEOPLE)
    def as_it_stands(self, who):
        self.attempt(assessment.AssessAsItStands(why="Inget svar."), who)

    @rule(who=PEOPLE, what=st.sampled_from(["approve", "reject"]))
    def propose(self, who, what):
        self.attempt(
            assessment.ProposeDecision(
                recommendation=what, reasons="Skäl.", economic_consequences="Inga."
            ),
            who,
        )

    @rule(who=PEOPLE)
    def propose_exclusion(self, who):
        self.attempt(
            assessment.ProposeExclusion(
                ground="tax_social_fees", reasons="Skuld.", proportionality="Stor."
            ),
            who,
        )

    @rule(who=PEOPLE)
    def concur(self, who):
        self.attempt(assessment.Concur(), who)

    @rule(who=PEOPLE)
    def negotiate(self, who):
        self.attempt(assessment.WriteMblBasis(assessment="Ingen."), who)
        self.attempt(
            assessment.RecordNegotiation(union="Kommunal", held_on=self.day, outcome="agreed"), who
        )

    @rule(who=PEOPLE)
    def conclude_mbl(self, who):
        self.attempt(assessment.ConcludeMbl(), who)

    @rule(who=PEOPLE, outcome=st.sampled_from(["approved", "rejected", "excluded"]))
    def decide(self, who, outcome):
        self.attempt(
            committee.RegisterDecision(
                decided_on=self.day, paragraph=1, outcome=outcome, reasons="Skäl."
            ),
            who,
        )

    @rule(who=PEOPLE)
    def notify(self, who):
        self.attempt(
            committee.NotifyApplicant(channel="post", given_on=self.day, proof="Kvitto"), who
        )

    @rule(who=PEOPLE)
    def file_correction(self, who):
        stated = {"court_case_number": "1-26", "filed_on": self.day, "told_on": self.day}
        self.attempt(committee.FileCorrection(**stated), who)

    @rule(who=PEOPLE)
    def become_final(self, who):
        self.attempt(committee.BecomeFinal(), who)

    @rule(who=PEOPLE)
    def withdraw(self, who):
        self.attempt(intake.Withdraw(), who)

    @rule(who=PEOPLE)
    def note(self, who):
        self.attempt(WriteNote(kind="working", text="Text"), who)

    @rule()
    def strategist_declares_conflict(self):
        self.attempt(DeclareConflict(why="Släkt."), "investigator-lawyer")

    @invariant()
    def no_state_without_its_preconditions(self):
        row = ProviderApplication.objects.get(pk=self.routine.application.pk)
        if row.state != State.DRAFT:
            assert row.number
            assert row.specification
            assert row.arrived_on
        proposal = row.proposal()
        if row.state in AFTER_HANDLING:
            assert proposal.concurred_by_id not in (None, proposal.recorded_by_id)
            if proposal.recommendation == "approve":
                assert min(row.counted_references().values()) >= 2
                assert not row.meetings.last().absent()
        if row.state in AFTER_DECISION:
            assert row.negotiations.exists()
            assert row.decision().item.document.locked_at
        if row.state == State.APPROVED:
            assert row.decision().is_approval
            assert row.complete_on

    @invariant()
    def no_event_is_missing_and_the_chain_is_whole(self):
        events = Event.objects.filter(chain__name=self.chain)
        assert events.filter(kind="change").count() == self.done
        assert events.filter(kind="refusal").count() == self.refused
        assert sealing.verify().faults == ()


class LateMachine(ApplicationMachine):
    """The same from the committee on, so that the end is reached as often as the beginning."""

    day = MEETING

    shared: Routine

    def begin(self):
        application = ProviderApplication.objects.get(pk=self.shared.application.pk)
        return replace(self.shared, application=application)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_from_draft_on_anything_may_be_tried_and_nothing_is_skipped():
    """LOV-01, LOV-03, LOV-04, LOV-06, LOV-07, LOV-08, LOV-09, CAP-05, CAP-08"""
    run(ApplicationMachine)


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_from_the_committee_on_anything_may_be_tried_and_nothing_is_skipped():
    """LOV-10, LOV-11, LOV-15, CAP-05, CAP-09"""
    LateMachine.shared = application_in("committee")
    put_on_agenda(LateMachine.shared)
    run(LateMachine)
