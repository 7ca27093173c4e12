"""When a decision counts as not carried out, and which quarter it is reported for. Pure. CAP-17.

SoL 34:1: within three months from the decision, or from the day it was interrupted. That the person
wants it to wait is a reason, never an exception: SoL 34:6 concerns the special fee alone (UNX-02).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cases import calendar

MONTHS = 3


@dataclass(frozen=True)
class Waiting:
    """Since when a decision waits to be carried out, and the last day it may."""

    since: date
    due: date
    is_interrupted: bool
    """Whether it was carried out before; else it has never been."""
    wished_since: date | None
    """Since when the person wants it to wait; None when they do not, on the day asked about."""

    @property
    def own_wish(self) -> bool:
        """Whether the person wants it to wait."""
        return self.wished_since is not None

    def is_late(self, day: date) -> bool:
        """Whether the three months had passed on the day, whatever the reason (UNX-02)."""
        return day > self.due

    def days(self, day: date) -> int:
        """Whole days it has waited."""
        return calendar.days_between(self.since, day)


Wish = tuple[date, date | None]
"""First and last day, both inclusive; no last day: still."""


def waiting(
    day: date, *, decided: date, starts: date, last_visit: date | None, wishes: Iterable[Wish] = ()
) -> Waiting:
    """How long a decision has waited on `day`.

    From the day of the decision, or its first day when that comes later; from the last visit when
    there has been one. A wish to wait changes neither.
    """
    since = max(decided, starts) if last_visit is None else last_visit
    wished = next(
        (first for first, last in wishes if first <= day and (last is None or last >= day)), None
    )
    due = calendar.due_date(since, months=MONTHS, roll=False)
    return Waiting(since, due, last_visit is not None, wished)


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year, by which is reported."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return calendar.add_days(calendar.add_months(self.first, 3), -1)

    def __str__(self) -> str:
        return f"kvartal {self.number} {self.year}"


def quarter_of(day: date) -> Quarter:
    """The quarter in which the day lies."""
    return Quarter(day.year, (day.month + 2) // 3)


def quarter_before(quarter: Quarter) -> Quarter:
    """The one before."""
    return quarter_of(calendar.add_days(quarter.first, -1))
