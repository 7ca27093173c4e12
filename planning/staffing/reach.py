"""Whose staff a person sees and edits: that of their unit and of those below it. SEC-01."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from organisation.authority import Actor
from organisation.models import Unit
from organisation.pages.reach import current_units_within
from organisation.request import Request
from organisation.roles import Role
from planning.models import Carer, Shift

EDITORS = frozenset({Role.PLANNER, Role.UNIT_MANAGER, Role.NIGHT_HEAD})
READERS = EDITORS | {Role.DEPUTY_DIRECTOR, Role.DIRECTOR}


def within(actor: Actor, roles: Collection[str], *fields: str) -> Q:
    """The condition that one of the fields is a unit in which `actor` holds one of `roles`."""
    condition = Q(pk__in=[])
    for path in actor.unit_paths(roles):
        for field in fields:
            condition |= Q(**{f"{field}__path__startswith": path})
    return condition


def carers_within(actor: Actor, roles: Collection[str]) -> QuerySet[Carer]:
    """The carers of the units that `actor` reaches with one of `roles`."""
    return Carer.objects.filter(within(actor, roles, "unit"))


def shifts_within(actor: Actor, roles: Collection[str]) -> QuerySet[Shift]:
    """The shifts of those units, and those that their carers work elsewhere (PLN-14)."""
    return Shift.objects.filter(within(actor, roles, "unit", "carer__unit"))


def units(request: Request, roles: Collection[str] = READERS) -> QuerySet[Unit]:
    """The units that have not ended, of those that one reaches."""
    return current_units_within(request.actor, roles)


def chosen_unit(request: Request, choices: list[Unit]) -> Unit | None:
    """The unit that the address names; else the first that has carers, else the first."""
    wanted = request.GET.get("enhet", "")
    named = [unit for unit in choices if str(unit.pk) == wanted]
    if named:
        return named[0]
    staffed = set(Carer.objects.filter(unit__in=choices).values_list("unit_id", flat=True))
    return next((unit for unit in choices if unit.pk in staffed), choices[0] if choices else None)


def get(rows: QuerySet, **what: Any) -> Any:
    """The row, or 404 for what is not there or out of reach."""
    return get_object_or_404(rows, **what)
