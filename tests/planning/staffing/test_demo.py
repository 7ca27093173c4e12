"""The demo's staff: the same every time, and almost without breaches."""

from datetime import timedelta

import pytest

from config.demo import staff
from planning.models import Carer, Shift
from planning.staffing import schedule
from tests.planning.staffing import MONDAY, unit

pytestmark = pytest.mark.django_db


def test_eighty_carers_work_two_weeks_with_one_night_that_is_too_short():
    """BEY-05"""
    units = [unit(), unit("Hemtjänst Söder"), unit("Nattorganisationen")]
    carers = staff.load(units, MONDAY)
    assert len(carers) == 80
    assert staff.load(units, MONDAY) == list(Carer.objects.all())
    found = schedule.breaches(carers, MONDAY, MONDAY + timedelta(days=13))
    assert [row.code for rows in found.values() for row in rows] == ["daily_rest"]
    for day in range(14):
        working = Shift.objects.filter(day=MONDAY + timedelta(days=day), carer__isnull=False)
        assert working.count() >= 35
    assert Shift.objects.filter(absent_from__isnull=False).count() == 1
