"""Two schedulers at once on PostgreSQL: each duty once, each case once. FUP-05."""

from datetime import date

import pytest
from django.db import connection

from audit import sealing
from cases.models import Case
from procurement.duties import jobs
from procurement.duties.models import Duty
from procurement.followups import defaults
from tests.cases.test_concurrency import together
from tests.factories import at
from tests.procurement.agreements import contract, with_matrix

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]


def test_sixteen_schedulers_make_the_wheel_and_open_its_cases_once():
    """FUP-05"""
    defaults.load(date(2026, 1, 1))
    with_matrix()
    for number in range(5):
        contract(f"Utförare {number} AB")

    def turn(_: int) -> str:
        jobs.run(at(date(2026, 12, 1)))
        return "done"

    assert together(turn) == {"done": 16}
    rows = list(Duty.objects.values_list("kind", "agreement", "table", "ordinal"))
    assert len(rows) == len(set(rows))
    opened = Duty.objects.exclude(case=None)
    assert opened.count() == Case.objects.filter(duty__isnull=False).count() > 10
    numbers = list(Case.objects.exclude(number=None).values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    assert sealing.verify().faults == ()
