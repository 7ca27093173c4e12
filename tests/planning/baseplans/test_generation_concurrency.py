"""Several at once on PostgreSQL: each visit made once, each say in a draft kept. PLN-03, PLN-15."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from audit import sealing
from audit.act import Act
from audit.models import Event
from clients.models import Client
from door.performing import perform
from organisation.roles import Role
from planning.baseplans.commands import RemoveBaseVisit
from planning.baseplans.generation import generate
from planning.models import DayPlan, Visit
from tests.cases.test_concurrency import together
from tests.factories import at, person
from tests.planning.baseplans.factories import MONDAY, base_plan, north, row, someone

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]


def test_sixteen_who_make_the_same_week_at_once_make_each_visit_once():
    """PLN-03"""
    for number in range(5):
        of = base_plan(someone(f"Person {number}"))
        for weekday in range(7):
            row(of, weekday=weekday)
    unit = north()

    def run(_: int) -> str:
        generate(unit, MONDAY, MONDAY + timedelta(days=6), Act.by_system(at(MONDAY, 3)))
        return "done"

    assert together(run) == {"done": 16}
    assert (DayPlan.objects.count(), Visit.objects.count()) == (7, 35)
    assert sealing.verify().faults == ()


def test_seven_who_write_in_one_draft_at_once_all_have_their_say():
    """PLN-03, PLN-15, CAP-05: each takes away the visit of a day; the draft is opened once."""
    of = base_plan(someone())
    visits = [row(of, weekday=weekday) for weekday in range(7)]
    planner = person(Role.PLANNER, north())

    def run(number: int) -> str:
        if number >= 7:
            return "nothing"
        known = Client.objects.get(pk=of.client_id)
        command = RemoveBaseVisit(seen=visits[number])
        perform(known, command, planner, at=at(MONDAY, 9))
        return "done"

    assert together(run) == {"done": 7, "nothing": 9}
    draft = of.client.base_plans.get(is_draft=True)
    assert draft.visits.count() == 0
    names = Event.objects.filter(chain__name=of.client.chain).values_list("name", flat=True)
    assert Counter(names) == {"open_base_plan_draft": 1, "remove_base_visit": 7}
    assert sealing.verify().faults == ()
