"""Where a visit can stand, and why it cannot, in words. PLN-20."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from planning import daytime
from planning.board import problem
from planning.board.reading import PlanData, read
from planning.models import DayPlan, Visit
from planning.optimizer import Suggestion, check, explain, model, suggest, words

COUNT = 5


@dataclass(frozen=True)
class Placing:
    """One place for a visit: the row (two of a pair), the time, and what it costs in words."""

    shifts: str
    """The row of each place of the visit, as JSON."""
    name: str
    at: str
    until: str
    words: str
    moves: str
    """The visit's own start and every other that shifts, as JSON: [[visit, start, version], ...]."""


@dataclass
class Advice:
    """What the plan allows for one place of a visit; worked out when it is asked for."""

    data: PlanData
    visit: Visit
    place: int

    @cached_property
    def problem(self) -> model.Problem:
        """The plan, with its travel written out. Whoever fills another place of the visit stays."""
        asked = problem.with_full_travel(problem.problem_of(self.data))
        colleagues = {
            problem.task_of(self.visit, row.place): row.shift_id
            for row in self.visit.staff.all()
            if row.place != self.place and row.shift_id in self.data.shift
        }
        pinned = [replace(v, carer=colleagues.get(str(v.id), v.carer)) for v in asked.visits]
        return replace(asked, visits=tuple(pinned))

    @cached_property
    def standing(self) -> model.Solution:
        """The plan without what breaks hard rules, since nothing can be weighed against that."""
        return sound(self.problem, problem.solution_of(self.data))

    @property
    def task(self) -> str:
        """The place as the problem names it."""
        return problem.task_of(self.visit, self.place)

    @cached_property
    def suggestions(self) -> list[Placing]:
        """The five best places, the best first; none on a day on which nobody works."""
        if not self.data.shift:
            return []
        # Before and after somebody's break can be the same place: asked for more than are shown.
        found = suggest(self.problem, self.standing, self.task, 2 * COUNT)
        rows = [self._placing(row) for row in found]
        return list({(row.shifts, row.at): row for row in rows}.values())[:COUNT]

    def _placing(self, row: Suggestion) -> Placing:
        rows = {problem.parse_task(at.task)[1]: int(at.carer) for at in row.assignments}
        shifts = [rows.get(place) for place in range(1, self.visit.staff_needed + 1)]
        start = round(row.assignments[0].start / problem.MINUTE)
        day = self.data.plan.day
        until = daytime.wall(day, start + self.visit.minutes)
        named = [self.data.shift[pk] for pk in shifts if pk]
        new = sum(not self._is_known(shift.carer_id) for shift in named)
        said = _cost_words(row.costs, row.shifted, new)
        return Placing(
            json.dumps(shifts, separators=(",", ":")), " och ".join(shift.name for shift in named),
            daytime.wall(day, start), until, said, self._moves(start, row.shifted),
        )  # fmt: skip

    def _moves(self, start: int, shifted: Mapping[model.Id, float]) -> str:
        by_pk = {visit.pk: visit for visit in self.data.standing}
        moved = {problem.parse_task(task)[0]: seconds for task, seconds in shifted.items()}
        moved.pop(self.visit.pk, None)
        others = [by_pk[pk] for pk in moved]
        return json.dumps(
            [[self.visit.pk, start, self.visit.time_version]]
            + [[v.pk, v.start + round(moved[v.pk] / 60), v.time_version] for v in others]
        )

    def _is_known(self, carer: int | None) -> bool:
        return carer in self.data.faces.get(self.visit.client_id, ())

    @cached_property
    def why(self) -> str:
        """Why it is not placed: who falls on what, and the least that would have to give way."""
        if not self.data.shift:
            return "Ingen arbetar den dagen. Lägg in ett arbetspass först."
        answer = explain(self.problem, self.standing, self.task)
        said = ". ".join(words.why(answer))
        give = answer.relaxation
        if give is None:
            return f"{said}. Bara en annan plan hjälper: pröva Optimera."
        at = next((a for a in give.assignments if a.task == self.task), None)
        where = ""
        if at:
            row = self.data.shift[int(at.carer)]
            start = daytime.wall(self.data.plan.day, round(at.start / problem.MINUTE))
            where = f"Ryms hos {row.name} {start}"
        if not give.changes:
            return f"{where}."
        return (
            f"{said}. {where} om detta får vika: "
            + "; ".join(map(words.change, give.changes))
            + "."
        )


def advice(plan: DayPlan, visit: Visit, place: int) -> Advice:
    """For a visit of a plan."""
    return Advice(read(plan), visit, place)


def _cost_words(
    costs: Mapping[str, float], shifted: Mapping[model.Id, float], new_faces: int
) -> str:
    parts = [f"Restid {_minutes(costs.get('travel', 0.0))}"]
    parts.append(("känd personal", "nytt ansikte")[new_faces] if new_faces < 2
                 else f"{new_faces} nya ansikten")  # fmt: skip
    late = costs.get("tardiness", 0.0) + costs.get("earliness", 0.0)
    parts.append("inom önskad tid" if late <= 0 else "vid sidan av önskad tid")
    moved = [abs(seconds) for seconds in shifted.values()]
    if moved:
        parts.append(f"{len(moved)} besök flyttas, högst {round(max(moved) / 60)} minuter")
    else:
        parts.append("ryms")
    return ", ".join(parts)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"+{minutes} min" if minutes > 0 else f"−{-minutes} min" if minutes < 0 else "oförändrad"


def sound(asked: model.Problem, plan: model.Solution) -> model.Solution:
    """The plan with as few visits lifted out as make it keep every hard rule."""
    links = {task: {link.first, link.second} for link in asked.links if link.together
             for task in (link.first, link.second)}  # fmt: skip
    while report := check(asked, plan).breaches:
        loose = {row.task for row in report if row.task is not None}
        loose = loose or _last_of({row.carer for row in report}, plan)
        if not loose:
            return plan
        loose |= {task for one in loose for task in links.get(one, ())}
        plan = model.Solution(
            tuple(a for a in plan.assignments if a.task not in loose),
            tuple({*plan.unplaced, *loose}), plan.breaks,
        )  # fmt: skip
        if not plan.assignments:
            return plan
    return plan


def _last_of(carers: set[model.Id | None], plan: model.Solution) -> set[model.Id]:
    """The last visit of each of some carers: what to lift out when a whole day is too much."""
    last: dict[model.Id, model.Assignment] = {}
    for at in plan.assignments:
        if at.carer in carers and (at.carer not in last or at.start > last[at.carer].start):
            last[at.carer] = at
    return {at.task for at in last.values()}
