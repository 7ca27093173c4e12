"""Pure rules of schedules: days and minutes in, answers out. PLN-10, PLN-11, PLN-14, CAP-18."""

from dataclasses import dataclass
from datetime import date, timedelta

from planning import daytime

SCHEDULES_DAYS_BEFORE = 14
"""Schedules are in this many days before the first day; then there are two weeks to plan."""
PERIOD_AMBER_DAYS = 7
EXPIRY_DAYS = 30
"""A skill that ends within so many days is shown (CAP-18)."""
HOURS_TO_BREAK = 5
LONGEST_BREAK = 120
"""Minutes."""


class Wrong(ValueError):
    """Something that was typed and cannot be. Names the field; the message is Swedish."""

    def __init__(self, field: str, text: str):
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Dates:
    """The two days that a schedule period is watched by, both inclusive."""

    schedules_due: date
    planned_due: date


def dates(first: date) -> Dates:
    """When schedules and plan are due for a period that begins on `first` (PLN-10)."""
    return Dates(first - timedelta(days=SCHEDULES_DAYS_BEFORE), first - timedelta(days=1))


def expiry_light(last_day: date | None, today: date) -> tuple[str, str]:
    """Colour and text for a skill's last day, which it holds on (CAP-18)."""
    if last_day is None:
        return "none", "Tills vidare"
    left = (last_day - today).days
    if left < 0:
        return "red", f"Gick ut {last_day.isoformat()}"
    if left <= EXPIRY_DAYS:
        when = "i dag" if left == 0 else "i morgon" if left == 1 else f"om {left} dagar"
        return "amber", f"Går ut {when}"
    return "green", f"Gäller till {last_day.isoformat()}"


@dataclass(frozen=True)
class Times:
    """A shift's times, in minutes of its day (`planning.daytime`)."""

    start: int
    end: int
    break_minutes: int = 0
    break_earliest: int = 0
    break_latest: int = 0


def times(
    day: date, start: str, end: str, break_minutes: int = 0, earliest: str = "", latest: str = ""
) -> Times:
    """The times of a shift as clocks show them. An end before the start is the next day's.

    Without a window for the break, it lies so that nobody works more than five hours at a stretch.
    Raises Wrong.
    """
    first, last = _wall("start", start), _wall("end", end, is_end=True)
    if first == last:
        raise Wrong("end", "Passet slutar när det börjar. Rätta starten eller slutet.")
    begins = daytime.from_wall(day, first)
    ends = daytime.from_wall(day, last + daytime.DAY * (last < first))
    if ends <= begins:
        raise Wrong("end", "Klockan ställs om den natten, så passet får ingen tid. Rätta slutet.")
    if ends > daytime.LATEST:
        raise Wrong("end", "Ett pass slutar senast klockan 12 dagen efter. Dela upp det i två.")
    if not break_minutes:
        return Times(begins, ends)
    window = _break_window(day, begins, ends, break_minutes, earliest, latest)
    return Times(begins, ends, break_minutes, *window)


def _break_window(
    day: date, start: int, end: int, minutes: int, earliest: str, latest: str
) -> tuple[int, int]:
    """Earliest and latest start of a break. Raises Wrong."""
    if minutes > LONGEST_BREAK:
        raise Wrong("break_minutes", f"En rast är högst {LONGEST_BREAK} minuter. Rätta antalet.")
    if minutes >= end - start:
        raise Wrong("break_minutes", "Rasten är lika lång som passet. Rätta antalet minuter.")
    usual = break_window(start, end, minutes)
    first = _within(day, start, "break_earliest", earliest) if earliest else usual[0]
    last = _within(day, start, "break_latest", latest) if latest else max(usual[1], first)
    if first > end - minutes:
        raise Wrong("break_earliest", "Rasten ryms inte i passet. Låt den börja tidigare.")
    if last > end - minutes:
        raise Wrong("break_latest", "Rasten ryms inte i passet. Låt den börja tidigare.")
    if last < first:
        raise Wrong("break_latest", "Rasten börjar senast före den börjar tidigast. Rätta en tid.")
    return first, last


def break_window(start: int, end: int, minutes: int) -> tuple[int, int]:
    """When a break of a shift usually starts, so that five hours on either side suffice."""
    longest = HOURS_TO_BREAK * 60
    room = end - minutes
    earliest = max(start, min(room - longest, start + longest, room))
    return earliest, max(earliest, min(start + longest, room))


def _within(day: date, start: int, field: str, text: str) -> int:
    """A time of the clock within a shift: one that is before its start is the next day's."""
    shown = _wall(field, text)
    minute = daytime.from_wall(day, shown)
    return minute if minute >= start else daytime.from_wall(day, shown + daytime.DAY)


def _wall(field: str, text: str, *, is_end: bool = False) -> int:
    try:
        return daytime.parse_wall(text, is_end=is_end)
    except ValueError as error:
        raise Wrong(field, str(error)) from None


def absolute(day: date, minute: int) -> int:
    """The instant of a minute of a day, as whole minutes since 1970 in UTC."""
    return int(daytime.midnight(day).timestamp()) // 60 + minute


def shown(day: date, start: int, end: int) -> str:
    """A shift's times as clocks show them: 07:00–16:00."""
    return f"{daytime.wall(day, start)}–{daytime.wall(day, end)}"


def collide(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two times (first instant, instant after) have a minute in common (PLN-14)."""
    return max(one[0], other[0]) < min(one[1], other[1])
