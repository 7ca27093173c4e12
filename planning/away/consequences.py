"""What a person's absence does to the days that are planned, in words and rows. PLN-06 to PLN-09."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from cases.dates import full_date, short_date
from planning import daytime
from planning.away.following import AWAY
from planning.extras import rules
from planning.models import Absence, Visit
from planning.rounds.generation import GONE

MOST = 40
"""How many visits are listed; the count says all."""


@dataclass
class Consequences:
    """The visits that went, and what a planner should see to."""

    visits: Sequence[Visit]
    count: int
    told: list[str] = field(default_factory=list)


def consequences_of(absence: Absence, day: date) -> Consequences:
    """What an absence does from `day` on: a fixed number of queries."""
    gone = _days(Visit.objects.filter(client=absence.client_id), absence, day).filter(
        status=Visit.Status.REMOVED, status_reason__in=(AWAY, GONE)
    )
    rows = gone.select_related("plan", "client").prefetch_related("staff__shift__carer", "services")
    found = list(rows.order_by("plan__day", "start", "pk"))
    told = [*_pairs(found), *_needs(absence, day), *_errands(absence, day), *_key(absence)]
    return Consequences(found[:MOST], len(found), told)


def _days(visits: QuerySet[Visit], absence: Absence, day: date) -> QuerySet[Visit]:
    within = Q(plan__day__gte=max(absence.first, day))
    if absence.last:
        within &= Q(plan__day__lte=absence.last)
    return visits.filter(within)


def _pairs(visits: Sequence[Visit]) -> list[str]:
    count = sum(visit.staff_needed > 1 for visit in visits)
    if not count:
        return []
    what = "ett dubbelbemannat besök" if count == 1 else f"{count} dubbelbemannade besök"
    return [f"Båda ur personalen blir lediga från {what}."]


def _needs(absence: Absence, day: date) -> list[str]:
    """The ten days run on, whoever is away (EXT-03)."""
    running = absence.client.extra_needs.filter(is_running=True).select_related("service")
    return [
        f"{need} ({need.service.name}) pågår, {rules.timer(need.first_day, day)}. Besöken väntar till "
        f"hemkomsten, men dagarna räknas: dag tio är {full_date(rules.day_ten(need.first_day))}. "
        "Har behovet upphört, avsluta det."
        for need in running
    ]


def _errands(absence: Absence, day: date) -> list[str]:
    """Laundry and pharmacy errands that are run for the person while they are away (PLN-07)."""
    errands = _days(
        Visit.objects.standing().filter(source__serves=absence.client_id), absence, day
    )  # fmt: skip
    rows = errands.select_related("plan", "client").order_by("plan__day", "start")
    days = [f"{short_date(v.plan.day)} {daytime.wall(v.plan.day, v.start)}" for v in rows[:MOST]]
    if not days:
        return []
    return [f"Ärende som också görs åt personen, till exempel tvätt: {rules.listed(days)}."]


def _key(absence: Absence) -> list[str]:
    number = absence.client.key_number
    return [f"Nyckel {number} behövs inte före hemkomsten. Se efter var den är."] if number else []
