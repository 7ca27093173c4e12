"""The notices of extra needs are sent by a job."""

from celery import shared_task

from audit import clock
from planning.extras import notices


@shared_task
def send_notices() -> int:
    """Send the notices of extra needs that wait."""
    return notices.send_waiting(clock.now)
