"""Days made by seed: a home-care set with hard windows and pairs, and a real municipality's day."""

import random
from dataclasses import replace

from planning.optimizer import Break, Carer, Link, Problem, Shift, Visit, Weights
from planning.optimizer.travel import estimate

HOUR = 3600.0
HARD_SIZES = {20: (2, 4), 50: (5, 10), 80: (8, 16)}
"""Visits: (pairs, carers) of the set with hard windows."""
PLAIN = Weights(
    not_preferred=0, new_face=0, moved_carer=0, moved_second=0, tardiness=0, earliness=0,
    unplaced=1e7,
)  # fmt: skip
"""Travel is all that counts once every visit is placed."""


def hard(visits: int, seed: int) -> Problem:
    """Visits with hard windows over nine hours; some are pairs with one start. Seconds."""
    pick = random.Random(f"hard {visits} {seed}")
    pairs, carers = HARD_SIZES[visits]
    places = [(0.0, 0.0)] + [(pick.uniform(-9, 9), pick.uniform(-9, 9)) for _ in range(visits)]
    travel = [[60 * round(abs(a - c) + abs(b - d)) * 0.7 for c, d in places] for a, b in places]
    rows = []
    for k in range(visits):
        length = pick.choice([15, 30, 30, 45, 60]) * 60.0
        width = pick.choice([0.5, 1, 1.5, 2]) * HOUR
        first = pick.uniform(0, 9 * HOUR - length - width)
        rows.append(Visit(k, k + 1, length, first, first + width))
    links = []
    for p in range(pairs):
        a, b = rows[2 * p], rows[2 * p + 1]
        rows[2 * p + 1] = replace(
            b, place=a.place, duration=a.duration, earliest=a.earliest, latest=a.latest
        )
        links.append(Link(a.id, b.id))
    shift = (Shift(0, 9 * HOUR, 0, 0),)
    staff = tuple(Carer(f"c{k}", shift) for k in range(carers))
    return Problem(tuple(rows), staff, {"car": travel}, tuple(links), weights=PLAIN)


def unit(persons: int, visits: int, carers: int, seed: int, day: int = 0) -> Problem:
    """One unit's day: persons around an office, visits morning to night, 6 % of them double."""
    pick = random.Random(f"unit {persons} {seed}")
    office = (59.27 + pick.uniform(-0.1, 0.1), 15.21 + pick.uniform(-0.1, 0.1))
    points = [office] + [
        (office[0] + pick.gauss(0, 0.018), office[1] + pick.gauss(0, 0.035)) for _ in range(persons)
    ]
    staff = _staff(pick, carers)
    names = [c.id for c in staff]
    likes = {p: frozenset(pick.sample(names, 6)) for p in range(persons)}
    pick = random.Random(f"unit {persons} {seed} {day}")
    rows, links = [], []
    while len(rows) < visits:
        person = pick.randrange(persons) if len(rows) >= persons else len(rows)
        row = _visit(pick, len(rows), person, likes[person])
        rows.append(row)
        if pick.random() < 0.064 and len(rows) < visits:
            rows.append(replace(row, id=len(rows)))
            links.append(Link(row.id, len(rows) - 1))
    travel = {mode: estimate(points, mode) for mode in ("car", "bike")}
    return Problem(tuple(rows), tuple(staff), travel, tuple(links))


TIMES = ((7.0, 4.5), (10.5, 1.5), (12.0, 2.0), (15.0, 2.0), (17.0, 2.0), (19.5, 2.0))
"""When visits are asked for: start and width in hours."""


def _visit(pick: random.Random, number: int, person: int, known: frozenset) -> Visit:
    begin, width = pick.choices(TIMES, weights=(28, 16, 20, 14, 12, 10))[0]
    early = (begin + pick.uniform(0, width * 0.5)) * HOUR
    wide = pick.choice([0.75, 1.0, 1.5, 2.0]) * HOUR
    return Visit(
        id=number,
        place=person + 1,
        duration=pick.choice([10, 10, 15, 15, 20, 30]) * 60.0,
        earliest=early,
        latest=early + wide,
        preferred=(early, early + 0.6 * wide),
        skills=frozenset(["delegation"] if pick.random() < 0.35 else []),
        known_carers=known,
        person=person,
        priority=pick.choice([1, 1, 1, 2, 3]),
    )


def _staff(pick: random.Random, carers: int) -> list[Carer]:
    staff = []
    for k in range(carers):
        start = (7.0, 14.0, 7.0, 13.5, 8.0)[k % 5] * HOUR
        end = start + (8.5 if k % 5 != 2 else 7.0) * HOUR
        middle = (start + end) / 2
        rest = Break(1800, middle - HOUR, middle + HOUR)
        skills = frozenset(["delegation"] if pick.random() < 0.8 else [])
        mode = "bike" if pick.random() < 0.3 else "car"
        staff.append(Carer(f"c{k}", (Shift(start, end, 0, 0, (rest,)),), skills, mode))
    return staff


def real_day(seed: int, scale: float = 1.0, day: int = 0) -> Problem:
    """Three units in one problem: 600 persons, 2,500 visits and 150 carers at scale 1."""
    units = [
        unit(int(200 * scale), int(v * scale), int(50 * scale), 10 * seed + k, day)
        for k, v in enumerate((834, 833, 833))
    ]
    return join(units)


def join(units: list[Problem]) -> Problem:
    """Several units as one problem; each keeps to its own carers and places."""
    visits, carers, links = [], [], []
    size = sum(len(next(iter(u.travel.values()))) for u in units)
    travel = {m: [[7200.0] * size for _ in range(size)] for m in units[0].travel}
    base = 0
    for number, problem in enumerate(units):
        own = f"unit {number}"
        for v in problem.visits:
            visits.append(
                replace(
                    v,
                    id=f"{number}/{v.id}",
                    place=v.place + base,
                    skills=v.skills | {own},
                    person=f"{number}/{v.person}",
                    known_carers=frozenset(f"{number}/{c}" for c in v.known_carers),
                )
            )
        for c in problem.carers:
            shifts = tuple(
                replace(s, start_place=s.start_place + base, end_place=s.end_place + base)
                for s in c.shifts
            )
            carers.append(replace(c, id=f"{number}/{c.id}", shifts=shifts, skills=c.skills | {own}))
        links += [
            replace(link, first=f"{number}/{link.first}", second=f"{number}/{link.second}")
            for link in problem.links
        ]
        for mode, matrix in problem.travel.items():
            for a, row in enumerate(matrix):
                travel[mode][base + a][base : base + len(row)] = row
        base += len(next(iter(problem.travel.values())))
    return replace(
        units[0], visits=tuple(visits), carers=tuple(carers), links=tuple(links), travel=travel
    )
