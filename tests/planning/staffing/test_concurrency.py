"""Real threads on PostgreSQL: nobody is put in two places, and rows keep their numbers. PLN-14."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django import forms
from django.db import connection, connections

from audit import sealing
from door.filled import Filled
from door.performing import perform
from door.refusals import Refused
from organisation.models import User
from organisation.roles import Role
from planning.models import Carer, SchedulePeriod, Shift
from planning.staffing import rules
from planning.staffing.commands.periods import EnterRows
from planning.staffing.commands.shifts import AddRow, AddShift, PutSubstitute
from planning.staffing.forms import PutForm
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
def planner() -> User:
    return person(Role.PLANNER, unit().parent)


def new(form: forms.Form, command: type[Filled[Shift]], by: User, **said) -> Shift:
    """A shift that is not there before."""
    times = rules.times(MONDAY, "07:00", "16:00", 30)
    shift = Shift(day=MONDAY, **vars(times), **said)
    return perform(shift, command(filled=form), by, at=at(MONDAY)).subject


def test_sixteen_requests_for_the_same_hours_in_two_units_give_one_shift(planner):
    """PLN-14"""
    anna, places = carer(), (unit(), unit("Hemtjänst Söder"))

    def add(number: int) -> str:
        new(forms.Form(), AddShift, planner, unit=places[number % 2], carer=anna)
        return "done"

    assert together(add) == {"done": 1, "Refused": 15}
    assert Shift.objects.count() == 1
    assert sealing.verify().faults == ()


def test_a_substitute_is_put_on_one_of_sixteen_rows(planner):
    """PLN-13, PLN-14"""
    bo = carer("Bo Ek")
    held = [new(forms.Form(), AddRow, planner, unit=unit()) for _ in range(THREADS)]

    def put(number: int) -> str:
        form = PutForm({"carer": bo.pk}, shift=held[number], carers=Carer.objects.all())
        assert form.is_valid()
        perform(held[number], PutSubstitute(filled=form), planner, at=at(MONDAY))
        return "done"

    assert together(put) == {"done": 1, "Refused": 15}
    assert Shift.objects.filter(carer=bo).count() == 1


def test_two_who_change_places_on_two_rows_wait_for_each_other(planner):
    """PLN-13: Anna and Bo, eight times over: who leaves a row is held in the same order as who comes."""
    anna, bo = carer(), carer("Bo Ek")
    held = [new(forms.Form(), AddRow, planner, unit=unit()) for _ in range(2)]
    Shift.objects.filter(pk=held[0].pk).update(carer=anna)
    Shift.objects.filter(pk=held[1].pk).update(carer=bo, day=MONDAY + timedelta(days=2))

    def put(number: int) -> str:
        row = Shift.objects.get(pk=held[number % 2].pk)
        other = bo if row.carer == anna else anna
        form = PutForm({"carer": other.pk}, shift=row, carers=Carer.objects.all())
        assert form.is_valid()
        perform(row, PutSubstitute(filled=form), planner, at=at(MONDAY))
        return "done"

    assert set(together(put)) <= {"done", "Stale"}
    assert sealing.verify().faults == ()


def test_sixteen_rows_added_at_once_get_sixteen_names(planner):
    """PLN-13"""
    where = unit()

    def add(_: int) -> str:
        return new(forms.Form(), AddRow, planner, unit=where).row

    assert together(add) == {f"Vikarie {n}": 1 for n in range(1, THREADS + 1)}


def test_the_same_rows_pasted_by_sixteen_at_once_are_saved_once(planner):
    """PLN-11, CAP-05: who comes second is told, or finds them there."""
    anna = carer(identity_number=NUMBERS[0])
    period = SchedulePeriod.objects.create(unit=unit(), first=MONDAY, last=MONDAY)
    text = f"{NUMBERS[0]};Anna Bergkvist;anna;{MONDAY};07:00;16:00;30"
    rows = EnterRows(text=text, reached=frozenset({anna.unit_id}), only_right=False)

    def save(_: int) -> str:
        seen = SchedulePeriod.objects.get(pk=period.pk)
        return "new" if perform(seen, rows, planner, at=at(MONDAY)).values["new"] else "there"

    said = together(save)
    assert said["new"] == 1
    assert said.total() == said["new"] + said["there"] + said["Stale"]
    assert Shift.objects.count() == 1
