"""What a planner does with searches, as the pages do it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from door.performing import perform
from organisation.models import User
from planning.models import DayPlan, OptimizerRun, PlanChange
from planning.optimizing import commands, days
from tests.planning.plan.world import NOW


def start(
    plan: DayPlan,
    user: User,
    *,
    at: datetime = NOW,
    profile: str = "balanced",
    seconds: int = 1,
    frozen_until: int | None = None,
) -> OptimizerRun:
    """A run in the queue."""
    wanted = commands.StartOptimizer(profile=profile, seconds=seconds, frozen_until=frozen_until)
    return OptimizerRun.objects.get(pk=perform(plan, wanted, user, at=at).values["run"])


def stop(run: OptimizerRun, user: User, *, at: datetime = NOW) -> None:
    """The search is asked to end, from a page that may be sent again."""
    perform(run.plan, commands.StopOptimizer(run=run), user, key=f"stop{run.pk}", at=at)


def accept(
    run: OptimizerRun,
    user: User,
    *,
    key: str,
    at: datetime = NOW,
    shifts: Iterable[int] | None = None,
) -> list[PlanChange]:
    """The proposal carried out, or what concerns some rows. Returns what it changed."""
    chosen = None if shifts is None else tuple(shifts)
    wanted = commands.AcceptRun(run=run, shifts=chosen, change_key=key)
    perform(run.plan, wanted, user, key=key, at=at)
    return list(PlanChange.objects.filter(plan=run.plan_id, key=key))


def start_days(plan: DayPlan, user: User) -> UUID:
    """Two weeks in the queue together."""
    group = uuid4()
    wanted = commands.StartOptimizerDays(profile="faces", seconds=1, count=14, group=group)
    perform(plan, wanted, user, at=NOW)
    return group


def stop_days(group: UUID, user: User) -> None:
    """The searches are asked to end."""
    perform(days.of(group)[0].plan, commands.StopOptimizerDays(group=group), user, at=NOW)


def accept_days(group: UUID, user: User) -> None:
    """Every day's proposal carried out."""
    wanted = commands.AcceptRunDays(group=group, change_key="k")
    perform(days.of(group)[0].plan, wanted, user, key="k", at=NOW)
