"""Schedule periods and their two days. PLN-10."""

from datetime import date

import pytest

from audit.models import Event
from organisation.roles import Role
from planning.models import SchedulePeriod
from planning.staffing import rules
from tests.planning.staffing import MONDAY, address, log_in, logged, told, unit

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_schedules_are_due_two_weeks_before_and_the_plan_the_day_before():
    """PLN-10: a period from Monday 21 December."""
    found = rules.dates(date(2026, 12, 21))
    assert (found.schedules_due, found.planned_due) == (date(2026, 12, 7), date(2026, 12, 20))


@pytest.mark.parametrize(
    ("first", "schedules", "plan"),
    [
        ("2026-12-06", "Röd – 1 dag sen", "Grön – 12 dagar kvar"),
        ("2026-12-07", "Gul – i dag", "Grön – 13 dagar kvar"),
        ("2026-12-21", "Grön – 14 dagar kvar", "Grön – 27 dagar kvar"),
        ("2026-11-24", "Röd – 13 dagar sen", "Gul – i dag"),
    ],
)
def test_both_days_have_a_light(client, first, schedules, plan):
    """PLN-10"""
    log_in(client)
    answer = client.post(
        address("period_add"), {"unit": unit().pk, "first": first, "last": "2027-01-31"}
    )
    assert answer.status_code == 302
    page = told(client.get(address("periods")))
    assert schedules in page
    assert plan in page


def test_it_is_recorded_that_schedules_are_in_and_that_the_period_is_planned(client):
    """PLN-10"""
    planner = log_in(client)
    row = SchedulePeriod.objects.create(unit=unit(), first=date(2026, 12, 7), last=date(2027, 1, 3))
    client.post(address("period_in", row.pk))
    client.post(address("period_planned", row.pk))
    row.refresh_from_db()
    assert (row.schedules_in_on, row.planned_on) == (MONDAY, MONDAY)
    event = logged("schedules_in")
    assert (event.actor, event.values.values) == (
        planner,
        {"version": 2, "schedules_in_on": [None, "2026-11-23"]},
    )
    assert "Inne 2026-11-23" in told(client.get(address("periods")))
    client.post(address("period_in", row.pk))
    assert Event.objects.filter(name="schedules_in").count() == 1
    client.post(address("period_in", row.pk), {"angra": "1"})
    assert SchedulePeriod.objects.get().schedules_in_on is None


def test_two_periods_of_a_unit_never_overlap(client):
    """PLN-10"""
    log_in(client)
    row = SchedulePeriod.objects.create(unit=unit(), first=date(2026, 12, 7), last=date(2027, 1, 3))
    given = {"unit": unit().pk, "first": "2027-01-03", "last": "2027-01-31"}
    answer = client.post(address("period_add"), given)
    assert answer.status_code == 422
    assert "har redan perioden 2026-12-07 till 2027-01-03" in told(answer)
    answer = client.post(
        address("period_change", row.pk), {"first": "2027-01-05", "last": "2027-01-04"}
    )
    assert "Sista dagen måste vara första dagen eller senare." in told(answer)
    client.post(address("period_change", row.pk), {"first": "2026-12-07", "last": "2027-01-02"})
    assert logged("change_period").values.values == {
        "version": 2,
        "last": ["2027-01-03", "2027-01-02"],
    }
    assert client.post(address("period_add"), given).status_code == 302


def test_a_period_of_another_unit_is_not_there(client):
    """SEC-01"""
    south = unit("Hemtjänst Söder")
    row = SchedulePeriod.objects.create(unit=south, first=date(2026, 12, 7), last=date(2027, 1, 3))
    log_in(client)
    assert "2026-12-07" not in told(client.get(address("periods")))
    assert client.post(address("period_in", row.pk)).status_code == 404
    log_in(client, Role.DIRECTOR, south)
    assert "2026-12-07" in told(client.get(address("periods")))
    assert client.post(address("period_in", row.pk)).status_code == 403
