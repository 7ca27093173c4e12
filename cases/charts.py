"""The overview's charts as pure functions: figures from rows, and where to draw them.

Lengths of a drawing are whole units of its view box.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cases import calendar
from cases.dates import MONTHS

MONTHS_SHOWN = 12
KEPT_TARGET_PERCENT = 90


@dataclass(frozen=True)
class Step:
    """A step whose lead time is a deadline's, from its first day to the day it was met.

    The target is `target_unit` days times the municipality's choice `target_key`; none without.
    """

    rule: str
    label: str
    target_key: str = ""
    target_unit: int = 1


@dataclass(frozen=True)
class LeadTime:
    """Days that a step took: median, 90th percentile, how many, and the target (None: none)."""

    label: str
    median: float
    ninetieth: int
    count: int
    target: int | None


@dataclass(frozen=True)
class Month:
    """A month with how many deadlines fell due in it and how many of them were kept."""

    first: date
    kept: int
    total: int

    @property
    def percent(self) -> int | None:
        """Share kept, rounded to whole percent; None when nothing fell due."""
        return round(100 * self.kept / self.total) if self.total else None


def months_up_to(today: date, count: int = MONTHS_SHOWN) -> list[date]:
    """The first day of each of the last `count` months, this month last."""
    this = today.replace(day=1)
    return [calendar.add_months(this, back) for back in range(1 - count, 1)]


def median(days: Mapping[int, int]) -> float:
    """The middle value of `days` (value -> how many), or the mean of the two in the middle."""
    total = sum(days.values())
    return (_ranked(days, (total + 1) // 2) + _ranked(days, total // 2 + 1)) / 2


def ninetieth(days: Mapping[int, int]) -> int:
    """The least value that at least nine tenths of `days` (value -> how many) do not pass."""
    return _ranked(days, math.ceil(0.9 * sum(days.values())))


def _ranked(days: Mapping[int, int], rank: int) -> int:
    seen = 0
    for value in sorted(days):
        seen += days[value]
        if seen >= rank:
            return value
    raise ValueError("rank is greater than the number of values")


def lead_times(
    rows: Iterable[tuple[str, int, int]], steps: Sequence[Step], chosen: Mapping[str, int]
) -> list[LeadTime]:
    """Lead time of each step from rows of rule, days and how many; none met, none shown."""
    spread: dict[str, Counter[int]] = {step.rule: Counter() for step in steps}
    for rule, length, count in rows:
        spread[rule][length] += count
    return [
        LeadTime(
            step.label,
            median(days),
            ninetieth(days),
            sum(days.values()),
            chosen[step.target_key] * step.target_unit if step.target_key else None,
        )
        for step in steps
        if (days := spread[step.rule])
    ]


def kept_by_month(rows: Iterable[tuple[date, int, int]], months: Sequence[date]) -> list[Month]:
    """Deadlines by the month in which they fell due, from rows of due date, kept and all."""
    kept: Counter[date] = Counter()
    total: Counter[date] = Counter()
    for due, kept_count, count in rows:
        month = due.replace(day=1)
        kept[month] += kept_count
        total[month] += count
    return [Month(first, kept[first], total[first]) for first in months]


def weakest(months: Sequence[Month]) -> Month | None:
    """The month with the least share kept, the latest such; None when every deadline was kept."""
    late = [month for month in months if month.kept < month.total]
    return min(reversed(late), key=lambda month: month.kept / month.total, default=None)


def by_month(days: Iterable[tuple[date, int]], months: Sequence[date]) -> list[tuple[date, int]]:
    """How many of `days` (day, how many) fall in each month."""
    found: Counter[date] = Counter()
    for day, count in days:
        found[day.replace(day=1)] += count
    return [(first, found[first]) for first in months]


# ------------------------------------------------------------------ where to draw

LEFT, RIGHT, ROW_HEIGHT = 176, 538, 38
BAR_WIDTH, BAR_PITCH, BAR_LEFT = 22, 34, 40


@dataclass(frozen=True)
class LeadRow:
    """A line of the lead-time drawing."""

    time: LeadTime
    y: int
    from_x: int
    to_x: int
    target_x: int | None

    @property
    def text_y(self) -> int:
        """Baseline of the line's text."""
        return self.y + 5

    @property
    def mark(self) -> tuple[int, int]:
        """Upper and lower end of the target's mark."""
        return self.y - 12, self.y + 12


@dataclass(frozen=True)
class LeadDrawing:
    """Lines, and a grid line per tick (x, days)."""

    rows: list[LeadRow]
    ticks: list[tuple[int, int]]

    @property
    def bottom(self) -> int:
        """Where the grid ends."""
        return ROW_HEIGHT * len(self.rows) + 10

    @property
    def tick_y(self) -> int:
        """Baseline of the ticks' text."""
        return self.bottom + 20

    @property
    def height(self) -> int:
        """Of the whole drawing."""
        return self.bottom + 36


def draw_lead_times(times: Sequence[LeadTime]) -> LeadDrawing:
    """The lead times on a scale of whole weeks that holds the longest."""
    longest = max((max(time.ninetieth, time.target or 0) for time in times), default=0)
    weeks = max(1, math.ceil(longest / 7))
    every = math.ceil(weeks / 6)
    last = math.ceil(weeks / every) * every * 7

    def x(days: float) -> int:
        return LEFT + round((RIGHT - LEFT) * days / last)

    rows = [
        LeadRow(
            time,
            30 + ROW_HEIGHT * place,
            x(time.median),
            x(time.ninetieth),
            None if time.target is None else x(time.target),
        )
        for place, time in enumerate(times)
    ]
    return LeadDrawing(rows, [(x(days), days) for days in range(0, last + 1, every * 7)])


@dataclass(frozen=True)
class Bar:
    """A bar with its month; `value` is what it says, None when there is nothing to say."""

    first: date
    x: int
    y: int
    height: int
    value: int | None
    is_now: bool
    is_marked: bool

    width = BAR_WIDTH

    @property
    def middle(self) -> int:
        """Where its texts are centred."""
        return self.x + BAR_WIDTH // 2

    @property
    def text_y(self) -> int:
        """Baseline of the value above the bar."""
        return self.y - 5

    @property
    def month(self) -> str:
        """jan, feb, mar ..."""
        return MONTHS[self.first.month - 1][:3]


def draw_bars(
    values: Sequence[tuple[date, int | None]],
    *,
    top: int,
    base: int,
    full: int,
    marked: Iterable[date] | None = None,
) -> list[Bar]:
    """A bar per month between `top` (the value `full`) and `base`, the last one this month.

    The months in `marked` get their value in writing; all of them by default.
    """
    wanted = {first for first, _ in values} if marked is None else set(marked)
    bars = []
    for place, (first, value) in enumerate(values):
        height = round((base - top) * (value or 0) / full) if full else 0
        bars.append(
            Bar(
                first,
                BAR_LEFT + BAR_PITCH * place,
                base - height,
                height,
                value,
                place == len(values) - 1,
                first in wanted and value is not None,
            )
        )
    return bars
