"""The verbs of a board in terms of groups of fields: move, take off a row, set the time, lock."""

import re
from collections.abc import Mapping

from door.refusals import Refused
from planning import daytime, windows
from planning.models import Visit
from planning.plan.change import Wanted


def moved(
    visit: Visit,
    *,
    place: int,
    shift: int | None,
    start: int | None,
    seen: tuple[int, int],
    lock: str | None = None,
) -> list[Wanted]:
    """A visit to another row, another time, or both. `seen` are the versions of staff and time.

    A visit of two keeps the other where they are; the time is both's. Moved to the row on which its
    other place stands, the two change places.
    """
    shifts = [row.shift_id for row in sorted(visit.staff.all(), key=lambda row: row.place)]
    if not 1 <= place <= len(shifts):
        raise Refused("Besöket har ingen sådan plats. Ladda om sidan.")
    if shift in shifts and shift is not None:
        other = shifts.index(shift)
        shifts[other] = shifts[place - 1]
    shifts[place - 1] = shift
    wanted = [Wanted(visit.pk, "staff", {"shifts": shifts}, seen[0])]
    if start is not None:
        time = {"start": start, "minutes": visit.minutes}
        wanted.append(Wanted(visit.pk, "time", time, seen[1]))
    if lock is not None:
        wanted.append(Wanted(visit.pk, "lock", {"lock": lock}, visit.lock_version))
    return wanted


def start_of(visit: Visit, said: Mapping[str, str]) -> int | None:
    """The start that a form says: `minut`, a minute of the day to which it was drawn, or `start` as
    clocks show it; None: it says none. Raises Refused."""
    if minute := re.fullmatch(r"-?[0-9]{1,5}", said.get("minut", "")):
        return int(minute[0])
    text = said.get("start", "").strip()
    return wall_start(visit, text) if text else None


def wall_start(visit: Visit, text: str) -> int:
    """The minute of the day of a start as it is written; of a night, the hours on the other side of
    midnight are those of that night. Raises Refused."""
    day = visit.plan.day
    try:
        wall = daytime.parse_wall(text)
    except ValueError as error:
        raise Refused(str(error)) from error
    if wall == daytime.to_wall(day, visit.start) % daytime.DAY:
        return visit.start  # as it stands
    first, last = (daytime.to_wall(day, minute) for minute in (visit.earliest, visit.latest_end))
    return daytime.from_wall(day, windows.near(wall, first, last))
