"""A small unit's day, and doing things to its plan through the one door."""

import pytest

from audit import clock
from door.performing import perform
from planning.models import DayPlan
from planning.publishing import tasks
from tests.planning.plan.world import NOW, World


@pytest.fixture
def world(transactional_db, monkeypatch):
    """A day of three carers and nobody's visits; the clock stands."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return World()


@pytest.fixture(autouse=True)
def without_packs(request, monkeypatch):
    """Packs are made where they are looked at: a document takes a second."""
    if "folder" not in request.fixturenames:
        monkeypatch.setattr(tasks.write_pack, "delay", lambda plan: None)


@pytest.fixture
def do(world):
    """Carry out a command on the plan as its planner, or as `by`."""

    def carry_out(command, by=None, at=NOW, **more):
        plan = DayPlan.objects.get(pk=world.plan.pk)
        return perform(
            plan, command, by or world.planner, expected_version=plan.version, at=at, **more
        )

    return carry_out
