"""What planning's templates say of times and rows; loaded everywhere, as the other tags are."""

from datetime import date

from django import template

from planning import daytime
from planning.models import PlanChange, Shift, Visit

register = template.Library()


@register.filter
def clock(minute: int, day: date) -> str:
    """What clocks show at a minute of a day."""
    return daytime.wall(day, minute)


@register.filter
def hour_of_day(hour: int) -> str:
    """07, and 02 for the hour 26 of a night."""
    return f"{hour % 24:02d}"


@register.filter
def mode_icon(mode: str) -> str:
    """The icon of a way to travel."""
    return {"car": "car", "bike": "bike"}.get(mode, "user")


@register.filter
def free_place(visit: Visit) -> int:
    """The first place of a visit that nobody fills."""
    return next((row.place for row in visit.staff.all() if row.shift_id is None), 1)


@register.filter
def in_words(change: PlanChange) -> str:
    """What a change changed, from and to."""
    before, after = change.before, change.after
    day = change.visit.plan.day
    if change.group == "time":
        return (
            f"tid: {daytime.wall(day, before['start'])}, {before['minutes']} min → "
            f"{daytime.wall(day, after['start'])}, {after['minutes']} min"
        )
    if change.group == "staff":
        wanted = [pk for pk in before["shifts"] + after["shifts"] if pk]
        names = {s.pk: s.name for s in Shift.objects.filter(pk__in=wanted).select_related("carer")}
        told = [", ".join(names.get(pk, "otilldelat") for pk in said["shifts"])
                for said in (before, after)]  # fmt: skip
        return f"personal: {told[0]} → {told[1]}"
    labels = {"lock": "lås", "note": "anteckning", "services": "insatser", "status": "läge"}
    return f"{labels[change.group]} ändrat"
