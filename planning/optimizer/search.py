"""`solve`: a first plan, annealing with reheats, and a completion that leaves no gap unused."""

from collections.abc import Callable
from math import inf
from time import perf_counter

import numpy as np

from . import insertion, moves, teamwork
from .board import Layout, build, to_solution
from .check import check
from .kernel import start_board, total
from .model import Problem, Progress, Solution, Stop

Cooling = tuple[float, float, float, float]
ONE_COOLING: tuple[Cooling, ...] = (
    (5.0, 0.004, 0.0, 0.6),
    (0.6, 0.004, 0.6, 0.8),
    (0.4, 0.004, 0.8, 1.0),
)
"""Each cooling: its first and last temperature, in mean travel cost per visit of the first plan, and the
part of the search it spans. These are for a search that has time for one from the top only; see
`coolings`."""
ENOUGH = 100
"""Moves per square of the number of visits after which another cooling finds more than a slower one
does: measured on the published instances of 50 to 200 patients."""
FEWEST_COOLINGS, MOST_COOLINGS = 6, 32
KNOWN = 0.02
"""Share of the search after which it is known how many moves a second it makes."""
PULSE = 0.15
"""Seconds between looks at clock, stop flag and listener."""
RUNNING_PARTS = (
    "travel", "tardiness", "earliness", "preference", "new_faces", "unplaced", "fairness",
    "max_tardiness",
)  # fmt: skip
"""Cost parts as the search adds them up, in the board's order."""
EXACT = 1e-4
"""A visit that starts this near to a moment worth waiting for did wait for it."""
NOTICE = 0.02
"""A team's members leave their plan this share of the search before a reheat."""
CHUNK = 20_000
"""Moves between looks when iterations alone decide, so that a run can be repeated."""


def coolings(moves: float, visits: int) -> tuple[Cooling, ...]:
    """The coolings of a search that makes so many moves: as many as have time, the last of which only
    polishes."""
    count = min(MOST_COOLINGS, int(moves / (ENOUGH * max(1, visits) ** 2)))
    if count < FEWEST_COOLINGS:
        return ONE_COOLING
    starts = (*[5.0] * (count - 1), 0.5)
    return tuple((start, 0.01, k / count, (k + 1) / count) for k, start in enumerate(starts))


class Infeasible(ValueError):
    """No plan at all exists: breaks that do not fit their shift, for one. The text says which."""


def solve(
    problem: Problem,
    *,
    seed: int,
    stop: Stop,
    warm_start: Solution | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    gentle: bool = False,
    processes: int = 1,
) -> Solution:
    """The best plan found before `stop`; `check` finds no breach in it but visits left unplaced.

    `warm_start` is kept where it is possible, and the search starts from it. `gentle` then keeps
    the heat low, for small changes. `processes` more than one is better on large problems, and no
    longer gives the same plan for the same seed. `cancelled` is asked a few times a second; on True the best
    plan so far is returned. Raises `Infeasible`, and ValueError for a problem that contradicts
    itself.
    """
    if processes > 1:
        return teamwork.solve_together(
            problem,
            seed,
            stop,
            warm_start,
            gentle,
            processes,
            lambda mailbox, began: Search(problem, seed, warm_start, gentle, mailbox, began).run(
                stop, on_progress, cancelled
            ),
        )
    return Search(problem, seed, warm_start, gentle).run(stop, on_progress, cancelled)


class Search:
    """One run: board, best plan so far, and the heat."""

    def __init__(
        self,
        problem: Problem,
        seed: int,
        warm_start: Solution | None = None,
        gentle: bool = False,
        mailbox: teamwork.Mailbox | None = None,
        began: float | None = None,
    ):
        self.began = perf_counter() if began is None else began
        self.mailbox, self.stage = mailbox, 0
        self.layout = Layout(problem)
        self.board = build(self.layout)
        self.gentle = gentle and warm_start is not None
        moves.set_seed(seed)
        if not start_board(self.board.core):
            raise Infeasible("the breaks do not fit their shifts")
        nodes = self.layout.nodes
        self.kept, self.kept_release = np.full(nodes, -1, np.int32), np.zeros(nodes + 8)
        if warm_start is not None:
            place_warm(self.layout, self.board, warm_start)
        insertion.construct(self.board)
        moves.keep(self.board.core, self.kept, self.kept_release)
        self.best = total(self.board.core)
        self.iterations = 0
        self.coolings = ONE_COOLING
        self.scale = self._scale()
        self.board.move["rhythm"] = self._rhythm()

    def _scale(self) -> float:
        """A typical cost of travel to one visit."""
        placed = max(1, int((self.board.node["route"][: self.layout.n] >= 0).sum()))
        mean = float(self.board.cost[0]) / placed
        return mean if mean > 0 else 1.0

    def _rhythm(self) -> float:
        """How far in time a move may look for a place: some visits' length."""
        node = self.board.node[: self.layout.n]
        if not len(node):
            return 1.0
        way = self.scale / max(1e-9, self.layout.problem.weights.travel)
        return 4.0 * (float(node["duration"].mean()) + way)

    def run(self, stop: Stop, on_progress, cancelled) -> Solution:
        rate = 100_000.0
        self.coolings = coolings(stop.iterations or 0, self.layout.n)
        knows = stop.iterations is not None
        while self.layout.n and self.layout.shifts:
            done = self._done(stop)
            if done >= 1 or (cancelled is not None and cancelled()):
                break
            count = self._count(stop, rate)
            before = perf_counter()
            self._anneal(count, done, self._done(stop, count, count / rate))
            rate = count / max(1e-4, perf_counter() - before)
            if not knows and done > KNOWN:
                self.coolings = coolings(rate * (stop.seconds or 0), self.layout.n)
                knows = True
            if on_progress is not None:
                on_progress(self._progress())
        return self._finish()

    def _count(self, stop: Stop, rate: float) -> int:
        """Moves until the next look."""
        count = CHUNK if stop.seconds is None else max(200, int(rate * PULSE))
        if stop.seconds is not None:
            left = stop.seconds - (perf_counter() - self.began)
            count = max(100, min(count, int(rate * left)))
        if stop.iterations is not None:
            count = min(count, stop.iterations - self.iterations)
        return count

    def _done(self, stop: Stop, moves_ahead: int = 0, seconds_ahead: float = 0.0) -> float:
        """Share of the search that is over, 0..1."""
        share = 0.0
        if stop.iterations is not None:
            made = self.iterations + moves_ahead
            share = made / stop.iterations if stop.iterations else 1.0
        if stop.seconds is not None:
            spent = perf_counter() - self.began + seconds_ahead
            share = max(share, spent / max(1e-9, stop.seconds))
        return min(1.0, share)

    def _anneal(self, count: int, done: float, ahead: float) -> None:
        stage = next(k for k, (*_, end) in enumerate(self.coolings) if done < end)
        if self.mailbox is not None and done > self.coolings[stage][-1] - NOTICE:
            self.mailbox.leave(self.best, self.kept, self.kept_release)
        if stage != self.stage:
            if self.mailbox is not None:
                teamwork.share(self, self.mailbox)
            moves.restore(self.board.core, self.kept, self.kept_release)
        self.stage = stage
        self.best = moves.anneal(
            self.board.core,
            count,
            self._heat(stage, done),
            self._heat(stage, ahead),
            self.best,
            self.kept,
            self.kept_release,
        )
        self.iterations += count

    def _heat(self, stage: int, done: float) -> float:
        hot, cold, begin, end = self.coolings[stage]
        if self.gentle:
            hot = min(hot, 0.25)
        part = min(1.0, max(0.0, (done - begin) / (end - begin)))
        return self.scale * hot * (cold / hot) ** part

    def _progress(self) -> Progress:
        out = self.kept[: self.layout.n] < 0
        unplaced = len(np.unique(self.board.node["group"][: self.layout.n][out]))
        seconds = perf_counter() - self.began
        parts = map(float, self.kept_release[self.layout.nodes :])
        costs = dict(zip(RUNNING_PARTS, parts, strict=True))
        return Progress(seconds, self.iterations, self.best, unplaced, costs)

    def _finish(self) -> Solution:
        moves.restore(self.board.core, self.kept, self.kept_release)
        insertion.complete(self.board)
        seconds = perf_counter() - self.began
        plan = to_solution(self.layout, self.board, {}, self.iterations, seconds)
        costs = check(self.layout.problem, plan).costs
        return to_solution(self.layout, self.board, costs, self.iterations, seconds)


def place_warm(layout: Layout, board, plan: Solution) -> None:
    """Puts a plan on an empty board; groups that no longer fit stay out.

    First all of it at once; if that fails, visit by visit in order of start.
    """
    kept, release = _predecessors(layout, board, plan)
    if not moves.restore(board.core, kept, release):
        _place_one_by_one(layout, board, plan)


def _predecessors(layout: Layout, board, plan: Solution):
    """The plan as `restore` reads it; breaks stay where the plan has them."""
    node = board.node
    kept = np.full(layout.nodes, -1, np.int32)
    for route, chain in _chains(layout, plan).items():
        p = layout.first + route
        for i in chain:
            kept[i] = p
            p = i
        kept[layout.last + route] = p
    release = node["release"].copy()
    for a in plan.assignments:
        number = layout.number.get(a.task)
        if number is not None:
            waits = board.releases[number, : node[number]["releases"]]
            release[number] = max((w for w in waits if w <= a.start + EXACT), default=waits[0])
    return kept, release


def _chains(layout: Layout, plan: Solution) -> dict[int, list[int]]:
    """Nodes of each route in order of start. Whole groups only, and only where they are allowed."""
    route_of = {
        (layout.problem.carers[c].id, number): r for r, (c, number, _) in enumerate(layout.shifts)
    }
    node_of_break = {key: layout.n + b for b, key in enumerate(layout.breaks)}
    entries: dict[int, list[tuple[float, int]]] = {r: [] for r in range(len(layout.shifts))}
    seen = {}
    for a in plan.assignments:
        if a.task in layout.number and (a.carer, a.shift) in route_of:
            seen[layout.number[a.task]] = (route_of[a.carer, a.shift], a.start)
    whole = [g for g in layout.groups if all(i in seen for i in g)]
    for i in (i for g in whole for i in g):
        entries[seen[i][0]].append((seen[i][1], i))
    rests = {(route_of.get((b.carer, b.shift)), b.index): b.start for b in plan.breaks}
    for (route, index), i in node_of_break.items():
        usual = layout.shifts[route][2].breaks[index].earliest
        entries[route].append((rests.get((route, index), usual), i))
    return {r: [i for _, i in sorted(row)] for r, row in entries.items()}


def _place_one_by_one(layout: Layout, board, plan: Solution) -> None:
    """Groups in order of start, each behind the last of its carer's visits that is placed."""
    chains = _chains(layout, plan)
    spot = {i: r for r, chain in chains.items() for i in chain if i < layout.n}
    start = {a.task: a.start for a in plan.assignments}
    groups = [g for g in layout.groups if all(i in spot for i in g)]
    groups.sort(key=lambda g: min(start[layout.visits[i].id] for i in g))
    for group in groups:
        if all(board.allowed[i, spot[i]] for i in group):
            routes = np.array([spot[i] for i in group], np.int32)
            starts = np.array([start[layout.visits[i].id] for i in group])
            place_at(board, np.array(group, np.int32), routes, starts)


def place_at(board, group: np.ndarray, routes: np.ndarray, starts: np.ndarray) -> bool:
    """Puts linked visits into given routes at about given starts, or leaves them out."""
    return bool(insertion.place_at(board.core, group, routes, starts, inf))
