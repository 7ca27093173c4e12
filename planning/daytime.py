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
LATEST = 36 * 60
"""A planning day's last minute: a night ends by noon the day after."""


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


def from_wall(day: date, wall: int) -> int:
    """The minute of the day at which clocks show `wall` minutes past midnight; from 1440 on, the
    next day's. A time that the spring's change skips is the one an hour later."""
    days, rest = divmod(wall, DAY)
    shown = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    return minute_of(day, shown.replace(tzinfo=STOCKHOLM))


@lru_cache(maxsize=4096)
def wall(day: date, minute: int) -> str:
    """What clocks show, for example 07:05."""
    return f"{instant(day, minute):%H:%M}"


def parse_wall(text: str) -> int:
    """Minutes past midnight of a time as people write it. Raises ValueError in Swedish."""
    match = re.fullmatch(r"(\d{1,2})[.:]?(\d{2})?", text.strip(), re.ASCII)
    hours, minutes = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if hours > 24 or minutes > 59 or hours * 60 + minutes > DAY:
        raise ValueError("Skriv tiden som tt:mm, till exempel 07:30.")
    return hours * 60 + minutes


def shown(wall_minutes: int) -> str:
    """Wall minutes as text, for example 07:05; past midnight as the next day's time."""
    return f"{wall_minutes // 60 % 24:02d}:{wall_minutes % 60:02d}"
