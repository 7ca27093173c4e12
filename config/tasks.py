"""The heartbeat by which /healthz knows that scheduler and queue live."""

from celery import shared_task
from celery.signals import after_task_publish

from config import health


@shared_task
def heartbeat() -> None:
    """Note that a worker took a job from the queue."""
    health.beat("queue")


@after_task_publish.connect(sender="config.tasks.heartbeat")
def _note_sent(**kwargs: object) -> None:
    """Note that the scheduler sent the job. Runs in the scheduler's process."""
    health.beat("scheduler")
