"""What making a day's visits does to those that stand, before it is done. PLN-03, PLN-09, DAY-02.

`generation` carries it out and `preview` tells of it, so that both say the same number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects

from planning import daytime, windows
from planning.baseplans.reading import BasePlans
from planning.models import BaseVisit, DayPlan, Visit

GONE = "Ingår inte längre i grundplaneringen"
Key = tuple[int, str]
"""A client and a slot of theirs."""


@dataclass(frozen=True)
class Followed:
    """A visit that stays or comes back, and what becomes of it."""

    visit: Visit
    row: BaseVisit
    values: Mapping[str, Any]
    """The fields that get another value."""
    is_back: bool = False
    has_other_content: bool = False
    """Other services or skills."""
    has_other_order: bool = False
    """It follows another visit, or none."""

    @property
    def is_relinked(self) -> bool:
        """Whether it is of another base plan now, which alone changes nothing of the visit."""
        return self.visit.source_id != self.row.pk

    @property
    def is_changed(self) -> bool:
        """Whether anybody would see that it is another."""
        return bool(self.values or self.is_back or self.has_other_content or self.has_other_order)


@dataclass(frozen=True)
class Outcome:
    """What comes, goes and follows its base plan on a day."""

    come: Mapping[Key, BaseVisit] = field(default_factory=dict)
    gone: list[Visit] = field(default_factory=list)
    followed: list[Followed] = field(default_factory=list)

    @property
    def changed(self) -> list[Followed]:
        """Those that are not as they were."""
        return [row for row in self.followed if row.is_changed]

    @property
    def count(self) -> int:
        """How many visits change."""
        return len(self.come) + len(self.gone) + len(self.changed)


def outcome(
    plan: DayPlan,
    base_plans: BasePlans,
    standing: Mapping[Key, Visit],
    at: datetime,
    *,
    whole: bool = False,
) -> Outcome:
    """What the base plans make of the visits that stand on a plan's day, at an instant.

    What has begun is left as it is, and nothing is put in the past; but for a day whose visits are
    made for the first time, which is made whole. Two queries when a base plan is new, else none.
    """
    return _Day(plan, base_plans, standing, at, whole).outcome()


def times(day: Any, row: BaseVisit) -> dict[str, Any]:
    """The times of a base visit on a day, as a visit has them."""
    window = windows.Window(row.start, row.earliest, row.latest_end)
    on_day = windows.on_day(day, window, row.minutes)
    return {
        "start": on_day.start,
        "minutes": row.minutes,
        "earliest": on_day.earliest,
        "latest_end": on_day.latest_end,
        "lag_min": row.lag_min,
        "lag_max": row.lag_max,
    }


@dataclass(frozen=True)
class _Day:
    plan: DayPlan
    base_plans: BasePlans
    standing: Mapping[Key, Visit]
    at: datetime
    whole: bool

    @cached_property
    def wanted(self) -> dict[Key, BaseVisit]:
        """What the base plans have on the day, whoever is at home."""
        return {
            (client, row.slot): row
            for client in self.base_plans.lives
            for row in self.base_plans.of(client, self.plan.day)
        }

    @cached_property
    def come(self) -> dict[Key, BaseVisit]:
        """What of it is new, and is not put in the past."""
        return {key: row for key, row in self.wanted.items() if self._comes(key, row)}

    def outcome(self) -> Outcome:
        gone, followed = [], []
        for key, visit in self.standing.items():
            if visit.has_begun(self.at):
                continue
            row = self.wanted.get(key)
            values = self._values(visit, row) if row else {}
            if row is None or not self._allows(key, values.get("start", visit.start)):
                gone.append(visit)
            elif _follows(visit) and not self._has_begun(values.get("start", visit.start)):
                followed.append((key, visit, row, values))
        moved = [visit for _, visit, row, _ in followed if visit.source_id != row.pk]
        prefetch_related_objects(moved, "services", "skills")
        return Outcome(
            self.come,
            [visit for visit in gone if visit.status == Visit.Status.PLANNED],
            [self._followed(*found) for found in followed],
        )

    def _has_begun(self, start: int) -> bool:
        return daytime.has_begun(self.plan.day, start, self.at)

    def _allows(self, key: Key, start: int) -> bool:
        return self.base_plans.lives[key[0]].allows(self.plan.day, start)

    def _comes(self, key: Key, row: BaseVisit) -> bool:
        if key in self.standing:
            return False
        start = daytime.from_wall(self.plan.day, row.start)
        return self._allows(key, start) and (self.whole or not self._has_begun(start))

    def _values(self, visit: Visit, row: BaseVisit) -> dict[str, Any]:
        """The fields in which the visit follows the base plan, but for what a planner has changed."""
        wanted = times(self.plan.day, row) if visit.time_version == 1 else {}
        if visit.source_id != row.pk:
            wanted |= {"priority": row.priority, "staff_needed": row.staff_needed}
            if visit.note_version == 1:
                wanted["note"] = row.note
        return {name: value for name, value in wanted.items() if getattr(visit, name) != value}

    def _followed(self, key: Key, visit: Visit, row: BaseVisit, values: dict[str, Any]) -> Followed:
        is_moved = visit.source_id != row.pk
        return Followed(
            visit,
            row,
            values,
            visit.status != Visit.Status.PLANNED,
            is_moved and visit.services_version == 1 and _content(visit) != _content(row),
            self._keys.get(visit.after_id) != self._should_follow(key, row),
        )

    @cached_property
    def _keys(self) -> dict[int | None, Key]:
        return {visit.pk: key for key, visit in self.standing.items()}

    def _should_follow(self, key: Key, row: BaseVisit) -> Key | None:
        after = (key[0], row.after.slot) if row.after else None
        return after if after in self.standing or after in self.come else None


def _follows(visit: Visit) -> bool:
    """Whether it follows its base plan: what somebody has taken away or declined does not."""
    return visit.status == Visit.Status.PLANNED or (
        visit.status == Visit.Status.REMOVED and visit.status_reason == GONE
    )


def _content(row: Visit | BaseVisit) -> tuple[frozenset, frozenset]:
    return frozenset(row.services.all()), frozenset(row.skills.all())
