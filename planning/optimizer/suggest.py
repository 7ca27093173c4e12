"""The best places for one visit on a board as it stands.

Nothing is timed anew and nothing is lifted out but the visit itself: every other visit stands where
it stands, and gives way only as far as the placed visit pushes it, later or earlier. What a plan
breaks already is let be; a placement that breaks anything more is none.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import inf

from .board import Layout, can_serve, window
from .check import Breach, Report, check
from .model import Assignment, BreakTime, Id, Link, Problem, Shift, Solution, Visit
from .rests import place_rest
from .standing import group_of

TOLERANCE = 1e-6
MOST_STEPS = 2_000
"""Pushes after which visits are taken to push each other in a circle."""
MOST_TIMES = 40
"""Starts that are tried for linked visits: those that move nobody first, then nearest to the wish."""
RANKED = 2
"""So many times what is asked for is costed exactly."""

Key = Id | tuple[Id, int, int]
"""A visit, or a break by carer, shift and index."""
RowKey = tuple[Id, int]
"""A carer and the number of one of their shifts."""


@dataclass(frozen=True)
class Suggestion:
    """One placement of a visit and of those linked with it.

    `costs` are the changes part by part against the plan as it stands; `shifted` tells by how many
    seconds other visits move. `breaches` is all that the plan then breaks: nothing that it does not
    break already.
    """

    assignments: tuple[Assignment, ...]
    costs: Mapping[str, float]
    shifted: Mapping[Id, float]
    breaches: tuple[Breach, ...]
    solution: Solution
    """The whole plan with the placement in it."""

    @property
    def cost(self) -> float:
        return sum(self.costs.values())


def suggest(
    problem: Problem, solution: Solution, task: Id, count: int = 5
) -> tuple[Suggestion, ...]:
    """Placements of `task`: those that move fewest others first, then the cheapest.

    Any carer, any position; the others keep their carers and order. Where it stands now is none of
    them. Empty: it fits nowhere; ask `explain`. KeyError: unknown visit.
    """
    standing = _Standing(problem, solution, task)
    before, found = check(problem, solution), []
    for way in standing.ways():
        made = standing.suggestion(way, before)
        if {_kind(row) for row in made.breaches} <= {_kind(row) for row in before.breaches}:
            found.append((way.disturbance, made))
        if len(found) == RANKED * count:
            break
    found.sort(key=lambda row: (*row[0], row[1].cost))
    return tuple(made for _, made in found[:count])


def _kind(breach: Breach) -> tuple:
    """What is broken, however much of it."""
    return breach.rule, breach.task, breach.carer


@dataclass(frozen=True)
class _Chain:
    """Stops of a row in order, and how early and late each could start if all gave way."""

    keys: tuple[Key, ...]
    soonest: tuple[float, ...]
    latest: tuple[float, ...]
    gaps: float
    """Seconds that all of it takes."""


@dataclass
class _Row:
    """A shift, and what is done in it in order of start; the visit that is asked for lifted out."""

    carer: Id
    number: int
    shift: Shift
    travel: Sequence[Sequence[float]]
    chain: list[Key] = field(default_factory=list)
    end: float = inf
    """When the visit must be done."""
    bound: float = inf
    """When all of it must be over: later, if it is late already."""
    chains: list[_Chain] = field(default_factory=list)
    """What it does, and where it has a break also the same without: it may be held elsewhere."""


@dataclass(frozen=True)
class _Spot:
    """An opening of a row: what the row does with the visit in it, and when that may start."""

    row: RowKey
    chain: tuple[Key, ...]
    soonest: float
    """With all before it moved as early as they go, and all after it as late."""
    latest: float
    free_from: float
    """With nobody moved. After `free_until`: somebody has to give way."""
    free_until: float
    price: float
    """About what it costs; only for choosing which to weigh exactly."""


@dataclass(frozen=True)
class _Way:
    """A start for each of the linked visits, and what gives way."""

    spots: tuple[_Spot, ...]
    starts: Mapping[Key, float]
    """Of all that moves, the visit and those linked with it among them."""
    disturbance: tuple[int, float]
    """How many others move, and by how many seconds together, breaks too."""
    price: float


class _Standing:
    def __init__(self, problem: Problem, solution: Solution, task: Id):
        layout = Layout(problem)
        self.problem, self.solution = problem, solution
        self.group = [problem.visits[i] for i in group_of(layout, task)]
        self.own = {visit.id for visit in self.group}
        self.visits = {visit.id: visit for visit in problem.visits}
        self.rests = {(b.carer, b.shift, b.index): b for b in solution.breaks}
        self.now = {a.task: a for a in solution.assignments}
        self.start: dict[Key, float] = {
            a.task: a.start
            for a in solution.assignments
            if a.task in self.visits and a.task not in self.own
        }
        self.start |= {key: rest.start for key, rest in self.rests.items()}
        self.missing: dict[tuple, float] = {}
        self.links: dict[Id, list[Link]] = defaultdict(list)
        for link in problem.links:
            self.links[link.first].append(link)
            self.links[link.second].append(link)
        self.offset = self._offsets()
        self.rows = self._rows()
        self.place_of = {
            key: (name, n) for name, row in self.rows.items() for n, key in enumerate(row.chain)
        }
        self.met: dict[tuple, set[Id]] = defaultdict(set)
        for at in solution.assignments:
            if at.task not in self.own and at.task in self.visits:
                self.met[_person(self.visits[at.task])].add(at.carer)

    def _offsets(self) -> dict[Id, float]:
        """How long after the first of the linked visits each starts: the least that the links say."""
        offset = {self.group[0].id: 0.0}
        for _ in self.group:
            for link in (link for v in self.group for link in self.links[v.id] if link.together):
                if link.first in offset:
                    offset.setdefault(link.second, offset[link.first] + link.min_lag)
                elif link.second in offset:
                    offset[link.first] = offset[link.second] - link.min_lag
        return offset

    # ------------------------------------------------------------ the board as it stands

    def _rows(self) -> dict[RowKey, _Row]:
        rows = {
            (carer.id, number): _Row(carer.id, number, shift, self.problem.travel[carer.mode])
            for carer in self.problem.carers
            for number, shift in enumerate(carer.shifts)
        }
        overtime = {carer.id: carer.overtime for carer in self.problem.carers}
        for at in self.solution.assignments:
            if at.task in self.start and (at.carer, at.shift) in rows:
                rows[at.carer, at.shift].chain.append(at.task)
        for key in self.rests:
            if key[:2] in rows and key[2] < len(rows[key[:2]].shift.breaks):
                rows[key[:2]].chain.append(key)
        for row in rows.values():
            row.chain.sort(
                key=lambda key: (self.start[key], self.start[key] + self._long(row, key))
            )
            row.end = row.bound = row.shift.end + overtime[row.carer]
            visits: list[Key] = [key for key in row.chain if not isinstance(key, tuple)]
            for keys in [row.chain] if visits == row.chain else [row.chain, visits]:
                self._let_be(row, keys)
            row.chains = [self._chain(row, keys) for keys in [row.chain, visits]]
        return rows

    def _let_be(self, row: _Row, keys: Sequence[Key]) -> None:
        """Note what the row lacks already: seconds between two stops, and after its end."""
        gaps = self._gaps(row, keys)
        before, since = None, row.shift.start
        for key, gap in zip(keys, gaps, strict=False):
            if gap > self.start[key] - since:
                self.missing[row.carer, row.number, before, key] = gap - self.start[key] + since
            before, since = key, self.start[key]
        if keys:
            row.bound = max(row.bound, self.start[keys[-1]] + gaps[-1])

    def _chain(self, row: _Row, keys: Sequence[Key]) -> _Chain:
        gaps, soonest, latest = self._gaps(row, keys), [], []
        at = row.shift.start
        for key, gap in zip(keys, gaps, strict=False):
            at = max(at + gap, self._low(row, key))
            soonest.append(at)
        at = row.bound
        for key, gap in zip(reversed(keys), reversed(gaps), strict=False):
            at = min(at - gap, self._high(row, key))
            latest.append(at)
        visits = any(not isinstance(key, tuple) for key in keys)
        return _Chain(
            tuple(keys), tuple(soonest), tuple(reversed(latest)), sum(gaps) if visits else 0.0
        )

    def _gaps(self, row: _Row, chain: Sequence[Key]) -> list[float]:
        """Seconds that must lie between the starts of each stop and the next, the shift's begin and
        end among them; what is lacking already is asked of nobody."""
        place, long, before, gaps, has_visits = row.shift.start_place, 0.0, None, [], False
        for key in chain:
            visit = self.visits.get(key) if not isinstance(key, tuple) else None
            gap = long
            if visit is not None:
                gap += self._way(row, place, visit.place)
                place, has_visits = visit.place, True
            gaps.append(gap - self.missing.get((row.carer, row.number, before, key), 0.0))
            before, long = key, self._long(row, key)
        gaps.append(long + (self._way(row, place, row.shift.end_place) if has_visits else 0.0))
        return gaps

    def _way(self, row: _Row, a: int, b: int) -> float:
        way = float(row.travel[a][b])
        return way if a == b else max(way, self.problem.floor)

    def _long(self, row: _Row, key: Key) -> float:
        if isinstance(key, tuple):
            return row.shift.breaks[key[2]].duration
        return self.visits[key].duration

    def _low(self, row: _Row, key: Key) -> float:
        """As early as a stop may be moved: one that stands too early already, no earlier."""
        if isinstance(key, tuple):
            return min(row.shift.breaks[key[2]].earliest, self.start[key])
        return min(window(self.visits[key])[0], self.start[key])

    def _high(self, row: _Row, key: Key) -> float:
        if isinstance(key, tuple):
            return max(row.shift.breaks[key[2]].latest, self.start[key])
        return max(window(self.visits[key])[1], self.start[key])

    # ------------------------------------------------------------ where the visit may stand

    def ways(self) -> Iterator[_Way]:
        """Every placement, each once, the best first; not where the visit stands, and none that moves
        somebody on a row where there is room without."""
        spots = [list(self._spots(visit)) for visit in self.group]
        tried = self._alone(spots[0]) if len(spots) == 1 else self._together(spots)
        seen, roomy = {self._standing_place()}, set()
        for way in sorted(tried, key=lambda way: (*way.disturbance, way.price)):
            rows = frozenset(s.row for s in way.spots)
            place = rows, way.starts[self.group[0].id]
            if place in seen or (way.disturbance[0] and rows in roomy):
                continue
            if not way.disturbance[0]:
                roomy.add(rows)
            seen.add(place)
            yield way

    def _standing_place(self) -> tuple:
        placed = [self.now[visit.id] for visit in self.group if visit.id in self.now]
        rows = frozenset((at.carer, at.shift) for at in placed)
        return rows, placed[0].start if len(placed) == len(self.group) else None

    def _spots(self, visit: Visit) -> Iterator[_Spot]:
        low, high = window(visit)
        carers = {carer.id: carer for carer in self.problem.carers}
        for name, row in self.rows.items():
            if can_serve(self.problem, visit, carers[row.carer]) is None:
                for chain in dict.fromkeys(row.chains):
                    yield from self._openings(name, row, chain, visit, low, high)

    def _openings(
        self, name: RowKey, row: _Row, chain: _Chain, visit: Visit, low: float, high: float
    ) -> Iterator[_Spot]:
        keys, high = chain.keys, min(high, row.end - visit.duration)
        for n in range(len(keys) + 1):
            first = chain.soonest[n - 1] if n else row.shift.start
            last = chain.latest[n] if n < len(keys) else row.bound
            if first > high or last < low:
                continue
            longer = (*keys[:n], visit.id, *keys[n:])
            gaps = self._gaps(row, longer)
            soonest, latest = max(low, first + gaps[n]), min(high, last - gaps[n + 1])
            if soonest > latest + TOLERANCE:
                continue
            since = self.start[keys[n - 1]] if n else row.shift.start
            until = self.start[keys[n]] if n < len(keys) else row.bound
            yield _Spot(
                name,
                longer,
                soonest,
                max(soonest, latest),
                max(low, since + gaps[n]),
                min(high, until - gaps[n + 1]),
                self._price(row, sum(gaps) - chain.gaps - visit.duration, visit),
            )

    def _price(self, row: _Row, way: float, visit: Visit) -> float:
        w = self.problem.weights
        price = w.travel * way
        if visit.preferred_carers and row.carer not in visit.preferred_carers:
            price += w.not_preferred
        if row.carer not in visit.known_carers | self.met[_person(visit)]:
            price += w.new_face
        if visit.settled is not None and visit.settled.carer != row.carer:
            price += w.moved_carer
        return price

    def _times(self, spot: _Spot, visit: Visit) -> set[float]:
        """Starts worth trying: the wish, and where the fewest give way."""
        low, high = spot.free_from, max(spot.free_from, spot.free_until)
        asked = list(self._asked_starts(visit))
        if spot.free_from > spot.free_until + TOLERANCE:
            low, high = spot.soonest, spot.latest
            asked += [spot.free_from, spot.free_until, low]
        wish = min(max(self._wish(visit), low), high)
        return {wish, *(min(max(at, low), high) for at in asked)}

    def _asked_starts(self, visit: Visit) -> Iterator[float]:
        """Where it stands, and where the visits that stand would have it start by their links."""
        if visit.id in self.now:
            yield self.now[visit.id].start
        for link in self.links[visit.id]:
            if link.first == visit.id and link.second in self.start:
                yield self.start[link.second] - link.min_lag
            elif link.second == visit.id and link.first in self.start:
                yield self.start[link.first] + link.min_lag

    def _wish(self, visit: Visit) -> float:
        """When it would rather start."""
        if visit.preferred is not None:
            return visit.preferred[0]
        if visit.settled is not None:
            return visit.settled.start
        return self.now[visit.id].start if visit.id in self.now else window(visit)[0]

    def _alone(self, spots: list[_Spot]) -> Iterator[_Way]:
        """The best start in every opening."""
        [visit] = self.group
        for spot in spots:
            tried = [self._try((spot,), at) for at in self._times(spot, visit)]
            fits = [way for way in tried if way is not None]
            if fits:
                yield min(fits, key=lambda way: (*way.disturbance, way.price))

    def _together(self, spots: list[list[_Spot]]) -> Iterator[_Way]:
        """Linked visits: for each start worth trying, the best openings of each."""
        few = 3 if len(spots) == 2 else 2
        for at in self._shared_times(spots):
            best = []
            for visit, row in zip(self.group, spots, strict=True):
                start = at + self.offset[visit.id]
                tried = [
                    (self._rank_at(visit, spot, start), n)
                    for n, spot in enumerate(row)
                    if spot.soonest <= start <= spot.latest + TOLERANCE
                ]
                ranked = _one_a_row(sorted(tried), row)
                best.append(ranked[: few * len(spots)])
            for chosen in product(*best):
                if len({spot.row[0] for spot in chosen}) == len(chosen):
                    way = self._try(chosen, at)
                    if way is not None:
                        yield way

    def _rank_at(self, visit: Visit, spot: _Spot, start: float) -> tuple[float, float]:
        """How much others must give way at a start, and the price."""
        push = max(0.0, spot.free_from - start) + max(0.0, start - spot.free_until)
        return push, spot.price

    def _shared_times(self, spots: list[list[_Spot]]) -> list[float]:
        times: set[float] = set()
        for visit, row in zip(self.group, spots, strict=True):
            for spot in row:
                ends = {spot.free_from, spot.free_until} | self._times(spot, visit)
                times |= {
                    at - self.offset[visit.id] for at in ends if spot.soonest <= at <= spot.latest
                }

        def moves_somebody(at: float) -> bool:
            return not all(
                any(s.free_from <= at + self.offset[v.id] <= s.free_until for s in row)
                for v, row in zip(self.group, spots, strict=True)
            )

        wish = self._wish(self.group[0])
        rank = {at: (moves_somebody(at), abs(at - wish), at) for at in times}
        return sorted(times, key=rank.__getitem__)[:MOST_TIMES]

    # ------------------------------------------------------------ who gives way

    def _try(self, spots: tuple[_Spot, ...], at: float) -> _Way | None:
        """The placement with its pushes; None when somebody cannot give way."""
        chains: dict[RowKey, Sequence[Key]] = {spot.row: spot.chain for spot in spots}
        fixed: dict[Key, float] = {v.id: at + self.offset[v.id] for v in self.group}
        moved = _Push(self, chains, fixed).settled()
        if moved is None:
            return None
        moved = self._rest(chains, moved)
        if moved is None:
            return None
        others = [key for key in moved if key not in fixed]
        seconds = sum(abs(moved[key] - self.start[key]) for key in others)
        held = [abs(self.now[key].start - fixed[key]) for key in fixed if key in self.now]
        if len(held) < len(fixed):  # somebody stands there already, and stays
            seconds += sum(held)
        count = sum(not isinstance(key, tuple) for key in others)
        price = sum(spot.price for spot in spots) + sum(
            self._late(v, fixed[v.id]) for v in self.group
        )
        return _Way(spots, moved, (count, round(seconds, 3)), price)

    def _late(self, visit: Visit, start: float) -> float:
        w = self.problem.weights
        first, last = visit.preferred or (-inf, inf)
        return w.tardiness * max(0.0, start - last) + w.earliness * max(0.0, first - start)

    def _rest(
        self, chains: Mapping[RowKey, Sequence[Key]], moved: dict[Key, float]
    ) -> dict[Key, float] | None:
        """With the breaks that were left out of a row put where they harm nothing."""
        for name, chain in chains.items():
            row = self.rows[name]
            for key in row.chain:
                if isinstance(key, tuple) and key not in chain:
                    wish, rest = self.start[key], row.shift.breaks[key[2]]
                    start = place_rest(rest, wish, row.shift.start, self._busy(row, chain, moved))
                    if start is None:
                        return None
                    if abs(start - wish) > TOLERANCE:
                        moved = {**moved, key: start}
                    chain = sorted(
                        (*chain, key), key=lambda k: moved[k] if k in moved else self.start[k]
                    )
        return moved

    def _busy(
        self, row: _Row, chain: Sequence[Key], moved: Mapping[Key, float]
    ) -> Iterator[tuple[float, float]]:
        """When the row must leave for each stop, and when it is free again."""
        place = row.shift.start_place
        for key in chain:
            start = moved.get(key, self.start.get(key, 0.0))
            there = place if isinstance(key, tuple) else self.visits[key].place
            yield start - self._way(row, place, there), start + self._long(row, key)
            place = there
        yield row.bound - self._way(row, place, row.shift.end_place), row.bound

    # ------------------------------------------------------------ in words of a plan

    def suggestion(self, way: _Way, before: Report) -> Suggestion:
        """The whole plan with a placement in it, judged."""
        row_of = {v.id: spot.row for v, spot in zip(self.group, way.spots, strict=True)}
        kept = [a for a in self.solution.assignments if a.task not in self.own]
        kept = [Assignment(a.task, a.carer, way.starts.get(a.task, a.start), a.shift) for a in kept]
        own = tuple(
            Assignment(v.id, row_of[v.id][0], way.starts[v.id], row_of[v.id][1]) for v in self.group
        )
        breaks = tuple(
            BreakTime(b.carer, b.shift, b.index, way.starts.get(key, b.start))
            for key, b in self.rests.items()
        )
        unplaced = tuple(task for task in self.solution.unplaced if task not in self.own)
        plan = Solution((*kept, *own), unplaced, breaks)
        report = check(self.problem, plan)
        return Suggestion(
            assignments=own,
            costs={part: report.costs[part] - before.costs[part] for part in report.costs},
            shifted={
                key: at - self.start[key]
                for key, at in way.starts.items()
                if key not in self.own and not isinstance(key, tuple)
            },
            breaches=report.breaches,
            solution=Solution(plan.assignments, unplaced, breaks, report.costs),
        )


class _Push:
    """Others giving way to visits at fixed starts: those after later, those before earlier."""

    def __init__(
        self, board: _Standing, chains: Mapping[RowKey, Sequence[Key]], fixed: Mapping[Key, float]
    ):
        self.board, self.chains, self.fixed = board, chains, fixed
        self.moved = dict(fixed)
        self.waiting = list(fixed)
        self.place_of = {
            key: (name, n) for name, chain in chains.items() for n, key in enumerate(chain)
        }
        self.gaps: dict[RowKey, list[float]] = {}

    def settled(self) -> dict[Key, float] | None:
        """New starts of all that moves; None when somebody cannot."""
        steps = 0
        while self.waiting:
            key = self.waiting.pop()
            steps += 1
            if steps > MOST_STEPS or not (self._in_row(key) and self._linked(key)):
                return None
        return self.moved

    def _at(self, key: Key) -> float:
        return self.moved[key] if key in self.moved else self.board.start[key]

    def _in_row(self, key: Key) -> bool:
        name, n = self.place_of.get(key) or self.board.place_of[key]
        row = self.board.rows[name]
        chain = self.chains.get(name, row.chain)
        if name not in self.gaps:
            self.gaps[name] = self.board._gaps(row, chain)
        gaps, at = self.gaps[name], self.moved[key]
        if n + 1 == len(chain):
            fits = at + gaps[-1] <= row.bound + TOLERANCE
        else:
            fits = self._not_before(chain[n + 1], at + gaps[n + 1])
        if n == 0:
            return fits and row.shift.start + gaps[0] <= at + TOLERANCE
        return fits and self._not_after(chain[n - 1], at - gaps[n])

    def _linked(self, key: Key) -> bool:
        if isinstance(key, tuple):
            return True
        at = self.moved[key]
        for link in self.board.links[key]:
            other = link.second if link.first == key else link.first
            if other not in self.moved and other not in self.board.start:
                continue
            low, high = self._lags(link)
            low, high = (at + low, at + high) if link.first == key else (at - high, at - low)
            if not (self._not_before(other, low) and self._not_after(other, high)):
                return False
        return True

    def _lags(self, link: Link) -> tuple[float, float]:
        """What a link asks; where both stand and break it already, no more than holds."""
        start = self.board.start
        if link.first in start and link.second in start:
            now = start[link.second] - start[link.first]
            return min(link.min_lag, now), max(link.max_lag, now)
        return link.min_lag, link.max_lag

    def _not_before(self, key: Key, need: float) -> bool:
        at = self._at(key)
        if at >= need - TOLERANCE:
            return True
        return self._may_move(key, need, at >= self.board.start.get(key, inf))

    def _not_after(self, key: Key, need: float) -> bool:
        at = self._at(key)
        if at <= need + TOLERANCE:
            return True
        return self._may_move(key, need, at <= self.board.start.get(key, -inf))

    def _may_move(self, key: Key, need: float, same_way: bool) -> bool:
        """Move a stop, unless it is held, or has given way in the other direction."""
        if key in self.fixed or not same_way:
            return False
        row = self.board.rows[(self.place_of.get(key) or self.board.place_of[key])[0]]
        if (
            not self.board._low(row, key) - TOLERANCE
            <= need
            <= self.board._high(row, key) + TOLERANCE
        ):
            return False
        self.moved[key] = need
        self.waiting.append(key)
        return True


def _one_a_row(ranked: list[tuple[tuple[float, float], int]], spots: list[_Spot]) -> list[_Spot]:
    """The best opening of each row."""
    best: dict[RowKey, _Spot] = {}
    for _, n in ranked:
        best.setdefault(spots[n].row, spots[n])
    return list(best.values())


def _person(visit: Visit) -> tuple:
    return ("visit", visit.id) if visit.person is None else ("person", visit.person)
