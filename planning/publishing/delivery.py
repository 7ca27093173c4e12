"""What receivers are to know of published plans, visit by visit and in order. PLN-16.

The contract stands in `docs/contracts/plan-receiver.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import requests
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from planning import sending
from planning.models import DayPlan, Delivery, PlanVersion
from planning.publishing import rules
from planning.publishing.rules import Said

Due = tuple[str, int, Said | None]
"""Receiver, visit, and what it says; None: it is taken away."""


def due(plan: DayPlan, told: Mapping[str, Said]) -> list[Due]:
    """What each receiver has not been sent of what is to be told. One query. Nothing of what is
    practised is sent (BEY-17)."""
    if plan.planned_unit.practice_of_id:
        return []
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
    token = settings.RECEIVER_TOKENS.get(receiver, "")
    with requests.Session() as session:
        # One after another, so that a visit's later news waits until the earlier one has arrived.
        while row := sending.take_next(_first_of_each_visit(receiver), now()):
            this = Delivery.objects.filter(pk=row.pk)
            try:
                sending.post(url, message(row), token=token, session=session)
            except sending.Unreachable as error:
                # What the row met holds for everything that waits for the same receiver.
                sending.wait(
                    Delivery.objects.filter(receiver=receiver), row.tries, str(error), now()
                )
                return taken
            except sending.NotAcknowledged as error:
                sending.wait(this, row.tries, str(error), now())
            else:
                taken += sending.acknowledged(this, now())
    return taken


def _first_of_each_visit(receiver: str) -> QuerySet[Delivery]:
    """What may be sent: nothing of a visit that has something older waiting."""
    waiting = Delivery.objects.filter(receiver=receiver, acknowledged_at=None)
    older = waiting.filter(visit=OuterRef("visit"), pk__lt=OuterRef("pk"))
    return waiting.filter(~Exists(older)).select_related(
        "visit__client", "version__plan__planned_unit"
    )


def message(row: Delivery) -> dict[str, Any]:
    """What is sent, as in the contract. The person's name and address are added as they are now,
    and masked for who is protected; they are kept in no queue."""
    plan, client = row.version.plan, row.visit.client
    said = {name: value for name, value in (row.content or {}).items() if name != "person"}
    return {
        "key": f"{row.visit_id}:{row.version_id}",
        "visit": row.visit_id,
        # Not the plan's own number: it grows also when the visit moves to another unit's plan.
        "version": row.version_id,
        "plan": {"id": plan.pk, "day": plan.day.isoformat(), "unit": str(plan.planned_unit)},
        "removed": row.content is None,
        "content": said or None,
        "person": _person(client) if said else None,
    }


def _person(client: Any) -> dict[str, Any]:
    hidden = client.has_protected_identity
    return {
        "name": str(client),
        "address": client.shown_address,
        "entry": "" if hidden else client.entry,
        "protected": hidden,
    }
