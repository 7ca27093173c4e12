"""Practice units are made as jobs."""

from celery import shared_task

from audit import clock
from planning.practice import making


@shared_task
def make_practice(practice: int) -> None:
    """Make a practice unit."""
    making.carry_out(practice, clock.now())


@shared_task
def recover() -> int:
    """Send again those that a killed worker had in its hands: each may be made twice, and is made
    once. Returns how many."""
    lost = making.lost(clock.now())
    for practice in lost:
        make_practice.delay(practice)
    return len(lost)
