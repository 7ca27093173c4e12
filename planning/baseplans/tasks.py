"""The visits of base plans are made each night."""

from celery import shared_task

from audit import clock
from planning.baseplans.generation import COMING_DAYS, generate_coming


@shared_task
def generate_visits() -> int:
    """Make the visits of the coming weeks. Safe to run twice."""
    return generate_coming(clock.now(), COMING_DAYS)
