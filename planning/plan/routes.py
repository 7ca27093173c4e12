"""Travel times from the municipality's own route servers, asked once for each set of places.

`settings.ROUTES` names a server for a mode; without one, or while it does not answer, the estimate of
`travel` holds. A server is told places, never whose they are. Requirement PLN-20.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.cache import cache

from planning.optimizer import travel
from planning.optimizer.travel import Matrix, Point, TravelError

KNOWN: dict[str, dict[tuple[Point, Point], float]] = defaultdict(dict)
"""Seconds from point to point, by mode: what this process has learnt."""
MOST = 2_000_000
"""So many ways are remembered; then all is forgotten and learnt again."""
KEPT = 7 * 24 * 3600
"""Seconds for which an answer is kept for all processes: roads change seldom."""
PAUSE = 60
"""Seconds for which a server that failed is left alone."""
TIMEOUT = 5.0
"""Seconds for one question; somebody waits for the board meanwhile."""

log = logging.getLogger(__name__)


def learn(points: Sequence[Point], modes: Iterable[str]) -> None:
    """Make the ways between the points known, for the modes that have a server."""
    for mode in set(modes) & settings.ROUTES.keys():
        known = KNOWN[mode]
        if any((a, b) not in known for a in points for b in points):
            _remember(mode, points, _ask(mode, points))


def _remember(mode: str, points: Sequence[Point], matrix: Matrix | None) -> None:
    if matrix is None:
        return
    if len(KNOWN[mode]) > MOST:
        KNOWN[mode].clear()
    for a, row in zip(points, matrix, strict=True):
        KNOWN[mode].update(((a, b), way) for b, way in zip(points, row, strict=True))


def _ask(mode: str, points: Sequence[Point]) -> Matrix | None:
    """What the server said of these points, now or before; None when it cannot be asked."""
    said = hashlib.sha256(repr((settings.ROUTES[mode], points)).encode()).hexdigest()
    key, failed = f"routes:{mode}:{said}", f"routes-failed:{mode}"
    if (matrix := cache.get(key)) is not None or cache.get(failed):
        return matrix
    kind, _, server = settings.ROUTES[mode].partition(":")
    try:
        if kind == "osrm":
            matrix = travel.osrm(points, server, timeout=TIMEOUT)
        else:
            matrix = travel.valhalla(points, server, mode, timeout=TIMEOUT)
    except TravelError as error:
        log.warning("The route server for %s: %s. Ways are estimated meanwhile.", mode, error)
        cache.set(failed, True, PAUSE)
        return None
    cache.set(key, matrix, KEPT)
    return matrix
