"""`GET /healthz`: database, queue and scheduler, a word each; no login, no detail."""

from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from audit import clock
from organisation.access import public

STALE_AFTER_SECONDS = 120
"""Four missed heartbeats."""


def beat(at: datetime) -> None:
    """Keep the moment of the last heartbeat, beside the database rather than in it."""
    path = settings.DATA / "heartbeat"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(at.isoformat())


@public
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything that has begun works; 503 with `down` for what does not.

    A heartbeat has been through the scheduler, the queue and a worker, so one word serves both.
    """
    jobs = _jobs()
    words = {"database": _database(), "queue": jobs, "scheduler": jobs}
    return JsonResponse(words, status=503 if "down" in words.values() else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return "down"
    return "ok"


def _jobs() -> str:
    try:
        last = datetime.fromisoformat((settings.DATA / "heartbeat").read_text())
    except (OSError, ValueError):
        return "starting"
    age = (clock.real_now() - last).total_seconds()
    return "ok" if age < STALE_AFTER_SECONDS else "down"
