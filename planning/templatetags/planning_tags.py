"""What planning's templates say of times and rows; loaded everywhere, as the other tags are."""

from datetime import date

from django import template

from planning import daytime
from planning.board.shown import timer_of
from planning.models import Visit
from planning.plan import absences as times

register = template.Library()
register.filter("gone_from", times.gone_from)
register.filter("home_again", times.home_again)


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
def timer(visit: Visit) -> str:
    """How far an extra visit's need has come: "dag 4 av 10"."""
    return timer_of(visit)
