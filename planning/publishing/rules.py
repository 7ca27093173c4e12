"""What a receiver gets of a visit, and what differs between two plans. Pure. PLN-16.

A plan's content is what each of its visits says, by the visit's id as text. A visit that was removed
is no part of what receivers hold; one that was declined stays, and says so (PLN-08).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from organisation.reading import watched
from planning import daytime
from planning.models import Visit

Said = Mapping[str, Any]
"""What a visit says."""
COMPARED = (
    "start", "minutes", "staff", "staff_needed", "services", "note", "key_number", "person", "status",
    "unit",
)  # fmt: skip
"""The fields in which a visit differs for a receiver. Its end follows from start and minutes."""
HELD = (Visit.Status.PLANNED, Visit.Status.DECLINED)
"""What receivers hold."""


def content(visit: Visit) -> dict[str, Any]:
    """What a receiver gets of a visit. Reads its client, staff and services, prefetched.

    The person is there by id and key number alone; `person` is a mark that changes when name,
    address or protection does, so that receivers are told.
    """
    day = visit.plan.day
    return {
        "visit": visit.pk,
        "unit": visit.plan.planned_unit_id,
        "client": visit.client_id,
        "key_number": visit.client.key_number,
        "person": _mark(visit.client),
        "start": daytime.instant(day, visit.start).isoformat(),
        "end": daytime.instant(day, visit.end).isoformat(),
        "minutes": visit.minutes,
        "services": sorted(row.service.code for row in visit.contents.all()),
        "staff": [_carer(place.shift) for place in visit.staff.all() if place.shift],
        "staff_needed": visit.staff_needed,
        "note": visit.note,
        "status": visit.status,
    }


def _carer(shift: Any) -> dict[str, Any]:
    carer = shift.carer
    return {
        "carer": carer.pk if carer else None,
        "username": (carer.username or "") if carer else "",
        "row": shift.row,
    }


def _mark(client: Any) -> str:
    with watched():  # a checksum shows nobody
        said = (client.name, client.address, client.entry, str(client.has_protected_identity))
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Changed:
    """A visit that says something else, field by field."""

    before: Said
    after: Said
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Difference:
    """What one plan has that another has not, by visit. An unchanged visit is never in it."""

    new: Mapping[int, Said] = field(default_factory=dict)
    changed: Mapping[int, Changed] = field(default_factory=dict)
    removed: Mapping[int, Said] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.removed)


def difference(before: Mapping[str, Said], after: Mapping[str, Said]) -> Difference:
    """What has to be told to somebody who knows `before`, so that they know `after`."""
    old, new = standing(before), standing(after)
    changed = {
        visit: Changed(old[visit], said, fields)
        for visit, said in new.items()
        if visit in old and (fields := changed_fields(old[visit], said))
    }
    return Difference(
        {visit: said for visit, said in new.items() if visit not in old},
        changed,
        {visit: said for visit, said in old.items() if visit not in new},
    )


def to_come(plan: Mapping[str, Said], other: Mapping[str, Said], at: datetime) -> dict[str, Said]:
    """What a plan says of the visits that have begun at an instant by neither of two plans: going
    back to an earlier one changes them alone (DAY-02)."""

    def has_begun(visit: str) -> bool:
        said = (row[visit] for row in (plan, other) if visit in row)
        return any(datetime.fromisoformat(row["start"]) <= at for row in said)

    return {visit: said for visit, said in plan.items() if not has_begun(visit)}


def standing(plan: Mapping[str, Said]) -> dict[int, Said]:
    """What the visits say that receivers hold."""
    return {int(visit): said for visit, said in plan.items() if said["status"] in HELD}


def changed_fields(before: Said, after: Said) -> dict[str, tuple[Any, Any]]:
    """Field -> (from, to), for the fields that differ; not those that older versions did not keep."""
    return {
        name: (before[name], after[name])
        for name in COMPARED
        if name in before and before[name] != after[name]
    }
