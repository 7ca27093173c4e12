"""Planners at the same instant, with real threads. PLN-15."""

import threading

import pytest
from django.db import connections

from planning.models import PlanChange, Visit
from planning.plan.change import Clashed, Wanted, change
from tests.planning.plan.world import NOW, World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(deeds) -> list:
    """Run every deed in a thread of its own, all let go together. Returns what each gave."""
    gate, answers = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number, deed):
        gate.wait()
        try:
            answers[number] = deed()
        except Exception as error:
            answers[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_eight_who_want_the_same_time_changed_are_one_done_and_seven_told():
    """PLN-15"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)

    def deed(number):
        time = {"start": 605 + 5 * number, "minutes": 30}
        return lambda: change(
            w.plan.pk, [Wanted(frida.pk, "time", time, 1)], w.planner, key=f"c{number}", at=NOW
        )

    answers = at_once([deed(number) for number in range(8)])
    assert sum(isinstance(answer, Clashed) for answer in answers) == 7
    frida.refresh_from_db()
    assert frida.time_version == 2
    assert PlanChange.objects.count() == 1


def test_twenty_who_change_different_visits_all_have_their_way_and_numbers_are_their_own():
    """PLN-15, PLN-19"""
    w = World()
    visits = [w.visit(f"Person Nr{n}", 600) for n in range(20)]

    def deed(visit):
        return lambda: change(
            w.plan.pk,
            [Wanted(visit.pk, "staff", {"shifts": [w.ali.pk]}, 1)],
            w.planner,
            key=f"d{visit.pk}",
            at=NOW,
        )

    answers = at_once([deed(visit) for visit in visits])
    assert all(isinstance(answer, list) for answer in answers)
    assert len(set(PlanChange.objects.values_list("seq", flat=True))) == 20
    w.plan.refresh_from_db()
    assert w.plan.last_seq == max(PlanChange.objects.values_list("seq", flat=True))
    assert Visit.objects.filter(staff__shift=w.ali).count() == 20


def test_a_double_click_does_it_once():
    """CAP-05"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    wanted = [Wanted(frida.pk, "note", {"note": "Ring på"}, 1)]
    deed = lambda: change(w.plan.pk, wanted, w.planner, key="same", at=NOW)  # noqa: E731
    answers = at_once([deed, deed, deed])
    assert PlanChange.objects.count() == 1, answers
