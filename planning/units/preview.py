"""What a merger or a split would do, before it is done. PLN-21."""

from dataclasses import dataclass
from datetime import date, datetime

from organisation.models import RoleAssignment
from planning.models import DayPlan, Shift, Visit, VisitStaff
from planning.units.moving import Wish


@dataclass(frozen=True)
class Preview:
    """Counts of what goes, and what becomes of the rest."""

    people: int
    carers: int
    teams: list[str]
    days: int
    """Days that are planned already."""
    published: int
    visits: int
    shifts: int
    begun: int
    """Visits of today that stay, since they are under way or done (DAY-02)."""
    loose: int
    """Visits that lose who does them, since the one goes and the other stays."""
    renamed: int
    """Substitute rows that get another name."""
    roles: list[RoleAssignment]
    """Roles in the unit whose holders do not have them in the other one."""


def preview_of(wish: Wish, at: datetime) -> Preview:
    """What the wish would do at an instant: a constant number of queries."""
    going = wish.take_over(at)
    plans = DayPlan.objects.filter(planned_unit=wish.source, day__gte=wish.first_day)
    visits = Visit.objects.standing().filter(going.going, plan__in=plans)
    apart = VisitStaff.objects.filter(going.apart, visit__plan__in=plans)
    rows = wish.shifts.exclude(row="")
    begun = Visit.objects.standing().filter(pk__in=going.begun, client__in=wish.going)
    return Preview(
        people=wish.going.count(),
        carers=wish.staff.count(),
        teams=[team.name for team in wish.teams],
        days=plans.count(),
        published=plans.filter(state=DayPlan.State.PUBLISHED).count(),
        visits=visits.count(),
        shifts=wish.shifts.count(),
        begun=begun.count(),
        loose=apart.values("visit").distinct().count(),
        renamed=len(_rows(rows) & _rows(Shift.objects.filter(unit=wish.target))),
        roles=_roles(wish) if wish.is_merger else [],
    )


def _rows(shifts) -> set[tuple[date, str]]:
    return set(shifts.exclude(row="").values_list("day", "row"))


def _roles(wish: Wish) -> list[RoleAssignment]:
    """Roles held in the unit itself that end with it, as far as the persons there are concerned."""
    held = RoleAssignment.objects.on(wish.first_day).filter(user__is_active=True)
    reached = set()
    for row in held.filter(unit__isnull=False).select_related("unit"):
        if row.unit and wish.target.path.startswith(row.unit.path):
            reached.add((row.user_id, row.role))
    mine = held.filter(unit=wish.source).select_related("user").order_by("user__name", "role")
    return [row for row in mine if (row.user_id, row.role) not in reached]
