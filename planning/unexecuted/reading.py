"""Which granted services wait, in a fixed number of queries. CAP-17.

Until what was done is reported, a planned visit of a day that has passed counts as carried out. What
happened before a unit's days were made from its base plans here is not known: its decisions wait from
the first such day at the earliest, and those of a unit that plans elsewhere are not judged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Max, Min

from clients.models import WITHOUT_DECISION, ClientQuerySet, ServiceOrder
from organisation import identity, swedish
from planning.models import Absence, Visit, VisitService
from planning.unexecuted.rules import Quarter, Waiting, waiting


@dataclass(frozen=True)
class Line:
    """A granted service that waits."""

    order: ServiceOrder
    waiting: Waiting
    away: Absence | None
    carried_out: date | None = None
    """The first visit after the wait, when it has ended."""

    @property
    def why(self) -> str:
        """The circumstance that is known; a wish of the person's own is one (UNX-02)."""
        if self.carried_out:
            return "Efter avbrott" if self.waiting.is_interrupted else "Första gången"
        if self.waiting.own_wish:
            return "Personens egen önskan"
        if self.away:
            return self.away.get_why_display()
        return "Avbrott" if self.waiting.is_interrupted else "Inte påbörjat"

    @property
    def reference(self) -> str:
        """What the decision is found by, which names nobody."""
        decision = self.order.decision
        return (decision and decision.reference) or f"Beställning {self.order.pk}"


@dataclass(frozen=True)
class Granted:
    """An order, and since when its unit's visits are known."""

    order: ServiceOrder
    known_since: date

    @property
    def key(self) -> "Key":
        """Its client and service."""
        return self.order.client_id, self.order.service_id

    def waiting(self, visit: date | None, day: date) -> Waiting:
        """How long it has waited on a day, its last visit being known."""
        decided = self.order.decision.decided_on if self.order.decision else self.order.valid_from
        earlier = visit is None or visit < min(decided, self.order.valid_from)
        wishes = [(row.first, row.last) for row in self.order.postponements.all()]
        return waiting(
            day,
            decided=decided,
            starts=max(self.order.valid_from, self.known_since),
            last_visit=None if earlier else visit,
            wishes=wishes,
        )


def lines(clients: ClientQuerySet, day: date) -> list[Line]:
    """Every granted service of the clients that waits on a day, the longest first. Five queries."""
    granted = _orders(clients, day)
    last = _visit_days(granted, Max, visit__plan__day__lte=day)
    away = {row.client_id: row for row in Absence.objects.on(day).filter(client__in=clients)}
    found = [
        Line(row.order, row.waiting(last.get(row.key), day), away.get(row.order.client_id))
        for row in granted
    ]
    return sorted(found, key=lambda line: (line.waiting.due, line.order.pk))


def _orders(clients: ClientQuerySet, day: date) -> list[Granted]:
    """What is granted by decision and in force on the day, in units that are planned here."""
    by_plan = Visit.objects.filter(origin=Visit.Origin.BASE_PLAN).values_list("plan__planned_unit")
    known = dict(by_plan.annotate(Min("plan__day")))
    rows = (
        ServiceOrder.objects.on(day)
        .filter(client__in=clients.people().filter(is_dormant=False))
        .exclude(legal_basis__in=WITHOUT_DECISION)
        .exclude(service__kind__in=("personal_alarm", "surrounding"))
        .select_related("client__unit", "service", "decision")
        .prefetch_related("postponements")
    )
    return [
        Granted(order, known[order.client.unit_id])
        for order in rows
        if order.client.unit_id in known
    ]


Key = tuple[int, int]
"""A client and a service."""


def _visit_days(granted: Iterable[Granted], which: type[Aggregate], **when: Any) -> dict[Key, date]:
    """The first or the last day with a visit of each client and service. One query."""
    rows = VisitService.objects.filter(
        visit__client__in={row.order.client_id for row in granted},
        visit__status=Visit.Status.PLANNED,
        **when,
    )
    named = rows.values("visit__client", "service").annotate(on=which("visit__plan__day"))
    return {(row["visit__client"], row["service"]): row["on"] for row in named}


@dataclass(frozen=True)
class Report:
    """What is reported for a quarter: decisions that were late on its last day, and late ones that
    have been carried out in it (SoL 34:1, 34:2)."""

    quarter: Quarter
    on: date
    """The day that it tells of: the quarter's last, or today while it goes on."""
    late: list[Line]
    carried_out: list[Line]

    @property
    def by_kind(self) -> list[tuple[str, list[int]]]:
        """(kind of service, days that each late one has waited, the longest first): for the council,
        nobody named (SoL 34:3)."""
        counted: dict[str, list[int]] = defaultdict(list)
        for line in self.late:
            kind = line.order.service.get_kind_display()
            counted[kind].append(line.waiting.days(self.on))
        return [
            (kind, sorted(days, reverse=True))
            for kind, days in sorted(counted.items(), key=lambda row: swedish.key(row[0]))
        ]

    @property
    def by_sex(self) -> tuple[int, int, int]:
        """How many of the late ones are women's, men's, and whose number is not known here."""
        numbers = [line.order.client.identity_number for line in self.late]
        women = sum(identity.is_womans(number) for number in numbers if number)
        unknown = numbers.count("")
        return women, len(numbers) - women - unknown, unknown


def report(clients: ClientQuerySet, quarter: Quarter, today: date) -> Report:
    """The report of a quarter, as it stands `today`: of one that goes on, up to today."""
    last = min(quarter.last, today)
    now = lines(clients, last)
    return Report(
        quarter,
        last,
        [line for line in now if line.waiting.is_late(last)],
        list(_ended(clients, quarter, last)),
    )


def _ended(clients: ClientQuerySet, quarter: Quarter, last: date) -> Iterator[Line]:
    """Waits of more than three months that ended by the first visit in the quarter."""
    granted = _orders(clients, last)
    inside = _visit_days(granted, Min, visit__plan__day__range=(quarter.first, last))
    before = _visit_days(granted, Max, visit__plan__day__lt=quarter.first)
    for row in granted:
        visit = inside.get(row.key)
        if visit and visit >= row.order.valid_from:
            waited = row.waiting(before.get(row.key), visit)
            if waited.is_late(visit):
                yield Line(row.order, waited, None, visit)
