"""Whose boards a person reaches, object by object. SEC-01."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from cases import calendar
from clients.models import READERS, Client
from organisation.authority import Actor
from organisation.models import Unit
from planning.board.change import PLANNERS
from planning.models import DayPlan, Shift


def units_of(actor: Actor) -> QuerySet[Unit]:
    """Units with something to plan, that the person reads about."""
    inside = Q(pk=None)
    for path in actor.unit_paths(READERS):
        inside |= Q(path__startswith=path)
    planned = Q(pk__in=Client.objects.values("unit")) | Q(pk__in=Shift.objects.values("unit"))
    return Unit.objects.on(actor.day).filter(inside, planned).order_by("name")


def get_plan(request: HttpRequest, pk: int) -> DayPlan:
    """The plan, if the person may see it; else 404."""
    plan = get_object_or_404(DayPlan.objects.select_related("planned_unit", "unit"), pk=pk)
    if not any(plan.unit.path.startswith(path) for path in request.actor.unit_paths(READERS)):
        raise Http404
    return plan


def may_plan(actor: Actor, unit: Unit) -> bool:
    """Whether the person changes the unit's plans."""
    return actor.holding(PLANNERS, unit.path) is not None


def plan_to_change(request: HttpRequest, pk: int) -> DayPlan:
    """The plan, if the person may change it; else 404 or 403."""
    plan = get_plan(request, pk)
    if not may_plan(request.actor, plan.unit):
        raise PermissionDenied("Planen ändras av enhetens planerare.")
    return plan


def unit_to_plan(request: HttpRequest, pk: str | None) -> Unit:
    """The unit, if the person plans it; else 404 or 403."""
    unit = get_object_or_404(units_of(request.actor), pk=pk if str(pk).isdecimal() else 0)
    if not may_plan(request.actor, unit):
        raise PermissionDenied("Planen ändras av enhetens planerare.")
    return unit


def asked_day(request: HttpRequest, said: Any = None) -> date:
    """The day that was asked for, else tomorrow: that is what one plans."""
    try:
        return date.fromisoformat((said or request.GET).get("dag", ""))
    except ValueError:
        return calendar.add_days(request.today, 1)
