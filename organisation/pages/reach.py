"""Which units and people an administrator's role reaches: the unit it is held in, and below."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from organisation.authority import Actor
from organisation.models import RoleAssignment, Unit, User


def units_within(actor: Actor, roles: Collection[str]) -> QuerySet[Unit]:
    """The units in or below those in which `actor` holds one of `roles` (SEC-01)."""
    return Unit.objects.filter(_within(actor, roles, "path"))


def current_units_within(
    actor: Actor, roles: Collection[str], day: date | None = None
) -> QuerySet[Unit]:
    """Those of them that have not ended before `day` (the actor's day by default)."""
    return units_within(actor, roles).filter(Q(valid_to=None) | Q(valid_to__gte=day or actor.day))


def users_within(actor: Actor, roles: Collection[str]) -> QuerySet[User]:
    """The people whom one of `roles` lets `actor` administer (SEC-01).

    Everybody, when it is held at the root. Else those who hold roles in the units below alone: who
    also holds one elsewhere, or with a provider, is administered from higher up.
    """
    if reaches_everything(actor, roles):
        return User.objects.all()
    held = RoleAssignment.objects.filter(user=OuterRef("pk"))
    lasting = held.filter(Q(valid_to=None) | Q(valid_to__gte=actor.day))
    within = _within(actor, roles, "unit__path")
    return User.objects.filter(Exists(held.filter(within))).exclude(
        Exists(lasting.exclude(within, unit__isnull=False))
    )


def reaches_everything(actor: Actor, roles: Collection[str]) -> bool:
    """Whether `actor` holds one of `roles` at the root of the tree."""
    return any(path.count("/") == 1 for path in actor.unit_paths(roles))


def _within(actor: Actor, roles: Collection[str], field: str) -> Q:
    condition = Q(pk__in=[])
    for path in actor.unit_paths(roles):
        condition |= Q(**{f"{field}__startswith": path})
    return condition
