"""Travel between places: an estimate of its own, route servers, and matrix files.

Every source answers with a square matrix of seconds, `(n_places, n_places)`, from row to column.
A source that fails raises `TravelError`; the caller then takes the estimate.
"""

import csv
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, cos, inf, isfinite, radians, sin, sqrt
from pathlib import Path

Matrix = list[list[float]]
Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""

EARTH_RADIUS_METRES = 6_371_000.0


class TravelError(Exception):
    """A source of travel times did not give a whole matrix. Use the estimate meanwhile."""


@dataclass(frozen=True)
class Mode:
    """How somebody gets about."""

    metres_per_second: float
    detour: float
    """Way on the ground by way as the crow flies."""
    floor: float
    """Least seconds from door to door between two places."""


MODES = {
    "walk": Mode(metres_per_second=1.35, detour=1.25, floor=60.0),
    "bike": Mode(metres_per_second=4.2, detour=1.3, floor=120.0),
    "car": Mode(metres_per_second=9.7, detour=1.35, floor=180.0),
}
"""Town figures: walking 4.9 km/h, cycling 15 km/h, driving 35 km/h with stops."""


def great_circle(a: Point, b: Point) -> float:
    """Metres between two points."""
    lat_a, lat_b = radians(a[0]), radians(b[0])
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_METRES * asin(min(1.0, sqrt(half)))


def estimate(points: Sequence[Point], mode: str = "car") -> Matrix:
    """Seconds between all points: crow's distance times detour by speed, at least the floor.

    KeyError: unknown mode.
    """
    how = MODES[mode]

    def seconds(a: Point, b: Point) -> float:
        if a == b:
            return 0.0
        return max(how.floor, great_circle(a, b) * how.detour / how.metres_per_second)

    return [[seconds(a, b) for b in points] for a in points]


BLOCK = 50
"""Places from which, and to which, a server is asked at a time: what OSRM and Valhalla allow unless
they are set otherwise (100 places, 2,500 ways)."""


def osrm(
    points: Sequence[Point], server: str, profile: str = "driving", timeout: float = 10.0
) -> Matrix:
    """Travel from an OSRM server's table service, such as `http://localhost:5000`."""

    def ask(sources: range, targets: range) -> object:
        apart = [] if sources == targets else [points[i] for i in targets]
        places = [points[i] for i in sources] + apart
        where = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in places)
        path = urllib.parse.quote(f"/table/v1/{profile}/{where}", safe="/;,")
        if apart:
            path += f"?sources={_listed(0, len(sources))}"
            path += f"&destinations={_listed(len(sources), len(places))}"
        answer = _ask(urllib.request.Request(_server(server) + path), timeout)
        if answer.get("code") != "Ok":
            raise TravelError(f"OSRM answered {answer.get('code')}")
        return answer.get("durations")

    return _in_blocks(len(points), ask)


def _listed(first: int, end: int) -> str:
    return ";".join(str(i) for i in range(first, end))


def _in_blocks(count: int, ask: Callable[[range, range], object]) -> Matrix:
    """The whole matrix, put together from blocks of it."""
    spans = [range(i, min(i + BLOCK, count)) for i in range(0, count, BLOCK)]
    matrix: Matrix = []
    for sources in spans:
        parts = [_whole(ask(sources, to), len(sources), len(to)) for to in spans]
        matrix += [[way for row in rows for way in row] for rows in zip(*parts, strict=True)]
    return matrix


VALHALLA_MODES = {"walk": "pedestrian", "bike": "bicycle", "car": "auto"}


def valhalla(
    points: Sequence[Point], server: str, mode: str = "car", timeout: float = 10.0
) -> Matrix:
    """Travel from a Valhalla server's matrix service, such as `http://localhost:8002`."""
    where = [{"lat": lat, "lon": lon} for lat, lon in points]

    def ask(sources: range, targets: range) -> object:
        question = {
            "sources": [where[i] for i in sources],
            "targets": [where[i] for i in targets],
            "costing": VALHALLA_MODES[mode],
        }
        request = urllib.request.Request(
            _server(server) + "/sources_to_targets",
            data=json.dumps(question).encode(),
            headers={"Content-Type": "application/json"},
        )
        rows = _ask(request, timeout).get("sources_to_targets")
        try:
            return [[cell["time"] for cell in row] for row in rows or ()]
        except (TypeError, KeyError) as error:
            raise TravelError("Valhalla answered in an unknown form") from error

    return _in_blocks(len(points), ask)


def from_file(path: Path, count: int) -> Matrix:
    """A matrix of seconds from a file: `.json` (list of rows) or `.csv` (numbers alone).

    `count`: how many places it must have.
    """
    try:
        if path.suffix.lower() == ".json":
            return _whole(json.loads(path.read_text(encoding="utf-8")), count, count)
        with open(path, newline="", encoding="utf-8-sig") as lines:
            sample = lines.readline()
            lines.seek(0)
            mark = ";" if ";" in sample else ","
            rows = [row for row in csv.reader(lines, delimiter=mark) if row]
        decimal = [[cell.replace(",", ".") for cell in row] for row in rows]
        return _whole([[float(cell) for cell in row] for row in decimal], count, count)
    except (OSError, ValueError) as error:
        raise TravelError(f"{path.name} cannot be read as a matrix: {error}") from error


def _server(address: str) -> str:
    if not address.startswith(("http://", "https://")):
        raise TravelError("the server's address must begin with http:// or https://")
    return address.rstrip("/")


def _ask(request: urllib.request.Request, timeout: float) -> dict:
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            data = json.load(answer)
    except (OSError, ValueError) as error:
        raise TravelError(f"the route server did not answer: {error}") from error
    if not isinstance(data, dict):
        raise TravelError("the route server answered in an unknown form")
    return data


def _whole(rows: object, count: int, width: int) -> Matrix:
    """The matrix when it is of the right size and every way in it is known."""
    if not isinstance(rows, list) or len(rows) != count:
        raise TravelError(f"the matrix should have {count} rows")
    for row in rows:
        if not isinstance(row, list) or len(row) != width:
            raise TravelError(f"each row of the matrix should have {width} numbers")
        if not all(isinstance(x, int | float) and 0 <= x < inf and isfinite(x) for x in row):
            raise TravelError("the matrix has a way that is unknown or negative")
    return [[float(x) for x in row] for row in rows]
