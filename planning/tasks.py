"""Planning's jobs."""

from celery import shared_task

from audit import clock
from planning.optimizing import runs
from planning.rounds.generation import COMING_DAYS, generate_coming


@shared_task
def optimize(run: int) -> None:
    """Search for a better plan."""
    runs.carry_out(run)


@shared_task
def generate_visits() -> int:
    """Make the visits of the coming weeks. Safe to run twice."""
    return generate_coming(clock.now(), COMING_DAYS)
