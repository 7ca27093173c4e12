"""The groups of fields of a visit that change together and have a version each. PLN-15."""

from collections.abc import Mapping
from typing import Any

from clients.models import Service
from door.refusals import Refused
from planning import daytime
from planning.models import Shift, Visit, VisitService, VisitStaff
from planning.models.plans import FIELD_GROUPS

Value = Mapping[str, Any]


def version_of(visit: Visit, group: str) -> int:
    """The version of a group of fields."""
    return getattr(visit, f"{group}_version")


def read(visit: Visit, group: str) -> dict[str, Any]:
    """What a group says now, as it is kept in the log. Reads prefetched staff and contents."""
    if group == "staff":
        return {"shifts": [place.shift_id for place in visit.staff.all()]}
    if group == "time":
        return {"start": visit.start, "minutes": visit.minutes}
    if group == "services":
        return {"services": sorted(row.service_id for row in visit.contents.all())}
    if group == "status":
        return {"status": visit.status, "reason": visit.status_reason}
    return {group: getattr(visit, group)}


def check(visit: Visit, group: str, value: Value) -> None:
    """Raise Refused when a value cannot be; what only breaks a rule is allowed, and shown."""
    if group not in FIELD_GROUPS:
        raise Refused("Det går inte att ändra på tavlan.")
    {
        "staff": _check_staff,
        "time": _check_time,
        "services": _check_services,
        "lock": _check_lock,
        "status": _check_status,
    }.get(group, _check_note)(visit, value)


def _check_staff(visit: Visit, value: Value) -> None:
    shifts = value["shifts"]
    named = [pk for pk in shifts if pk is not None]
    if len(shifts) != visit.staff_needed:
        raise Refused(f"Besöket har plats för {visit.staff_needed}. Ladda om sidan.")
    if len(set(named)) != len(named):
        raise Refused("Samma person kan inte stå två gånger på ett besök. Välj en annan.")
    plan = visit.plan
    known = Shift.objects.filter(pk__in=named, unit=plan.planned_unit_id, day=plan.day).count()
    if known != len(named):
        raise Refused("Raden finns inte i dagens plan. Ladda om sidan och välj en annan.")


def _check_time(visit: Visit, value: Value) -> None:
    start, minutes = value["start"], value["minutes"]
    if not 1 <= minutes <= daytime.DAY // 2:
        raise Refused("Besökets längd ska vara mellan 1 minut och 12 timmar.")
    if not daytime.EARLIEST <= start <= daytime.LATEST - minutes:
        raise Refused(
            "Besöket måste börja tidigast klockan 12 dagen före, och vara klart klockan 12 dagen efter."
        )


def _check_services(visit: Visit, value: Value) -> None:
    wanted = set(value["services"])
    if Service.objects.filter(pk__in=wanted).count() != len(wanted):
        raise Refused("Välj insatser ur listan.")


def _check_lock(visit: Visit, value: Value) -> None:
    if value["lock"] not in Visit.Lock.values:
        raise Refused("Välj vad som ska låsas.")


def _check_status(visit: Visit, value: Value) -> None:
    if value["status"] not in Visit.Status.values:
        raise Refused("Välj vad som ska hända med besöket.")
    if value["status"] != Visit.Status.PLANNED and not value["reason"].strip():
        raise Refused("Skriv varför besöket inte ska göras.")
    if value["status"] == Visit.Status.PLANNED and _need_has_ended(visit):
        raise Refused(
            "Behovet har upphört. Lägg in ett nytt extra besök, så börjar ett nytt behov."
        )


def _need_has_ended(visit: Visit) -> bool:
    """Whether the visit was of extra needs that have all ended (EXT-04)."""
    ended = list(visit.needs.values_list("ended_on", flat=True))
    return bool(ended) and all(ended)


def _check_note(visit: Visit, value: Value) -> None:
    if len(value["note"]) > 240:
        raise Refused("Anteckningen får ha högst 240 tecken.")


def breaks_lock(visit: Visit, group: str, value: Value) -> bool:
    """Whether a change touches what is locked: another time, or somebody taken off."""
    if group == "time":
        return visit.locks_time
    if group == "staff":
        now = {place.shift_id for place in visit.staff.all() if place.shift_id}
        return visit.locks_staff and not now <= set(value["shifts"])
    return False


def write(visit: Visit, group: str, value: Value) -> None:
    """Make a group say something else, one version up. The caller saves the visit's own row."""
    if group == "staff":
        _write_staff(visit, value["shifts"])
    elif group == "time":
        visit.start, visit.minutes = value["start"], value["minutes"]
        visit.earliest = min(visit.earliest, visit.latest_end - visit.minutes)
    elif group == "services":
        visit.contents.all().delete()
        VisitService.objects.bulk_create(
            VisitService(visit=visit, service_id=pk) for pk in value["services"]
        )
    elif group == "status":
        visit.status, visit.status_reason = value["status"], value["reason"]
    else:
        setattr(visit, group, value[group])
    setattr(visit, f"{group}_version", version_of(visit, group) + 1)


def _write_staff(visit: Visit, shifts: list[int | None]) -> None:
    places = {place.place: place for place in visit.staff.all()}
    # Emptied first: two who change places would meet in the same one.
    VisitStaff.objects.filter(visit=visit).update(shift=None)
    for number, shift in enumerate(shifts, 1):
        if shift is not None:
            VisitStaff.objects.filter(pk=places[number].pk).update(shift_id=shift)
