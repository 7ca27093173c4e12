"""Whether coordinates can be meant (DAY-04). Degrees, WGS 84."""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

FARTHEST_KM = 100
"""How far from the unit's base a person's home is taken without a question."""
OUTSIDE = (
    "Platsen ligger inte i Sverige. Latituden ligger mellan 55 och 69,1, longituden mellan 10,5 och "
    "24,2. Kontrollera siffrorna, eller lämna båda tomma."
)


class Point(NamedTuple):
    """A place."""

    latitude: float
    longitude: float


def in_sweden(latitude: float, longitude: float) -> bool:
    """Whether it lies in the rectangle around Sweden."""
    return 55 <= latitude <= 69.1 and 10.5 <= longitude <= 24.2


def swapped(latitude: float, longitude: float) -> bool:
    """Whether it lies in Sweden only the other way round."""
    return in_sweden(longitude, latitude) and not in_sweden(latitude, longitude)


def swapped_text(latitude: float, longitude: float) -> str:
    """What to say of coordinates that have changed places."""
    return (
        f"Latitud och longitud ser ut att ha bytt plats: {_degrees(longitude)} och "
        f"{_degrees(latitude)} ligger i Sverige. Kryssa i rutan för att byta dem, eller rätta "
        "siffrorna."
    )


def far_text(place: Point, base: Point | None) -> str:
    """What to ask of a place that lies too far from the base; empty for one that does not."""
    distance = kilometres(place, base) if base else 0
    if distance <= FARTHEST_KM:
        return ""
    return (
        f"Platsen ligger {distance:.0f} km från enhetens bas. Rätta siffrorna, eller kryssa i rutan "
        "om den stämmer."
    )


def kilometres(one: Point, other: Point) -> float:
    """The distance as the crow flies."""
    north, south = radians(one.latitude), radians(other.latitude)
    east = radians(one.longitude - other.longitude)
    half = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin(east / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


def _degrees(value: float) -> str:
    return f"{value:.4f}".replace(".", ",")
