"""A plan as the optimizer's problem, and as the solution that stands. PLN-20.

A row of the board is a carer of the problem; a place in a visit is a visit of the problem, and the
places of one visit are linked to start together.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from planning.models import DayPlan, Shift, Visit
from planning.optimizer import model
from planning.optimizer.rests import place_rest
from planning.plan.reading import PlanData, place_of
from planning.plan.travel import FLOOR, Matrix, Point, seconds

MINUTE = 60
FOLLOWS_WITHIN = 12 * 60
"""Minutes after which a visit no longer counts as following another."""
PRIORITY = {1: 10, 2: 3, 3: 1}
"""How much more a visit weighs that must be done today than one that can wait."""


@dataclass(frozen=True)
class Profile:
    """What a planner wants most, in words; the weights that mean it."""

    code: str
    label: str
    weights: model.Weights


NEAR = {"tardiness": 0.1, "earliness": 0.1}
"""Ten minutes from the wished time weigh as one minute of travel."""
PROFILES = {
    row.code: row
    for row in (
        Profile("balanced", "Lagom av allt", model.Weights(**NEAR, fairness=0.02)),
        Profile("faces", "Samma ansikten först",
                model.Weights(**NEAR, new_face=2400.0, fairness=0.02)),
        Profile("travel", "Kort restid först", model.Weights(**NEAR, new_face=120.0, travel=2.0)),
        Profile("calm", "Ändra så lite som möjligt",
                model.Weights(**NEAR, moved_carer=7200.0, moved_second=3.0)),
    )
}  # fmt: skip


def task_of(visit: Visit, place: int) -> str:
    """The problem's name of a place in a visit."""
    return f"{visit.pk}.{place}"


def parse_task(task: model.Id) -> tuple[int, int]:
    """The visit and the place that the problem's name stands for."""
    visit, _, place = str(task).partition(".")
    return int(visit), int(place)


class Places:
    """The points of a plan, each with its index; who has no coordinates is met at the base."""

    def __init__(self, data: PlanData):
        base = (data.base.latitude, data.base.longitude) if data.base else (0.0, 0.0)
        self.points: list[Point] = [base]
        self.index: dict[Point, int] = {base: 0}
        self.of_client = {v.client_id: self._add(place_of(v.client) or base) for v in data.visits}

    def _add(self, point: Point) -> int:
        if point not in self.index:
            self.index[point] = len(self.points)
            self.points.append(point)
        return self.index[point]


def problem_of(
    data: PlanData, profile: str = "balanced", *, frozen_until: int | None = None
) -> model.Problem:
    """The plan as a problem. Visits that start before `frozen_until` stay as they are."""
    places = Places(data)
    visits = [
        _task(data, places, visit, place.place, place.shift_id, frozen_until)
        for visit in data.plannable
        for place in visit.staff.all()
    ]
    modes = {row.mode for row in data.shifts}
    return model.Problem(
        visits=tuple(visits),
        carers=tuple(_carer(data, row) for row in data.shifts),
        travel={mode: Matrix(places.points, mode) for mode in modes},  # type: ignore[misc]
        links=tuple(_links(data.plannable)),
        floor=FLOOR,
        weights=PROFILES[profile].weights,
    )


def with_full_travel(problem: model.Problem) -> model.Problem:
    """The problem with its travel written out, as the search wants it."""
    count = range(len(next(iter(problem.travel.values()), [])))
    full = {
        mode: [[matrix[a][b] for b in count] for a in count]
        for mode, matrix in problem.travel.items()
    }
    return replace(problem, travel=full)


def _task(
    data: PlanData,
    places: Places,
    visit: Visit,
    place: int,
    shift: int | None,
    frozen_until: int | None,
) -> model.Visit:
    wishes: Mapping[str, set[int]] = data.wishes.get(visit.client_id, {})
    frozen = frozen_until is not None and visit.start < frozen_until and shift is not None
    keeps_carer = frozen or visit.locks_staff
    keeps_time = frozen or visit.locks_time
    was_settled = data.plan.state != DayPlan.State.PLANNING
    settled = model.Placement(shift, visit.start * MINUTE) if shift and was_settled else None
    wish = data.wished[visit.pk] * MINUTE
    return model.Visit(
        id=task_of(visit, place),
        place=places.of_client[visit.client_id],
        duration=visit.minutes * MINUTE,
        earliest=visit.earliest * MINUTE,
        latest=(visit.latest_end - visit.minutes) * MINUTE,
        latest_end=visit.latest_end * MINUTE,
        preferred=(wish, wish),
        skills=frozenset(str(skill.pk) for skill in visit.skills.all()),
        incompatible=_rows_of(data, wishes.get("unwanted", set())),
        preferred_carers=_rows_of(data, wishes.get("preferred", set())),
        known_carers=_rows_of(data, data.faces.get(visit.client_id, set())),
        person=visit.client_id,
        carer=shift if keeps_carer and shift else None,
        start=visit.start * MINUTE if keeps_time else None,
        priority=PRIORITY[visit.priority],
        settled=settled,
    )


def _rows_of(data: PlanData, carers: set[int]) -> frozenset[model.Id]:
    return frozenset(row for carer in carers for row in data.rows_of_carer.get(carer, ()))


def _carer(data: PlanData, row: Shift) -> model.Carer:
    skills = data.skills.get(row.carer_id or 0, set())
    rest = model.Break(
        row.break_minutes * MINUTE, row.break_earliest * MINUTE, row.break_latest * MINUTE
    )
    rests = (rest,) if _rests(row) else ()
    end = max(row.works_until, row.start)
    return model.Carer(
        id=row.pk,
        shifts=(model.Shift(row.start * MINUTE, end * MINUTE, 0, 0, rests),),
        skills=frozenset(str(skill) for skill in skills),
        mode=row.mode,
    )


def _rests(row: Shift) -> bool:
    """Whether a break is to be held: there is none for who goes home sick before it is over."""
    return bool(row.break_minutes) and row.works_until >= row.break_latest + row.break_minutes


def _links(visits: Sequence[Visit]) -> list[model.Link]:
    together = [
        model.Link(task_of(visit, 1), task_of(visit, place))
        for visit in visits
        for place in range(2, visit.staff_needed + 1)
    ]
    known = {visit.pk for visit in visits}
    following = [
        model.Link(
            task_of_pk(visit.after_id),
            task_of(visit, 1),
            (visit.lag_min or 0) * MINUTE,
            (visit.lag_max if visit.lag_max is not None else FOLLOWS_WITHIN) * MINUTE,
            different=False,
            together=False,
        )
        for visit in visits
        if visit.after_id in known
    ]
    return together + following


def task_of_pk(visit: int | None) -> str:
    """The problem's name of a visit's first place."""
    return f"{visit}.1"


def solution_of(data: PlanData) -> model.Solution:
    """The plan that stands, as the checker reads it."""
    rows = [(visit, place) for visit in data.plannable for place in visit.staff.all()]
    known, places = data.shift, Places(data)
    rests = {row.pk: break_of(data, row, places) for row in data.shifts if _rests(row)}
    placed = [(visit, place) for visit, place in rows if place.shift_id in known]
    return model.Solution(
        assignments=tuple(
            model.Assignment(task_of(visit, place.place), place.shift_id or 0, visit.start * MINUTE)
            for visit, place in placed
        ),
        unplaced=tuple(task_of(v, p.place) for v, p in rows if p.shift_id not in known),
        breaks=tuple(
            model.BreakTime(pk, 0, 0, at * MINUTE) for pk, at in rests.items() if at is not None
        ),
    )


def break_of(data: PlanData, row: Shift, places: Places) -> int | None:
    """The minute at which a row's break stands; None: what the row does leaves no room for it."""
    visits = data.by_shift.get(row.pk, ())
    stops = [0, *(places.of_client[visit.client_id] for visit in visits), 0]
    ways = [
        round(seconds(places.points[a], places.points[b], row.mode) / MINUTE)
        for a, b in itertools.pairwise(stops)
    ]
    return break_among(row, [(visit.start, visit.end) for visit in visits], ways)


def break_among(row: Shift, busy: Sequence[tuple[int, int]], ways: Sequence[int]) -> int | None:
    """The minute of a row's break among what it does, by start: as near as it harms nothing to where
    the plan has put it, else to its earliest. `ways` are the minutes to each visit, and home."""
    rest = model.Break(row.break_minutes, row.break_earliest, row.break_latest)
    held = [(start - way, end) for (start, end), way in zip(busy, ways, strict=False)]
    home = row.works_until - (ways[-1] if busy else 0)
    at = place_rest(rest, wished_break(row), row.start, [*held, (home, row.works_until)])
    return None if at is None else round(at)


def wished_break(row: Shift) -> int:
    """Where a row's break stands if nothing is in its way."""
    return row.break_earliest if row.break_start is None else row.break_start
