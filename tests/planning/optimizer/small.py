"""Small days for the tests: a straight road, places at kilometres, a minute (60 s) per kilometre."""

import random

from planning.optimizer import (
    Assignment,
    Break,
    BreakTime,
    Carer,
    Link,
    Problem,
    Shift,
    Solution,
    Visit,
    Weights,
)

HOUR = 3600.0


def road(*kilometres: float) -> dict[str, list[list[float]]]:
    """Travel by car between places along a straight road."""
    return {"car": [[60.0 * abs(a - b) for b in kilometres] for a in kilometres]}


def carer(name: str, start=8 * HOUR, end=12 * HOUR, **more) -> Carer:
    """A carer with one shift from place 0 and back."""
    breaks = more.pop("breaks", ())
    return Carer(name, (Shift(start, end, 0, 0, breaks),), **more)


def visit(name: str, place: int, **more) -> Visit:
    """A visit of half an hour."""
    return Visit(name, place, **({"duration": 0.5 * HOUR} | more))


def only_travel(**more) -> Weights:
    """Travel is all that costs, and visits left out."""
    return Weights(**({"moved_carer": 0, "moved_second": 0, "new_face": 0} | more))


def random_problem(number: int, visits: int = 12, carers: int = 4) -> Problem:
    """A day with everything in it: skills, pairs, lags, breaks, pins, wishes; seldom easy."""
    pick = random.Random(number)
    places = [(pick.uniform(0, 10), pick.uniform(0, 10)) for _ in range(visits + 1)]
    matrix = [[60 * ((a - c) ** 2 + (b - d) ** 2) ** 0.5 for c, d in places] for a, b in places]
    names = [f"c{k}" for k in range(carers)]
    asked = [_random_visit(pick, i, names) for i in range(visits)]
    links = [Link(0, 1), Link(2, 3, HOUR, 3 * HOUR, together=pick.random() < 0.5)]
    if pick.random() < 0.3:
        links.append(Link(4, 5, 0.25 * HOUR, float("inf"), different=False, together=False))
    staff = []
    for name in names:
        start = pick.choice([7, 8, 9]) * HOUR
        shifts = [_random_shift(pick, start, start + pick.choice([3, 5]) * HOUR)]
        if pick.random() < 0.3:
            shifts.append(_random_shift(pick, start + 6 * HOUR, start + 9 * HOUR))
        skills = frozenset(s for s in ("insulin", "lift") if pick.random() < 0.7)
        most = pick.choice([float("inf"), 4 * HOUR])
        over = pick.choice([0.0, 600.0])
        staff.append(Carer(name, tuple(shifts), skills, max_work=most, overtime=over))
    weights = Weights(max_tardiness=pick.choice([0, 1.0]), fairness=pick.choice([0, 0.1]))
    return Problem(
        tuple(asked), tuple(staff), {"car": matrix}, tuple(links), floor=120, weights=weights
    )


def _random_shift(pick: random.Random, start: float, end: float) -> Shift:
    middle = (start + end) / 2
    rest = (Break(900, middle - 2400, middle + 2400),) if pick.random() < 0.6 else ()
    return Shift(start, end, 0, 0, rest)


def _random_visit(pick: random.Random, i: int, names: list[str]) -> Visit:
    early = pick.randrange(7, 15) * HOUR
    wish = (early + 0.5 * HOUR, early + HOUR) if pick.random() < 0.4 else None
    return Visit(
        id=i,
        place=i + 1,
        duration=pick.choice([900, 1800, 2700]),
        earliest=early,
        latest=early + pick.choice([1, 2]) * HOUR,
        latest_end=early + 2.5 * HOUR if pick.random() < 0.3 else float("inf"),
        preferred=wish,
        skills=frozenset(s for s in ("insulin", "lift") if pick.random() < 0.2),
        incompatible=frozenset([pick.choice(names)] if pick.random() < 0.2 else []),
        preferred_carers=frozenset([pick.choice(names)] if pick.random() < 0.3 else []),
        known_carers=frozenset([pick.choice(names)] if pick.random() < 0.5 else []),
        person=i // 2,
        carer=pick.choice(names) if pick.random() < 0.1 else None,
        start=early + 600 if pick.random() < 0.05 else None,
        optional=pick.random() < 0.1,
    )


def retimed(problem: Problem, plan: Solution, task, shift_of: tuple, behind: int) -> Solution:
    """The plan with `task` as stop number `behind` of a shift, every start as early as can be.

    An own, slow way to time a plan: passes over all rules until nothing moves.
    """
    stops = _orders(problem, plan)
    stops[shift_of].insert(behind, ("visit", task))
    visits = {v.id: v for v in problem.visits}
    carers = {c.id: c for c in problem.carers}
    at: dict = {}
    for _ in range(60):
        before = dict(at)
        for (name, number), row in stops.items():
            shift = carers[name].shifts[number]
            place, free = shift.start_place, shift.start
            for stop in row:
                if stop[0] == "break":
                    rest = shift.breaks[stop[1]]
                    low, way, long = rest.earliest, 0.0, rest.duration
                else:
                    v = visits[stop[1]]
                    low = max(v.earliest, v.start if v.start is not None else 0.0)
                    way, long = _way(problem, carers[name].mode, place, v.place), v.duration
                    place = v.place
                key = (name, number, stop)
                at[key] = max(at.get(key, 0.0), low, free + way)
                free = at[key] + long
        key_of = {key[2][1]: key for key in at if key[2][0] == "visit"}
        for link in problem.links:
            if link.first in key_of and link.second in key_of:
                a, b = key_of[link.first], key_of[link.second]
                at[b] = max(at[b], at[a] + link.min_lag)
                at[a] = max(at[a], at[b] - link.max_lag)
        if at == before:
            break
    placed = [(k, s) for k, s in at.items() if k[2][0] == "visit"]
    return Solution(
        assignments=tuple(Assignment(k[2][1], k[0], s, k[1]) for k, s in placed),
        unplaced=tuple(v.id for v in problem.visits if v.id not in {k[2][1] for k, _ in placed}),
        breaks=tuple(
            BreakTime(k[0], k[1], k[2][1], s) for k, s in at.items() if k[2][0] == "break"
        ),
    )


def _way(problem: Problem, mode: str, a: int, b: int) -> float:
    return 0.0 if a == b else max(problem.floor, problem.travel[mode][a][b])


def _orders(problem: Problem, plan: Solution) -> dict:
    """Stops of each shift in order of start."""
    rows: dict = {(c.id, k): [] for c in problem.carers for k in range(len(c.shifts))}
    for a in plan.assignments:
        rows[a.carer, a.shift].append((a.start, 1, ("visit", a.task)))
    for b in plan.breaks:
        rows[b.carer, b.shift].append((b.start, 0, ("break", b.index)))
    return {key: [stop for _, _, stop in sorted(row)] for key, row in rows.items()}
