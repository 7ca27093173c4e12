"""Whether a carer can work at a time: employed then, and nowhere else. PLN-12, PLN-14.

Locks are taken in one order: the shift, then its carers by id. A carer's lock makes two requests
that would put them in two places go one after the other.
"""

from collections.abc import Collection
from datetime import date, timedelta

from cases.dates import short_date
from door.refusals import Refused
from planning.models import Carer, Shift
from planning.staffing import rules
from planning.staffing.rules import Times


def lock(carers: Collection[int]) -> None:
    """Hold these carers until the transaction ends."""
    list(Carer.objects.select_for_update().filter(pk__in=carers).order_by("pk").values_list("pk"))


def must_be_free(carer: Carer, day: date, times: Times, but: int | None = None) -> None:
    """Lock the carer. Raises Refused when they work elsewhere then, or are not employed."""
    lock([carer.pk])
    carer.refresh_from_db(fields=["valid_from", "valid_to"])
    if text := not_employed_text(carer, day):
        raise Refused(text)
    if other := colliding(carer, day, times, but):
        raise Refused(collision_text(other))


def colliding(carer: Carer, day: date, times: Times, but: int | None = None) -> Shift | None:
    """The carer's shift, in whatever unit, that has a minute in common with the times."""
    near = Shift.objects.filter(
        carer=carer, day__range=(day - timedelta(days=1), day + timedelta(days=1))
    )
    if but is not None:
        near = near.exclude(pk=but)
    wanted = _instants(day, times.start, times.end)
    return next(
        (
            shift
            for shift in near.select_related("unit")
            if rules.collide(wanted, _instants(shift.day, shift.start, shift.works_until))
        ),
        None,
    )


def collision_text(shift: Shift) -> str:
    """What to tell whoever would put the shift's carer in two places."""
    return (
        f"{shift.carer} arbetar redan {rules.shown(shift.day, shift.start, shift.works_until)} "
        f"{short_date(shift.day)} i {shift.unit}. Ändra tiden eller välj någon annan."
    )


def not_employed_text(carer: Carer, day: date) -> str:
    """Why the carer cannot work on the day, or nothing."""
    if day < carer.valid_from:
        return f"{carer} börjar {carer.valid_from.isoformat()}. Välj en senare dag."
    if carer.valid_to and day > carer.valid_to:
        return f"{carer} slutade {carer.valid_to.isoformat()}. Välj någon annan."
    return ""


def _instants(day: date, start: int, end: int) -> tuple[int, int]:
    begins = rules.absolute(day, 0)
    return begins + start, begins + end
