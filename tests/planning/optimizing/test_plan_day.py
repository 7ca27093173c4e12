"""`manage.py plan_day`: the optimizer from the shell, by the same doors. PLN-20."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import clock
from audit.models import Event
from organisation.roles import Role
from planning.models import DayPlan, OptimizerRun, PlanChange, Shift
from tests.factories import person
from tests.planning.baseplans.factories import base_plan, row
from tests.planning.plan.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return World()


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("plan_day", "--seconds", "1", *arguments, stdout=out)
    return out.getvalue()


def test_tomorrow_is_planned_and_left_untouched_until_it_is_accepted(world):
    """PLN-20: tomorrow of the world is the plan's day; two visits unplaced, then none."""
    visits = [world.visit(f"Person Nr{n}", 540 + 60 * n) for n in range(2)]
    told = said("--unit", "Sjövik Norr")
    assert f"Sjövik Norr {DAY}" in told
    assert "Otilldelade besök                                 2 -> 0" in told
    assert "2 besök skulle ändras. Planen är orörd utan --accept." in told
    assert not PlanChange.objects.exists()

    assert "2 besök är ändrade enligt förslaget." in said("--accept", "--as", "planner")
    assert all(visit.staff.get().shift for visit in visits)
    event = Event.objects.get(name="accept_proposal")
    assert event.actor == world.planner
    assert Event.objects.filter(name="start_optimizer").count() == 2


def test_the_visits_are_made_when_there_are_none_and_the_system_itself_may_do_it(world):
    """PLN-03, PLN-20: the first Wednesday of a base plan with one visit."""
    row(base_plan(world.client("Frida Karlsson")), weekday=2, services=(world.care,))
    with pytest.raises(CommandError, match="Ingen arbetar den dagen"):
        said("--day", "2026-11-25")
    Shift.objects.filter(pk=world.ali.pk).update(day=date(2026, 11, 25))
    told = said("--day", "2026-11-25", "--accept")
    assert "hämtade" not in told  # the refused attempt had fetched it
    assert "1 besök är ändrade" in told
    assert Event.objects.get(name="start_optimizer", kind="change").actor is None


def test_who_does_not_plan_the_unit_is_refused_and_nothing_is_started(world):
    """PLN-20, SEC-01"""
    world.visit("Frida Karlsson", 600)
    person(Role.NURSE, world.unit)
    with pytest.raises(CommandError, match="Planen ändras av enhetens planerare"):
        said("--as", "nurse")
    with pytest.raises(CommandError, match="Ingen som får logga in heter ingen"):
        said("--as", "ingen")
    assert not OptimizerRun.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--unit", "Okänd"], "Det finns: Sjövik Norr"), (["--seconds", "0"], "minst en sekund")],
)
def test_what_cannot_be_is_refused_in_words(world, arguments, message):
    """PLN-20"""
    world.visit("Frida Karlsson", 600)
    with pytest.raises(CommandError, match=message):
        said(*arguments)


def test_a_day_with_nothing_to_do_says_so(world):
    """PLN-20"""
    world.client("Frida Karlsson")
    with pytest.raises(CommandError, match="inga besök att placera"):
        said("--day", "2026-12-24")
    assert DayPlan.objects.filter(day="2026-12-24").exists()
