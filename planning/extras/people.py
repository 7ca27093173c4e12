"""Who is told of an extra need, and who answers for it."""

from datetime import date

from django.db.models import QuerySet
from guardian.shortcuts import assign_perm

from cases.models import Case
from clients.editing import NURSES, PLANNERS
from organisation.authority import actor_on, holders
from organisation.models import RoleAssignment, Unit, User
from organisation.roles import Role
from planning.models import ExtraNeed

DECIDERS = frozenset({Role.SOCIAL_WORKER, Role.FIRST_SOCIAL_WORKER})
HANDLERS = PLANNERS | NURSES
"""Who contacts the social worker and ends a need (EXT-01, EXT-02)."""


def social_workers(unit: Unit, day: date) -> list[User]:
    """Those who are told of a unit's extra needs."""
    return holders(Role.SOCIAL_WORKER, unit.path, day) or holders(
        Role.FIRST_SOCIAL_WORKER, unit.path, day
    )


def nurses(day: date) -> QuerySet[User]:
    """Those who can have called for an extra visit, wherever they belong (EXT-02)."""
    held = RoleAssignment.objects.on(day).filter(role__in=NURSES)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name")


def responsible_for(need: ExtraNeed, day: date) -> QuerySet[User]:
    """Those who can answer for a need: the unit's planners, and any nurse."""
    planners = {user.pk for role in PLANNERS for user in holders(role, need.unit.path, day)}
    return User.objects.filter(pk__in=planners).order_by("name") | nurses(day)


def let_see(need: ExtraNeed, user: User, day: date) -> None:
    """Give somebody of another unit the need by name."""
    if not Case.objects.filter(pk=need.pk).visible_to(actor_on(user, day)).exists():
        assign_perm("cases.view_case", user, Case.objects.get(pk=need.pk))
