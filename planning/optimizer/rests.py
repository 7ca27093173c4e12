"""Where a break that is free to move is held, so that it harms nothing if there is such a place."""

from collections.abc import Iterable

from .model import Break


def place_rest(
    rest: Break, wish: float, begin: float, busy: Iterable[tuple[float, float]]
) -> float | None:
    """The start nearest to `wish` at which the break harms nothing; None: there is no such start.

    `busy` is what the row does, by start: when one must leave for it, the way there counted, and
    when one is free again; the way home ends it. `begin` is when the row begins. Taking something
    away from `busy` never makes a place harmful.
    """
    free, found = begin, []
    for leaves, done in busy:
        low, high = max(free, rest.earliest), min(leaves - rest.duration, rest.latest)
        if low <= high:
            found.append(min(max(wish, low), high))
        free = max(free, done)
    return min(found, key=lambda at: (abs(at - wish), at), default=None)
