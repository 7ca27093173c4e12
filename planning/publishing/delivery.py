"""What receivers are to know, sent until each visit is acknowledged. PLN-16.

A row is taken by moving its next try ahead; the answer is waited for outside every transaction. A
process that dies in between leaves a row that is tried again with the same key, which the receiver
carries out once. The contract stands in `docs/contracts/plan-receiver.md`.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import requests
from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from planning.models import DayPlan, Delivery, PlanVersion
from planning.publishing import rules
from planning.publishing.rules import Said

TIMEOUT = 10
"""Seconds that a receiver has to answer."""
TAKEN = timedelta(minutes=2)
"""How long a row belongs to whoever took it."""
FIRST_WAIT, LONGEST_WAIT = 5, 300
"""Seconds."""

Due = tuple[str, int, Said | None]
"""Receiver, visit, and what it says; None: it is taken away."""


class Unreachable(Exception):
    """The receiver cannot be asked at all; the message is Swedish."""


class NotAcknowledged(Exception):
    """The receiver answered, but did not take the visit; the message is Swedish."""


def due(plan: DayPlan, told: Mapping[str, Said]) -> list[Due]:
    """What each receiver has not been sent of what is to be told. One query."""
    known: dict[str, dict[str, Said]] = {name: {} for name in settings.RECEIVERS}
    rows = Delivery.objects.filter(visit__plan=plan, receiver__in=known).order_by("pk")
    for receiver, visit, said in rows.values_list("receiver", "visit_id", "content"):
        if said is None:
            known[receiver].pop(str(visit), None)
        else:
            known[receiver][str(visit)] = said
    return [row for name, before in known.items() for row in _news(name, before, told)]


def _news(receiver: str, before: Mapping[str, Said], told: Mapping[str, Said]) -> list[Due]:
    news = rules.difference(before, told)
    said: dict[int, Said | None] = {
        **news.new,
        **{visit: row.after for visit, row in news.changed.items()},
        **dict.fromkeys(news.removed),
    }
    return [(receiver, visit, said[visit]) for visit in sorted(said)]


def queue(rows: Sequence[Due], version: PlanVersion, at: datetime) -> None:
    """Keep what is to be sent, in the caller's transaction."""
    Delivery.objects.bulk_create(
        Delivery(receiver=name, visit_id=visit, version=version, content=said, next_try_at=at)
        for name, visit, said in rows
    )


def send_waiting(now: Callable[[], datetime]) -> int:
    """Send what waits for each receiver, in order for each visit. Returns how many were taken.

    A receiver that cannot be reached is left alone until its next try. `now` says the time.
    """
    return sum(_send_to(name, url, now) for name, url in settings.RECEIVERS.items())


def _send_to(receiver: str, url: str, now: Callable[[], datetime]) -> int:
    taken = 0
    with requests.Session() as session:
        # One after another, so that a visit's later news waits until the earlier one has arrived.
        while row := _take_next(receiver, now()):
            try:
                _post(session, url, row)
            except Unreachable as error:
                # What the row met holds for everything that waits for the same receiver.
                _wait(_waiting(row.receiver), row.tries, str(error), now())
                return taken
            except NotAcknowledged as error:
                _wait(Delivery.objects.filter(pk=row.pk), row.tries, str(error), now())
            else:
                taken += 1
                _waiting(receiver).filter(pk=row.pk).update(
                    acknowledged_at=now(), next_try_at=None, error=""
                )
    return taken


def _waiting(receiver: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(receiver=receiver, acknowledged_at=None)


def _take_next(receiver: str, at: datetime) -> Delivery | None:
    """The oldest row whose time has come and whose visit has nothing older waiting, taken."""
    older = _waiting(receiver).filter(visit=OuterRef("visit"), pk__lt=OuterRef("pk"))
    ready = _waiting(receiver).filter(~Exists(older), next_try_at__lte=at).order_by("pk")
    while (pk := ready.values_list("pk", flat=True).first()) is not None:
        still = Delivery.objects.filter(pk=pk, acknowledged_at=None, next_try_at__lte=at)
        if still.update(next_try_at=at + TAKEN, sent_at=at, tries=F("tries") + 1):
            return Delivery.objects.select_related(
                "visit__client", "version__plan__planned_unit"
            ).get(pk=pk)
    return None


def _post(session: requests.Session, url: str, row: Delivery) -> None:
    """Raises Unreachable or NotAcknowledged."""
    token = settings.RECEIVER_TOKENS.get(row.receiver)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent = message(row)
    try:
        answer = session.post(
            url, json=sent, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.Timeout:
        raise Unreachable("Mottagaren svarade inte i tid.") from None
    except requests.RequestException:
        raise Unreachable("Mottagaren går inte att nå.") from None
    if answer.status_code >= 500:
        raise Unreachable(f"Mottagaren är ur funktion (svar {answer.status_code}).")
    if not 200 <= answer.status_code < 300:
        raise NotAcknowledged(f"Mottagaren tog inte emot besöket (svar {answer.status_code}).")
    if _key_in(answer) != sent["key"]:
        raise NotAcknowledged("Mottagarens kvittens gäller inte det här besöket.")


def _key_in(answer: requests.Response) -> Any:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said.get("key") if isinstance(said, dict) else None


def message(row: Delivery) -> dict[str, Any]:
    """What is sent, as in the contract. The person's name and address are added as they are now,
    and masked for who is protected; they are kept in no queue."""
    plan, client = row.version.plan, row.visit.client
    said = {name: value for name, value in (row.content or {}).items() if name != "person"}
    return {
        "key": f"{row.visit_id}:{row.version.number}",
        "visit": row.visit_id,
        "version": row.version.number,
        "plan": {"id": plan.pk, "day": plan.day.isoformat(), "unit": str(plan.planned_unit)},
        "removed": row.content is None,
        "content": said or None,
        "person": _person(client) if said else None,
    }


def _person(client: Any) -> dict[str, Any]:
    hidden = client.has_protected_identity
    return {
        "name": str(client), "address": client.shown_address,
        "entry": "" if hidden else client.entry, "protected": hidden,
    }  # fmt: skip


def _wait(rows: QuerySet[Delivery], tries: int, error: str, at: datetime) -> None:
    rows.update(error=error, next_try_at=at + wait_after(tries))


def wait_after(tries: int) -> timedelta:
    """Twice as long after each try, up to five minutes; by chance up to half as short, so that many
    do not come at once."""
    longest = min(FIRST_WAIT * 2 ** min(tries - 1, 10), LONGEST_WAIT)
    return timedelta(seconds=longest * random.uniform(0.5, 1))
