"""Real threads on PostgreSQL: one success among sixteen, a key once, each rung once, no gap."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, connections

from audit import sealing
from audit.models import Event
from cases import ledger
from cases.committee_commands import PacketFrozen
from cases.models import (
    Case,
    CaseNumber,
    CommitteeMeeting,
    Deadline,
    Document,
    FiredRung,
    Notification,
)
from door.performing import perform
from door.refusals import Refused, Stale
from procurement.applications.commands.committee import ReviseProposalText
from procurement.applications.commands.intake import DeclareComplete, ReviewApplication
from procurement.applications.models import HandlingStep, ProviderApplication
from tests.factories import at
from tests.procurement.routine import MEETING, application_in

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]
THREADS = 16
DAY = date(2026, 3, 9)


def together(deed: Callable[[int], str]) -> Counter:
    """What sixteen threads answered that all began at the same moment."""
    barrier = threading.Barrier(THREADS)
    answers: list[str] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers.append(deed(number))
        except Refused as refusal:
            answers.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def version(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def test_sixteen_threads_on_the_same_transition_give_one_success_and_one_event():
    """CAP-05, LOV-04"""
    r = application_in("received")
    r.review(at(DAY))
    seen, worker = version(r.application), r.people[r.worker]

    def declare(_: int) -> str:
        command = DeclareComplete(complete_on=DAY)
        perform(r.application, command, worker, expected_version=seen, at=at(DAY))
        return "done"

    assert together(declare) == {"done": 1, "Stale": 15}
    row = ProviderApplication.objects.get(pk=r.application.pk)
    assert (row.state, row.version) == ("handling", seen + 1)
    events = Event.objects.filter(chain__name=row.chain, name="declare_complete", kind="change")
    assert events.count() == 1
    assert row.deadlines.filter(rule="handling").count() == 1
    assert sealing.verify().faults == ()


def test_the_same_key_from_sixteen_threads_does_it_once():
    """CAP-05"""
    r = application_in("received")
    seen, worker = version(r.application), r.people[r.worker]

    def review(_: int) -> str:
        command = ReviewApplication(outcome="passed")
        outcome = perform(
            r.application, command, worker, expected_version=seen, key="one-click", at=at(DAY)
        )
        return "repeated" if outcome.repeated else "done"

    assert together(review) == {"done": 1, "repeated": 15}
    assert HandlingStep.objects.filter(application=r.application, kind="review").count() == 1


def test_threads_that_reread_and_try_again_all_come_through_with_a_whole_chain():
    """CAP-05, CAP-06"""
    r = application_in("received")
    worker = r.people[r.worker]

    def review(number: int) -> str:
        while True:
            command = ReviewApplication(outcome="passed", note=str(number))
            try:
                perform(
                    r.application,
                    command,
                    worker,
                    expected_version=version(r.application),
                    at=at(DAY),
                )
                return "done"
            except Stale:
                continue

    assert together(review) == {"done": 16}
    notes = HandlingStep.objects.filter(application=r.application).values_list("note", flat=True)
    assert sorted(map(int, notes)) == list(range(16))
    assert sealing.verify().faults == ()


def test_sixteen_sweepers_after_three_days_of_downtime_fire_each_rung_once():
    """CAP-04"""
    r = application_in("received")
    late = at(date(2026, 3, 19))
    fired = together(lambda _: str(ledger.sweep(late)))
    assert sum(int(count) * times for count, times in fired.items()) == 4
    rungs = FiredRung.objects.filter(deadline__case=r.application.case_ptr)
    assert sorted(rungs.values_list("rung", flat=True)) == [
        "due",
        "escalated",
        "overdue",
        "reminder",
    ]
    told = Notification.objects.filter(case=r.application.case_ptr, text__contains="gick ut")
    assert told.count() == 2  # the last to the responsible and the one of the escalation
    assert Deadline.objects.get(rule="completion_request").next_rung_on is None


def test_sixteen_threads_take_sixteen_numbers_without_a_gap():
    """CAP-05"""
    from django.db import transaction

    def take(_: int) -> str:
        with transaction.atomic():
            return CaseNumber.take("LOV", 2026)

    assert sorted(together(take)) == [f"LOV-2026-{n:04d}" for n in range(1, 17)]


def test_a_packet_is_frozen_while_its_documents_are_revised_and_neither_waits_for_ever():
    """CAP-05, CAP-09: the text that went to the members is the one that is locked."""
    r = application_in("committee")
    meeting = CommitteeMeeting.objects.create(held_on=MEETING, documents_due=date(2026, 3, 27))
    r.agenda(at(date(2026, 3, 26)), meeting)
    by, now = r.people["committee-secretary"], at(date(2026, 3, 26), 13)

    def freeze_or_revise(number: int) -> str:
        if number % 2:
            perform(CommitteeMeeting.objects.get(pk=meeting.pk), PacketFrozen(), by, at=now)
            return "frozen"
        case = ProviderApplication.objects.get(pk=r.application.pk)
        command = ReviseProposalText(reasons=f"Skäl {number}", economic_consequences="Inga.")
        perform(case, command, by, at=now)
        return "revised"

    answers = together(freeze_or_revise)
    assert answers.total() == THREADS, "a deadlock ends a thread without an answer"
    assert answers["frozen"] >= 1
    item = meeting.items.get()
    assert item.document.locked_at
    revisions = Document.objects.filter(case_id=r.application.pk, kind="decision_proposal")
    assert revisions.order_by("version").last() == item.document
    assert sealing.verify().faults == ()
