"""The heartbeat by which /healthz knows that queue and scheduler live."""

from celery import shared_task

from audit import clock
from config.health import beat


@shared_task
def heartbeat() -> None:
    """Note that the scheduler sent and a worker took a job."""
    beat(clock.real_now())
