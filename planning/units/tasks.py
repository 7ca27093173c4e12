"""Units merge and split on their day."""

from celery import shared_task

from audit import clock
from planning.units import due


@shared_task
def move_units() -> int:
    """Carry out the mergers and splits whose day has come."""
    return due.carry_out_due(clock.now())
