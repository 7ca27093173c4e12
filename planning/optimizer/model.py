"""What the optimizer is asked and what it answers: frozen dataclasses, nothing else.

Times are seconds since the planning day's midnight; durations and travel are seconds; all of them
may be floats. The search itself is free of units: a benchmark may count in minutes throughout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf

Id = str | int


@dataclass(frozen=True)
class Placement:
    """Who does a visit, and when it starts."""

    carer: Id
    start: float


@dataclass(frozen=True)
class Visit:
    """One carer's task at one place. Two carers at once: two visits and a `Link` of lag 0..0."""

    id: Id
    place: int
    """Row of the travel matrices."""
    duration: float
    earliest: float = 0.0
    """Hard: no start before this."""
    latest: float = inf
    """Hard: no start after this."""
    latest_end: float = inf
    """Hard: no end after this."""
    preferred: tuple[float, float] | None = None
    """Soft window of the start: earlier costs `Weights.earliness`, later `tardiness`, a second."""
    skills: frozenset[str] = frozenset()
    """Hard: the carer has all of these."""
    incompatible: frozenset[Id] = frozenset()
    """Hard: none of these carers."""
    preferred_carers: frozenset[Id] = frozenset()
    """Soft: when it is not empty, any other carer costs `Weights.not_preferred`."""
    known_carers: frozenset[Id] = frozenset()
    """Faces the person has met lately; others cost `Weights.new_face`, once per person and carer."""
    person: Id | None = None
    """Whose visit it is; the person's visits share known faces, and every other face is counted.
    None: faces count only where `known_carers` is given."""
    carer: Id | None = None
    """Hard: pinned to this carer."""
    start: float | None = None
    """Hard: pinned to this start."""
    priority: int = 1
    """Left unplaced it costs `Weights.unplaced` (or `optional`) times this."""
    optional: bool = False
    settled: Placement | None = None
    """Where it stood in the settled plan; moving it costs `moved_carer` and `moved_second`."""
    burden: float | None = None
    """What it weighs in the fairness of load; None: its duration."""


Task = Visit


@dataclass(frozen=True)
class Link:
    """`min_lag <= start(second) - start(first) <= max_lag`, once both are placed."""

    first: Id
    second: Id
    min_lag: float = 0.0
    """Not negative."""
    max_lag: float = 0.0
    """`inf`: no upper limit."""
    different: bool = True
    """Hard: two different carers."""
    together: bool = True
    """Hard: both are placed, or neither."""


@dataclass(frozen=True)
class Break:
    """A rest that must be held, at the place of the visit before it; start in earliest..latest."""

    duration: float
    earliest: float
    latest: float


@dataclass(frozen=True)
class Shift:
    """One stretch of work: leaves `start_place` at `start` or later, is at `end_place` by `end`."""

    start: float
    end: float
    start_place: int
    end_place: int
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True)
class Carer:
    """Somebody who does visits. Several shifts are a split day."""

    id: Id
    shifts: tuple[Shift, ...]
    skills: frozenset[str] = frozenset()
    mode: str = "car"
    """Key of `Problem.travel`."""
    max_work: float = inf
    """Hard: most seconds of visits and travel together; breaks and waiting are not counted."""
    overtime: float = 0.0
    """How long after a shift's end its work may go on, at `Weights.overtime` a second."""


@dataclass(frozen=True)
class Weights:
    """What a unit of each soft wish costs. The default unit is a second of travel."""

    travel: float = 1.0
    """A second of travel."""
    tardiness: float = 1.0
    """A second of start after the preferred window."""
    max_tardiness: float = 0.0
    """A second of the largest tardiness."""
    earliness: float = 1.0
    """A second of start before the preferred window."""
    not_preferred: float = 300.0
    """A visit by somebody else than its preferred carers."""
    new_face: float = 600.0
    """A carer whom the person has not met lately, once per person and day."""
    fairness: float = 0.0
    """A second of burden away from the share that the carer's shifts give."""
    moved_carer: float = 900.0
    """A settled visit that changes carer."""
    moved_second: float = 0.5
    """A second that a settled visit's start moves."""
    overtime: float = 3.0
    """A second of work after the shift's end."""
    unplaced: float = 100_000.0
    """A visit left unplaced, times its priority."""
    optional: float = 5_000.0
    """An optional visit left unplaced, times its priority."""


@dataclass(frozen=True)
class Problem:
    """A day to plan.

    `travel[mode]` is a square matrix `(n_places, n_places)`, from row to column, of floats.
    `floor` is the least travel between two different places: parking, stairs, shoes.
    """

    visits: tuple[Visit, ...]
    carers: tuple[Carer, ...]
    travel: Mapping[str, Sequence[Sequence[float]]]
    links: tuple[Link, ...] = ()
    floor: float = 0.0
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True)
class Assignment:
    """A visit in the plan. `shift` is the index in the carer's `shifts`."""

    task: Id
    carer: Id
    start: float
    shift: int = 0


@dataclass(frozen=True)
class BreakTime:
    """When break number `index` of a carer's shift is held."""

    carer: Id
    shift: int
    index: int
    start: float


@dataclass(frozen=True)
class Solution:
    """A plan. `assignments` are ordered by shift, then start; `costs` are weighted, part by part."""

    assignments: tuple[Assignment, ...]
    unplaced: tuple[Id, ...] = ()
    breaks: tuple[BreakTime, ...] = ()
    costs: Mapping[str, float] = field(default_factory=dict)
    iterations: int = 0
    seconds: float = 0.0

    @property
    def cost(self) -> float:
        """The sum that was minimised; show `costs` beside it."""
        return sum(self.costs.values())


COST_PARTS = (
    "travel",
    "tardiness",
    "max_tardiness",
    "earliness",
    "preference",
    "new_faces",
    "fairness",
    "moved",
    "overtime",
    "unplaced",
)


class Rule(StrEnum):
    """The hard rules; `check` and `explain` name them by these codes."""

    UNKNOWN = "unknown"
    TWICE = "twice"
    MISSING = "missing"
    SKILL = "skill"
    INCOMPATIBLE = "incompatible"
    PINNED_CARER = "pinned_carer"
    PINNED_START = "pinned_start"
    EARLIEST = "earliest"
    LATEST = "latest"
    LATEST_END = "latest_end"
    SHIFT_START = "shift_start"
    SHIFT_END = "shift_end"
    OVERLAP = "overlap"
    BREAK = "break"
    MAX_WORK = "max_work"
    LAG = "lag"
    SAME_CARER = "same_carer"
    TOGETHER = "together"


@dataclass(frozen=True)
class Stop:
    """When to end, whichever comes first. By iterations alone, the same seed gives the same plan."""

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self):
        if self.seconds is None and self.iterations is None:
            raise ValueError("give seconds or iterations")


@dataclass(frozen=True)
class Progress:
    """How far the search has come; `costs` are those of the best plan so far.

    `unplaced` counts visits that are placed together as one. The costs are coarser than a solution's:
    overtime is told in `tardiness`, moved starts in `earliness`, and moved carers in `preference`.
    """

    seconds: float
    iterations: int
    cost: float
    unplaced: int
    costs: Mapping[str, float]


def freeze(problem: Problem, solution: Solution, loose: frozenset[Id], seconds=0.0) -> Problem:
    """The problem where no placed visit but the `loose` changes carer or moves over `seconds`."""
    placed = {a.task: a for a in solution.assignments}

    def held(visit: Visit) -> Visit:
        at = placed.get(visit.id)
        if at is None or visit.id in loose:
            return visit
        return replace(
            visit,
            carer=at.carer,
            earliest=max(visit.earliest, at.start - seconds),
            latest=min(visit.latest, at.start + seconds),
            settled=Placement(at.carer, at.start),
        )

    return replace(problem, visits=tuple(held(v) for v in problem.visits))
