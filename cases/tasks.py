"""The engine's jobs: each asks the clock, calls one verb, and may run twice."""

from celery import shared_task

from audit import clock
from cases import attachments, flows, ledger, outbox


@shared_task
def sweep() -> int:
    """Fire the rungs that have come."""
    return ledger.sweep(clock.now())


@shared_task
def refresh_tasks() -> int:
    """Make the tasks of open cases anew for the day."""
    return flows.refresh(clock.today())


@shared_task
def send_outgoing(kind: str) -> int:
    """Send the messages of a kind whose time has come."""
    return outbox.send_waiting(clock.now, kind)


@shared_task
def scan_attachments() -> int:
    """Scan the attachments that wait."""
    return attachments.scan_waiting()
