"""Where a visit can stand, and why it cannot, in words. PLN-20, BRD-01, BRD-02."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from planning import daytime
from planning.models import DayPlan, Shift, Visit
from planning.optimizer import Relaxation, Suggestion, check, explain, model, suggest, words
from planning.plan import problem
from planning.plan.reading import PlanData, read

COUNT = 5
NUMBERS = ("ingen", "en", "två", "tre", "fyra")


@dataclass(frozen=True)
class Placing:
    """One place for a visit: the row (two of a pair), the time, and what it costs in words."""

    shifts: str
    """The row of each place of the visit, as JSON."""
    name: str
    at: str
    until: str
    words: str
    others: list[str]
    """Every other visit that gives way, from when to when."""
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
        """The plan as it stands. Whoever fills another place of the visit stays."""
        asked = problem.problem_of(self.data)
        colleagues = {
            problem.task_of(self.visit, row.place): row.shift_id
            for row in self.visit.staff.all()
            if row.place != self.place and row.shift_id in self.data.shift
        }
        pinned = [replace(v, carer=colleagues.get(str(v.id), v.carer)) for v in asked.visits]
        return replace(asked, visits=tuple(pinned))

    @property
    def task(self) -> str:
        """The place as the problem names it."""
        return problem.task_of(self.visit, self.place)

    @cached_property
    def suggestions(self) -> list[Placing]:
        """The five best places, that which disturbs least first; none when nobody works."""
        if not self.data.shift:
            return []
        standing = problem.solution_of(self.data)
        return [self._placing(row) for row in suggest(self.problem, standing, self.task, COUNT)]

    def _placing(self, row: Suggestion) -> Placing:
        rows = {problem.parse_task(at.task)[1]: int(at.carer) for at in row.assignments}
        shifts = [rows.get(place) for place in range(1, self.visit.staff_needed + 1)]
        start = _minute(row.assignments[0].start)
        day = self.data.plan.day
        named = [self.data.shift[pk] for pk in shifts if pk]
        new = sum(not self._is_known(shift.carer_id) for shift in named)
        starts = {at.task: at.start for at in row.solution.assignments}
        moved = {problem.parse_task(task)[0]: _minute(starts[task]) for task in row.shifted}
        others = [(visit, moved[visit.pk]) for visit in self.data.standing if visit.pk in moved]
        return Placing(
            json.dumps(shifts, separators=(",", ":")),
            " och ".join(shift.name for shift in named),
            daytime.wall(day, start),
            daytime.wall(day, start + self.visit.minutes),
            _words(row.costs, start - self.data.wished[self.visit.pk], new, others),
            [
                f"{visit.client.short_name} från {daytime.wall(day, visit.start)} till "
                f"{daytime.wall(day, to)}"
                for visit, to in others
            ],
            json.dumps(
                [[self.visit.pk, start, self.visit.time_version]]
                + [[visit.pk, to, visit.time_version] for visit, to in others]
            ),
        )

    def _is_known(self, carer: int | None) -> bool:
        return carer in self.data.faces.get(self.visit.client_id, ())

    @cached_property
    def why(self) -> str:
        """Why there is no other place: who falls on what, and the least that would have to give way."""
        if not self.data.shift:
            return "Ingen arbetar den dagen. Lägg in ett arbetspass först."
        if self._stands and self.visit.lock == Visit.Lock.BOTH:
            return "Besöket är låst (tid och person). Lås upp det, eller välj själv rad och tid."
        if few := self._too_few():
            return few
        asked = problem.with_full_travel(self.problem)
        standing = problem.solution_of(self.data)
        answer = explain(keeping(asked, standing), sound(asked, standing), self.task)
        said = [f"{line}." for line in words.why(answer)]
        return " ".join([*said, self._what_helps(answer.relaxation)])

    @property
    def _stands(self) -> bool:
        return any(p.place == self.place and p.shift_id for p in self.visit.staff.all())

    def _too_few(self) -> str:
        """Of a visit by several: whether too few work then, or too few of them may do it (BRD-02)."""
        needed = self.visit.staff_needed
        if needed < 2:
            return ""
        there = [row for row in self.data.shifts if self._works_then(row)]
        able = [row for row in there if self._may_do(row)]
        asks = f"Besöket kräver {NUMBERS[needed]} samtidigt"
        if _people(there) < needed:
            return f"{asks}, {_number(_people(there))} arbetar då."
        if _people(able) < needed:
            return f"{asks}, {_number(_people(able))} av dem som arbetar då får och kan göra det."
        return ""

    def _works_then(self, row: Shift) -> bool:
        begin, end = (
            max(row.start, self.visit.earliest),
            min(row.works_until, self.visit.latest_end),
        )
        return begin + self.visit.minutes <= end

    def _may_do(self, row: Shift) -> bool:
        asked = {skill.pk for skill in self.visit.skills.all()}
        unwanted = self.data.wishes.get(self.visit.client_id, {}).get("unwanted", set())
        return asked <= self.data.skills.get(row.carer_id or 0, set()) and (
            row.carer_id not in unwanted
        )

    def _what_helps(self, give: Relaxation | None) -> str:
        at = next((a for a in give.assignments if a.task == self.task), None) if give else None
        if give is None or at is None:
            return "Bara en annan plan hjälper: pröva Optimera."
        if self._stands and not give.changes:
            return "Det ryms ingen annanstans än där det står."
        row = self.data.shift[int(at.carer)]
        where = f"Ryms hos {row.name} {daytime.wall(self.data.plan.day, _minute(at.start))}"
        if not give.changes:
            return f"{where} om fler besök byter tid: pröva Optimera."
        return f"{where} om detta får vika: {'; '.join(map(words.change, give.changes))}."


def advice(plan: DayPlan, visit: Visit, place: int) -> Advice:
    """For a visit of a plan."""
    return Advice(read(plan), visit, place)


def _minute(seconds: float) -> int:
    return round(seconds / problem.MINUTE)


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _people(rows: Sequence[Shift]) -> int:
    """How many stand on some rows; a row that has nobody yet counts as somebody."""
    return len({("carer", row.carer_id) if row.carer_id else ("row", row.pk) for row in rows})


def _words(
    costs: Mapping[str, float], off: int, new_faces: int, others: Sequence[tuple[Visit, int]]
) -> str:
    """What a placement costs; `off` is how many minutes after the wished time it starts."""
    parts = [f"Restid {_minutes(costs.get('travel', 0.0))}"]
    parts.append(
        ("känd personal", "nytt ansikte")[new_faces]
        if new_faces < 2
        else f"{new_faces} nya ansikten"
    )
    late = f"{abs(off)} min {'efter' if off > 0 else 'före'} önskad tid"
    parts.append(late if off else "inom önskad tid")
    if others:
        most = max(abs(to - visit.start) for visit, to in others)
        parts.append(f"{len(others)} besök flyttas, högst {most} minuter")
    else:
        parts.append("ryms")
    return ", ".join(parts)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"+{minutes} min" if minutes > 0 else f"−{-minutes} min" if minutes < 0 else "oförändrad"


def keeping(asked: model.Problem, plan: model.Solution) -> model.Problem:
    """The problem without the breaks that the plan has no room for, which is said on the board."""
    held = {row.carer for row in plan.breaks}
    return replace(
        asked,
        carers=tuple(
            carer
            if carer.id in held
            else replace(carer, shifts=tuple(replace(shift, breaks=()) for shift in carer.shifts))
            for carer in asked.carers
        ),
    )


def sound(asked: model.Problem, plan: model.Solution) -> model.Solution:
    """The plan with as few visits lifted out as make it keep every hard rule."""
    links = {
        task: {link.first, link.second}
        for link in asked.links
        if link.together
        for task in (link.first, link.second)
    }
    asked = keeping(asked, plan)
    while report := check(asked, plan).breaches:
        loose = {row.task for row in report if row.task is not None}
        loose = loose or _last_of({row.carer for row in report}, plan)
        if not loose:
            return plan
        loose |= {task for one in loose for task in links.get(one, ())}
        plan = model.Solution(
            tuple(a for a in plan.assignments if a.task not in loose),
            tuple({*plan.unplaced, *loose}),
            plan.breaks,
        )
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
