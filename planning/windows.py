"""When a visit may begin and end: as it is written, and on its day. Pure. DAY-03, BEY-06."""

from dataclasses import dataclass
from datetime import date

from planning import daytime
from planning.daytime import DAY, shown

EVENING = 18 * 60
"""From here on a window may end as late as noon the day after."""
LONGEST = 12 * 60
"""Minutes that a window reaches over midnight from a start at another hour: more is a slip."""


class Misplaced(ValueError):
    """A window that cannot be. Names the field; the message is Swedish."""

    def __init__(self, field: str, text: str):
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Window:
    """A start and the ends between which the visit lies: minutes past midnight that clocks show, or
    minutes of a day."""

    start: int
    earliest: int
    latest_end: int


def written(start: int, minutes: int, earliest: int | None, latest_end: int | None) -> Window:
    """The window of a visit as clocks show it; an end that is left out leaves no room.

    A beginning that looks later than the start is the evening before's, an end that looks earlier
    is the day after's. Raises Misplaced.
    """
    end = start + minutes
    first = start if earliest is None else _evening_before(start, earliest)
    last = end if latest_end is None else _day_after(start, latest_end)
    if first > start:
        raise Misplaced(
            "earliest",
            f"Besöket börjar {shown(start)}. Skriv {shown(start)} eller tidigare, eller flytta starten.",
        )
    if earliest is not None and last < first + minutes:
        raise Misplaced(
            "latest_end",
            f"Mellan {shown(first)} och {shown(last)} ryms inte {minutes} minuter. Skriv {shown(end)} "
            "eller senare, eller korta besöket.",
        )
    if last < end:
        raise Misplaced(
            "latest_end",
            f"Besöket slutar {shown(end)}. Skriv {shown(end)} eller senare, eller flytta starten.",
        )
    return Window(start, first, last)


def _evening_before(start: int, earliest: int) -> int:
    before = earliest - DAY
    return before if earliest > start and start - before <= LONGEST else earliest


def _day_after(start: int, latest_end: int) -> int:
    after = latest_end + DAY
    is_meant = after <= daytime.LATEST if start >= EVENING else after - start <= LONGEST
    return after if latest_end < start and is_meant else latest_end


def on_day(day: date, window: Window, minutes: int) -> Window:
    """The window in minutes of a day, each end on its own date and hour, never moved with another.

    What the spring's change takes from it is given back as far as the visit needs it.
    """
    start, first, last = (
        daytime.from_wall(day, wall) for wall in (window.start, window.earliest, window.latest_end)
    )
    return Window(start, min(first, start), max(last, start + minutes))


def near(wall: int, earliest: int, latest_end: int) -> int:
    """A time as it is written for a visit whose window is known: the hours of a night that begins the
    evening before, or ends the day after, are those of that night."""
    if latest_end > DAY and wall < earliest - DAY // 2:
        return wall + DAY
    if earliest < 0 and wall > latest_end + DAY // 2:
        return wall - DAY
    return wall
