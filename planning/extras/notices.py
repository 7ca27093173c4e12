"""What a need's notices say, and that they go to the social workers' system.

Requirements EXT-01, EXT-04: never twice, never none. A notice is unique per need and kind and has
one key; the receiver carries a key out once, so that a lost answer is asked for again.
"""

from typing import Any

import requests
from django.conf import settings

from audit.act import Act
from cases import outbox, posting
from cases.outbox import Party
from planning.models import ExtraNeed, NeedNotice

About = NeedNotice.About
VIVA = "Viva"


def write(need: ExtraNeed, about: str, act: Act, **said: Any) -> NeedNotice:
    """The need's notice of a kind, in the caller's transaction; a second one is an error. One of a need
    that is practised goes to nobody."""
    content = {
        "number": need.number,
        "about": about,
        "service": need.service.code,
        "first_day": str(need.first_day),
        **said,
    }
    notice = NeedNotice(
        party="" if need.unit.practice_of_id else VIVA,
        key=f"{need.pk}:{about}",
        need=need,
        about=about,
        content=content,
    )
    outbox.put([notice], act.at)
    return notice


def party() -> Party:
    """The social workers' system; until it has an address, what is for it waits."""
    return Party(
        NeedNotice.message_kind,
        VIVA,
        send=_send if settings.VIVA_NOTICES else None,
        reads=("need__client",),
    )


def _send(row: NeedNotice, session: requests.Session) -> None:
    posting.post(settings.VIVA_NOTICES, message(row), session)


def message(row: NeedNotice) -> dict[str, Any]:
    """What is sent. The identity number, on which Viva matches (SYN-04), is added when it is sent
    and kept in no queue."""
    return {
        "key": row.key,
        "person": row.need.client.identity_number,
        **row.content,
    }
