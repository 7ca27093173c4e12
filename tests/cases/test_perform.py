"""The one door to state: order of checks, idempotence, versions, jäv, four eyes, substitutes."""

from datetime import date

import pytest

from audit.models import Event
from cases.actions import ChangeResponsible, DeclareConflict, WriteNote
from cases.models import Case, CaseNumber, JournalNote
from door.performing import perform
from door.refusals import Blocked, NotAllowed, Refused, Stale
from organisation.models import RoleAssignment, Unit
from organisation.roles import Role
from procurement.applications.commands.assessment import BeginAssessment
from procurement.applications.commands.intake import DeclareComplete, ReviewApplication
from tests.factories import SINCE, at, person, stands_in
from tests.procurement.routine import application_in

pytestmark = [pytest.mark.django_db, pytest.mark.both]
DAY = date(2026, 3, 4)
REVIEW = ReviewApplication(outcome="passed", note="Utan anmärkning")


def version(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def events(case: Case, kind: str = "change") -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind=kind).order_by("seq")
    return list(rows.values_list("name", flat=True))


def test_a_command_changes_state_version_and_log_in_one_go():
    """CAP-05, LOV-05"""
    r = application_in("received")
    before = version(r.application)
    outcome = r.do(REVIEW, "development-strategist", at(DAY))
    assert version(r.application) == before + 1
    assert events(r.application)[-1] == "review_application"
    assert outcome.event.actor == r.people["development-strategist"]
    assert outcome.event.values.values["outcome"] == "passed"
    assert r.application.step("review").done_on == DAY


def test_the_same_key_twice_does_it_once():
    """CAP-05"""
    r = application_in("received")
    user, seen = r.people["development-strategist"], version(r.application)
    for expected_repeat in (False, True):
        outcome = perform(r.application, REVIEW, user, expected_version=seen, key="k1", at=at(DAY))
        assert outcome.repeated is expected_repeat
    assert r.application.steps.count() == 1
    assert events(r.application).count("review_application") == 1


def test_a_key_of_another_command_is_refused():
    """CAP-05"""
    r = application_in("received")
    user = r.people["development-strategist"]
    perform(
        r.application, REVIEW, user, expected_version=version(r.application), key="k1", at=at(DAY)
    )
    note = WriteNote(kind="working", text="Ringt företaget.")
    with pytest.raises(Refused, match="Sidan är gammal"):
        perform(
            r.application, note, user, expected_version=version(r.application), key="k1", at=at(DAY)
        )


def test_a_stale_version_is_refused_with_what_changed_meanwhile():
    """CAP-05"""
    r = application_in("received")
    seen = version(r.application)
    r.do(REVIEW, "development-strategist", at(DAY))
    note = WriteNote(kind="working", text="Ringt företaget.")
    with pytest.raises(Stale, match="Registrera granskning, Samira Norrgren"):
        perform(
            r.application, note, r.people["investigator-lawyer"], expected_version=seen, at=at(DAY)
        )
    assert JournalNote.objects.filter(case_id=r.application.pk, kind="working").count() == 0


def test_a_role_that_may_not_is_refused_and_the_refusal_logged():
    """CAP-05, SEC-01"""
    r = application_in("received")
    with pytest.raises(NotAllowed, match="får inte göras enligt din roll"):
        r.do(REVIEW, "committee-secretary", at(DAY))
    assert events(r.application, "refusal") == ["review_application"]
    assert r.application.steps.count() == 0


def test_somebody_in_another_unit_does_not_reach_the_case():
    """SEC-01"""
    r = application_in("received")
    other = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    stranger = person(Role.DEVELOPMENT_STRATEGIST, other, "Ann Främby", "stranger")
    with pytest.raises(NotAllowed, match="inte tillgång"):
        r.do(REVIEW, stranger, at(DAY))


def test_a_role_whose_period_has_ended_gives_nothing():
    """SEC-04"""
    r = application_in("received")
    RoleAssignment.objects.filter(user=r.people["development-strategist"]).update(
        valid_to=date(2026, 3, 3)
    )
    with pytest.raises(NotAllowed):
        r.do(REVIEW, "development-strategist", at(DAY))


def test_a_substitute_acts_for_the_absent_with_both_names_on_record():
    """CAP-08"""
    r = application_in("received")
    substitute = person(Role.CONTROLLER, name="Oskar Mellberga")
    absent = r.people["development-strategist"]
    stands_in(substitute, absent, date(2026, 3, 1), date(2026, 3, 10))
    event = r.do(REVIEW, substitute, at(DAY)).event
    assert (event.actor, event.on_behalf_of) == (substitute, absent)
    step = r.application.step("review")
    assert (step.recorded_by, step.on_behalf_of) == (substitute, absent)
    note = WriteNote(kind="working", text="För sent.")
    with pytest.raises(NotAllowed):
        r.do(note, substitute, at(date(2026, 3, 11)))


def test_a_declared_conflict_of_interest_ends_handling_and_frees_the_case():
    """CAP-08"""
    r = application_in("received")
    r.do(REVIEW, "development-strategist", at(DAY))
    assert r.application.responsible == r.people["development-strategist"]
    r.do(DeclareConflict(why="Syskon är delägare."), "development-strategist", at(DAY))
    assert r.application.responsible is None
    note = WriteNote(kind="working", text="Ett försök.")
    with pytest.raises(NotAllowed, match="jäv"):
        r.do(note, "development-strategist", at(DAY))
    told = r.people["deputy-director"].notifications.first()
    assert "anmält jäv" in told.text
    assert events(r.application)[-1] == "declare_conflict"


def test_a_conflict_of_interest_follows_to_the_substitute():
    """CAP-08"""
    r = application_in("received")
    r.do(DeclareConflict(why="Delägare."), "development-strategist", at(DAY))
    substitute = person(Role.CONTROLLER, name="Oskar Mellberga")
    stands_in(substitute, r.people["development-strategist"], date(2026, 3, 1), date(2026, 3, 31))
    with pytest.raises(NotAllowed, match="jäv"):
        r.do(REVIEW, substitute, at(DAY))


def test_a_case_is_not_given_to_somebody_with_a_conflict_of_interest():
    """CAP-08"""
    r = application_in("received")
    r.do(DeclareConflict(why="Delägare."), "development-strategist", at(DAY))
    give = ChangeResponsible(user=r.people["development-strategist"])
    with pytest.raises(Refused, match="anmält jäv"):
        r.do(give, "deputy-director", at(DAY))


def test_what_is_missing_is_named_and_nothing_is_half_done():
    """CAP-05"""
    r = application_in("handling")
    with pytest.raises(Blocked, match="Kreditupplysning"):
        r.do(BeginAssessment(), "development-strategist", at(date(2026, 3, 10)))
    assert Case.objects.get(pk=r.application.pk).state == "handling"
    assert events(r.application, "refusal") == ["begin_assessment"]


def test_a_command_that_does_not_fit_the_state_says_so():
    """CAP-05"""
    r = application_in("handling")
    with pytest.raises(Refused, match="i läget Handläggning"):
        r.do(DeclareComplete(complete_on=DAY), "development-strategist", at(date(2026, 3, 10)))


def test_the_system_itself_may_not_do_what_people_decide():
    """CAP-16"""
    r = application_in("received")
    with pytest.raises(NotAllowed, match="av en människa"):
        perform(r.application, REVIEW, None, expected_version=version(r.application), at=at(DAY))


def test_state_cannot_be_set_round_the_door():
    """CAP-05"""
    r = application_in("received")
    with pytest.raises(AttributeError):
        r.application.state = "approved"
    with pytest.raises(TypeError):
        Case.objects.update(state="approved")
    with pytest.raises(TypeError):
        Case.objects.bulk_update([r.application], ["state"])


def test_state_stays_protected_after_refresh():
    """CAP-05: fsm's own mixin would lift the protection on the shared field."""
    r = application_in("received")
    r.application.refresh_from_db()
    with pytest.raises(AttributeError):
        r.application.state = "approved"


def test_case_numbers_run_without_gaps_per_year():
    """CAP-05"""
    assert [CaseNumber.take("LOV", 2026) for _ in range(3)] == [
        "LOV-2026-0001",
        "LOV-2026-0002",
        "LOV-2026-0003",
    ]
    assert CaseNumber.take("LOV", 2027) == "LOV-2027-0001"
