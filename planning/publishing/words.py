"""A difference between two plans in words, by person. PLN-16, BEY-03."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clients.models import Client, Service
from organisation import swedish
from planning.models import Carer
from planning.publishing.rules import Changed, Difference, Said


@dataclass(frozen=True)
class Line:
    """What happens to one visit of a person."""

    kind: str
    """new, changed or removed."""
    label: str
    text: str


@dataclass(frozen=True)
class Person:
    """What changes for one person."""

    client: Client
    lines: list[Line]


class Names:
    """What ids in a difference are called: three queries, whatever its size."""

    def __init__(self, found: Difference):
        said = [*found.new.values(), *found.removed.values()]
        said += [row for change in found.changed.values() for row in (change.before, change.after)]
        carers = {carer["carer"] for row in said for carer in row["staff"]} - {None}
        self.clients = Client.objects.in_bulk({row["client"] for row in said})
        self.carers = Carer.objects.in_bulk(carers)
        self.services = dict(Service.objects.values_list("code", "name"))

    def staff(self, rows: Iterable[Mapping[str, Any]]) -> str:
        """Who does a visit."""
        names = [str(self.carers.get(row["carer"], "")) or row["row"] for row in rows]
        return " och ".join(names) or "otilldelat"

    def of(self, codes: Iterable[str]) -> str:
        """Services by name."""
        return ", ".join(self.services.get(code, code).lower() for code in codes)


def by_person(found: Difference) -> list[Person]:
    """A difference as a planner reads it, person by person."""
    names = Names(found)
    lines: dict[int, list[tuple[str, Line]]] = defaultdict(list)
    for said in found.new.values():
        lines[said["client"]].append((said["start"], Line("new", "Nytt", _whole(names, said))))
    for change in found.changed.values():
        text = f"{_time(change.before)}: {'; '.join(_changes(names, change))}"
        lines[change.after["client"]].append(
            (change.after["start"], Line("changed", "Ändrat", text))
        )
    for said in found.removed.values():
        lines[said["client"]].append(
            (said["start"], Line("removed", "Borttaget", _whole(names, said)))
        )
    people = [
        Person(names.clients[pk], [line for _, line in sorted(rows, key=lambda row: row[0])])
        for pk, rows in lines.items()
    ]
    return sorted(people, key=lambda person: (swedish.key(str(person.client)), person.client.pk))


def _whole(names: Names, said: Said) -> str:
    return f"{_time(said)}, {names.of(said['services'])}, {names.staff(said['staff'])}"


def _time(said: Said) -> str:
    start, end = (datetime.fromisoformat(said[name]) for name in ("start", "end"))
    return f"{start:%H:%M}–{end:%H:%M}"


def _changes(names: Names, change: Changed) -> Iterable[str]:
    before, after, fields = change.before, change.after, change.fields
    if "start" in fields or "minutes" in fields:
        yield f"ny tid {_time(after)}"
    if "staff" in fields:
        yield f"{names.staff(before['staff'])} → {names.staff(after['staff'])}"
    if "staff_needed" in fields:
        yield f"antal personal {before['staff_needed']} → {after['staff_needed']}"
    if "services" in fields:
        yield f"insatser {names.of(after['services'])}"
    if "status" in fields:
        yield "avböjt, ersätts" if after["status"] == "declined" else "ska göras igen"
    if "note" in fields:
        yield "ny anteckning" if after["note"] else "anteckningen borttagen"
    if "key_number" in fields:
        yield "nytt nyckelnummer"
    if "person" in fields:
        yield "nya uppgifter om personen"
