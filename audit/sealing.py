"""Sealing the log's chains, and proving them whole. CAP-06.

Proved are the chains themselves, the values that each event speaks of, every head that was ever
sealed, the seals with their anchor, and the triggers by which the database refuses changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from audit import seals, showings, triggers
from audit.log import HASHED_FIELDS, event_hash, hash_values
from audit.models import Chain, Event

DISPOSAL = "dispose_values"
"""The event that lets earlier events of its chain lack their values (*gallring*). Its own value
`events` lists their places in the chain; it stays, and so shows what was disposed of."""


@dataclass(frozen=True)
class Verification:
    """What `verify` found: how much was read, and every fault as a Swedish sentence."""

    chains: int
    events: int
    disposed: int
    faults: tuple[str, ...]


def seal(day: date) -> Path | None:
    """Write the seal of `day` and anchor it. Returns its path, or None when nothing grew.

    Raises OSError when the seal, the anchor or the mail could not be written; a seal that is
    written stays, and the anchor gets what it lacks the next time.
    """
    path = _seal(day)
    try:
        seals.anchor()
    finally:
        if path:
            seals.mail(path)
    return path


@transaction.atomic
def _seal(day: date) -> Path | None:
    Chain.objects.select_for_update().order_by("pk").first()  # one sealing at a time
    sealed = seals.sealed(seals.kept())
    grown = {
        name: [length, head]
        for name, length, head in Chain.objects.order_by("name").values_list(
            "name", "length", "head"
        )
        if sealed.get(name, {}).get(length) != head
    }
    return seals.write(day, grown) if grown else None


def verify(told: Iterable[tuple[int, str]] = ()) -> Verification:
    """Walk every chain and every seal. `told` are numbers and checksums of seals, from mails.

    What happened after the last seal is covered by the chain alone.
    """
    kept = seals.kept()
    sealed = seals.sealed(kept)
    faults = [*triggers.faults(connection), *seals.faults(kept, told)]
    chains = {
        pk: _Chain(name, length, head, sealed.pop(name, {}))
        for pk, name, length, head in Chain.objects.values_list("pk", "name", "length", "head")
    }
    faults += showings.faults()
    faults += [f"Kedjan {name} finns i sigillet men inte i databasen." for name in sorted(sealed)]
    try:
        faults += _walk(chains)
    except (ValueError, TypeError, AttributeError):  # what no event of the product's can hold
        faults += [*_unreadable(), "Händelseloggen gick inte att läsa till slut."]
    return Verification(
        chains=len(chains),
        events=sum(chain.events for chain in chains.values()),
        disposed=sum(len(chain.bare & chain.disposed) for chain in chains.values()),
        faults=(*faults, *(fault for chain in chains.values() for fault in chain.faults)),
    )


@dataclass
class _Chain:
    """A chain as it says it is, and what reading its events found."""

    name: str
    length: int
    head: str
    sealed: dict[int, str]
    events: int = 0
    bare: set[int] = field(default_factory=set)
    """Places of events whose values are gone."""
    disposed: set[int] = field(default_factory=set)
    """Places that a later event says were disposed of."""
    faults: list[str] = field(default_factory=list)

    def read(self, rows: Iterable[dict[str, Any]]) -> int:
        """Read the events in order. Returns the last place, also when that is beyond the end."""
        last, head = 0, ""
        for row in rows:
            if row["seq"] > self.length:
                return row["seq"]
            self._read(row, last, head)
            last, head = row["seq"], row["hash"]
        if (last, head) != (self.length, self.head):
            self._fault("slutet av kedjan saknas eller är ändrat")
        return last

    def close(self) -> None:
        """What shows when all of the chain is read."""
        if self.length and not self.events:
            self._fault("slutet av kedjan saknas eller är ändrat")
        if max(self.sealed, default=0) > self.length:
            self._fault("kedjan är kortare än när den förseglades")
        for seq in sorted(self.bare - self.disposed):
            self._fault(f"värdena till händelse {seq} saknas och är inte gallrade")

    def _read(self, row: dict[str, Any], last: int, head: str) -> None:
        seq = row["seq"]
        self.events += 1
        if seq != last + 1:
            self._fault(f"händelse {last + 1} saknas")
        elif row["previous_hash"] != head or row["hash"] != event_hash(row):
            self._fault(f"händelse {seq} är ändrad")
        if self.sealed.get(seq, row["hash"]) != row["hash"]:
            self._fault(f"händelse {seq} stämmer inte med sigillet")
        if row["values__salt"] is None:
            self._bare(row)
        elif hash_values(row["values__salt"], row["values__values"]) != row["values_hash"]:
            self._fault(f"värdena till händelse {seq} är ändrade")
        elif row["name"] == DISPOSAL:
            self.disposed |= {
                place for place in row["values__values"].get("events", ()) if place < seq
            }

    def _bare(self, row: dict[str, Any]) -> None:
        if row["name"] == DISPOSAL:
            self._fault(f"gallringen i händelse {row['seq']} säger inte vad den gällde")
        elif row["fields"]:
            self.bare.add(row["seq"])

    def _fault(self, what: str) -> None:
        self.faults.append(f"{self.name}: {what}.")


def _walk(chains: dict[int, _Chain]) -> list[str]:
    """Read every chain. Returns what lies outside them all."""
    nowhere = _Chain("", 0, "", {})
    reached = {
        pk: chains.get(pk, nowhere).read(rows)
        for pk, rows in groupby(_rows(), itemgetter("chain_id"))
    }
    for chain in chains.values():
        chain.close()
    # What was written while this ran is the next verification's matter, and its chain knows it.
    ends = dict(Chain.objects.values_list("pk", "length"))
    return [
        f"Händelse {seq} i kedja {pk} står utanför kedjan."
        for pk, seq in reached.items()
        if seq > ends.get(pk, 0)
    ]


def _rows() -> Iterator[dict[str, Any]]:
    return (
        Event.objects.order_by("chain_id", "seq")
        .values(*HASHED_FIELDS, "hash", "values__salt", "values__values")
        .iterator(chunk_size=5000)
    )


def _unreadable() -> Iterator[str]:
    """The events that cannot be read at all, found one by one."""
    for pk, name, seq in Event.objects.values_list("pk", "chain__name", "seq").order_by("pk"):
        try:
            list(Event.objects.filter(pk=pk).values(*HASHED_FIELDS, "values__values"))
        except (ValueError, TypeError, AttributeError):
            yield f"{name}: händelse {seq} går inte att läsa."
