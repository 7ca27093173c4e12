"""What a person's absence does to the days that are planned, in words and rows. PLN-06 to PLN-09."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from cases import calendar
from cases.dates import full_date, short_date
from planning import daytime
from planning.away.following import AWAY
from planning.baseplans.outcome import GONE
from planning.extras import rules
from planning.models import Absence, Visit
from planning.plan.absences import away_of

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
    gone = Visit.objects.filter(
        client=absence.client_id, status=Visit.Status.REMOVED, status_reason__in=(AWAY, GONE)
    )
    found = _within(gone.prefetch_related("staff__shift__carer", "services"), absence, day)
    told = [*_pairs(found), *_needs(absence, day), *_errands(absence, day), *_key(absence)]
    return Consequences(found[:MOST], len(found), told)


def _within(visits: QuerySet[Visit], absence: Absence, day: date) -> list[Visit]:
    """The visits that start while the person is away, from `day` on."""
    first = calendar.add_days(max(absence.first, day), -1)  # whose night reaches into the day
    rows = visits.filter(plan__day__gte=first)
    if absence.last:
        rows = rows.filter(plan__day__lte=absence.last)
    away = away_of(absence)
    return [
        visit
        for visit in rows.select_related("plan", "client").order_by("plan__day", "start", "pk")
        if visit.on >= day and away.covers(visit.plan.day, visit.start)
    ]


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
    errands = Visit.objects.standing().filter(source__serves=absence.client_id)
    rows = _within(errands, absence, day)[:MOST]
    days = [f"{short_date(v.on)} {daytime.wall(v.plan.day, v.start)}" for v in rows]
    if not days:
        return []
    return [f"Ärende som också görs åt personen, till exempel tvätt: {rules.listed(days)}."]


def _key(absence: Absence) -> list[str]:
    number = absence.client.key_number
    return [f"Nyckel {number} behövs inte före hemkomsten. Se efter var den är."] if number else []
