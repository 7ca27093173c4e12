"""A base plan as a matrix: weeks, parts of the day, weekdays. Pure but for what it is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from cases import calendar
from clients.models import Service
from planning.plan.rules import Cycle

DAY_NAMES = ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag")


@dataclass(frozen=True)
class Part:
    """A part of the day, and where a visit that is added there starts. Wall minutes."""

    code: str
    name: str
    hours: str
    start: int
    end: int
    usual: int


PARTS = (
    Part("morgon", "Morgon", "06–10", 360, 600, 450),
    Part("formiddag", "Förmiddag", "10–12", 600, 720, 615),
    Part("mitt", "Mitt på dagen", "12–14", 720, 840, 735),
    Part("kvall", "Eftermiddag och kväll", "14–22", 840, 1320, 1200),
    Part("natt", "Natt", "22–06", 1320, 1440, 1380),
)
NIGHT = PARTS[-1]


@dataclass(frozen=True)
class Cell:
    """The visits of a part of a day."""

    weekday: int
    day_name: str
    visits: Sequence[Any]


@dataclass(frozen=True)
class Week:
    """A week of the cycle with its rows, and what it is called on a calendar."""

    number: int
    rhythm: str
    iso_weeks: str
    rows: Sequence[tuple[Part, Sequence[Cell]]]
    differs: str


def part_of(start: int) -> Part:
    """The part of the day in which a visit starts."""
    start %= 1440
    return next((part for part in PARTS[:-1] if part.start <= start < part.end), NIGHT)


def matrix(cycle: Cycle, visits: Iterable[Any], today: date) -> list[Week]:
    """The weeks of a base plan, with its visits in their places."""
    placed: dict[tuple[int, int, str], list[Any]] = {}
    for visit in visits:
        visit.is_health_care = any(row.kind == Service.Kind.NURSING for row in visit.services.all())
        placed.setdefault((visit.week, visit.weekday, part_of(visit.start).code), []).append(visit)
    weeks = []
    for number in range(1, cycle.weeks + 1):
        rows = [
            (
                part,
                [
                    Cell(day, DAY_NAMES[day], placed.get((number, day, part.code), []))
                    for day in range(7)
                ],
            )
            for part in PARTS
        ]
        mondays = _mondays(cycle, number, today)
        iso = ", ".join(str(monday.isocalendar().week) for monday in mondays)
        differs = _differs(placed, number)
        weeks.append(Week(number, _rhythm(cycle, mondays[0]), iso, rows, differs))
    return weeks


def _mondays(cycle: Cycle, number: int, today: date) -> list[date]:
    """The next four Mondays on which a week `number` begins."""
    monday = calendar.add_days(today, -today.weekday())
    while cycle.week_of(monday) != number:
        monday = calendar.add_days(monday, 7)
    return [calendar.add_days(monday, 7 * cycle.weeks * ahead) for ahead in range(4)]


def _rhythm(cycle: Cycle, first: date) -> str:
    """Odd or even weeks, for the year in which that is so: a week 53 turns it (BEY-06)."""
    if cycle.weeks != 2:
        return ""
    year, week, _ = first.isocalendar()
    return f"{'ojämna' if week % 2 else 'jämna'} veckor {year}"


def _differs(placed: dict[tuple[int, int, str], list[Any]], number: int) -> str:
    """On which days a week is unlike the first."""
    if number == 1:
        return ""

    def day_of(week: int, day: int) -> list[tuple]:
        return sorted(
            (row.start, row.minutes, tuple(sorted(s.pk for s in row.services.all())))
            for part in PARTS
            for row in placed.get((week, day, part.code), [])
        )

    days = [DAY_NAMES[day].lower() for day in range(7) if day_of(1, day) != day_of(number, day)]
    if not days:
        return "Lika vecka 1"
    listed = days[0] if len(days) == 1 else f"{', '.join(days[:-1])} och {days[-1]}"
    return f"Skiljer sig från vecka 1 på {listed}"


def overlaps(visits: Iterable[Any]) -> list[str]:
    """Visits of the same day that run into each other, in words."""
    rows = sorted(visits, key=lambda row: (row.week, row.weekday, row.start))
    found = []
    for one, other in pairwise(rows):
        same_day = (one.week, one.weekday) == (other.week, other.weekday)
        if same_day and other.start < one.start + one.minutes:
            found.append(
                f"Vecka {one.week}, {DAY_NAMES[one.weekday].lower()}: besöket {_time(one.start)} slutar "
                f"{_time(one.start + one.minutes)}, efter att nästa börjar {_time(other.start)}."
            )
    return found


def _time(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
