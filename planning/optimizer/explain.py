"""Why a visit is unplaced, and the least that would have to give way for it to fit."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

from .board import FAR, NEVER, Layout, window
from .kernel import begin, link, rollback, settle
from .model import Assignment, Id, Problem, Rule, Solution, Visit
from .standing import group_of, put_up

WIDTH_LINKED = 25
"""Openings that are tried for each of several linked visits."""
SEARCH_STEPS = 30
"""Halvings when the latest possible start before a window is looked for."""


@dataclass(frozen=True)
class Change:
    """One rule that gives way: whose visit or which carer, and by how many seconds (0: yes/no)."""

    rule: Rule
    task: Id | None
    carer: Id | None
    amount: float = 0.0


@dataclass(frozen=True)
class Relaxation:
    """The fewest changes, then the fewest seconds, that place the visit in the shown plan."""

    changes: tuple[Change, ...]
    assignments: tuple[Assignment, ...]
    """The visit, and those linked with it, as they would then stand."""

    @property
    def seconds(self) -> float:
        return sum(c.amount for c in self.changes)


@dataclass(frozen=True)
class Explanation:
    """Why a visit cannot be placed: for each rule, the carers who fall on it where they are best.

    `relaxation` is None when nothing but another plan helps (a circle of linked visits).
    """

    task: Id
    carers: Mapping[Rule, tuple[Id, ...]]
    relaxation: Relaxation | None

    @property
    def counts(self) -> dict[Rule, int]:
        return {rule: len(names) for rule, names in self.carers.items()}


def explain(problem: Problem, solution: Solution, task: Id) -> Explanation:
    """Why `task` does not fit into the plan, the others' carers and order kept.

    A visit that would fit has a relaxation without changes. KeyError: unknown visit. ValueError:
    the plan breaks hard rules.
    """
    return _Inquiry(problem, solution, task).answer()


class _Inquiry:
    def __init__(self, problem: Problem, solution: Solution, task: Id):
        self.problem, self.task = problem, task
        self.group = group_of(Layout(problem), task)
        self.ids = [problem.visits[i].id for i in self.group]
        self.layout, self.board = put_up(_open(problem, self.ids), solution, set(self.ids))
        self._relax()

    def _relax(self):
        """No bound refuses any more; what was refused is measured afterwards."""
        node, carer = self.board.node, self.board.carer
        self.high, self.most = node["high"].copy(), carer["most"].copy()
        node["high"], carer["most"] = FAR, FAR
        for i in self.group:
            low, high = window(self.problem.visits[i])
            node[i]["low"] = node[i]["release"] = low
            self.high[i] = high

    def answer(self) -> Explanation:
        best: dict[Id, tuple] = {}
        for ways in self._ways():
            for hurry in (False, True):
                found = self._try(ways, hurry)
                if found is None:
                    continue
                for a in found[2]:
                    if a.task == self.task and found[:2] < best.get(a.carer, (9e9,))[:2]:
                        best[a.carer] = found
        carers: dict[Rule, list[Id]] = defaultdict(list)
        for carer in self.problem.carers:
            if carer.id in best and best[carer.id][3]:
                carers[best[carer.id][3][0].rule].append(carer.id)
        first = min(best.values(), key=lambda found: found[:2], default=None)
        relaxation = None if first is None else Relaxation(first[3], first[2])
        return Explanation(self.task, {r: tuple(c) for r, c in carers.items()}, relaxation)

    def _ways(self):
        """Predecessors for each visit of the group; all of them for a single visit."""
        node = self.board.node
        places = [i for i in range(self.layout.last) if node[i]["route"] >= 0]
        if len(self.group) == 1:
            return ((p,) for p in places)
        return self._linked_ways(places)

    def _linked_ways(self, places: list[int]):
        """Combinations of promising places; behind one and the same, the visits in both orders."""
        for ways in product(*(self._promising(i, places) for i in self.group)):
            yield ways
            in_order = list(ways)
            for k in range(1, len(ways)):
                if ways[k] in ways[:k]:
                    in_order[k] = self.group[ways.index(ways[k])]
            if in_order != list(ways):
                yield tuple(in_order)

    def _promising(self, i: int, places: list[int]) -> list[int]:
        """The places that alone ask for the fewest changes."""
        ranked = []
        for p in places:
            found = self._measure([i], [p])
            if found is not None:
                ranked.append((found[0], found[1], p))
        return [p for _, _, p in sorted(ranked)[:WIDTH_LINKED]]

    def _try(self, ways: tuple[int, ...], hurry: bool):
        """Changes that this way asks for; with `hurry`, by a start before the hard window."""
        if not hurry:
            return self._measure(self.group, ways)
        lows = [float(self.board.node[i]["low"]) for i in self.group]
        usual = self._measure(self.group, ways)
        if usual is None or usual[0] < 2 or len(self.group) > 1:
            return None
        soonest = self._measure_at(ways, [NEVER / 2 for _ in lows])
        if soonest is None or soonest[0] >= usual[0]:
            return None
        return self._latest_before(ways, lows, soonest)

    def _latest_before(self, ways, lows, soonest):
        """The start nearest to the window that asks for no more changes than the soonest."""
        bad, good, found = lows[0], min(a.start for a in soonest[2]), soonest
        for _ in range(SEARCH_STEPS):
            middle = (bad + good) / 2
            trial = self._measure_at(ways, [middle])
            if trial is not None and trial[0] <= soonest[0]:
                good, found = middle, trial
            else:
                bad = middle
        return found

    def _measure_at(self, ways, releases: list[float]):
        node = self.board.node
        before = [float(node[i]["release"]) for i in self.group]
        for i, at in zip(self.group, releases, strict=True):
            node[i]["release"] = at
        found = self._measure(self.group, ways)
        for i, at in zip(self.group, before, strict=True):
            node[i]["release"] = at
        return found

    def _measure(self, visits, ways):
        """(number of changes, seconds, assignments, changes) of one way; None: a circle."""
        core = self.board.core
        begin(core)
        for i, p in zip(visits, ways, strict=True):
            link(core, i, int(p))
        found = None
        if settle(core, FAR * FAR):
            changes = self._changes(visits)
            seconds = sum(c.amount for c in changes)
            found = (len(changes), seconds, self._assignments(visits), tuple(changes))
        rollback(core)
        return found

    def _assignments(self, visits) -> tuple[Assignment, ...]:
        placed = []
        for i in visits:
            row = self.board.node[i]
            c, number, _ = self.layout.shifts[int(row["route"])]
            carer = self.problem.carers[c].id
            placed.append(Assignment(self.problem.visits[i].id, carer, float(row["start"]), number))
        return tuple(placed)

    def _changes(self, visits) -> list[Change]:
        """Every rule the way breaks, the largest first."""
        changes = [c for i in visits for c in self._static(i)]
        timed = [c for i in self._touched() for c in self._late(i)]
        changes += sorted(timed, key=lambda c: -c.amount)
        for k in self._touched_carers():
            over = float(self.board.carer[k]["work"] - self.most[k])
            if over > 1e-4:
                changes.append(Change(Rule.MAX_WORK, None, self.problem.carers[k].id, over))
        return changes

    def _touched(self) -> list[int]:
        saved = int(self.board.move["saved"][0])
        return [int(i) for i in self.board.saved["node"][:saved]]

    def _touched_carers(self) -> list[int]:
        saved = int(self.board.move["carers"][0])
        return [int(k) for k in self.board.saved_carer["carer"][:saved]]

    def _static(self, i: int) -> list[Change]:
        """Rules that do not hang on time: skills, wishes that are hard, pins, two different."""
        visit = self.problem.visits[i]
        carer = self.layout.carer_of(int(self.board.node[i]["route"]))
        broken = []
        if not visit.skills <= carer.skills:
            broken.append(Rule.SKILL)
        if carer.id in visit.incompatible:
            broken.append(Rule.INCOMPATIBLE)
        if visit.carer is not None and visit.carer != carer.id:
            broken.append(Rule.PINNED_CARER)
        if self._meets_itself(i):
            broken.append(Rule.SAME_CARER)
        early = window(visit)[0] - float(self.board.node[i]["start"])
        changes = [Change(rule, visit.id, carer.id) for rule in broken]
        if early > 1e-4:
            rule = Rule.EARLIEST if visit.start is None else Rule.PINNED_START
            changes.append(Change(rule, visit.id, carer.id, early))
        return changes

    def _meets_itself(self, i: int) -> bool:
        node = self.board.node
        k = self.layout.shifts[int(node[i]["route"])][0]
        for j in self.board.other[node[i]["other_from"] : node[i]["other_to"]]:
            route = int(node[j]["route"])
            if route >= 0 and self.layout.shifts[route][0] == k:
                return True
        return False

    def _late(self, i: int) -> list[Change]:
        row = self.board.node[i]
        late = float(row["start"] - self.high[i])
        if row["route"] < 0 or late <= 1e-4:
            return []
        carer = self.layout.carer_of(int(row["route"])).id
        if i >= self.layout.last:
            return [Change(Rule.SHIFT_END, None, carer, late)]
        if i >= self.layout.n:
            return [Change(Rule.BREAK, None, carer, late)]
        visit = self.problem.visits[i]
        return [Change(_latest_rule(visit), visit.id, carer, late)]


def _open(problem: Problem, ids: list[Id]) -> Problem:
    """The problem where everybody may do these visits, at any time."""
    anybody: dict = {"skills": frozenset(), "incompatible": frozenset(), "carer": None}
    anytime: dict = {"earliest": -FAR, "latest": FAR, "latest_end": FAR, "start": None}
    visits = tuple(replace(v, **anybody, **anytime) if v.id in ids else v for v in problem.visits)
    return replace(problem, visits=visits)


def _latest_rule(visit: Visit) -> Rule:
    """The rule that sets the latest start."""
    if visit.start is not None:
        return Rule.PINNED_START
    if visit.latest_end - visit.duration < visit.latest:
        return Rule.LATEST_END
    return Rule.LATEST
