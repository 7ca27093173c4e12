"""The deadline ledger: started, met, suspended, extended, and each rung of the ladder once."""

from datetime import date, timedelta

import pytest

from audit.models import Event
from cases import ledger
from cases.actions import ExtendDeadline, ResumeDeadline, SuspendDeadline
from cases.models import Deadline, FiredRung, Notification, OutgoingMail
from door.refusals import NotAllowed, Refused
from organisation.roles import Role
from tests.factories import at, person, stands_in
from tests.procurement.routine import application_in

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def deadline(r, code: str) -> Deadline:
    return r.application.deadlines.get(rule=code)


def test_an_application_that_arrives_starts_its_deadlines():
    """LOV-02, LOV-15: Mon 2 Mar + 14 days = Mon 16 Mar; + 12 weeks = Mon 25 May."""
    r = application_in("received")
    assert deadline(r, "completion_request").due == date(2026, 3, 16)
    assert deadline(r, "decision_time").due == date(2026, 5, 25)


def test_a_complete_application_gets_four_weeks():
    """LOV-04: Mon 9 Mar + 4 weeks = Mon 6 Apr, Easter Monday; the routine's own time stays."""
    r = application_in("handling")
    assert deadline(r, "handling").due == date(2026, 4, 6)
    assert deadline(r, "completion_request").met_on == date(2026, 3, 9)


def test_the_municipality_may_let_its_own_time_roll():
    """CAP-02: with the setting, Easter Monday 6 Apr moves to Tue 7 Apr."""
    from cases.models import Setting

    Setting.objects.create(key="municipal_time_rolls", value=True)
    r = application_in("handling")
    assert deadline(r, "handling").due == date(2026, 4, 7)


def test_an_extension_moves_the_deadline_and_says_who_and_why():
    """CAP-01: 16 Mar + 5 = 21 Mar."""
    r = application_in("received")
    extend = ExtendDeadline(deadline=deadline(r, "completion_request"), days=5, why="Sjukdom")
    outcome = r.do(extend, "deputy-director", at(date(2026, 3, 5)))
    assert deadline(r, "completion_request").due == date(2026, 3, 21)
    assert outcome.event.values.values["due"] == ["2026-03-16", "2026-03-21"]
    why = deadline(r, "completion_request").computed().why
    assert "+ 5 dagars förlängning av Birgitta Lindehall: Sjukdom" in why
    with pytest.raises(NotAllowed):
        r.do(extend, "committee-secretary", at(date(2026, 3, 5)))


def test_statutory_time_cannot_be_extended_or_suspended():
    """CAP-01, LOV-11"""
    r = application_in("decided")
    r.notify(at(date(2026, 4, 20)))
    row = deadline(r, "correction")
    for command in (
        ExtendDeadline(deadline=row, days=5, why="Snällhet"),
        SuspendDeadline(deadline=row, start=date(2026, 4, 20), why="Snällhet"),
    ):
        with pytest.raises(Refused, match="följer av lag"):
            r.do(command, "deputy-director", at(date(2026, 4, 21)))


def test_a_suspended_deadline_rests_until_it_is_resumed():
    """CAP-01: paused 4-8 Mar, five days: 16 + 5 = 21 Mar."""
    r = application_in("received")
    row = deadline(r, "completion_request")
    r.do(
        SuspendDeadline(deadline=row, start=date(2026, 3, 4), why="Väntar på kammarrätten"),
        "deputy-director",
        at(date(2026, 3, 4)),
    )
    assert ledger.sweep(at(date(2026, 3, 20))) == 0
    r.do(
        ResumeDeadline(deadline=deadline(r, "completion_request"), last_day=date(2026, 3, 8)),
        "deputy-director",
        at(date(2026, 3, 9)),
    )
    assert deadline(r, "completion_request").due == date(2026, 3, 21)


def test_each_rung_comes_on_its_day_to_whom_it_concerns():
    """CAP-04: due Mon 16 Mar; reminder 13, due 16, overdue 17, escalated 19."""
    r = application_in("received")
    fired = {}
    for day in range(11, 21):
        at_day = at(date(2026, 3, day))
        ledger.sweep(at_day)
        fired[day] = list(FiredRung.objects.filter(fired_at=at_day).values_list("rung", flat=True))
    assert {day: rungs for day, rungs in fired.items() if rungs} == {
        13: ["reminder"],
        16: ["due"],
        17: ["overdue"],
        19: ["escalated"],
    }
    logged = Event.objects.filter(chain__name=r.application.chain, name="deadline_overdue")
    assert logged.count() == 1


def test_three_days_of_downtime_fire_each_missed_rung_once():
    """CAP-04"""
    application_in("received")
    assert ledger.sweep(at(date(2026, 3, 19))) == 4
    assert ledger.sweep(at(date(2026, 3, 19), 10)) == 0
    assert FiredRung.objects.count() == 4
    told = Notification.objects.filter(text__contains="gick ut mån 16 mars 2026")
    assert [row.user.username for row in told] == ["deputy-director", "deputy-director"]


def test_a_reminder_goes_to_the_case_worker_and_the_substitute_by_inbox_and_mail():
    """CAP-04, CAP-08"""
    r = application_in("received")
    r.review(at(date(2026, 3, 4)))
    substitute = person(Role.CONTROLLER, name="Oskar Mellberga")
    stands_in(substitute, r.people[r.worker], date(2026, 3, 10), date(2026, 3, 20))
    ledger.sweep(at(date(2026, 3, 13)))
    told = Notification.objects.filter(text__contains="Tiden för att begära komplettering går ut")
    assert {row.user for row in told} == {r.people[r.worker], substitute}
    assert told.first().text == (
        "LOV-2026-0001: Tiden för att begära komplettering går ut mån 16 mars 2026"
    )
    mails = OutgoingMail.objects.filter(user=substitute)
    assert mails.count() == 1
    assert "Fyrbåken" not in mails[0].subject + mails[0].body


def test_a_case_without_a_case_worker_reminds_the_deputy_director():
    """CAP-04"""
    r = application_in("received")
    ledger.sweep(at(date(2026, 3, 13)))
    told = Notification.objects.filter(text__contains="Tiden för att begära komplettering går ut")
    assert [row.user for row in told] == [r.people["deputy-director"]]


def test_an_extended_deadline_reminds_anew_before_its_new_day():
    """CAP-04: reminded 13 Mar for the 16th; extended to the 26th, reminded the 23rd."""
    r = application_in("received")
    ledger.sweep(at(date(2026, 3, 13)))
    extend = ExtendDeadline(deadline=deadline(r, "completion_request"), days=10, why="Sjukdom")
    r.do(extend, "deputy-director", at(date(2026, 3, 14)))
    days = [date(2026, 3, 15) + timedelta(days=n) for n in range(10)]
    assert [day for day in days if ledger.sweep(at(day))] == [date(2026, 3, 23)]


def test_a_met_deadline_is_quiet():
    """CAP-01"""
    application_in("handling")
    ledger.sweep(at(date(2026, 3, 30)))
    assert not FiredRung.objects.filter(deadline__rule="completion_request").exists()
