"""Changes of visits in words, with the same number of queries however many. PLN-19."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clients.models import Service
from planning import daytime
from planning.models import PlanChange, Shift, Visit
from planning.models.visits import outcome


@dataclass(frozen=True)
class Told:
    """A change, and what it changed from and to."""

    change: PlanChange
    what: str
    before: str
    after: str


def told(changes: Sequence[PlanChange]) -> list[Told]:
    """Changes as people read them. Reads `visit.plan`, fetched with them; two queries."""
    names = _rows(changes)
    services = dict(Service.objects.values_list("pk", "name"))
    labels = {
        "time": "Tid",
        "staff": "Personal",
        "services": "Insatser",
        "lock": "Lås",
        "note": "Anteckning",
        "status": "Läge",
    }

    def said(change: PlanChange, value: Mapping[str, Any]) -> str:
        if change.group == "time":
            day = change.visit.plan.day
            start, end = value["start"], value["start"] + value["minutes"]
            return f"{daytime.wall(day, start)}–{daytime.wall(day, end)}"
        if change.group == "staff":
            return " och ".join(names.get(pk, "otilldelat") for pk in value["shifts"])
        if change.group == "services":
            return ", ".join(services.get(pk, "?") for pk in value["services"]) or "inga"
        if change.group == "lock":
            return str(Visit.Lock(value["lock"]).label)
        if change.group == "status":
            return outcome(value["status"], value["reason"])
        return value["note"] or "ingen"

    return [
        Told(row, labels[row.group], said(row, row.before), said(row, row.after)) for row in changes
    ]


def _rows(changes: Sequence[PlanChange]) -> dict[int, str]:
    """The names of the rows that the changes speak of."""
    said = [value for row in changes if row.group == "staff" for value in (row.before, row.after)]
    wanted = {pk for value in said for pk in value["shifts"] if pk}
    return {row.pk: row.name for row in Shift.objects.filter(pk__in=wanted).select_related("carer")}
