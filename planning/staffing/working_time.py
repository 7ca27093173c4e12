"""Working time: what a carer's shifts break of law and agreement. Requirement BEY-05.

Pure: instants in, breaches out. Arbetstidslagen (1982:673) 12-15 §§; collective agreements may say
something else, so the limits are arguments. An instant is whole minutes since 1970 in UTC, so that a
night over summer time is as long as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from planning import daytime
from planning.staffing import rules


@dataclass(frozen=True)
class Limits:
    """The numbers of the rules."""

    daily_rest_hours: int = 11
    """In each 24 hours that begin with work (13 §)."""
    weekly_rest_hours: int = 36
    """In each week from Monday to Sunday (14 §)."""
    break_within_hours: int = 5
    """The longest work without a break (15 §)."""
    notice_days: int = 14
    """From the day that times are set or changed to the day they are worked (12 §)."""


LAW = Limits()


@dataclass(frozen=True)
class Work:
    """A shift as far as it is worked."""

    day: date
    start: int
    """The first instant."""
    end: int
    """The instant after the last."""
    break_minutes: int = 0
    break_earliest: int = 0
    """The first instant at which the break may start."""
    break_latest: int = 0
    """The last one."""
    noticed_on: date | None = None
    """When the carer was told; None when notice does not matter, as for a substitute."""
    shift: int | None = None
    """Its id."""


@dataclass(frozen=True)
class Breach:
    """A rule that does not hold, on the day it is shown."""

    code: str
    """daily_rest, weekly_rest, break, weekly_hours or late_notice."""
    day: date
    text: str
    shift: int | None = None
    """The shift it is about, when it is one."""


def breaches(work: Iterable[Work], weekly_minutes: int = 0, limits: Limits = LAW) -> list[Breach]:
    """What one carer's work breaks, in order of day.

    For right answers of a day, `work` covers its week from Monday to Sunday, the day before and the
    day after. `weekly_minutes` is what the carer is employed for; 0 says nothing (paid by the hour).
    """
    rows = sorted((row for row in work if row.end > row.start), key=lambda row: row.start)
    found = [
        *_daily_rest(rows, limits),
        *_weekly_rest(rows, limits),
        *_breaks(rows, limits),
        *(_weekly_hours(rows, weekly_minutes) if weekly_minutes else ()),
        *_late_notice(rows, limits),
    ]
    return sorted(found, key=lambda breach: (breach.day, breach.code, breach.shift or 0))


def longest_free(rows: Sequence[Work], first: int, last: int) -> int:
    """The longest time without work between two instants, in minutes. `rows` in order of start."""
    longest, free_from = 0, first
    for row in rows:
        if row.start >= last:
            break
        longest = max(longest, row.start - free_from)
        free_from = max(free_from, row.end)
    return max(longest, last - free_from)


def stretches(rows: Sequence[Work]) -> list[list[Work]]:
    """Work that goes on without a minute between, whatever shifts it is cut into."""
    found: list[list[Work]] = []
    for row in rows:
        if found and row.start <= found[-1][-1].end:
            found[-1].append(row)
        else:
            found.append([row])
    return found


def holds_breaks(stretch: Sequence[Work], longest: int) -> bool:
    """Whether the breaks can lie so that nobody works more than `longest` minutes without one.

    Each break as late as it may be: none can then come too soon for the next.
    """
    worked_from = stretch[0].start
    for row in stretch:
        if not (window := _break_window(row)):
            continue
        begins = min(window[1], worked_from + longest)
        if begins < window[0]:
            return False
        worked_from = begins + row.break_minutes
    return max(row.end for row in stretch) - worked_from <= longest


def _break_window(row: Work) -> tuple[int, int] | None:
    """First and last instant at which the break may start; None when there is none, or the carer
    went home before it."""
    latest = min(row.break_latest, row.end - row.break_minutes)
    earliest = max(row.break_earliest, row.start)
    return (earliest, latest) if row.break_minutes and earliest <= latest else None


def _daily_rest(rows: Sequence[Work], limits: Limits) -> Iterable[Breach]:
    """13 §: in the 24 hours from where work begins. One breach a day, the shortest rest."""
    shortest: dict[date, tuple[int, Work]] = {}
    for stretch in stretches(rows):
        row = stretch[0]
        rest = longest_free(rows, row.start, row.start + daytime.DAY)
        if rest < limits.daily_rest_hours * 60:
            shortest[row.day] = min((rest, row), shortest.get(row.day, (rest, row)), key=_rest)
    for day, (rest, row) in shortest.items():
        yield Breach(
            "daily_rest",
            day,
            f"Dygnsvilan är {hours(rest)} efter passet. Den ska vara minst "
            f"{limits.daily_rest_hours} timmar (arbetstidslagen 13 §).",
            row.shift,
        )


def _rest(found: tuple[int, Work]) -> int:
    return found[0]


def _weekly_rest(rows: Sequence[Work], limits: Limits) -> Iterable[Breach]:
    """14 §: within Monday to Sunday."""
    for monday, week in _weeks(rows):
        next_monday = monday + timedelta(days=7)
        rest = longest_free(rows, rules.absolute(monday, 0), rules.absolute(next_monday, 0))
        if rest < limits.weekly_rest_hours * 60:
            yield Breach(
                "weekly_rest",
                week[-1].day,
                f"Veckovilan är {hours(rest)} i vecka {monday.isocalendar().week}. Den ska vara "
                f"minst {limits.weekly_rest_hours} timmar (arbetstidslagen 14 §).",
            )


def _breaks(rows: Sequence[Work], limits: Limits) -> Iterable[Breach]:
    """15 §: at most five hours without a break."""
    for stretch in stretches(rows):
        if not holds_breaks(stretch, limits.break_within_hours * 60):
            yield Breach(
                "break",
                stretch[0].day,
                f"Mer än {limits.break_within_hours} timmar utan rast. Lägg in en rast, eller "
                "flytta den (arbetstidslagen 15 §).",
                stretch[0].shift,
            )


def _weekly_hours(rows: Sequence[Work], weekly_minutes: int) -> Iterable[Breach]:
    """More than the carer is employed for. A shift counts in the week of its day, breaks do not."""
    for monday, week in _weeks(rows):
        worked = sum(
            row.end - row.start - (row.break_minutes if _break_window(row) else 0) for row in week
        )
        if worked > weekly_minutes:
            yield Breach(
                "weekly_hours",
                week[-1].day,
                f"{hours(worked)} i vecka {monday.isocalendar().week}. Anställningen är på "
                f"{hours(weekly_minutes)} i veckan.",
            )


def _late_notice(rows: Sequence[Work], limits: Limits) -> Iterable[Breach]:
    """12 §: two weeks ahead. What is written down afterwards is no notice."""
    for row in rows:
        ahead = (row.day - row.noticed_on).days if row.noticed_on else limits.notice_days
        if 0 <= ahead < limits.notice_days:
            yield Breach(
                "late_notice",
                row.day,
                f"Tiderna sattes {_ahead(ahead)}. Besked ges minst {limits.notice_days} dagar i "
                "förväg (arbetstidslagen 12 §).",
                row.shift,
            )


def _ahead(days: int) -> str:
    if days == 0:
        return "samma dag"
    return "dagen före" if days == 1 else f"{days} dagar före"


def _weeks(rows: Sequence[Work]) -> Iterable[tuple[date, list[Work]]]:
    for monday, week in groupby(rows, key=lambda row: monday_of(row.day)):
        yield monday, list(week)


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def hours(minutes: int) -> str:
    """8 timmar, 8 timmar 30 minuter, 45 minuter."""
    whole, rest = divmod(minutes, 60)
    parts = [f"{whole} {'timme' if whole == 1 else 'timmar'}"] if whole or not rest else []
    parts += [f"{rest} minuter"] if rest else []
    return " ".join(parts)
