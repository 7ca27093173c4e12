"""What receivers are to know of published plans, visit by visit and in order. PLN-16.

The contract stands in `docs/contracts/plan-receiver.md`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import requests
from django.conf import settings

from cases import outbox, posting
from cases.outbox import Party
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
    rows = Delivery.objects.filter(visit__plan=plan, party__in=known).order_by("pk")
    for receiver, visit, said in rows.values_list("party", "visit_id", "content"):
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
    deliveries = [
        Delivery(
            party=name,
            key=f"{visit}:{version.pk}",
            series=str(visit),
            visit_id=visit,
            plan_version=version,
            content=said,
        )
        for name, visit, said in rows
    ]
    outbox.put(deliveries, at)


def parties() -> list[Party]:
    """The receivers of published plans."""
    return [
        Party(
            Delivery.message_kind,
            name,
            send=partial(_send, url, settings.RECEIVER_TOKENS.get(name, "")),
            reads=("visit__client", "plan_version__plan__planned_unit"),
        )
        for name, url in settings.RECEIVERS.items()
    ]


def _send(url: str, token: str, row: Delivery, session: requests.Session) -> None:
    posting.post(url, message(row), session, token=token)


def message(row: Delivery) -> dict[str, Any]:
    """What is sent, as in the contract. The person's name and address are added as they are now,
    and masked for who is protected; they are kept in no queue."""
    plan, client = row.plan_version.plan, row.visit.client
    said = {name: value for name, value in (row.content or {}).items() if name != "person"}
    return {
        "key": row.key,
        "visit": row.visit_id,
        # Not the plan's own number: it grows also when the visit moves to another unit's plan.
        "version": row.plan_version_id,
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
