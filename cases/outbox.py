"""The one outbox: what waits is sent to each party, and tried again until it is taken.

A row is taken by moving its next try ahead, and the answer is waited for outside every transaction. A
process that dies in between leaves a row that is tried again with the same key. Who can be sent to is
told by the apps, in their `parties.py`. Requirements CAP-04, PLN-16, EXT-01.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import requests
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.parts import parts
from cases.models import Outgoing

State = Outgoing.State
TAKEN = timedelta(minutes=2)
"""How long a row belongs to whoever took it."""

logger = logging.getLogger(__name__)


class NotAcknowledged(Exception):
    """The party answered, but did not take the message; the text is Swedish and says what to do."""


class Unreachable(NotAcknowledged):
    """The party cannot be asked at all: what the row met holds for everything that waits for it."""


class Bounced(NotAcknowledged):
    """The party will not take the message, however often it is tried."""


@dataclass(frozen=True)
class Party:
    """Somebody that messages of a kind go to."""

    kind: str
    name: str
    send: Callable[[Any, requests.Session], None] | None
    """Gives it a message. Raises NotAcknowledged or one of its kinds. None: it cannot be sent to yet,
    and what is for it waits."""
    reads: tuple[str, ...] = ()
    """Rows that `send` reads with a message."""
    is_shown: bool = False
    """Whether messages to it leave Kundval at all, or are only shown, as mail in demo mode."""
    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(minutes=5)
    most_tries: int | None = None
    """Then it has failed. None: it is tried until it is taken."""


def parties() -> list[Party]:
    """Everybody that messages go to, as the settings say now."""
    return list(chain.from_iterable(part.parties() for part in parts("parties")))


def put(rows: Sequence[Outgoing], at: datetime) -> None:
    """Keep messages of one kind to be sent, in the caller's transaction; two inserts, however many."""
    if not rows:
        return
    for row in rows:
        row.kind, row.created_at, row.next_try_at = row.message_kind, at, at
    shared = [field.attname for field in Outgoing._meta.concrete_fields]
    with transaction.atomic(savepoint=False):
        parents = Outgoing.objects.bulk_create(
            Outgoing(**{name: getattr(row, name) for name in shared}) for row in rows
        )
        for row, parent in zip(rows, parents, strict=True):
            row.pk, row._state.adding = parent.pk, False
        _insert_own(rows)


def _insert_own(rows: Sequence[Outgoing]) -> None:
    """What the rows have in the table of their kind, which Django itself writes one by one."""
    own: Any = type(rows[0])._base_manager.all()
    own._batched_insert(list(rows), own.model._meta.local_concrete_fields, None)


def send_waiting(now: Callable[[], datetime], kind: str = "") -> int:
    """Send what waits for each party, of one kind or of all. Returns how many were taken.

    `now` says the time. Safe to run twice, and by two at once.
    """
    return sum(_send_to(party, now) for party in parties() if kind in ("", party.kind))


def _send_to(party: Party, now: Callable[[], datetime]) -> int:
    """One after another, so that later news wait until the earlier have arrived; until the party is
    away, and is left alone until its next try."""
    taken = 0
    with requests.Session() as session:
        while party.send and (row := take_next(party, now())):
            fault = _try(party, row, session)
            if fault is None:
                taken += _acknowledge(row, State.SHOWN if party.is_shown else State.TAKEN, now())
                continue
            _postpone(party, row, fault, now())
            if isinstance(fault, Unreachable):
                break
    return taken


def take_next(party: Party, at: datetime) -> Any:
    """The oldest row whose time has come, taken so that no other sender takes it too; else None."""
    ready = Q(state=State.WAITING, next_try_at__lte=at)
    oldest = _first_of_each_series(party).filter(ready).order_by("pk").values_list("pk", flat=True)
    while (pk := oldest.first()) is not None:
        # In the parent table alone: neither PostgreSQL nor Django looks again at a condition through a
        # join, and two senders at once would both take the row.
        row = Outgoing.objects.filter(ready, pk=pk)
        if row.update(next_try_at=at + TAKEN, sent_at=at, tries=F("tries") + 1):
            rows = Outgoing.kinds[party.kind]._default_manager
            return rows.select_related(*party.reads).get(pk=pk)
    return None


def _first_of_each_series(party: Party) -> QuerySet[Outgoing]:
    """What may be sent: nothing of a series that has something older waiting."""
    waiting = Outgoing.objects.filter(kind=party.kind, party=party.name, state=State.WAITING)
    older = waiting.filter(series=OuterRef("series"), pk__lt=OuterRef("pk"))
    return waiting.filter(Q(series="") | ~Exists(older))


def _try(party: Party, row: Outgoing, session: requests.Session) -> NotAcknowledged | None:
    """Give the party the message. Returns what was wrong, which never holds up other messages."""
    try:
        if party.send and not party.is_shown:
            party.send(row, session)
    except NotAcknowledged as fault:
        return fault
    except Exception as error:
        logger.exception("Message %s could not be sent.", row.pk)
        return NotAcknowledged(
            f"Kundval kunde inte skicka meddelandet ({type(error).__name__}): anmäl felet till supporten."
        )
    return None


def _acknowledge(row: Outgoing, state: str, at: datetime) -> int:
    """Note the receipt, if it still is waited for. Returns how many."""
    return Outgoing.objects.filter(pk=row.pk, state=State.WAITING).update(
        state=state, acknowledged_at=at, next_try_at=None, error=""
    )


def _postpone(party: Party, row: Outgoing, fault: NotAcknowledged, at: datetime) -> None:
    """Try again later, or never; a party that is away is left alone with everything that waits."""
    later, error = at + wait_after(party, row.tries), str(fault)[:240]
    waiting = Outgoing.objects.filter(state=State.WAITING)
    if isinstance(fault, Unreachable):
        waiting.filter(kind=party.kind, party=party.name, next_try_at__lt=later).exclude(
            pk=row.pk
        ).update(next_try_at=later, error=error)
    ended = _ended(party, row, fault)
    waiting.filter(pk=row.pk).update(
        state=ended or State.WAITING, next_try_at=None if ended else later, error=error
    )


def _ended(party: Party, row: Outgoing, fault: NotAcknowledged) -> str:
    """The state of what is not tried again; empty when it is."""
    if isinstance(fault, Bounced):
        return State.BOUNCED
    return State.FAILED if party.most_tries and row.tries >= party.most_tries else ""


def wait_after(party: Party, tries: int) -> timedelta:
    """Twice as long after each try, up to the longest; by chance up to half as short, so that many do
    not come at once."""
    longest = min(party.first_wait * 2 ** min(tries - 1, 10), party.longest_wait)
    return longest * random.uniform(0.5, 1)
