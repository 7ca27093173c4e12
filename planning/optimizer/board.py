"""A `Problem` as arrays for the compiled search, and plans carried in and out of them.

Nodes are numbered visits first, then breaks, then one first and one last node per shift ("route").
A route is the chain `next` from its first to its last node; an unplaced visit has route -1.
"""

from collections import defaultdict
from itertools import pairwise
from math import inf

import numpy as np
from numba import types
from numba.experimental import structref

from .model import Assignment, BreakTime, Carer, Id, Problem, Rule, Shift, Solution, Visit

NEVER = -1e15
"""Start of a node that is not placed."""
FAR = 1e15
VISIT, FIRST, LAST = 0, -1, -2
"""Kinds of node; a break's kind is positive, and equal for breaks that may change places."""
TRAVEL, TARDY, TIMING, ASSIGN, FACES, UNPLACED, FAIR, WORST = range(8)
"""Parts of the running cost: TIMING is earliness and moved starts, ASSIGN preference and moves."""
NEAR = 24
"""How many promising predecessors each visit keeps."""

NODE = np.dtype(
    [
        ("kind", "i8"), ("stamp", "i8"), ("mark", "i8"), ("queued", "i8"),
        ("place", "i4"), ("route", "i4"), ("prev", "i4"), ("next", "i4"),
        ("person", "i4"), ("group", "i4"), ("releases", "i4"), ("timed", "i4"),
        ("out_from", "i4"), ("out_to", "i4"), ("in_from", "i4"), ("in_to", "i4"),
        ("other_from", "i4"), ("other_to", "i4"), ("able_from", "i4"), ("able_to", "i4"),
        ("duration", "f8"), ("way", "f8"), ("start", "f8"), ("release", "f8"),
        ("low", "f8"), ("high", "f8"), ("due", "f8"), ("late_cost", "f8"),
        ("ready", "f8"), ("early_cost", "f8"), ("settled", "f8"), ("settled_cost", "f8"),
        ("burden", "f8"), ("penalty", "f8"),
    ],
    align=True,
)  # fmt: skip
SHIFT = np.dtype([("carer", "i4"), ("mode", "i4"), ("visits", "i4"), ("number", "i4")], align=True)
CARER = np.dtype(
    [("work", "f8"), ("most", "f8"), ("load", "f8"), ("share", "f8"), ("stamp", "i8")], align=True
)
ARC = np.dtype([("node", "i4"), ("lag", "f8")], align=True)
SAVED = np.dtype(
    [
        ("node", "i4"), ("route", "i4"), ("prev", "i4"), ("next", "i4"),
        ("way", "f8"), ("start", "f8"), ("release", "f8"),
    ],
    align=True,
)  # fmt: skip
SAVED_CARER = np.dtype([("carer", "i4"), ("work", "f8"), ("load", "f8")], align=True)
COUNTED = np.dtype([("person", "i4"), ("carer", "i4"), ("step", "i4"), ("route", "i4")], align=True)
MOVE = np.dtype(
    [
        ("id", "i8"), ("saved", "i4"), ("carers", "i4"), ("counted", "i4"), ("seeds", "i4"),
        ("heap", "i4"), ("pool", "i4"), ("groups", "i4"), ("visits", "i4"), ("nodes", "i4"),
        ("routes", "i4"), ("tries", "i8"), ("travel", "f8"), ("worst_cost", "f8"), ("worst", "f8"),
        ("old_worst", "f8"), ("fair", "f8"), ("face", "f8"), ("rhythm", "f8"),
    ],
    align=True,
)  # fmt: skip

FIELDS = (
    "node", "shift", "carer", "out_arc", "in_arc", "other", "able", "allowed", "assign_cost",
    "face_cost", "met", "travel", "near", "releases", "member", "member_from", "pool", "pool_at",
    "saved", "saved_carer", "counted", "seed", "heap", "heap_key", "cost", "old_cost", "move",
    "spare",
)  # fmt: skip


@structref.register
class CoreType(types.StructRef):
    """Numba's type of `Core`."""


class Core(structref.StructRefProxy):
    """All arrays of a board behind one pointer: compiled calls that pass it stay cheap."""

    def __new__(cls, *arrays):
        return structref.StructRefProxy.__new__(cls, *arrays)


structref.define_proxy(Core, CoreType, list(FIELDS))


class Board:
    """Everything the search shares: arrays of the dtypes above and of numbers, by `FIELDS`' names.

    Compiled functions take `core`, which holds the same arrays.
    """

    node: np.ndarray
    shift: np.ndarray
    carer: np.ndarray
    out_arc: np.ndarray
    in_arc: np.ndarray
    other: np.ndarray
    able: np.ndarray
    allowed: np.ndarray
    assign_cost: np.ndarray
    face_cost: np.ndarray
    met: np.ndarray
    travel: np.ndarray
    near: np.ndarray
    releases: np.ndarray
    member: np.ndarray
    member_from: np.ndarray
    pool: np.ndarray
    pool_at: np.ndarray
    saved: np.ndarray
    saved_carer: np.ndarray
    counted: np.ndarray
    seed: np.ndarray
    heap: np.ndarray
    heap_key: np.ndarray
    cost: np.ndarray
    old_cost: np.ndarray
    move: np.ndarray
    spare: np.ndarray

    def __init__(self, *arrays: np.ndarray):
        self.__dict__.update(zip(FIELDS, arrays, strict=True))
        self.core = Core(*arrays)


def can_serve(problem: Problem, visit: Visit, carer: Carer) -> Rule | None:
    """The rule on which the carer falls for this visit whatever the plan, or None."""
    if not visit.skills <= carer.skills:
        return Rule.SKILL
    if carer.id in visit.incompatible:
        return Rule.INCOMPATIBLE
    if visit.carer is not None and visit.carer != carer.id:
        return Rule.PINNED_CARER
    return None


def window(visit: Visit) -> tuple[float, float]:
    """Hard bounds of the start, all rules of the visit taken together."""
    low, high = visit.earliest, min(visit.latest, visit.latest_end - visit.duration)
    if visit.start is not None:
        low, high = max(low, visit.start), min(high, visit.start)
    return low, high


class Layout:
    """Which node is which: the translation between a problem's ids and a board's numbers."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.visits = problem.visits
        self.shifts: list[tuple[int, int, Shift]] = [
            (c, number, shift)
            for c, carer in enumerate(problem.carers)
            for number, shift in enumerate(carer.shifts)
        ]
        self.breaks = [
            (route, index)
            for route, (_, _, shift) in enumerate(self.shifts)
            for index in range(len(shift.breaks))
        ]
        self.number = {v.id: i for i, v in enumerate(problem.visits)}
        self.carer_number = {c.id: k for k, c in enumerate(problem.carers)}
        if len(self.number) != len(problem.visits):
            raise ValueError("two visits share an id")
        if len(self.carer_number) != len(problem.carers):
            raise ValueError("two carers share an id")
        for link in problem.links:
            if link.first not in self.number or link.second not in self.number:
                raise ValueError(f"a link names an unknown visit: {link}")
            if link.min_lag < 0 or link.max_lag < link.min_lag:
                raise ValueError(f"a link's lags must be 0 <= min <= max: {link}")
        self.n = len(problem.visits)
        self.first = self.n + len(self.breaks)
        self.last = self.first + len(self.shifts)
        self.nodes = self.last + len(self.shifts)
        self.groups = _groups(self)

    def carer_of(self, route: int) -> Carer:
        return self.problem.carers[self.shifts[route][0]]


def _groups(layout: Layout) -> list[list[int]]:
    """Visits that are placed together or not at all, each in the order of the visits."""
    root = list(range(layout.n))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for link in layout.problem.links:
        if link.together:
            a, b = find(layout.number[link.first]), find(layout.number[link.second])
            root[max(a, b)] = min(a, b)
    groups = defaultdict(list)
    for i in range(layout.n):
        groups[find(i)].append(i)
    return list(groups.values())


def travel_matrices(problem: Problem) -> tuple[list[str], np.ndarray]:
    """Modes, and floats `(n_modes, n_places, n_places)` with the floor in them."""
    modes = sorted(problem.travel)
    stack = np.array([np.asarray(problem.travel[m], dtype=float) for m in modes])
    low = np.full(stack.shape[1:], float(problem.floor))
    np.fill_diagonal(low, 0.0)
    return modes, np.ascontiguousarray(np.maximum(stack, low))


def build(layout: Layout) -> Board:
    """A board with every visit unplaced and every break in its shift; not yet timed."""
    problem, n, routes = layout.problem, layout.n, len(layout.shifts)
    modes, travel = travel_matrices(problem)
    node = np.zeros(layout.nodes, NODE)
    node["route"] = node["prev"] = node["next"] = -1
    node["start"], node["due"], node["ready"] = NEVER, FAR, NEVER
    _fill_visits(layout, node)
    shift = _fill_routes(layout, node, modes)
    out_arc, in_arc, other = _fill_links(layout, node)
    allowed, able = _fill_allowed(layout, node)
    assign_cost, face_cost, met = _fill_wishes(layout, node)
    member = np.array([i for group in layout.groups for i in group], np.int32)
    member_from = np.cumsum([0] + [len(g) for g in layout.groups]).astype(np.int32)
    for g, group in enumerate(layout.groups):
        node["group"][group] = g
    move = np.zeros(1, MOVE)
    w = problem.weights
    move["travel"], move["worst_cost"], move["fair"] = w.travel, w.max_tardiness, w.fairness
    move["face"] = w.new_face
    move["visits"], move["nodes"], move["routes"] = n, layout.nodes, routes
    move["groups"] = move["pool"] = len(layout.groups)
    cost = np.zeros(8)
    cost[UNPLACED] = node["penalty"].sum()
    carer = _fill_carers(layout, node)
    cost[FAIR] = w.fairness * carer["share"].sum()
    groups = np.arange(len(layout.groups), dtype=np.int32)
    return Board(
        node,
        shift,
        carer,
        out_arc,
        in_arc,
        other,
        able,
        allowed,
        assign_cost,
        face_cost,
        met,
        travel,
        _near(layout, node, travel),
        _releases(layout, node),
        member,
        member_from,
        groups.copy(),
        groups.copy(),
        np.zeros(layout.nodes + 8, SAVED),
        np.zeros(len(problem.carers) + 1, SAVED_CARER),
        np.zeros(4 * layout.nodes + 64, COUNTED),
        np.zeros(8 * layout.nodes + 64, np.int32),
        np.zeros(4 * layout.nodes + 64, np.int32),
        np.zeros(4 * layout.nodes + 64),
        cost,
        np.zeros(8),
        move,
        np.zeros((4, layout.nodes + 8), np.int32),
    )


def _fill_visits(layout: Layout, node: np.ndarray) -> None:
    w = layout.problem.weights
    people: dict = {}
    for i, visit in enumerate(layout.visits):
        row = node[i]
        row["kind"], row["place"], row["duration"] = VISIT, visit.place, visit.duration
        low, high = window(visit)
        row["low"], row["high"] = low, min(high, FAR)
        if visit.preferred is not None:
            row["ready"], row["due"] = max(visit.preferred[0], NEVER), min(visit.preferred[1], FAR)
        row["late_cost"], row["early_cost"] = w.tardiness, w.earliness
        if visit.settled is not None:
            row["settled"], row["settled_cost"] = visit.settled.start, w.moved_second
        row["timed"] = row["ready"] > low or row["settled_cost"] > 0
        row["burden"] = visit.duration if visit.burden is None else visit.burden
        row["penalty"] = (w.optional if visit.optional else w.unplaced) * visit.priority
        key = ("visit", visit.id) if visit.person is None else ("person", visit.person)
        row["person"] = people.setdefault(key, len(people))


def _fill_routes(layout: Layout, node: np.ndarray, modes: list[str]) -> np.ndarray:
    problem = layout.problem
    shift = np.zeros(len(layout.shifts), SHIFT)
    kinds: dict = {}
    numbers = np.random.default_rng(0).integers(1, 2**60, len(layout.breaks) + 1)
    for route, (c, number, work) in enumerate(layout.shifts):
        carer = problem.carers[c]
        shift[route] = (c, modes.index(carer.mode), 0, number)
        a, z = layout.first + route, layout.last + route
        node[a]["kind"], node[a]["place"] = FIRST, work.start_place
        node[a]["start"] = node[a]["low"] = node[a]["release"] = work.start
        node[a]["high"] = work.start
        node[z]["kind"], node[z]["place"], node[z]["release"] = LAST, work.end_place, work.start
        node[z]["low"], node[z]["due"] = work.start, work.end
        node[z]["high"] = min(work.end + carer.overtime, FAR)
        node[z]["late_cost"] = problem.weights.overtime
        chain = [a]
        own = [b for b, (r, _) in enumerate(layout.breaks) if r == route]
        for b in sorted(own, key=lambda b: work.breaks[layout.breaks[b][1]].latest):
            rest = work.breaks[layout.breaks[b][1]]
            row = node[layout.n + b]
            row["kind"] = numbers[kinds.setdefault(rest, len(kinds))]
            row["duration"], row["low"], row["high"] = rest.duration, rest.earliest, rest.latest
            row["release"] = rest.earliest
            chain.append(layout.n + b)
        chain.append(z)
        for left, right in pairwise(chain):
            node[left]["next"], node[right]["prev"] = right, left
        node["route"][chain] = route
    return shift


def _fill_links(layout: Layout, node: np.ndarray):
    """Arcs out of and into each visit, and the visits that need another carer."""
    out: dict[int, list] = defaultdict(list)
    into: dict[int, list] = defaultdict(list)
    other: dict[int, list] = defaultdict(list)
    for link in layout.problem.links:
        a, b = layout.number[link.first], layout.number[link.second]
        arcs = [(a, b, link.min_lag)]
        if link.max_lag < inf:
            arcs.append((b, a, -link.max_lag))
        for x, y, lag in arcs:
            out[x].append((y, lag))
            into[y].append((x, lag))
        if link.different:
            other[a].append(b)
            other[b].append(a)
    return (
        _rows(node, "out", out, ARC, layout.n),
        _rows(node, "in", into, ARC, layout.n),
        _rows(node, "other", other, np.int32, layout.n),
    )


def _rows(node: np.ndarray, name: str, lists: dict[int, list], dtype, count: int) -> np.ndarray:
    """One flat array of all lists; each node gets `<name>_from` and `<name>_to`."""
    flat: list = []
    for i in range(count):
        node[i][f"{name}_from"] = len(flat)
        flat += lists[i]
        node[i][f"{name}_to"] = len(flat)
    return np.array(flat or [flat_zero(dtype)], dtype)


def flat_zero(dtype):
    """One unused element, since compiled code wants arrays that are not empty."""
    return (0, 0.0) if dtype is ARC else 0


def _fill_allowed(layout: Layout, node: np.ndarray):
    """`allowed[node, route]`, and each visit's allowed routes as rows of `able`."""
    problem, n, routes = layout.problem, layout.n, len(layout.shifts)
    allowed = np.zeros((layout.nodes, routes), np.bool_)
    fits: dict[tuple, list[int]] = {}
    begin = node["start"][layout.first : layout.last]
    end = node["high"][layout.last :]
    for i, visit in enumerate(layout.visits):
        key = (visit.skills, visit.incompatible, visit.carer)
        if key not in fits:
            fits[key] = [
                r for r in range(routes) if can_serve(problem, visit, layout.carer_of(r)) is None
            ]
        low, high = node[i]["low"], node[i]["high"]
        if low <= high:
            able = fits[key]
            allowed[i, able] = (high >= begin[able]) & (low + visit.duration <= end[able])
    for b in range(len(layout.breaks)):
        for c in range(len(layout.breaks)):
            if node[n + b]["kind"] == node[n + c]["kind"]:
                allowed[n + b, layout.breaks[c][0]] = True
    lists = {i: list(np.flatnonzero(allowed[i])) for i in range(layout.first)}
    return allowed, _rows(node, "able", defaultdict(list, lists), np.int32, layout.first)


def _fill_wishes(layout: Layout, node: np.ndarray):
    """`assign_cost[visit, carer]`, `face_cost[person, carer]`, and zeros to count faces in."""
    problem, w = layout.problem, layout.problem.weights
    k = len(problem.carers)
    assign = np.zeros((max(1, layout.n), k))
    people = int(node["person"][: layout.n].max(initial=0)) + 1
    face = np.zeros((people, k))
    for i, visit in enumerate(layout.visits):
        if visit.preferred_carers:
            assign[i] += w.not_preferred
            for carer in visit.preferred_carers & layout.carer_number.keys():
                assign[i, layout.carer_number[carer]] -= w.not_preferred
        if visit.settled is not None:
            assign[i] += w.moved_carer
            if visit.settled.carer in layout.carer_number:
                assign[i, layout.carer_number[visit.settled.carer]] -= w.moved_carer
        if visit.person is not None or visit.known_carers:
            face[node[i]["person"]] = w.new_face
    for i, visit in enumerate(layout.visits):
        for carer in visit.known_carers & layout.carer_number.keys():
            face[node[i]["person"], layout.carer_number[carer]] = 0.0
    return assign, face, np.zeros((people, k), np.int32)


def _fill_carers(layout: Layout, node: np.ndarray) -> np.ndarray:
    carers = layout.problem.carers
    carer = np.zeros(len(carers), CARER)
    carer["most"] = [min(c.max_work, FAR) for c in carers]
    hours = np.array([sum(s.end - s.start for s in c.shifts) for c in carers], dtype=float)
    total = node["burden"][: layout.n].sum()
    carer["share"] = np.nan_to_num(total * hours / (hours.sum() or 1.0))
    return carer


def _releases(layout: Layout, node: np.ndarray) -> np.ndarray:
    """`(n_visits, 3)`: starts worth waiting for; the first `node.releases` of a row count."""
    table = np.zeros((max(1, layout.n), 3))
    for i in range(layout.n):
        row = node[i]
        wanted = [row["low"]]
        for at, worth in ((row["ready"], row["early_cost"]), (row["settled"], row["settled_cost"])):
            if worth > 0 and row["low"] < at <= row["high"]:
                wanted.append(at)
        wanted = sorted(set(wanted))
        table[i, : len(wanted)] = wanted
        row["releases"] = len(wanted)
        row["release"] = wanted[-1]
    return table


def _near(layout: Layout, node: np.ndarray, travel: np.ndarray) -> np.ndarray:
    """`(n_visits, NEAR)`: visits that suit best just before each visit, by way and waiting."""
    n = layout.n
    if n < 2:
        return np.zeros((max(1, n), 1), np.int32)
    v = node[:n]
    place = v["place"]
    end = np.minimum(v["high"], np.maximum(v["due"], v["low"]))
    end = np.where(end >= FAR / 2, v["low"].max() if n else 0.0, end)
    way = travel.min(axis=0)
    near = np.zeros((n, min(NEAR, n - 1)), np.int32)
    for i in range(n):
        into = way[place, place[i]]
        done = v["low"] + v["duration"] + into
        wait = np.maximum(0.0, v["low"][i] - (end + v["duration"] + into))
        late = np.maximum(0.0, done - end[i])
        rank = into + 0.2 * wait + late
        rank[i] = np.inf
        few = np.argpartition(rank, near.shape[1] - 1)[: near.shape[1]]
        near[i] = few[np.lexsort((few, rank[few]))]
    return near


def to_solution(layout: Layout, board: Board, costs, iterations=0, seconds=0.0) -> Solution:
    """The plan that stands on the board."""
    assignments, breaks, node = [], [], board.node
    for route, (c, number, _) in enumerate(layout.shifts):
        carer = layout.problem.carers[c].id
        held: list[tuple[int, float]] = []
        i = int(node[layout.first + route]["next"])
        while i < layout.first:
            start = float(node[i]["start"])
            if i < layout.n:
                assignments.append(Assignment(layout.visits[i].id, carer, start, number))
            else:
                held.append((int(node[i]["kind"]), start))
            i = int(node[i]["next"])
        breaks += _name_breaks(layout, node, route, carer, number, held)
    unplaced = tuple(v.id for i, v in enumerate(layout.visits) if node[i]["route"] < 0)
    return Solution(tuple(assignments), unplaced, tuple(breaks), costs, iterations, seconds)


def _name_breaks(layout, node, route, carer: Id, number: int, held) -> list[BreakTime]:
    """Breaks of one kind are alike: the shift's own numbers, in the order they are held."""
    by_kind = defaultdict(list)
    for b, (r, index) in enumerate(layout.breaks):
        if r == route:
            by_kind[int(node[layout.n + b]["kind"])].append(index)
    return [BreakTime(carer, number, by_kind[kind].pop(0), start) for kind, start in held]
