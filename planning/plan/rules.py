"""Which visits a base plan gives on a day. Pure: rows and dates in. PLN-03, PLN-09, BEY-06."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from planning import daytime


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both inclusive; None: no end known."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.first <= day and (self.last is None or day <= self.last)

    def covers(self, day: date, minute: int) -> bool:
        """Whether a minute of a day (`planning.daytime`) lies in the period."""
        return self.holds(daytime.date_of(day, minute))


@dataclass(frozen=True)
class Away(Period):
    """An absence: gone from a time of its first day, home at a time of its last; None: that whole
    day (PLN-09)."""

    leaves_at: time | None = None
    home_at: time | None = None

    @property
    def since(self) -> datetime:
        """The instant from which nobody is at home, in UTC."""
        return _instant(self.first, self.leaves_at)

    @property
    def until(self) -> datetime | None:
        """The instant at which the person is home again, in UTC; None: not known yet."""
        if self.last is None:
            return None
        if self.home_at is None:
            return _instant(self.last + timedelta(days=1), None)
        return _instant(self.last, self.home_at)

    def holds(self, day: date) -> bool:
        """Whether the person is away the whole day."""
        leaves = day == self.first and self.leaves_at is not None
        comes = day == self.last and self.home_at is not None
        return super().holds(day) and not leaves and not comes

    def covers(self, day: date, minute: int) -> bool:
        at = daytime.instant(day, minute).astimezone(UTC)
        return self.since <= at and (self.until is None or at < self.until)

    def meets(self, other: "Away") -> bool:
        """Whether the two have a moment in common."""
        return (self.until is None or other.since < self.until) and (
            other.until is None or self.since < other.until
        )


def _instant(day: date, at: time | None) -> datetime:
    minute = daytime.from_wall(day, at.hour * 60 + at.minute) if at else 0
    return daytime.instant(day, minute).astimezone(UTC)


@dataclass(frozen=True)
class Cycle:
    """A client's base plan as the rules see it: its weeks, and the days for which it holds."""

    pk: int
    weeks: int
    cycle_monday: date
    period: Period

    def week_of(self, day: date) -> int:
        """Which week of the cycle a day lies in, from 1: whole weeks counted, so that a year of 53
        weeks and the turn of a year change nothing."""
        return (day - self.cycle_monday).days // 7 % self.weeks + 1


ALWAYS = Period(date.min)
SHORTEST_DAY = 23 * 60
"""Minutes of the day on which summer time begins."""


@dataclass(frozen=True)
class Life:
    """When a client has visits at all: active periods, without absences, where they are planned."""

    active: Period
    absences: Sequence[Period] = ()
    is_dormant: bool = False
    here: Period | None = ALWAYS
    """When the unit that is asked about plans them; None: another does."""

    def is_planned(self, day: date) -> bool:
        """Whether visits are made on the day, at home or away."""
        here = self.here is not None and self.here.holds(day)
        return here and self.active.holds(day) and not self.is_dormant

    def has_visits(self, day: date) -> bool:
        """Whether visits are made on some part of the day."""
        return self.is_planned(day) and not any(away.holds(day) for away in self.absences)

    def allows(self, day: date, start: int) -> bool:
        """Whether the person may have a visit at a minute of a day that is planned here: in their
        active time, and at home then."""
        if not 0 <= start < SHORTEST_DAY and not self.active.covers(day, start):
            return False
        return not self.is_dormant and not any(away.covers(day, start) for away in self.absences)


def cycle_on(cycles: Iterable[Cycle], day: date) -> Cycle | None:
    """The one that holds on a day: the one that began last."""
    holding = [row for row in cycles if row.period.holds(day)]
    return max(holding, key=lambda row: row.period.first, default=None)


def place_in_cycle(cycles: Iterable[Cycle], life: Life, day: date) -> tuple[int, int, int] | None:
    """The base plan, week and weekday whose visits a client has on a day, or None for no visits."""
    return place_on(cycles, day) if life.has_visits(day) else None


def place_on(cycles: Iterable[Cycle], day: date) -> tuple[int, int, int] | None:
    """The base plan, week and weekday that a day has, whether or not the client is there."""
    found = cycle_on(cycles, day)
    return (found.pk, found.week_of(day), day.weekday()) if found else None
