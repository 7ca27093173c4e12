"""Times of a planning day: whole minutes that have passed since its midnight in Sweden. BEY-06.

A night shift of the 24th ends at minute 1860. Minutes pass alike when the clock is moved: on the day
summer time begins, the wall clock's 07:00 is minute 360; on the day it ends, minute 480.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY = 24 * 60
EARLIEST, LATEST = -12 * 60, 36 * 60
"""A planning day's first and last minute: its windows begin at noon the day before at the earliest,
and its nights end by noon the day after."""


def midnight(day: date) -> datetime:
    """The instant at which the day begins."""
    return datetime.combine(day, time(0), tzinfo=STOCKHOLM)


def instant(day: date, minute: int) -> datetime:
    """The instant of a minute of the day."""
    return (midnight(day).astimezone(UTC) + timedelta(minutes=minute)).astimezone(STOCKHOLM)


def minute_of(day: date, at: datetime) -> int:
    """The minute of the day at an instant; negative before it began."""
    passed = at.astimezone(UTC) - midnight(day).astimezone(UTC)
    return int(passed.total_seconds() // 60)


def date_of(day: date, minute: int) -> date:
    """The date on which a minute of the day lies: the day itself, or one beside it."""
    return instant(day, minute).date()


def has_begun(day: date, start: int, at: datetime) -> bool:
    """Whether what starts at a minute of the day has begun at an instant: then it is under way or
    done, and no change from today touches it (Requirement DAY-02)."""
    return start <= minute_of(day, at)


@lru_cache(maxsize=8192)
def from_wall(day: date, wall: int) -> int:
    """The minute of the day at which clocks show `wall` minutes past midnight: negative on the
    evening before, from 1440 on the day after. A time that the spring's change skips is the one an
    hour later; one that the autumn's change gives twice is the first."""
    days, rest = divmod(wall, DAY)
    shown = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return minute_of(day, shown.replace(tzinfo=STOCKHOLM))


def to_wall(day: date, minute: int) -> int:
    """The minutes past midnight that clocks show at a minute of the day, as `from_wall` reads them."""
    shown = instant(day, minute)
    return (shown.date() - day).days * DAY + shown.hour * 60 + shown.minute


@lru_cache(maxsize=4096)
def wall(day: date, minute: int) -> str:
    """What clocks show, for example 07:05."""
    return f"{instant(day, minute):%H:%M}"


def parse_wall(text: str, *, is_end: bool = False) -> int:
    """Minutes past midnight of a time as people write it. Raises ValueError in Swedish.

    24:00 is the midnight that ends the day, so only an end is written so.
    """
    match = re.fullmatch(r"(\d{1,2})[.:]?(\d{2})?", text.strip(), re.ASCII)
    hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if hours > 24 or minutes > 59 or hours * 60 + minutes > DAY:
        raise ValueError("Skriv tiden som tt:mm, till exempel 07:30.")
    if hours == 24 and not is_end:
        raise ValueError("Skriv 00:00 och nästa dag i stället för 24:00.")
    return hours * 60 + minutes


def shown(wall_minutes: int) -> str:
    """Wall minutes as text, for example 07:05; the end of the day as 24:00; past it as the next
    day's time."""
    if wall_minutes == DAY:
        return "24:00"
    return f"{wall_minutes // 60 % 24:02d}:{wall_minutes % 60:02d}"
