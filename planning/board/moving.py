"""The verbs of a board in terms of groups of fields: move, take off a row, set the time, lock."""

from cases.commands import Refused
from planning import daytime
from planning.board.change import Wanted
from planning.models import Visit


def moved(
    visit: Visit, *, place: int, shift: int | None, start: int | None, seen: tuple[int, int],
    lock: str | None = None,
) -> list[Wanted]:  # fmt: skip
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


def wall_start(visit: Visit, text: str) -> int:
    """The minute of the day of a start as it is written; of a night, the hours after midnight are
    those that follow the evening. Raises Refused."""
    try:
        wall = daytime.parse_wall(text)
    except ValueError as error:
        raise Refused(str(error)) from error
    if wall < visit.earliest - daytime.DAY // 2:
        wall += daytime.DAY
    return daytime.from_wall(visit.plan.day, wall)
