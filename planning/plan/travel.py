"""Seconds between the places of a plan: what a route server has said, else an estimate."""

from collections.abc import Sequence
from math import ceil

from planning.optimizer.travel import Point, great_circle
from planning.plan import routes

DETOUR = 1.3
"""Roads are this much longer than the bird's way."""
SPEED = {"walk": 1.25, "bike": 3.9, "car": 9.0}
"""Metres a second, door to door in a town and its villages."""
FLOOR = 120.0
"""Seconds that the shortest way takes: stairs, keys, shoes (AFS: no way takes no time)."""


def seconds(a: Point, b: Point, mode: str) -> float:
    """The way between two points in whole minutes upwards, with its floor; nothing within a place."""
    if a == b:
        return 0.0
    way = routes.KNOWN[mode].get((a, b))
    if way is None:
        way = great_circle(a, b) * DETOUR / SPEED[mode]
    return max(FLOOR, 60.0 * ceil(way / 60))


class Row:
    """The ways from one place."""

    def __init__(self, points: Sequence[Point], start: Point, mode: str):
        self.points, self.start, self.mode = points, start, mode
        self.known: dict[int, float] = {}

    def __getitem__(self, index: int) -> float:
        if index not in self.known:
            self.known[index] = seconds(self.start, self.points[index], self.mode)
        return self.known[index]

    def __len__(self) -> int:
        return len(self.points)


class Matrix:
    """The ways between all places by one mode."""

    def __init__(self, points: Sequence[Point], mode: str):
        self.rows = [Row(points, point, mode) for point in points]

    def __getitem__(self, index: int) -> Row:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)
