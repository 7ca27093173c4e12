"""The sums above a board. Brukartid is time with persons of the time that is paid."""

import itertools
from dataclasses import dataclass

from planning.models import Shift
from planning.plan.problem import MINUTE, Places
from planning.plan.reading import PlanData
from planning.plan.travel import seconds


@dataclass(frozen=True)
class Figures:
    """A plan, or one row of it, in minutes."""

    paid: int
    with_clients: int
    surrounding: int
    travel: int

    def share(self, minutes: int) -> int:
        """Of the paid time, in per cent."""
        return round(100 * minutes / self.paid) if self.paid else 0

    @property
    def client_share(self) -> int:
        """Brukartid, per cent."""
        return self.share(self.with_clients)

    @property
    def travel_share(self) -> int:
        """Restid, per cent."""
        return self.share(self.travel)

    @property
    def surrounding_share(self) -> int:
        """Kringtid, per cent."""
        return self.share(self.surrounding)


def figures_of(data: PlanData, row: Shift, places: Places) -> Figures:
    """One row's figures."""
    visits = data.by_shift.get(row.pk, [])
    away = [v.minutes for v in visits if v.client.is_surrounding]
    stops = [0, *(places.of_client[visit.client_id] for visit in visits), 0] if visits else []
    ways = itertools.pairwise(stops)
    travel = sum(seconds(places.points[a], places.points[b], row.mode) for a, b in ways)
    paid = max(0, row.works_until - row.start - row.break_minutes)
    with_clients = sum(visit.minutes for visit in visits) - sum(away)
    return Figures(paid, with_clients, sum(away), round(travel / MINUTE))


def total(rows: list[Figures]) -> Figures:
    """The sum of rows that have somebody to pay."""
    return Figures(
        sum(row.paid for row in rows),
        sum(row.with_clients for row in rows),
        sum(row.surrounding for row in rows),
        sum(row.travel for row in rows),
    )
