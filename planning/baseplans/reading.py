"""The base plans of a unit, read once for many days. PLN-03, PLN-09, PLN-21."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from clients.models import Client
from organisation.models import Unit
from planning.models import Absence, BasePlan, BaseVisit, UnitMove, Visit
from planning.plan import where
from planning.plan.absences import away_of
from planning.plan.rules import Cycle, Life, Period, place_on


@dataclass
class BasePlans:
    """Everything of a unit's base plans that its days are made from, read once."""

    lives: dict[int, Life]
    cycles: dict[int, list[Cycle]]
    visits: dict[tuple[int, int, int], list[BaseVisit]]
    """By base plan, week and weekday."""

    def of(self, client: int, day: date) -> Sequence[BaseVisit]:
        """The base visits of a client on a day, at home or away."""
        if not self.lives[client].is_planned(day):
            return ()
        place = place_on(self.cycles.get(client, ()), day)
        return self.visits.get(place, ()) if place else ()


def read_base_plans(
    unit: Unit, first: date, last: date, clients: Iterable[int] | None = None
) -> BasePlans:
    """The base plans of a unit's clients for a range of days, both inclusive: ten queries.

    Those who have visits there but should not any more (ended, dormant, moved to another unit) are
    among them, so that their visits are taken away; those who will move there are too.
    """
    planned = Visit.objects.filter(
        plan__planned_unit=unit, plan__day__range=(first, last), origin=Visit.Origin.BASE_PLAN
    )
    coming = where.going(UnitMove.objects.prepared().filter(target=unit))
    theirs = Q(unit=unit) | Q(pk__in=coming.values("pk"))
    people = Client.objects.filter(theirs).active(first, last) | Client.objects.filter(
        pk__in=planned.values("client")
    )
    if clients is not None:
        people = people.filter(pk__in=clients)
    away = Prefetch("absences", Absence.objects.filter(cancelled_at=None))
    found = list(people.prefetch_related(away))
    here = where.periods(unit, found)
    lives = {row.pk: _life(row, here.get(row.pk)) for row in found}
    cycles: dict[int, list[Cycle]] = defaultdict(list)
    holding = BasePlan.objects.settled().filter(
        Q(valid_to=None) | Q(valid_to__gte=first), client__in=lives, valid_from__lte=last
    )
    for row in holding:
        cycles[row.client_id].append(cycle_from(row))
    visits: dict[tuple[int, int, int], list[BaseVisit]] = defaultdict(list)
    rows = BaseVisit.objects.filter(base_plan__in=holding.order_by().values("pk"))
    for visit in rows.select_related("after").prefetch_related("services", "skills"):
        visits[visit.base_plan_id, visit.week, visit.weekday].append(visit)
    return BasePlans(lives, cycles, visits)


def cycle_from(row: BasePlan) -> Cycle:
    """A base plan as the rules see it."""
    return Cycle(row.pk, row.weeks, row.cycle_monday, Period(row.valid_from, row.valid_to))


def _life(client: Any, here: Period | None) -> Life:
    absences = [away_of(row) for row in client.absences.all()]
    return Life(Period(client.active_from, client.active_to), absences, client.is_dormant, here)
