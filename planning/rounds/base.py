"""The base plans of a unit, read once for many days. PLN-03, PLN-09, PLN-21."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q

from clients.models import Client
from organisation.models import Unit
from planning.models import Absence, TemplateVisit, UnitMove, Visit, VisitTemplate
from planning.plan import where
from planning.plan.absences import away_of
from planning.plan.rules import Life, Period, Round, place_on


@dataclass
class Base:
    """Everything of a unit's base plans that its days are made from, read once."""

    lives: dict[int, Life]
    rounds: dict[int, list[Round]]
    visits: dict[tuple[int, int, int], list[TemplateVisit]]
    """By template, week and weekday."""

    def of(self, client: int, day: date) -> Sequence[TemplateVisit]:
        """The template visits of a client on a day, at home or away."""
        if not self.lives[client].is_planned(day):
            return ()
        place = place_on(self.rounds.get(client, ()), day)
        return self.visits.get(place, ()) if place else ()


def read_base(unit: Unit, first: date, last: date, clients: Iterable[int] | None = None) -> Base:
    """The base plans of a unit's clients for a range of days, both inclusive: ten queries.

    Those who have visits there but should not any more (ended, dormant, moved to another unit) are
    among them, so that their visits are taken away; those who will move there are too.
    """
    planned = Visit.objects.filter(
        plan__planned_unit=unit, plan__day__range=(first, last), origin=Visit.Origin.TEMPLATE
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
    rounds: dict[int, list[Round]] = defaultdict(list)
    holding = VisitTemplate.objects.settled().filter(
        Q(valid_to=None) | Q(valid_to__gte=first), client__in=lives, valid_from__lte=last
    )
    for row in holding:
        rounds[row.client_id].append(round_from(row))
    visits: dict[tuple[int, int, int], list[TemplateVisit]] = defaultdict(list)
    rows = TemplateVisit.objects.filter(template__in=holding.order_by().values("pk"))
    for visit in rows.select_related("after").prefetch_related("services", "skills"):
        visits[visit.template_id, visit.week, visit.weekday].append(visit)
    return Base(lives, rounds, visits)


def round_from(row: VisitTemplate) -> Round:
    """A template as the rules see it."""
    return Round(row.pk, row.weeks, row.cycle_monday, Period(row.valid_from, row.valid_to))


def _life(client: Any, here: Period | None) -> Life:
    absences = [away_of(row) for row in client.absences.all()]
    return Life(Period(client.active_from, client.active_to), absences, client.is_dormant, here)
