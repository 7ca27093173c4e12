"""Which visits a base plan gives on a day. Pure: rows and dates in. PLN-03, PLN-09, BEY-06."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both inclusive; None: no end known."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Round:
    """A client's template: its cycle, and the days for which it holds."""

    pk: int
    weeks: int
    cycle_monday: date
    period: Period

    def week_of(self, day: date) -> int:
        """Which week of the cycle a day lies in, from 1: whole weeks counted, so that a year of 53
        weeks and the turn of a year change nothing."""
        return (day - self.cycle_monday).days // 7 % self.weeks + 1


ALWAYS = Period(date.min)


@dataclass(frozen=True)
class Life:
    """When a client has visits at all: active periods, without absences, where they are planned."""

    active: Period
    absences: Sequence[Period] = ()
    is_dormant: bool = False
    here: Period | None = ALWAYS
    """When the unit that is asked about plans them; None: another does."""

    def has_visits(self, day: date) -> bool:
        """Whether visits are made on the day."""
        away = any(absence.holds(day) for absence in self.absences)
        here = self.here is not None and self.here.holds(day)
        return here and self.active.holds(day) and not self.is_dormant and not away


def round_of(rounds: Iterable[Round], day: date) -> Round | None:
    """The template that holds on a day: the one that began last."""
    holding = [row for row in rounds if row.period.holds(day)]
    return max(holding, key=lambda row: row.period.first, default=None)


def place_in_cycle(rounds: Iterable[Round], life: Life, day: date) -> tuple[int, int, int] | None:
    """The template, week and weekday whose visits a client has on a day, or None for no visits."""
    if not life.has_visits(day):
        return None
    found = round_of(rounds, day)
    return (found.pk, found.week_of(day), day.weekday()) if found else None
