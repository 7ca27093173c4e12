"""Judges a plan from scratch: every hard rule, every cost. Shares no code with the search."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from .model import (
    COST_PARTS,
    Assignment,
    BreakTime,
    Carer,
    Id,
    Problem,
    Rule,
    Shift,
    Solution,
    Visit,
)

TOLERANCE = 1e-4
"""Rounding of floats, in the problem's unit of time."""


@dataclass(frozen=True)
class Breach:
    """A hard rule that the plan breaks, the visit and carer it concerns, and by how much."""

    rule: Rule
    task: Id | None = None
    carer: Id | None = None
    amount: float = 0.0


@dataclass(frozen=True)
class Report:
    """What `check` found. `costs` has one weighted amount for each of `COST_PARTS`."""

    breaches: tuple[Breach, ...]
    costs: Mapping[str, float]

    @property
    def ok(self) -> bool:
        return not self.breaches

    @property
    def cost(self) -> float:
        return sum(self.costs.values())


def check(problem: Problem, solution: Solution) -> Report:
    """Every breach of a hard rule, and the costs, whatever `solution.costs` says."""
    return _Judge(problem, solution).report()


class _Judge:
    def __init__(self, problem: Problem, solution: Solution):
        self.problem, self.solution = problem, solution
        self.visits = {v.id: v for v in problem.visits}
        self.carers = {c.id: c for c in problem.carers}
        self.placed: dict[Id, Assignment] = {}
        self.breaches: list[Breach] = []
        self.costs = dict.fromkeys(COST_PARTS, 0.0)

    def report(self) -> Report:
        self._read()
        for a in self.placed.values():
            self._judge_visit(self.visits[a.task], a)
        for carer in self.problem.carers:
            self._judge_carer(carer)
        self._judge_links()
        self._count_unplaced()
        self._count_soft()
        return Report(tuple(self.breaches), self.costs)

    def _fail(self, rule: Rule, task: Id | None = None, carer: Id | None = None, amount=0.0):
        self.breaches.append(Breach(rule, task, carer, amount))

    def _read(self):
        for a in self.solution.assignments:
            carer = self.carers.get(a.carer)
            known = a.task in self.visits and carer and 0 <= a.shift < len(carer.shifts)
            if not known:
                self._fail(Rule.UNKNOWN, a.task, a.carer)
            elif a.task in self.placed:
                self._fail(Rule.TWICE, a.task, a.carer)
            else:
                self.placed[a.task] = a
        unplaced = set(self.solution.unplaced)
        for task in self.visits:
            if (task in self.placed) == (task in unplaced):
                self._fail(Rule.TWICE if task in unplaced else Rule.MISSING, task)

    def _judge_visit(self, visit: Visit, at: Assignment):
        carer = self.carers[at.carer]
        if not visit.skills <= carer.skills:
            self._fail(Rule.SKILL, visit.id, carer.id)
        if carer.id in visit.incompatible:
            self._fail(Rule.INCOMPATIBLE, visit.id, carer.id)
        if visit.carer is not None and visit.carer != carer.id:
            self._fail(Rule.PINNED_CARER, visit.id, carer.id)
        if visit.start is not None:
            self._over(abs(at.start - visit.start), Rule.PINNED_START, visit, carer)
        self._over(visit.earliest - at.start, Rule.EARLIEST, visit, carer)
        self._over(at.start - visit.latest, Rule.LATEST, visit, carer)
        self._over(at.start + visit.duration - visit.latest_end, Rule.LATEST_END, visit, carer)

    def _over(self, amount: float, rule: Rule, visit: Visit | None, carer: Carer):
        if amount > TOLERANCE:
            self._fail(rule, visit.id if visit else None, carer.id, amount)

    def _judge_carer(self, carer: Carer):
        work = 0.0
        for number, shift in enumerate(carer.shifts):
            work += self._judge_shift(carer, number, shift)
        self._over(work - carer.max_work, Rule.MAX_WORK, None, carer)

    def _judge_shift(self, carer: Carer, number: int, shift: Shift) -> float:
        """Seconds of visits and travel in the shift."""
        stops = self._stops(carer, number, shift)
        if not any(isinstance(s, Assignment) for s in stops):
            self._judge_breaks_of_empty(carer, shift, stops)
            return 0.0
        place, free, work, travelled, first = shift.start_place, shift.start, 0.0, 0.0, True
        for stop in stops:
            if isinstance(stop, BreakTime):
                late = free - stop.start
                self._over(late, Rule.SHIFT_START if first else Rule.BREAK, None, carer)
                free = max(free, stop.start) + shift.breaks[stop.index].duration
                continue
            visit = self.visits[stop.task]
            way = self._way(carer, place, visit.place)
            rule = Rule.SHIFT_START if first else Rule.OVERLAP
            self._over(free + way - stop.start, rule, visit, carer)
            place, free, first = visit.place, stop.start + visit.duration, False
            work += visit.duration + way
            travelled += way
        way = self._way(carer, place, shift.end_place)
        over = free + way - shift.end
        self._over(over - carer.overtime, Rule.SHIFT_END, None, carer)
        self.costs["overtime"] += max(0.0, over) * self.problem.weights.overtime
        self.costs["travel"] += (travelled + way) * self.problem.weights.travel
        return work + way

    def _stops(self, carer: Carer, number: int, shift: Shift) -> list[Assignment | BreakTime]:
        """Visits and breaks of the shift by start; breaks that are wrong are reported here."""
        visits = [a for a in self.placed.values() if (a.carer, a.shift) == (carer.id, number)]
        breaks = [b for b in self.solution.breaks if (b.carer, b.shift) == (carer.id, number)]
        if sorted(b.index for b in breaks) != list(range(len(shift.breaks))):
            self._fail(Rule.BREAK, None, carer.id)
            breaks = []
        for b in breaks:
            rest = shift.breaks[b.index]
            wrong = max(rest.earliest - b.start, b.start - rest.latest)
            self._over(wrong, Rule.BREAK, None, carer)

        def end(stop):
            if isinstance(stop, BreakTime):
                return stop.start + shift.breaks[stop.index].duration
            return stop.start + self.visits[stop.task].duration

        stops: list[Assignment | BreakTime] = [*visits, *breaks]
        return sorted(stops, key=lambda stop: (stop.start, end(stop)))

    def _judge_breaks_of_empty(self, carer: Carer, shift: Shift, stops):
        free = shift.start
        for stop in stops:
            self._over(free - stop.start, Rule.BREAK, None, carer)
            free = stop.start + shift.breaks[stop.index].duration
        if stops:
            self._over(free - shift.end - carer.overtime, Rule.BREAK, None, carer)

    def _way(self, carer: Carer, a: int, b: int) -> float:
        way = float(self.problem.travel[carer.mode][a][b])
        return way if a == b else max(way, self.problem.floor)

    def _judge_links(self):
        for link in self.problem.links:
            a, b = self.placed.get(link.first), self.placed.get(link.second)
            if a is None or b is None:
                if link.together and (a or b):
                    self._fail(Rule.TOGETHER, link.first if a else link.second)
                continue
            lag = b.start - a.start
            wrong = max(link.min_lag - lag, lag - link.max_lag)
            self._over(wrong, Rule.LAG, self.visits[link.second], self.carers[b.carer])
            if link.different and a.carer == b.carer:
                self._fail(Rule.SAME_CARER, link.second, b.carer)

    def _count_unplaced(self):
        w = self.problem.weights
        for visit in self.problem.visits:
            if visit.id not in self.placed:
                cost = w.optional if visit.optional else w.unplaced
                self.costs["unplaced"] += cost * visit.priority

    def _count_soft(self):
        w, latest = self.problem.weights, 0.0
        faces: dict[tuple, set[Id]] = defaultdict(set)
        known: dict[tuple, set[Id]] = defaultdict(set)
        for visit in self.problem.visits:
            known[_person(visit)] |= visit.known_carers
        for at in self.placed.values():
            visit = self.visits[at.task]
            first, last = visit.preferred or (-inf, inf)
            late = max(0.0, at.start - last)
            latest = max(latest, late)
            self.costs["tardiness"] += w.tardiness * late
            self.costs["earliness"] += w.earliness * max(0.0, first - at.start)
            if visit.preferred_carers and at.carer not in visit.preferred_carers:
                self.costs["preference"] += w.not_preferred
            if visit.settled is not None:
                moved = abs(at.start - visit.settled.start) * w.moved_second
                self.costs["moved"] += moved
                if at.carer != visit.settled.carer:
                    self.costs["moved"] += w.moved_carer
            faces[_person(visit)].add(at.carer)
        self.costs["max_tardiness"] = w.max_tardiness * latest
        self.costs["new_faces"] = w.new_face * sum(
            len(met - known[person])
            for person, met in faces.items()
            if known[person] or person[0] == "person"
        )
        self.costs["fairness"] = w.fairness * self._unfairness()

    def _unfairness(self) -> float:
        """Seconds of burden away from each carer's share; a share follows the shifts' length."""
        load = dict.fromkeys(self.carers, 0.0)
        for at in self.placed.values():
            load[at.carer] += _burden(self.visits[at.task])
        hours = {c.id: sum(s.end - s.start for s in c.shifts) for c in self.problem.carers}
        total = sum(_burden(v) for v in self.problem.visits)
        whole = sum(hours.values()) or 1.0
        return sum(abs(load[c] - total * hours[c] / whole) for c in load)


def _person(visit: Visit) -> tuple:
    return ("visit", visit.id) if visit.person is None else ("person", visit.person)


def _burden(visit: Visit) -> float:
    return visit.duration if visit.burden is None else visit.burden
