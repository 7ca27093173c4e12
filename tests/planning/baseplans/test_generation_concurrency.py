"""Two who make the same days at once on PostgreSQL: each visit once. PLN-03, PLN-15."""

from datetime import timedelta

import pytest
from django.db import connection

from audit import sealing
from audit.act import Act
from planning.baseplans.generation import generate
from planning.models import DayPlan, Visit
from tests.cases.test_concurrency import together
from tests.factories import at
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
