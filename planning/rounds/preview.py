"""Which days a new base plan changes, before it is saved. Pure: rows and dates in. PLN-03."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from planning import daytime
from planning.rounds.generation import Base
from planning.rounds.rules import Period, Round


@dataclass(frozen=True)
class DayChange:
    """What a day gains, loses and has changed, in words."""

    day: date
    come: tuple[str, ...]
    go: tuple[str, ...]
    change: tuple[str, ...]


def cut(rounds: Iterable[Round], new: Round) -> list[Round]:
    """The templates as they stand when `new` has taken effect."""
    first = new.period.first
    kept = [
        Round(row.pk, row.weeks, row.cycle_monday,
              Period(row.period.first, _earlier(row.period.last, first)))
        for row in rounds
        if row.period.first < first
    ]  # fmt: skip
    return [*kept, new]


def _earlier(last: date | None, first: date) -> date:
    before = date.fromordinal(first.toordinal() - 1)
    return before if last is None or last > before else last


def changes(base: Base, client: int, new: Round, days: Iterable[date]) -> list[DayChange]:
    """The days that change for the client when `new` takes effect; its rows are among the base's."""
    after = Base(
        base.lives, {**base.rounds, client: cut(base.rounds.get(client, ()), new)}, base.visits
    )
    found = (difference(day, base.of(client, day), after.of(client, day)) for day in days)
    return [row for row in found if row.come or row.go or row.change]


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
    return (row.start, row.minutes, row.earliest, row.latest_end, row.staff_needed, row.priority,
            row.note, row.lag_min, row.lag_max, row.after and row.after.slot, services, skills)  # fmt: skip
