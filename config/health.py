"""`GET /healthz`: database, queue and scheduler, a word each; no login, no detail."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse

from audit import clock
from organisation.access import public
from organisation.request import Request

STALE_AFTER = 120
"""Seconds: four missed heartbeats."""
_STARTED = clock.real_now()


def beat(part: str) -> None:
    """Note that `part` lives, in a file beside the database: it works when that does not."""
    path = _file(part)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(clock.real_now().isoformat())


@public
def healthz(request: Request) -> JsonResponse:
    """200, or 503 when a word is `down`. `starting`: no heartbeat yet, and no reason to worry."""
    words = {"database": _database(), "queue": _heard("queue"), "scheduler": _heard("scheduler")}
    return JsonResponse(words, status=503 if "down" in words.values() else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return "down"
    return "ok"


def _heard(part: str) -> str:
    now = clock.real_now()
    try:
        if (now - datetime.fromisoformat(_file(part).read_text())).total_seconds() < STALE_AFTER:
            return "ok"
    except (OSError, ValueError):
        pass  # none yet, or one that is being written
    return "starting" if (now - _STARTED).total_seconds() < STALE_AFTER else "down"


def _file(part: str) -> Path:
    return settings.DATA / f"heartbeat-{part}"
