"""What a need's notices say, and the sender that keeps trying until each is acknowledged.

Requirements EXT-01, EXT-04: never twice, never none. A notice is unique per need and kind and has
one key; the receiver carries a key out once, so that a lost answer is asked for again.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings

from audit.act import Act
from planning import sending
from planning.models import ExtraNeed, NeedNotice

About = NeedNotice.About


def write(need: ExtraNeed, about: str, act: Act, **said: Any) -> NeedNotice:
    """The need's notice of a kind, in the caller's transaction; a second one is an error."""
    content = {
        "number": need.number,
        "about": about,
        "service": need.service.code,
        "first_day": str(need.first_day),
        **said,
    }
    return NeedNotice.objects.create(
        need=need, about=about, content=content, created_at=act.at, next_try_at=act.at
    )


def send_waiting(now: Callable[[], datetime]) -> int:
    """Send the notices whose time has come. Returns how many were acknowledged. `now` says the time.

    A process that dies while it waits for the answer leaves a notice that is tried again.
    """
    done = 0
    waiting = NeedNotice.objects.filter(need__unit__practice_of=None).select_related("need__client")
    while settings.VIVA_NOTICES and (row := sending.take_next(waiting, now())):
        this = NeedNotice.objects.filter(pk=row.pk)
        try:
            sending.post(settings.VIVA_NOTICES, message(row))
        except sending.NotAcknowledged as error:
            sending.wait(this, row.tries, str(error), now())
        else:
            done += sending.acknowledged(this, now())
    return done


def message(row: NeedNotice) -> dict[str, Any]:
    """What is sent. The identity number, on which Viva matches (SYN-04), is added when it is sent
    and kept in no queue."""
    return {
        "key": f"{row.need_id}:{row.about}",
        "person": row.need.client.identity_number,
        **row.content,
    }
