"""The routine for a new application (seed 002, *Handläggning av ny ansökan*), step by step.

Monday 2 March 2026 the application comes in; see tests/procurement/routine.py for the other days.
"""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.act import Act
from audit.models import Event
from cases import attachments, flows, picture
from cases.models import Attachment, CommitteeMeeting, CommitteeMember, JournalNote, Setting
from door.refusals import Blocked, NotAllowed, Refused
from organisation.authority import actor_on
from organisation.models import Representation
from organisation.roles import Role
from procurement.applications import rules
from procurement.applications.commands import assessment, committee, controls, intake
from procurement.applications.commands.intake import enter_application
from procurement.applications.jobs import end_passed_correction_periods
from procurement.applications.models import (
    DecisionProposal,
    HandlingStep,
    ProviderApplication,
)
from procurement.specifications.models import SpecificationVersion
from tests.factories import at, person, root_unit, stands_in
from tests.procurement.routine import (
    ARRIVED,
    COMPLETE,
    MEETING,
    application_in,
    call_document,
    company,
    put_on_agenda,
    staff,
)

pytestmark = pytest.mark.django_db
STRATEGIST, DEPUTY, SECRETARY = "development-strategist", "deputy-director", "committee-secretary"


def day(month: int, number: int):
    return at(date(2026, month, number))


def last_event(r) -> Event:
    return Event.objects.filter(chain__name=r.application.chain).order_by("-seq").first()


def official(r) -> list[str]:
    notes = JournalNote.objects.filter(case_id=r.application.pk, kind="official")
    return list(notes.order_by("pk").values_list("text", flat=True))


class TestArrival:
    def test_an_application_is_bound_to_the_call_document_of_the_day_it_came(self):
        """LOV-01"""
        call_document()
        SpecificationVersion.objects.create(
            number=2, valid_from=date(2026, 3, 3), published=True, published_on=ARRIVED
        )
        r = application_in("received")
        assert r.application.specification.number == 1
        assert r.application.number == "LOV-2026-0001"
        assert last_event(r).name == "submit"
        assert last_event(r).values.values["specification"] == 1

    def test_what_is_not_filled_in_stops_the_company_from_sending(self):
        """LOV-01"""
        r = application_in("draft")
        with pytest.raises(Blocked, match="Kapacitetstak") as refusal:
            r.send(at(ARRIVED))
        assert "Minst ett område" in str(refusal.value)
        assert ProviderApplication.objects.get().state == "draft"
        assert ProviderApplication.objects.get().number is None

    def test_no_call_document_in_force_means_no_arrival_and_no_number(self):
        """LOV-01"""
        r = application_in("draft")
        r.fill_in(at(ARRIVED), "Leila Hammarvik", "Erik Tornfalk")
        SpecificationVersion.objects.update(published=False)
        with pytest.raises(Refused, match="Inget förfrågningsunderlag gällde"):
            r.send(at(ARRIVED))
        assert ProviderApplication.objects.get().number is None

    def test_a_paper_found_at_the_first_emptying_came_the_previous_working_day(self):
        """LOV-15: found Tuesday 7 April after Easter, so it came Thursday 2 April."""
        call_document()
        people = staff()
        provider, _ = company()
        application = enter_application(
            provider, root_unit(), "paper", Act.own(people["registrar"], day(4, 7))
        )
        from config.demo.routine import Routine

        r = Routine(application, people, people["registrar"])
        r.do(
            intake.RegisterArrival(
                found_on=date(2026, 4, 7), first_emptying=True, registry_no="SN 2026/0412"
            ),
            "registrar",
            day(4, 7),
        )
        assert r.application.arrived_on == date(2026, 4, 2)
        assert r.application.registry_no == "SN 2026/0412"
        assert r.application.deadlines.get(rule="completion_request").due == date(2026, 4, 16)
        assert last_event(r).name == "register_arrival"

    def test_a_day_of_arrival_in_the_future_is_refused(self):
        """LOV-15"""
        call_document()
        people = staff()
        provider, _ = company()
        application = enter_application(
            provider, root_unit(), "mail", Act.own(people["registrar"], at(ARRIVED))
        )
        from config.demo.routine import Routine

        r = Routine(application, people, people["registrar"])
        with pytest.raises(Refused, match="ligger i framtiden"):
            r.do(intake.RegisterArrival(found_on=date(2026, 3, 3)), "registrar", at(ARRIVED))
        assert ProviderApplication.objects.get().state == "draft"


class TestCompletion:
    def test_a_request_starts_the_companys_fourteen_days_with_letter_and_official_note(self):
        """LOV-02, LOV-03, LOV-13: requested Thu 5 Mar, due Thu 19 Mar."""
        r = application_in("received")
        r.review(day(3, 5), "incomplete", "Ledningssystemet saknar egenkontroll.")
        r.ask(day(3, 5), "Rutin för egenkontroll.", "qms")
        round_ = r.application.open_completion()
        assert (round_.round, round_.requested_on, round_.due) == (
            1,
            date(2026, 3, 5),
            date(2026, 3, 19),
        )
        assert r.application.state == "completion"
        assert r.application.deadlines.get(rule="completion_request").met_on == date(2026, 3, 5)
        assert round_.document.locked_at
        assert official(r) == ["Komplettering begärd, omgång 1, senast 2026-03-19."]
        assert last_event(r).name == "request_completion"

    def test_nothing_is_requested_before_the_application_is_reviewed(self):
        """LOV-05"""
        r = application_in("received")
        with pytest.raises(Blocked, match="Granskning av ansökan"):
            r.ask(day(3, 5), "Något.", "qms")

    def test_a_late_answer_is_taken_in_and_shown_as_late(self):
        """LOV-03: due 19 Mar, came 20 Mar."""
        r = application_in("received")
        r.review(day(3, 5))
        r.ask(day(3, 5), "Rutin.", "qms")
        r.attach(day(3, 20), "qms")
        r.answer(day(3, 20))
        round_ = r.application.completions.get()
        assert (round_.outcome, round_.is_late) == ("late", True)
        assert r.application.deadlines.get(rule="completion_answer").was_late
        assert r.application.state == "received"

    def test_an_answer_on_the_last_day_is_in_time(self):
        """LOV-03"""
        r = application_in("received")
        r.review(day(3, 5))
        r.ask(day(3, 5), "Rutin.", "qms")
        r.answer(day(3, 19))
        assert r.application.completions.get().outcome == "came"

    def test_an_answer_without_what_was_asked_for_is_refused(self):
        """LOV-03"""
        r = application_in("received")
        Attachment.objects.filter(requirement="qms").update(removed_on=ARRIVED)
        r.review(day(3, 5))
        r.ask(day(3, 5), "Ledningssystem.", "qms")
        with pytest.raises(Blocked, match="Ledningssystem för kvalitet"):
            r.answer(day(3, 10))
        assert r.application.open_completion()

    def test_each_round_is_a_record_of_its_own(self):
        """LOV-03"""
        r = application_in("received")
        r.review(day(3, 5))
        for number, month_day in enumerate([5, 10], 1):
            r.ask(day(3, month_day), f"Omgång {number}.", "qms")
            r.answer(day(3, month_day + 2))
        rounds = r.application.completions.values_list("round", "requested_on", "answered_on")
        assert list(rounds) == [
            (1, date(2026, 3, 5), date(2026, 3, 7)),
            (2, date(2026, 3, 10), date(2026, 3, 12)),
        ]

    def test_a_round_is_not_closed_while_the_company_still_has_time(self):
        """LOV-03"""
        r = application_in("received")
        r.review(day(3, 5))
        r.ask(day(3, 5), "Rutin.", "qms")
        with pytest.raises(Refused, match="har på sig till och med tors 19 mars 2026"):
            r.do(intake.CloseCompletion(why="Otålighet"), STRATEGIST, day(3, 19))
        r.do(intake.CloseCompletion(why="Inget svar."), STRATEGIST, day(3, 20))
        assert r.application.completions.get().outcome == "missing"

    def test_the_promised_decision_time_rests_while_the_company_completes(self):
        """LOV-15, CAP-01: 25 May + 5-12 March, eight days = 2 June."""
        r = application_in("received")
        r.review(day(3, 5))
        r.ask(day(3, 5), "Rutin.", "qms")
        r.answer(day(3, 12))
        assert r.application.deadlines.get(rule="decision_time").due == date(2026, 6, 2)


class TestComplete:
    def test_a_complete_application_has_its_moment_and_four_weeks(self):
        """LOV-04"""
        r = application_in("handling")
        assert (r.application.state, r.application.complete_on) == ("handling", COMPLETE)
        assert r.application.deadlines.get(rule="handling").due == date(2026, 4, 6)
        assert last_event(r).name == "declare_complete"

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            (lambda a: HandlingStep.objects.all().delete(), "Granskning av ansökan"),
            (lambda a: a.areas.clear(), "Minst ett område"),
            (lambda a: a.attachments.filter(requirement="qms").delete(), "Ledningssystem"),
            (lambda a: a.attachments.filter(requirement="skv4820").update(
                issued_on=date(2026, 1, 1)), "Blankett SKV 4820"),
            (lambda a: a.attachments.filter(requirement="insurance").update(
                expires_on=date(2026, 3, 1)), "Försäkringsbevis"),
            (lambda a: Representation.objects.update(approved_on=None), "Behörighet"),
        ],
    )  # fmt: skip
    def test_without_a_precondition_it_is_not_declared_complete(self, change, text):
        """LOV-01, LOV-04, CAP-18: SKV 4820 may be issued 2 January at the earliest."""
        r = application_in("received")
        r.review(day(3, 5))
        change(r.application)
        with pytest.raises(Blocked, match=text):
            r.complete(day(3, 9))
        assert ProviderApplication.objects.get().state == "received"
        assert last_event(r).kind == "refusal"

    def test_a_tax_form_exactly_two_months_old_is_valid(self):
        """CAP-18"""
        fault = rules.attachment_fault(
            issued_on=date(2026, 1, 2),
            expires_on=None,
            max_age_months=2,
            needs_expiry=False,
            arrived_on=ARRIVED,
        )
        assert fault == ""

    def test_it_is_not_complete_before_it_came_nor_in_the_future(self):
        """LOV-04"""
        r = application_in("received")
        r.review(day(3, 5))
        for wrong in (date(2026, 3, 1), date(2026, 3, 10)):
            with pytest.raises(Refused, match="tidigast när den kom in"):
                r.do(intake.DeclareComplete(complete_on=wrong), STRATEGIST, day(3, 9))


def ready(r) -> None:
    """Everything that handling demands."""
    from config.demo.routine import handled

    handled(r, day(3, 16))


class TestHandling:
    def test_every_step_is_recorded_with_who_when_and_outcome(self):
        """LOV-05, LOV-12"""
        r = application_in("handling")
        ready(r)
        steps = {s.kind: s for s in r.application.steps.all()}
        assert set(steps) == {"review", "tax", "credit", "qms", "cv", "record_extract"}
        tax = steps["tax"]
        assert (tax.recorded_by.name, tax.done_on, tax.outcome) == (
            "Jonas Ekfors",
            date(2026, 3, 16),
            "passed",
        )
        assert tax.valid_until == date(2026, 6, 14)  # 90 days, the default

    @pytest.mark.parametrize(
        ("table", "condition", "text"),
        [
            ("steps", {"kind": "tax"}, "Kontroll med Skatteverket"),
            ("steps", {"kind": "credit"}, "Kreditupplysning"),
            ("steps", {"kind": "qms"}, "Ledningssystem för kvalitet"),
            ("steps", {"kind": "cv"}, "Meritförteckning och bilagor"),
            ("steps", {"kind": "record_extract"}, "Registerutdrag visat"),
            ("steps", {"kind": "review"}, "Granskning av ansökan"),
            ("references", {"about": "management"}, "2 referenser om företagets ledning"),
            ("references", {"about": "operations_manager"}, "2 referenser om verksamhetsansvarig"),
            ("meetings", {}, "Informationsmöte"),
        ],
    )
    def test_without_any_one_step_it_does_not_pass_to_assessment(self, table, condition, text):
        """LOV-05, LOV-06, LOV-07, BEY-15"""
        r = application_in("handling")
        ready(r)
        getattr(r.application, table).filter(**condition).delete()
        with pytest.raises(Blocked, match=text):
            r.do(assessment.BeginAssessment(), STRATEGIST, day(3, 17))
        assert ProviderApplication.objects.get().state == "handling"
        missing = assessment.BeginAssessment.missing(r.application, date(2026, 3, 17))
        assert [gap.what for gap in missing if text in gap.what]

    def test_three_references_are_one_too_few(self):
        """LOV-06"""
        r = application_in("handling")
        r.all_controls(day(3, 16))
        r.meet(day(3, 16))
        r.references(day(3, 16), 2, 1)
        with pytest.raises(Blocked, match="1 referens om verksamhetsansvarig"):
            r.do(assessment.BeginAssessment(), STRATEGIST, day(3, 17))
        r.reference(day(3, 18), "operations_manager", "Pia Ekbacka")
        r.do(assessment.BeginAssessment(), STRATEGIST, day(3, 18))
        assert r.application.state == "assessment"

    def test_the_same_person_is_not_two_references(self):
        """LOV-06"""
        r = application_in("handling")
        r.reference(day(3, 10), "management", "Karin Vassdal")
        with pytest.raises(Refused, match="redan registrerad"):
            r.reference(day(3, 11), "management", "karin vassdal")

    @pytest.mark.parametrize("absent", list(rules.REQUIRED_AT_MEETING))
    def test_a_required_participant_who_is_absent_blocks_with_a_clear_reason(self, absent):
        """LOV-07"""
        r = application_in("handling")
        r.all_controls(day(3, 16))
        r.references(day(3, 16))
        r.meet(day(3, 16), absent)
        label = rules.REQUIRED_AT_MEETING[absent]
        with pytest.raises(Blocked, match=f"{label} på informationsmötet"):
            r.do(assessment.BeginAssessment(), STRATEGIST, day(3, 17))
        assert f"Deltog inte: {label}." in official(r)[-1]

    def test_the_meetings_form_asks_who_attended_in_each_capacity_and_the_log_keeps_no_name(self):
        """LOV-07, SEC-02"""
        r = application_in("handling")
        asked = {"row": r.application, "actor": actor_on(r.people[STRATEGIST], COMPLETE)}
        fields = list(controls.HoldInformationMeeting.form(**asked, day=COMPLETE).fields)
        attended = [f"attended_{capacity}" for capacity in rules.REQUIRED_AT_MEETING]
        assert fields == ["held_on", "place", *attended, "went_through_application", "notes"]
        said = {"held_on": "2026-03-09", "place": "Stadshuset", "notes": "Text", attended[1]: "Eva"}
        form = controls.HoldInformationMeeting.form(said, **asked, day=COMPLETE)
        assert form.is_valid(), form.errors
        outcome = r.do(controls.HoldInformationMeeting(**form.cleaned_data), STRATEGIST, day(3, 10))
        capacity = list(rules.REQUIRED_AT_MEETING)[1]
        assert r.application.meetings.get().attendance == {capacity: "Eva"}
        assert outcome.event.values.values["attendance"] == [capacity]

    def test_the_meeting_is_held_when_the_application_is_complete(self):
        """LOV-07"""
        r = application_in("handling")
        meeting = controls.HoldInformationMeeting(
            held_on=date(2026, 3, 8),
            place="Stadshuset",
            attendance={},
            went_through_application=True,
            notes="Text",
        )
        with pytest.raises(Refused, match="tidigast mån 9 mars 2026"):
            r.do(meeting, STRATEGIST, day(3, 10))

    def test_official_notes_are_written_for_what_the_routine_says_and_no_more(self):
        """LOV-12, LOV-13"""
        r = application_in("handling")
        ready(r)
        assert [text.split(" ")[0] for text in official(r)] == [
            "Informationsmöte",
            "Referens",
            "Referens",
            "Referens",
            "Referens",
        ]
        r.do(
            controls.RecordControl(kind="qms", outcome="passed", done_on=COMPLETE),
            STRATEGIST,
            day(3, 17),
        )
        assert len(official(r)) == 5

    @pytest.mark.both
    def test_a_register_extract_is_noted_as_shown_and_never_kept(self):
        """BEY-15"""
        r = application_in("handling")
        r.do(controls.NoteRecordExtract(shown_on=COMPLETE, whose="ledning"), STRATEGIST, day(3, 9))
        step = r.application.step("record_extract")
        assert (step.outcome, step.evidence) == ("passed", None)
        file = r.application.attachments.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            HandlingStep.objects.filter(pk=step.pk).update(evidence=file)
        with pytest.raises(Refused, match="framtiden"):
            r.do(
                controls.NoteRecordExtract(shown_on=date(2026, 4, 1), whose="x"),
                STRATEGIST,
                day(3, 9),
            )


class TestAssessment:
    def test_two_different_people_propose_and_concur(self):
        """LOV-08, CAP-08, CAP-16"""
        r = application_in("assessment")
        r.concur(day(3, 18))
        proposal = r.application.proposal()
        assert (proposal.recorded_by.name, proposal.concurred_by.name) == (
            "Samira Norrgren",
            "Birgitta Lindehall",
        )
        assert r.application.state == "mbl"
        assert last_event(r).name == "concur"

    def test_the_one_who_proposed_may_not_concur_even_as_a_substitute(self):
        """LOV-08, CAP-08"""
        r = application_in("assessment")
        stands_in(r.people[STRATEGIST], r.people[DEPUTY], ARRIVED, MEETING)
        with pytest.raises(NotAllowed, match="Två personer krävs"):
            r.concur(day(3, 18), STRATEGIST)
        assert ProviderApplication.objects.get().state == "assessment"

    def test_a_substitute_concurs_for_the_deputy_director(self):
        """CAP-08"""
        r = application_in("assessment")
        stands_in(r.people["director"], r.people[DEPUTY], ARRIVED, MEETING)
        r.concur(day(3, 18), "director")
        event = last_event(r)
        assert (event.actor.name, event.on_behalf_of.name) == (
            "Kerstin Almdal",
            "Birgitta Lindehall",
        )

    @pytest.mark.both
    def test_the_database_too_refuses_one_person_as_both(self):
        """LOV-08"""
        r = application_in("assessment")
        proposal = r.application.proposal()
        with pytest.raises(IntegrityError), transaction.atomic():
            DecisionProposal.objects.filter(pk=proposal.pk).update(
                concurred_by=proposal.recorded_by
            )

    def test_a_returned_proposal_asks_for_a_new_one(self):
        """LOV-08"""
        r = application_in("assessment")
        r.do(assessment.DeclineProposal(why="Utveckla skälen."), DEPUTY, day(3, 18))
        assert r.application.proposal() is None
        with pytest.raises(Blocked, match="Förslag till beslut"):
            r.concur(day(3, 19))
        r.propose(day(3, 19))
        r.concur(day(3, 20))
        assert r.application.state == "mbl"

    def test_exclusion_names_its_ground_and_goes_to_the_committee(self):
        """LOV-15, CAP-16"""
        r = application_in("received")
        r.do(
            assessment.ProposeExclusion(
                ground="tax_social_fees",
                reasons="Restförda skatter.",
                proportionality="Stor skuld.",
            ),
            STRATEGIST,
            day(3, 6),
        )
        assert r.application.state == "assessment"
        assert r.application.proposal().exclusion_ground == "tax_social_fees"
        r.concur(day(3, 18))
        r.mbl(day(3, 25))
        put_on_agenda(r)
        with pytest.raises(Refused, match="inte handlagts så att den kan godkännas"):
            r.decide(day(4, 16), "approved", 41)
        r.decide(day(4, 16), "excluded", 41)
        r.notify(day(4, 20), "post")
        assert r.application.state == "correction_period"
        assert end_passed_correction_periods(day(5, 12)) == 1
        assert ProviderApplication.objects.get().state == "excluded"

    def test_an_application_that_never_became_complete_can_only_be_rejected(self):
        """LOV-03, LOV-15"""
        r = application_in("received")
        as_it_stands = assessment.AssessAsItStands(why="Inget kom in.")
        with pytest.raises(Blocked, match="omgång komplettering"):
            r.do(as_it_stands, STRATEGIST, day(3, 5))
        r.review(day(3, 5))
        r.ask(day(3, 5), "Rutin.", "qms")
        r.do(as_it_stands, STRATEGIST, day(3, 20))
        with pytest.raises(Refused, match="bara föreslås få avslag"):
            r.propose(day(3, 20), "approve")
        r.propose(day(3, 20), "reject", "Ansökan är inte komplett.")
        assert r.application.proposal().recommendation == "reject"


class TestMbl:
    def test_the_committee_waits_for_basis_and_negotiation(self):
        """LOV-09, LOV-13"""
        r = application_in("mbl")
        with pytest.raises(Blocked, match=r"Underlag för MBL; MBL-förhandling"):
            r.do(assessment.ConcludeMbl(), STRATEGIST, day(3, 20))
        r.write_mbl(day(3, 20))
        with pytest.raises(Blocked, match="MBL-förhandling"):
            r.do(assessment.ConcludeMbl(), STRATEGIST, day(3, 20))
        r.do(
            assessment.RecordNegotiation(
                union="Kommunal", held_on=date(2026, 3, 23), outcome="disagreed"
            ),
            STRATEGIST,
            day(3, 23),
        )
        r.do(assessment.ConcludeMbl(), STRATEGIST, day(3, 24))
        assert r.application.state == "committee"
        assert "MBL-förhandling med Kommunal 2026-03-23: avslutad i oenighet." in official(r)
        assert r.application.documents.get(kind="mbl_basis").locked_at

    def test_a_negotiation_needs_its_basis_and_a_day_that_has_come(self):
        """LOV-09"""
        r = application_in("mbl")
        early = assessment.RecordNegotiation(
            union="Kommunal", held_on=date(2026, 3, 20), outcome="agreed"
        )
        with pytest.raises(Blocked, match="Underlag för MBL"):
            r.do(early, STRATEGIST, day(3, 20))
        r.write_mbl(day(3, 19))
        with pytest.raises(Refused, match="framtiden"):
            r.do(early, STRATEGIST, day(3, 19))


class TestCommittee:
    def test_the_secretary_registers_what_the_committee_decided(self):
        """LOV-10, CAP-09, CAP-16"""
        r = application_in("committee")
        put_on_agenda(r)
        member = CommitteeMember.objects.create(name="Britta Moviken", valid_from=ARRIVED)
        r.decide(
            day(4, 16),
            "approved",
            41,
            reservations="Ulf Sundmark (X) reserverar sig.",
            conflicted=[member],
            conflict_reason="Anställd i företaget",
        )
        decision = r.application.decision()
        assert (decision.paragraph, decision.decided_on, decision.outcome) == (
            41,
            MEETING,
            "approved",
        )
        assert decision.item.conflicts.get().member == member
        assert r.application.deadlines.get(rule="decision_time").met_on == MEETING
        assert r.application.documents.get(kind="decision_extract").facts["conflicts"] == [
            ["Britta Moviken", "Anställd i företaget"]
        ]
        assert last_event(r).actor == r.people[SECRETARY]

    def test_nobody_but_the_secretary_registers_a_decision(self):
        """LOV-10, SEC-01"""
        r = application_in("committee")
        put_on_agenda(r)
        command = committee.RegisterDecision(decided_on=MEETING, paragraph=1, outcome="approved")
        for who in (STRATEGIST, DEPUTY, "director", "registrar"):
            with pytest.raises(NotAllowed):
                r.do(command, who, day(4, 16))

    def test_a_decision_needs_a_locked_document_on_an_agenda(self):
        """LOV-10, CAP-09"""
        r = application_in("committee")
        command = committee.RegisterDecision(decided_on=MEETING, paragraph=1, outcome="approved")
        with pytest.raises(Blocked, match="Plats på ett sammanträdes föredragningslista"):
            r.do(command, SECRETARY, day(4, 16))
        meeting = CommitteeMeeting.objects.create(held_on=MEETING, documents_due=date(2026, 3, 27))
        r.agenda(day(3, 26), meeting)
        with pytest.raises(Blocked, match="Låst tjänsteskrivelse"):
            r.do(command, SECRETARY, day(4, 16))

    @pytest.mark.parametrize(
        ("decided_on", "today", "text"),
        [
            (date(2026, 3, 1), day(4, 16), "inte vara före ansökan kom in, mån 2 mars 2026"),
            (MEETING, day(4, 14), "framtiden"),
            (date(2026, 4, 14), day(4, 16), "står på sammanträdet ons 15 april 2026"),
        ],
    )
    def test_a_decision_date_that_cannot_be_right_is_refused(self, decided_on, today, text):
        """LOV-10"""
        r = application_in("committee")
        put_on_agenda(r)
        command = committee.RegisterDecision(
            decided_on=decided_on, paragraph=1, outcome="rejected", reasons="Skäl."
        )
        with pytest.raises(Refused, match=text):
            r.do(command, SECRETARY, today)
        assert ProviderApplication.objects.get().state == "committee"

    def test_an_approval_needs_controls_that_still_hold(self):
        """CAP-18: made 16 March with 20 days' validity, held to 5 April."""
        from cases.models import Setting

        Setting.objects.create(key="control_valid_days", value=20)
        r = application_in("committee")
        put_on_agenda(r)
        with pytest.raises(Refused, match="Gällde till sön 5 april 2026"):
            r.decide(day(4, 16), "approved", 41)
        for kind in ("tax", "credit"):
            r.control(day(4, 10), kind)
        r.decide(day(4, 16), "approved", 41)
        assert r.application.state == "decided"

    def test_a_committee_that_departs_from_the_proposal_gives_its_reasons(self):
        """LOV-10, LOV-11"""
        r = application_in("committee")
        put_on_agenda(r)
        with pytest.raises(Refused, match="Skriv nämndens skäl"):
            r.decide(day(4, 16), "rejected", 42)

    def test_a_locked_proposal_is_not_edited(self):
        """CAP-09"""
        r = application_in("committee")
        put_on_agenda(r)
        revise = committee.ReviseProposalText(reasons="Andra skäl", economic_consequences="Inga.")
        with pytest.raises(Refused, match="låst i utskicket"):
            r.do(revise, STRATEGIST, day(3, 28))

    def test_an_item_taken_off_comes_back_on_another_agenda(self):
        """CAP-09"""
        r = application_in("committee")
        put_on_agenda(r)
        r.do(committee.TakeOffAgenda(why="Bordlagt"), SECRETARY, day(4, 1))
        later = CommitteeMeeting.objects.create(
            held_on=date(2026, 5, 20), documents_due=date(2026, 5, 4)
        )
        r.agenda(day(4, 20), later)
        assert r.application.agenda_item().meeting == later
        assert r.application.deadlines.filter(rule="documents_due").count() == 2


class TestNotice:
    def test_a_rejected_company_has_three_weeks_from_the_day_it_was_told(self):
        """LOV-11: Mon 20 Apr + 3 weeks = Mon 11 May."""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        assert r.application.state == "correction_period"
        correction = r.application.deadlines.get(rule="correction")
        assert correction.due == date(2026, 5, 11)
        assert correction.computed().why == (
            "mån 20 april 2026: underrättelsen lämnades",
            "+ 3 veckor enligt LOV 10 kap. 1-3 §§ = mån 11 maj 2026",
            "= mån 11 maj 2026, en arbetsdag, flyttas inte",
        )
        notice = r.application.decision().notice
        assert (notice.channel, notice.given_on) == ("post", date(2026, 4, 20))
        assert notice.document.locked_at
        assert notice.document.shown_to_company
        assert last_event(r).name == "notify_applicant"

    def test_a_notice_before_the_decision_or_in_the_future_is_refused(self):
        """LOV-11"""
        r = application_in("decided")
        for given_on, text in (
            (date(2026, 4, 14), "meddelas tidigast"),
            (date(2026, 4, 21), "framtiden"),
        ):
            command = committee.NotifyApplicant(channel="post", given_on=given_on, proof="Kvitto")
            with pytest.raises(Refused, match=text):
                r.do(command, SECRETARY, day(4, 20))

    def test_the_last_day_that_is_a_holiday_is_the_next_working_day(self):
        """LOV-11: 3 Dec + 3 weeks is julafton; 28 Dec is the next working day."""
        assert rules.last_day_to_seek_correction(date(2026, 12, 3)) == date(2026, 12, 28)

    def test_the_case_ends_by_itself_the_day_after_the_period(self):
        """LOV-11"""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        assert end_passed_correction_periods(day(5, 11)) == 0
        assert end_passed_correction_periods(day(5, 12)) == 1
        row = ProviderApplication.objects.get()
        assert (row.state, row.closed_on) == ("rejected", date(2026, 5, 12))
        assert last_event(r).actor is None
        assert end_passed_correction_periods(day(5, 13)) == 0

    def test_nobody_ends_the_period_early(self):
        """LOV-11"""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        with pytest.raises(Blocked, match="löper till och med mån 11 maj 2026"):
            r.do(committee.BecomeFinal(), SECRETARY, day(5, 11))

    def test_a_filed_correction_is_recorded_with_the_courts_number_and_outcome(self):
        """LOV-11"""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        r.file_correction(day(5, 11), "4417-26")
        assert r.application.state == "correction_filed"
        assert last_event(r).values.values["in_time"] is True
        court = committee.RecordCourtOutcome(outcome="granted", outcome_on=date(2026, 6, 10))
        r.do(court, SECRETARY, day(6, 11))
        assert r.application.state == "committee"
        assert r.application.decision().correction.outcome == "granted"
        assert "Mål 4417-26: bifallen: rättelse ska ske." in official(r)

    def test_a_correction_filed_late_is_recorded_as_late_for_the_court_to_judge(self):
        """LOV-11"""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        r.file_correction(day(5, 12), "4417-26")
        assert last_event(r).values.values["in_time"] is False
        assert "Kom in efter sista dag 2026-05-11" in official(r)[-1]

    def test_one_the_court_tells_of_after_the_period_opens_the_ended_case_again(self):
        """COR-04, LOV-11: notice Mon 20 Apr, last day Mon 11 May; told on the thirtieth day after,
        Wed 10 June, of one that came to the court on the last day."""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        assert end_passed_correction_periods(day(5, 12)) == 1
        assert picture.draw(r.application).after[-1].status == "done"
        told = committee.FileCorrection(
            court_case_number="4417-26", filed_on=date(2026, 5, 11), told_on=date(2026, 6, 10)
        )
        r.do(told, SECRETARY, day(6, 10))
        assert (r.application.state, r.application.closed_on) == ("correction_filed", None)
        correction = r.application.decision().correction
        assert (correction.filed_on, correction.told_on) == (date(2026, 5, 11), date(2026, 6, 10))
        deadline = r.application.deadlines.get(rule="correction")
        assert (deadline.met_on, deadline.met_text) == (date(2026, 5, 11), "Rättelse begärd")
        assert last_event(r).values.values["reopened"] is True
        assert official(r)[-1] == (
            "Ansökan om rättelse, mål 4417-26, kom in till förvaltningsrätten 2026-05-11. "
            "Kommunen fick veta det 2026-06-10. Ärendet öppnas igen."
        )
        assert picture.draw(r.application).after[-1].status == "now"
        court = committee.RecordCourtOutcome(outcome="granted", outcome_on=date(2026, 7, 1))
        r.do(court, SECRETARY, day(7, 1))
        assert r.application.state == "committee"

    def test_one_that_the_court_dismisses_ends_the_opened_case_as_before(self):
        """COR-04, LOV-15"""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        end_passed_correction_periods(day(5, 12))
        told = committee.FileCorrection(
            court_case_number="4417-26", filed_on=date(2026, 5, 8), told_on=date(2026, 5, 13)
        )
        r.do(told, SECRETARY, day(5, 13))
        court = committee.RecordCourtOutcome(outcome="dismissed", outcome_on=date(2026, 6, 1))
        r.do(court, SECRETARY, day(6, 1))
        assert (r.application.state, r.application.closed_on) == ("rejected", date(2026, 6, 1))
        assert flows.open_tasks(r.application) == []
        assert picture.draw(r.application).after[-1].status == "done"
        with pytest.raises(Refused, match="i läget Avslagen"):
            r.do(told, SECRETARY, day(6, 2))

    @pytest.mark.parametrize(
        ("on", "filed", "told", "days", "text"),
        [
            (day(6, 11), (5, 11), (6, 10), 30, "registreras till och med ons 10 juni 2026"),
            (day(5, 19), (5, 11), (5, 12), 7, "registreras till och med mån 18 maj 2026"),
            (day(5, 20), (5, 12), (5, 13), 30, "Sista dagen att ansöka om rättelse var mån 11 maj"),
            (day(5, 20), (4, 19), (5, 13), 30, "Underrättelsen lämnades mån 20 april"),
            (day(5, 20), (5, 11), (5, 10), 30, "inte ha fått veta det före mån 11 maj"),
            (day(5, 20), (5, 11), (5, 21), 30, "kan inte ligga i framtiden"),
        ],
    )  # fmt: skip
    def test_one_that_is_too_late_or_impossible_is_refused_with_what_to_do(
        self, on, filed, told, days, text
    ):
        """COR-04: last day 11 May, and 30 days, or as many as the municipality has chosen."""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        end_passed_correction_periods(day(5, 12))
        Setting.objects.create(key="correction_report_days", value=days)
        command = committee.FileCorrection(
            court_case_number="4417-26", filed_on=date(2026, *filed), told_on=date(2026, *told)
        )
        with pytest.raises(Refused, match=text):
            r.do(command, SECRETARY, on)
        row = ProviderApplication.objects.get()
        assert (row.state, row.closed_on) == ("rejected", date(2026, 5, 12))
        assert last_event(r).kind == "refusal"

    def test_the_page_of_the_ended_case_offers_it_and_shows_both_days(self, client, monkeypatch):
        """COR-04"""
        r = application_in("decided")
        r.notify(day(4, 20), "post")
        end_passed_correction_periods(day(5, 12))
        monkeypatch.setattr("audit.clock.now", lambda: day(5, 20))
        client.force_login(
            r.people[SECRETARY], "allauth.account.auth_backends.AuthenticationBackend"
        )
        page = reverse("cases:case", args=[r.application.pk])
        address = reverse("cases:do", args=[r.application.pk, "file_correction"])
        assert address in client.get(page).content.decode()
        stated = {
            "court_case_number": "4417-26",
            "filed_on": "2026-05-11",
            "told_on": "2026-05-19",
            "version": ProviderApplication.objects.get().version,
            "key": "a",
        }
        shown = " ".join(client.post(address, stated, follow=True).content.decode().split())
        assert (
            "Mål 4417-26, inkom till förvaltningsrätten mån 11 maj 2026, "
            "kommunen fick veta det tis 19 maj 2026"
        ) in shown

    def test_an_approved_company_cannot_seek_correction(self):
        """LOV-11"""
        r = application_in("committee")
        put_on_agenda(r)
        r.decide(day(4, 16), "approved", 41)
        r.notify(day(4, 20))
        assert not r.application.deadlines.filter(rule="correction").exists()
        with pytest.raises(Refused, match="i läget Godkänd"):
            r.file_correction(day(4, 21), "1-26")


class TestWithdrawal:
    @pytest.mark.parametrize("state", ["received", "handling", "committee"])
    def test_the_company_may_withdraw_until_the_committee_has_decided(self, state):
        """LOV-15"""
        r = application_in(state)
        r.do(intake.Withdraw(why="Ändrade planer."), r.company, day(3, 30))
        assert (r.application.state, r.application.closed_on) == ("withdrawn", date(2026, 3, 30))
        assert not r.application.deadlines.running().exists()
        assert flows.open_tasks(r.application) == []
        assert last_event(r).name == "withdraw"

    def test_a_decided_application_is_not_withdrawn(self):
        """LOV-15"""
        r = application_in("decided")
        with pytest.raises(Refused, match="Beslutad"):
            r.do(intake.Withdraw(), r.company, day(4, 17))


class TestFlow:
    def test_open_tasks_are_what_remains_to_be_done(self):
        """LOV-05"""
        r = application_in("handling")
        r.control(day(3, 10), "tax")
        names = [task.flow_task.name for task in flows.open_tasks(r.application)]
        assert names == ["credit", "qms", "cv", "meeting", "references"]

    def test_the_picture_says_what_is_done_what_is_missing_and_what_follows(self):
        """LOV-05"""
        r = application_in("handling")
        drawn = picture.draw(r.application)
        assert [node.status for node in drawn.before] == ["done", "done", "done"]
        assert {node.title: node.what for node in drawn.parallel} == {
            "Kreditupplysning": "Kreditupplysning (UC)",
            "Skatteverket": "Kontroll med Skatteverket",
            "Ledningssystem": "Ledningssystem för kvalitet",
            "Meriter och bilagor": "Meritförteckning och bilagor",
            "Informationsmöte": "Informationsmöte",
            "Referenser": "2 referenser om företagets ledning",
        }
        assert {node.status for node in drawn.after} == {"ahead"}

    def test_an_approved_application_has_gone_through_every_step(self):
        """LOV-05"""
        r = application_in("committee")
        put_on_agenda(r)
        r.decide(day(4, 16), "approved", 41)
        r.notify(day(4, 20))
        drawn = picture.draw(r.application)
        assert {node.status for node in drawn.nodes} == {"done"}


class TestAttachments:
    def test_an_executable_named_pdf_is_refused_and_nothing_kept(self):
        """CAP-18"""
        from cases.actions import AddAttachment
        from tests.procurement.routine import pdf_file

        r = application_in("draft")
        bad = AddAttachment(file=pdf_file("faktura.pdf", b"MZ\x90\x00" + b"\0" * 600))
        with pytest.raises(Refused, match="inte det som filnamnet säger"):
            r.do(bad, r.company, at(ARRIVED))
        assert Attachment.objects.count() == 0

    def test_a_file_that_is_too_large_is_refused_with_the_limit(self, settings):
        """CAP-18"""
        from cases.actions import AddAttachment
        from tests.procurement.routine import pdf_file

        settings.ATTACHMENT_MAX_BYTES = 2 * 1024 * 1024
        r = application_in("draft")
        big = AddAttachment(file=pdf_file("stor.pdf", b"%PDF-1.4" + b"0" * 3 * 1024 * 1024))
        with pytest.raises(Refused, match=r"stor\.pdf är 3 MB\. En fil får vara högst 2 MB"):
            r.do(big, r.company, at(ARRIVED))

    def test_a_stranger_does_not_reach_an_attachment_and_a_read_is_logged(self, client):
        """SEC-01, SEC-02"""
        r = application_in("received")
        file = r.application.attachments.first()
        client.force_login(
            person(Role.NURSE), "allauth.account.auth_backends.AuthenticationBackend"
        )
        assert client.get(f"/arenden/bilaga/{file.pk}/").status_code == 404
        client.force_login(
            r.people[STRATEGIST], "allauth.account.auth_backends.AuthenticationBackend"
        )
        answer = client.get(f"/arenden/bilaga/{file.pk}/")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert last_event(r).name == "read_attachment"
        assert last_event(r).actor == r.people[STRATEGIST]

    def test_a_file_that_waits_for_its_scan_is_closed_to_all(self, client):
        """CAP-18"""
        r = application_in("received")
        file = r.application.attachments.first()
        Attachment.objects.filter(pk=file.pk).update(scan=Attachment.Scan.WAITING)
        client.force_login(
            r.people[STRATEGIST], "allauth.account.auth_backends.AuthenticationBackend"
        )
        answer = client.get(f"/arenden/bilaga/{file.pk}/")
        assert answer.status_code == 403
        assert "väntar på virussökning" in answer.content.decode()
        assert attachments.ACCEPTED["pdf"] == "application/pdf"
