"""What a need's notices say, and the sender that keeps trying until each is acknowledged.

Requirements EXT-01, EXT-04: never twice, never none. A notice is unique per need and kind and has
one key; the receiver carries a key out once, so that a lost answer is asked for again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import requests
from django.conf import settings
from django.db.models import F

from cases.commands import Act
from planning.models import ExtraNeed, NeedNotice

About = NeedNotice.About
TIMEOUT = 10
"""Seconds that the receiver has to answer."""
TAKEN = timedelta(minutes=2)
"""How long a notice belongs to whoever took it."""
FIRST_WAIT, LONGEST_WAIT = 5, 300
"""Seconds."""


class NotAcknowledged(Exception):
    """The receiver did not take the notice; the message is Swedish."""


def write(need: ExtraNeed, about: str, act: Act, **said: Any) -> NeedNotice:
    """The need's notice of a kind, in the caller's transaction; a second one is an error."""
    content = {
        "number": need.number, "about": about, "service": need.service.code,
        "first_day": str(need.first_day), **said,
    }  # fmt: skip
    return NeedNotice.objects.create(
        need=need, about=about, content=content, created_at=act.at, next_try_at=act.at
    )


def send_waiting(now: Callable[[], datetime]) -> int:
    """Send the notices whose time has come. Returns how many were acknowledged. `now` says the time.

    A process that dies while it waits for the answer leaves a notice that is tried again.
    """
    done = 0
    while settings.VIVA_NOTICES and (row := _take_next(now())):
        waiting = NeedNotice.objects.filter(pk=row.pk, acknowledged_at=None)
        try:
            _post(row)
        except NotAcknowledged as error:
            waiting.update(error=str(error), next_try_at=now() + wait_after(row.tries))
        else:
            done += waiting.update(acknowledged_at=now(), next_try_at=None, error="")
    return done


def _take_next(at: datetime) -> NeedNotice | None:
    """The oldest notice whose time has come, taken so that no other sender takes it too."""
    ready = NeedNotice.objects.filter(acknowledged_at=None, next_try_at__lte=at).order_by("pk")
    while (pk := ready.values_list("pk", flat=True).first()) is not None:
        if ready.filter(pk=pk).update(next_try_at=at + TAKEN, sent_at=at, tries=F("tries") + 1):
            return NeedNotice.objects.select_related("need__client").get(pk=pk)
    return None


def _post(row: NeedNotice) -> None:
    sent = message(row)
    try:
        answer = requests.post(
            settings.VIVA_NOTICES, json=sent, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException:
        raise NotAcknowledged("Mottagaren går inte att nå.") from None
    if not 200 <= answer.status_code < 300:
        raise NotAcknowledged(f"Mottagaren tog inte emot meddelandet (svar {answer.status_code}).")
    if _key_in(answer) != sent["key"]:
        raise NotAcknowledged("Mottagarens kvittens gäller inte det här meddelandet.")


def _key_in(answer: requests.Response) -> Any:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said.get("key") if isinstance(said, dict) else None


def message(row: NeedNotice) -> dict[str, Any]:
    """What is sent. The identity number, on which Viva matches (SYN-04), is added when it is sent
    and kept in no queue."""
    return {"key": f"{row.need_id}:{row.about}", "person": row.need.client.identity_number,
            **row.content}  # fmt: skip


def wait_after(tries: int) -> timedelta:
    """Twice as long after each try, up to five minutes."""
    return timedelta(seconds=min(FIRST_WAIT * 2 ** min(tries - 1, 10), LONGEST_WAIT))
