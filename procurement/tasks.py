"""The jobs of procurement."""

from celery import shared_task

from audit import clock
from procurement.applications.jobs import end_passed_correction_periods


@shared_task
def finalise() -> int:
    """End the cases whose correction period has passed."""
    return end_passed_correction_periods(clock.now())
