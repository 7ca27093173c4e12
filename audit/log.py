"""Writing to the event log. Requirement CAP-06, SEC-02."""

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from audit import clock, showings
from audit.act import Act
from audit.models import Chain, Event, EventValues

HASHED_FIELDS = (
    "chain_id",
    "seq",
    "at",
    "recorded_at",
    "kind",
    "name",
    "actor_id",
    "on_behalf_of_id",
    "object_type",
    "object_id",
    "fields",
    "values_hash",
    "personal",
    "showing_id",
    "previous_hash",
)


def record(
    chain: str,
    name: str,
    act: Act,
    *,
    subject: models.Model,
    kind: str = Event.Kind.CHANGE,
    values: Mapping[str, Any] | None = None,
    personal: bool = False,
    people: Collection[int] = (),
) -> Event:
    """Append what `act` did to `chain`, in the caller's transaction. Returns the event.

    `values` is what was changed to or said (kept apart, disposable); its keys are the event's
    field names. `people` are the numbers of the clients that a read showed. Raises
    TransactionManagementError outside a transaction.
    """
    row = Chain.objects.select_for_update().filter(name=chain).first()
    if row is None:
        new, _ = Chain.objects.get_or_create(name=chain)
        row = Chain.objects.select_for_update().get(pk=new.pk)
    salt = secrets.token_hex(16)
    kept = json.loads(json.dumps(dict(values or {}), cls=DjangoJSONEncoder))
    event = Event(
        chain=row,
        seq=row.length + 1,
        at=act.at,
        recorded_at=clock.real_now(),
        kind=kind,
        name=name,
        actor=act.user,
        on_behalf_of=act.on_behalf_of,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        fields=sorted(kept),
        values_hash=hash_values(salt, kept),
        previous_hash=row.head,
        personal=personal,
        showing=showings.keep(people),
    )
    event.hash = event_hash({field: getattr(event, field) for field in HASHED_FIELDS})
    event.save(force_insert=True)
    if kept:
        EventValues.objects.create(event=event, salt=salt, values=kept)
    row.length, row.head = event.seq, event.hash
    row.save(update_fields=["length", "head"])
    return event


def record_read(
    chain: str,
    name: str,
    act: Act,
    *,
    subject: models.Model,
    values: Mapping[str, Any] | None = None,
    people: Collection[int] = (),
) -> Event:
    """Append a read of personal data, in a transaction of its own."""
    with transaction.atomic():
        return record(
            chain,
            name,
            act,
            subject=subject,
            kind=Event.Kind.READ,
            values=values,
            personal=True,
            people=people,
        )


def hash_values(salt: str, values: Mapping[str, Any]) -> str:
    """Salted SHA-256 of an event's values, so that the chain holds when they are disposed of."""
    return hashlib.sha256((salt + canonical(values)).encode()).hexdigest()


def event_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over an event's `HASHED_FIELDS`, the previous event's hash among them."""
    parts = [_text(row[field]) for field in HASHED_FIELDS]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def canonical(value: Any) -> str:
    """JSON with one spelling only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, list):
        return canonical(value)
    return str(value)
