"""A person with the same visits every day."""

from datetime import date

from clients.models import Client
from planning import daytime
from planning.models import BasePlan, BaseVisit
from tests.factories import SINCE, at
from tests.planning.plan.world import DAY, World

NIGHT = at(DAY, 3)
"""When base plans of these tests are written, before the day's first visit."""


def based(world: World, who: Client, *starts: int) -> BasePlan:
    """A base plan with half an hour at the same times every day."""
    of = BasePlan.objects.create(
        client=who,
        weeks=1,
        cycle_monday=date(2026, 1, 5),
        valid_from=SINCE,
        recorded_at=NIGHT,
        recorded_by=world.planner,
    )
    for weekday in range(7):
        for start in starts:
            row = BaseVisit.objects.create(
                base_plan=of,
                week=1,
                weekday=weekday,
                start=start,
                minutes=30,
                earliest=max(start - 60, daytime.EARLIEST),
                latest_end=start + 90,
                slot=f"at{start}",
            )
            row.services.add(world.care)
    return of
