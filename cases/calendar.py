"""The Swedish calendar: the only place with date arithmetic for deadlines. Requirement CAP-02.

Sources: lag (1989:253) on public holidays; lag (1930:173) 1-2 §§ on statutory time.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import holidays


def is_working_day(day: date) -> bool:
    """Whether `day` is neither Saturday, Sunday, public holiday nor one of the three eves."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_working_day(day: date) -> date:
    """The first working day strictly after `day`."""
    return roll_forward(day + timedelta(days=1))


def previous_working_day(day: date) -> date:
    """The last working day strictly before `day`."""
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def roll_forward(day: date) -> date:
    """`day` itself when it is a working day, else the next one. Source: lag (1930:173) 2 §."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def due_date(
    anchor: date, *, days: int = 0, weeks: int = 0, months: int = 0, roll: bool = True
) -> date:
    """The last day, inclusive, of a time that starts to run on `anchor`.

    Months are clipped to the end of the month; with `roll` a last day that is no working day is
    moved to the next one. Source: lag (1930:173) 1-2 §§.
    """
    last = add_months(anchor, months) + timedelta(days=days, weeks=weeks)
    return roll_forward(last) if roll else last


def working_days_before(day: date, count: int) -> date:
    """The day that lies `count` working days before `day`."""
    for _ in range(count):
        day = previous_working_day(day)
    return day


def nth_working_day(year: int, month: int, n: int) -> date:
    """The nth working day of a month, counted from 1."""
    day = roll_forward(date(year, month, 1))
    for _ in range(n - 1):
        day = next_working_day(day)
    return day


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """The day `days` later, or earlier when negative."""
    return day + timedelta(days=days)


def days_between(start: date, end: date) -> int:
    """Whole days from `start` to `end`; negative when `end` is earlier."""
    return (end - start).days


def holiday_name(day: date) -> str:
    """Why `day` is no working day, in Swedish; empty for a working day."""
    if day in _holidays(day.year):
        return _holidays(day.year)[day]
    return {5: "lördag", 6: "söndag"}.get(day.weekday(), "")


@lru_cache(maxsize=200)
def _holidays(year: int) -> dict[date, str]:
    found = holidays.country_holidays(
        "SE", years=year, categories=("public", "de_facto"), language="sv"
    )
    return {day: name.removesuffix("; Söndag") for day, name in found.items() if name != "Söndag"}
