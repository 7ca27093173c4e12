"""What fits in the hole that a visit leaves on a row. PLN-08, PLN-09, PLN-20."""

from dataclasses import dataclass

from planning import daytime
from planning.models import DayPlan, Shift, Visit
from planning.plan.advice import Advice, Placing
from planning.plan.reading import read

MOST_TRIED = 12
"""How many unplaced visits are tried, the most urgent first."""


@dataclass(frozen=True)
class Fit:
    """An unplaced visit and the place in the hole that it fits."""

    visit: Visit
    place: int
    placing: Placing


@dataclass(frozen=True)
class Hole:
    """A row and the minutes of the day that are free on it now, with what fits."""

    shift: Shift
    start: int
    end: int
    fits: list[Fit]


def holes_of(visit: Visit) -> list[Hole]:
    """The holes of a visit that is not to be done: one on each row where it stands."""
    rows = visit.staff.exclude(shift=None).select_related("shift__carer", "shift__unit")
    shifts = [place.shift for place in rows if place.shift]
    return [_hole(visit.plan, shift, visit.start, visit.end) for shift in shifts]


def _hole(plan: DayPlan, shift: Shift, start: int, end: int) -> Hole:
    data = read(plan, [shift.pk])
    free_from = max(
        (v.end for v in data.by_shift.get(shift.pk, ()) if v.end <= start), default=shift.start
    )
    free_until = min(
        (v.start for v in data.by_shift.get(shift.pk, ()) if v.start >= end),
        default=shift.works_until,
    )
    fits: list[Fit] = []
    for visit in data.unplaced[:MOST_TRIED]:
        place = next(p.place for p in visit.staff.all() if p.shift_id is None)
        advice = Advice(data, visit, place)
        fits += [Fit(visit, place, row) for row in _inside(advice, free_from, free_until)[:1]]
    return Hole(shift, free_from, free_until, fits)


def _inside(advice: Advice, start: int, end: int) -> list[Placing]:
    """The places that lie in the hole, and for which nobody has to make room."""
    untouched = [row for row in advice.suggestions if not row.others]
    return [row for row in untouched if _lies_in(advice, row, start, end)]


def _lies_in(advice: Advice, row: Placing, start: int, end: int) -> bool:
    at = daytime.from_wall(advice.data.plan.day, daytime.parse_wall(row.at))
    if at < start:
        at += daytime.DAY  # a night's hours after midnight
    return start <= at and at + advice.visit.minutes <= end
