"""Searches as jobs."""

from uuid import UUID

from celery import shared_task

from audit import clock
from planning.optimizing import days, runs


@shared_task
def optimize(run: int) -> None:
    """Search for a better plan."""
    runs.carry_out(run)


@shared_task
def optimize_days(group: str) -> None:
    """Search for better plans of several days."""
    days.carry_out(UUID(group))


@shared_task
def recover() -> int:
    """Send again the searches that a killed worker had in its hands: each may be carried out twice,
    and is done once. Returns how many."""
    lost = runs.lost(clock.now())
    for run in lost:
        if run.group is None:
            optimize.delay(run.pk)
    for group in {run.group for run in lost} - {None}:
        optimize_days.delay(str(group))
    return len(lost)
