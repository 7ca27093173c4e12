"""Whose boards a person reaches, object by object. SEC-01."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from cases import calendar
from clients.models import READERS, Client
from door import entry
from organisation import asked
from organisation.authority import Actor
from organisation.models import Unit
from organisation.reading import log_read
from organisation.request import Request
from planning.models import DayPlan, Shift, UnitMove
from planning.plan.change import PLANNERS


def units_of(actor: Actor, day: date | None = None) -> QuerySet[Unit]:
    """Units with something to plan, that the person reads about: those of a day, or all there were."""
    planned = (
        Q(pk__in=Client.objects.values("unit"))
        | Q(pk__in=Shift.objects.values("unit"))
        | Q(pk__in=DayPlan.objects.values("planned_unit"))
    )
    units = Unit.objects.on(day) if day else Unit.objects.all()
    return units.filter(_readable(actor), planned).order_by("name")


def _readable(actor: Actor) -> Q:
    """Which units the person reads about: theirs, and those that have merged into theirs, whose
    history they have taken over (PLN-21)."""
    within = Q(pk=None)
    for path in actor.unit_paths(READERS):
        within |= Q(path__startswith=path)
    mergers = UnitMove.objects.filter(is_merger=True, cancelled_at=None)
    theirs = mergers.filter(target__in=Unit.objects.filter(within))
    return within | Q(pk__in=theirs.values("source"))


def get_plan(request: Request, pk: int) -> DayPlan:
    """The plan, if the person may see it; else 404. Showing anything of it is logged (SEC-02)."""
    plan = get_object_or_404(DayPlan.objects.select_related("planned_unit", "unit"), pk=pk)
    paths = request.actor.unit_paths(READERS)
    # A merged unit is asked about last: boards ask for their plan all the time.
    if any(plan.unit.path.startswith(path) for path in paths) or (
        Unit.objects.filter(_readable(request.actor), pk=plan.unit_id).exists()
    ):
        log_plan_read(request, plan)
        return plan
    raise Http404


def log_plan_read(request: Request, plan: DayPlan, name: str = "read_plan") -> None:
    """That somebody has read the plan (SEC-02)."""
    log_read(request, plan.chain, name, plan, READERS, plan.unit.path)


def may_plan(actor: Actor, unit: Unit) -> bool:
    """Whether the person changes the unit's plans."""
    return actor.holding(PLANNERS, unit.path) is not None


def plan_to_change(request: Request, pk: int) -> DayPlan:
    """The plan, if the person may change it; else 404 or 403."""
    plan = get_plan(request, pk)
    if not may_plan(request.actor, plan.unit):
        raise PermissionDenied("Planen ändras av enhetens planerare.")
    return plan


def unit_to_plan(request: Request, pk: str | None, day: date) -> Unit:
    """The unit, if the person plans it and it is there on the day; else 404 or 403."""
    units = units_of(request.actor, day)
    unit = get_object_or_404(units, pk=entry.whole_number(pk))
    if not may_plan(request.actor, unit):
        raise PermissionDenied("Planen ändras av enhetens planerare.")
    return unit


def asked_day(request: Request, said: Any = None) -> date:
    """The day that was asked for, else tomorrow: that is what one plans."""
    return asked.day(request, "dag", calendar.add_days(request.today, 1), said)
