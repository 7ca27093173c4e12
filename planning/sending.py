"""Sending to another system over HTTP until it acknowledges: each message has a key, carried out once.

A row to be sent has `next_try_at`, `sent_at`, `tries`, `acknowledged_at` and `error`. It is taken by
moving its next try ahead; the answer is waited for outside every transaction. A process that dies in
between leaves a row that is tried again with the same key. Requirements PLN-16, EXT-01.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from django.db.models import F, Q, QuerySet

TIMEOUT = 10
"""Seconds that a receiver has to answer."""
TAKEN = timedelta(minutes=2)
"""How long a row belongs to whoever took it."""
FIRST_WAIT, LONGEST_WAIT = 5, 300
"""Seconds."""


class NotAcknowledged(Exception):
    """The receiver answered, but did not take the message; the text is Swedish."""


class Unreachable(NotAcknowledged):
    """The receiver cannot be asked at all; the text is Swedish."""


def take_next(waiting: QuerySet, at: datetime) -> Any:
    """The oldest row whose time has come, taken so that no other sender takes it too; else None."""
    ready = Q(acknowledged_at=None, next_try_at__lte=at)
    oldest = waiting.filter(ready).order_by("pk").values_list("pk", flat=True)
    while (pk := oldest.first()) is not None:
        # On the row alone: PostgreSQL does not look again at a condition through a join, and two
        # senders at once would both take the row.
        row = waiting.model.objects.filter(ready, pk=pk)
        if row.update(next_try_at=at + TAKEN, sent_at=at, tries=F("tries") + 1):
            return waiting.get(pk=pk)
    return None


def post(
    url: str,
    message: Mapping[str, Any],
    *,
    token: str = "",
    session: requests.Session | None = None,
) -> None:
    """Send a message and see its key come back. Raises Unreachable or NotAcknowledged."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = (session or requests).post(
            url, json=message, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.Timeout:
        raise Unreachable("Mottagaren svarade inte i tid.") from None
    except requests.RequestException:
        raise Unreachable("Mottagaren går inte att nå.") from None
    if answer.status_code >= 500:
        raise Unreachable(f"Mottagaren är ur funktion (svar {answer.status_code}).")
    if not 200 <= answer.status_code < 300:
        raise NotAcknowledged(f"Mottagaren tog inte emot det (svar {answer.status_code}).")
    if _key_in(answer) != message["key"]:
        raise NotAcknowledged("Mottagarens kvittens gäller något annat.")


def _key_in(answer: requests.Response) -> Any:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said.get("key") if isinstance(said, dict) else None


def acknowledged(rows: QuerySet, at: datetime) -> int:
    """Note the receipt of those that still wait for it. Returns how many."""
    return rows.filter(acknowledged_at=None).update(acknowledged_at=at, next_try_at=None, error="")


def wait(rows: QuerySet, tries: int, error: str, at: datetime) -> None:
    """Try again later, twice as long after each try."""
    rows.filter(acknowledged_at=None).update(error=error, next_try_at=at + wait_after(tries))


def wait_after(tries: int) -> timedelta:
    """Twice as long after each try, up to five minutes; by chance up to half as short, so that many
    do not come at once."""
    longest = min(FIRST_WAIT * 2 ** min(tries - 1, 10), LONGEST_WAIT)
    return timedelta(seconds=longest * random.uniform(0.5, 1))
