"""Which days a new base plan changes, before it is saved, in words. PLN-03, DAY-02."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from planning import daytime
from planning.baseplans.outcome import Followed, Outcome
from planning.models import Visit
from planning.plan.rules import Cycle, Period


@dataclass(frozen=True)
class DayChange:
    """What a day gains, loses and has changed, in words."""

    day: date
    come: tuple[str, ...]
    go: tuple[str, ...]
    change: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many visits that is."""
        return len(self.come) + len(self.go) + len(self.change)


def cut(cycles: Iterable[Cycle], new: Cycle) -> list[Cycle]:
    """The base plans as they stand when `new` has taken effect."""
    first = new.period.first
    kept = [
        Cycle(
            row.pk,
            row.weeks,
            row.cycle_monday,
            Period(row.period.first, _earlier(row.period.last, first)),
        )
        for row in cycles
        if row.period.first < first
    ]
    return [*kept, new]


def _earlier(last: date | None, first: date) -> date:
    before = date.fromordinal(first.toordinal() - 1)
    return before if last is None or last > before else last


def told(day: date, found: Outcome) -> DayChange:
    """What an outcome does to a day, each visit said once."""
    return DayChange(
        day,
        tuple(described(row) for row in found.come.values())
        + tuple(described(row.row) for row in found.changed if row.is_back),
        tuple(described(as_written(day, visit)) for visit in found.gone),
        tuple(_changed(day, row) for row in found.changed if not row.is_back),
    )


@dataclass(frozen=True)
class Written:
    """A visit of a day as a base plan writes one."""

    start: int
    minutes: int
    staff_needed: int
    services: Any


def as_written(day: date, visit: Visit) -> Written:
    """The visit with its start as clocks show it."""
    start = daytime.to_wall(day, visit.start)
    return Written(start, visit.minutes, visit.staff_needed, visit.services)


def _changed(day: date, row: Followed) -> str:
    before, visit = as_written(day, row.visit), row.visit
    after = Written(
        daytime.to_wall(day, row.values.get("start", visit.start)),
        row.values.get("minutes", visit.minutes),
        row.values.get("staff_needed", visit.staff_needed),
        row.row.services if row.has_other_content else visit.services,
    )
    return f"{described(before)} blir {described(after)}"


def difference(day: date, before: Sequence[Any], after: Sequence[Any]) -> DayChange:
    """What comes, goes and changes between two sets of visits of a day, by their slots."""
    old, new = ({row.slot: row for row in rows} for rows in (before, after))
    changed = [
        f"{described(old[slot])} blir {described(row)}"
        for slot, row in new.items()
        if slot in old and _content(old[slot]) != _content(row)
    ]
    return DayChange(
        day,
        tuple(described(row) for slot, row in new.items() if slot not in old),
        tuple(described(row) for slot, row in old.items() if slot not in new),
        tuple(changed),
    )


def described(row: Any) -> str:
    """07:30 Dusch, Frukost, 30 min"""
    names = ", ".join(service.name for service in row.services.all())
    staff = f", {row.staff_needed} personal" if row.staff_needed > 1 else ""
    return f"{daytime.shown(row.start)} {names}, {row.minutes} min{staff}"


def _content(row: Any) -> tuple:
    services = frozenset(service.pk for service in row.services.all())
    skills = frozenset(skill.pk for skill in row.skills.all())
    return (
        row.start,
        row.minutes,
        row.earliest,
        row.latest_end,
        row.staff_needed,
        row.priority,
        row.note,
        row.lag_min,
        row.lag_max,
        row.after and row.after.slot,
        services,
        skills,
    )
