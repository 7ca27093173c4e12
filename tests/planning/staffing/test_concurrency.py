"""Real threads on PostgreSQL: nobody is put in two places, and rows keep their numbers. PLN-14."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, connections

from audit import sealing
from audit.act import Act
from door.refusals import Refused
from organisation.roles import Role
from planning.models import SchedulePeriod, Shift
from planning.staffing import editing, rows, rules
from tests.factories import at, person
from tests.planning.staffing import MONDAY, NUMBERS, carer, unit

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]
THREADS = 16


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


@pytest.fixture
def act() -> Act:
    return Act(person(Role.PLANNER, unit()), None, at(MONDAY))


def test_sixteen_requests_for_the_same_hours_in_two_units_give_one_shift(act):
    """PLN-14"""
    anna, places = carer(), (unit(), unit("Hemtjänst Söder"))
    times = rules.times(MONDAY, "07:00", "16:00", 30)

    def add(number: int) -> str:
        editing.add_shift(places[number % 2], MONDAY, times, anna, act)
        return "done"

    assert together(add) == {"done": 1, "Refused": 15}
    assert Shift.objects.count() == 1
    assert sealing.verify().faults == ()


def test_a_substitute_is_put_on_one_of_sixteen_rows(act):
    """PLN-13, PLN-14"""
    bo = carer("Bo Ek")
    times = rules.times(MONDAY, "07:00", "16:00", 30)
    held = [editing.add_row(unit(), MONDAY, times, act) for _ in range(THREADS)]

    def put(number: int) -> str:
        editing.put(held[number].pk, bo, act, 1)
        return "done"

    assert together(put) == {"done": 1, "Refused": 15}
    assert Shift.objects.filter(carer=bo).count() == 1


def test_sixteen_rows_added_at_once_get_sixteen_names(act):
    """PLN-13"""
    where, times = unit(), rules.times(MONDAY, "07:00", "16:00", 30)

    def add(_: int) -> str:
        return editing.add_row(where, MONDAY, times, act).row

    assert together(add) == {f"Vikarie {n}": 1 for n in range(1, THREADS + 1)}


def test_the_same_rows_pasted_by_sixteen_at_once_are_saved_once(act):
    """PLN-11"""
    anna = carer(identity_number=NUMBERS[0])
    period = SchedulePeriod.objects.create(unit=unit(), first=MONDAY, last=MONDAY)
    text = f"{NUMBERS[0]};Anna Bergkvist;anna;{MONDAY};07:00;16:00;30"

    def save(_: int) -> str:
        saved = rows.save(text, period, {anna.unit_id}, act)
        return "new" if saved[0].is_new else "there"

    assert together(save) == {"new": 1, "there": 15}
    assert Shift.objects.count() == 1
