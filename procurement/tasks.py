"""The jobs of procurement."""

from celery import shared_task

from audit import clock
from procurement.applications.jobs import end_passed_correction_periods
from procurement.duties import jobs as duties


@shared_task
def finalise() -> int:
    """End the cases whose correction period has passed."""
    return end_passed_correction_periods(clock.now())


@shared_task
def turn_wheel() -> tuple[int, int]:
    """Bring the annual wheel up to date, and open what is near."""
    return duties.run(clock.now())
