"""How extra needs go, per unit and month: how many, how long, how they ended. EXT-05.

A need belongs to the month of its first day. Forgotten: neither ended nor applied for by day ten.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from cases import calendar, charts
from organisation import swedish
from planning.extras import rules
from planning.models import ExtraNeed


@dataclass
class Tally:
    """Needs of a unit, or of a month."""

    label: str
    ended: int = 0
    renewed: int = 0
    forgotten: int = 0
    running: int = 0
    days: list[int] = field(default_factory=list)
    """How long those lasted that have ended or were decided."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.ended + self.renewed + self.forgotten + self.running

    @property
    def median_days(self) -> float | None:
        """The middle length in days; None when none has ended."""
        counted: dict[int, int] = defaultdict(int)
        for length in self.days:
            counted[length] += 1
        return charts.median(counted) if counted else None


@dataclass
class Figures:
    """The year's needs by month and by unit."""

    months: list[tuple[date, Tally]]
    units: list[Tally]
    total: Tally


def figures_of(seen: QuerySet[Any], today: date) -> Figures:
    """The figures of the needs among `seen` (cases) that began in the last twelve months."""
    months = charts.months_up_to(today)
    by_month = {first: Tally("") for first in months}
    by_unit: dict[str, Tally] = {}
    total = Tally("Alla")
    for need in _needs(seen, months):
        unit = by_unit.setdefault(need["unit__name"], Tally(need["unit__name"]))
        for tally in (by_month[need["first_day"].replace(day=1)], unit, total):
            _count(tally, need, today)
    units = sorted(by_unit.values(), key=lambda row: swedish.key(row.label))
    return Figures(list(by_month.items()), units, total)


def _needs(seen: QuerySet[Any], months: Sequence[date]) -> Iterable[Any]:
    ten = Q(deadlines__rule=rules.TEN_DAYS.code, deadlines__cancelled_on=None)
    last = calendar.add_days(calendar.add_months(months[-1], 1), -1)
    rows = ExtraNeed.objects.filter(ten, pk__in=seen, first_day__range=(months[0], last))
    return rows.values(
        "first_day",
        "unit__name",
        "ended_on",
        "renewed_on",
        "decided_on",
        due=F("deadlines__due"),
        met=F("deadlines__met_on"),
    )


def _count(tally: Tally, need: Any, today: date) -> None:
    over = need["ended_on"] or need["decided_on"]
    if over:
        tally.days.append(max(calendar.days_between(need["first_day"], over), 0))
    if (need["met"] or today) > need["due"]:
        tally.forgotten += 1
    elif need["renewed_on"] or need["decided_on"]:
        tally.renewed += 1
    elif need["ended_on"]:
        tally.ended += 1
    else:
        tally.running += 1


# ------------------------------------------------------------------ where to draw

BASE, TOP = 168, 28
PARTS = (("ended", "Upphörda i tid"), ("renewed", "Sökta i tid"), ("running", "Pågår"),
         ("forgotten", "Glömda"))  # fmt: skip
"""From the bottom of a bar up."""


@dataclass(frozen=True)
class Part:
    """A part of a month's bar."""

    code: str
    y: int
    height: int


@dataclass(frozen=True)
class Stack:
    """A month's bar."""

    bar: charts.Bar
    parts: list[Part]


def draw(figures: Figures) -> list[Stack]:
    """A bar per month with a part for each way it went."""
    most = max((tally.total for _, tally in figures.months), default=0)
    values = [(first, tally.total) for first, tally in figures.months]
    bars = charts.draw_bars(values, top=TOP, base=BASE, full=most)
    return [
        Stack(bar, _parts(tally, most))
        for bar, (_, tally) in zip(bars, figures.months, strict=True)
    ]


def _parts(tally: Tally, most: int) -> list[Part]:
    parts, base = [], BASE
    for code, _ in PARTS:
        height = round((BASE - TOP) * getattr(tally, code) / most) if most else 0
        base -= height
        parts.append(Part(code, base, height))
    return [part for part in parts if part.height]
