"""Planning's jobs."""

from uuid import UUID

from celery import shared_task

from audit import clock
from planning.extras import notices
from planning.models import DayPlan
from planning.optimizing import days, runs
from planning.practice import making
from planning.publishing import delivery, packs
from planning.rounds.generation import COMING_DAYS, generate_coming
from planning.units import moving


@shared_task
def optimize(run: int) -> None:
    """Search for a better plan."""
    runs.carry_out(run)


@shared_task
def optimize_days(group: str) -> None:
    """Search for better plans of several days."""
    days.carry_out(UUID(group))


@shared_task
def make_practice(practice: int) -> None:
    """Make a practice unit."""
    making.carry_out(practice, clock.now())


@shared_task
def generate_visits() -> int:
    """Make the visits of the coming weeks. Safe to run twice."""
    return generate_coming(clock.now(), COMING_DAYS)


@shared_task
def move_units() -> int:
    """Carry out the mergers and splits whose day has come."""
    return moving.carry_out_due(clock.now())


@shared_task
def deliver() -> int:
    """Send what waits for the receivers."""
    return delivery.send_waiting(clock.now)


@shared_task
def write_pack(plan: int) -> None:
    """Write a plan's printable pack to its unit's folder."""
    found = DayPlan.objects.select_related("planned_unit").get(pk=plan)
    packs.write(found, clock.now())


@shared_task
def write_packs() -> int:
    """Write the packs of the coming days, each in a job of its own, and take away old ones."""
    today = clock.local_date(clock.now())
    packs.remove_old(today)
    plans = packs.coming(today)
    for plan in plans:
        write_pack.delay(plan)
    return len(plans)


@shared_task
def recover() -> int:
    """Send again the jobs that a killed worker had in its hands: each may be carried out twice, and
    is done once. Returns how many."""
    now = clock.now()
    plans, practices, searches = packs.unwritten(now), making.lost(now), runs.lost(now)
    for plan in plans:
        write_pack.delay(plan)
    for practice in practices:
        make_practice.delay(practice)
    for run in searches:
        if run.group is None:
            optimize.delay(run.pk)
    for group in {run.group for run in searches} - {None}:
        optimize_days.delay(str(group))
    return len(plans) + len(practices) + len(searches)


@shared_task
def send_notices() -> int:
    """Send the notices of extra needs that wait."""
    return notices.send_waiting(clock.now)
