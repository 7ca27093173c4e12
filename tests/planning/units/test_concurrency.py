"""A merger beside planners at work and beside the making of visits, with real threads. PLN-21."""

import pytest
from django.db import connection

from audit import sealing
from door.refusals import Refused
from organisation.roles import Role
from planning.baseplans.generation import generate_coming
from planning.models import PlanChange, Shift, Visit
from planning.plan.change import Wanted, change
from tests.factories import person
from tests.planning.plan.test_merge_concurrency import at_once
from tests.planning.plan.world import NOW
from tests.planning.units.world import WEDNESDAY, World

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]


def test_planners_and_the_nightly_job_come_before_or_after_a_merger():
    """PLN-21, PLN-15: each change is done before the visits go, or refused; nothing is doubled."""
    w = World()
    people = [w.with_breakfast(f"Person Nr{number}") for number in range(4)]
    generate_coming(NOW, 6)
    visits = [w.on(WEDNESDAY, one) for one in people]
    shift = w.wednesday[w.ali]

    def give(visit: Visit):
        def deed() -> str:
            wanted = [Wanted(visit.pk, "staff", {"shifts": [shift.pk]}, 1)]
            try:
                change(visit.plan_id, wanted, w.planner, key=f"k{visit.pk}", at=NOW)
            except Refused:
                return "refused"
            return "done"

        return deed

    answers = at_once(
        [lambda: w.prepare(w.merger()), lambda: generate_coming(NOW, 6), *map(give, visits)]
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    done = answers[2:].count("done")
    assert PlanChange.objects.count() == done
    assert Visit.objects.filter(staff__shift=shift).count() == done
    from_wednesday = Visit.objects.standing().filter(plan__day__gte=WEDNESDAY)
    assert set(from_wednesday.values_list("plan__planned_unit", flat=True)) == {w.south.pk}
    assert from_wednesday.count() == 6 * 5  # six persons, Wednesday to Sunday
    assert Shift.objects.get(pk=shift.pk).unit == w.south
    assert sealing.verify().faults == ()


def test_of_two_who_merge_at_once_one_is_told_that_it_is_prepared():
    """PLN-21"""
    w = World()
    person(Role.UNIT_MANAGER, w.unit.parent, "Nora Lindvall", "north")
    answers = at_once([lambda: w.prepare(w.merger()) for _ in range(4)])
    assert sum(isinstance(answer, Refused) for answer in answers) == 3
    assert set(w.units_of_days(w.frida).values()) == {"Sjövik Norr", "Sjövik Söder"}
    assert sealing.verify().faults == ()
