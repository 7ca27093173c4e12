"""Slå ihop och dela: units merge and split from a day. PLN-21."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cases.dates import long_date
from door.performing import perform
from door.refusals import Refused
from organisation.access import roles
from organisation.models import Unit
from organisation.pages import changing
from organisation.pages.reach import current_units_within
from organisation.reading import log_read
from organisation.request import Request
from planning.models import UnitMove
from planning.units import due, moving
from planning.units.commands import CancelUnitMove, CarryOutUnitMove, PrepareUnitMove
from planning.units.forms import ChosenForm, MoveForm
from planning.units.moving import MOVERS, Wish
from planning.units.preview import preview_of


@roles(*MOVERS)
@require_GET
def moves(request: Request) -> HttpResponse:
    """What is prepared, and what has been done, in the units that one reaches."""
    units = _units(request)
    rows = UnitMove.objects.filter(source__in=units) | UnitMove.objects.filter(target__in=units)
    shown = rows.select_related("source", "target", "recorded_by").prefetch_related(
        "clients", "carers"
    )
    mine = set(units.values_list("pk", flat=True))
    context = {
        "rows": [(move, {move.source_id, move.target_id} <= mine) for move in shown],
        "waiting": any(not move.carried_out_at and not move.cancelled_at for move in shown),
    }
    return render(request, "planning/units/list.html", context)


def _units(request: Request) -> QuerySet[Unit]:
    """The units that one may merge and split; not those for practice."""
    return current_units_within(request.actor, MOVERS).filter(practice_of=None).order_by("path")


@roles(*MOVERS)
def new(request: Request) -> HttpResponse:
    """What is to move, then who when not everything does, what it would do, and doing it."""
    form = MoveForm(request.GET or None, units=_units(request), initial={"dag": request.today})
    context: dict[str, Any] = {"form": form}
    if not (request.GET and form.is_valid()):
        return render(
            request, "planning/units/new.html", context, status=422 if form.errors else 200
        )
    wish = form.wish
    if not wish.is_merger:
        chosen = ChosenForm(request.POST or None, wish=wish)
        context["chosen"] = chosen
        _log_read(request, wish)
        if chosen.is_bound and chosen.is_valid():
            wish = Wish(
                wish.source,
                wish.target,
                wish.first_day,
                False,
                chosen.cleaned_data["clients"],
                chosen.cleaned_data["carers"],
            )
    context |= {"wish": wish, "key": request.POST.get("key") or uuid.uuid4().hex}
    if wish.is_merger or request.POST:
        try:
            if "gor" in request.POST:
                return _do(request, wish)
            moving.refuse(wish, request.today)
        except Refused as refusal:
            return render(
                request, "planning/units/new.html", context | {"refused": str(refusal)}, status=422
            )
        context["preview"] = preview_of(wish, request.at)
    return render(request, "planning/units/new.html", context)


def _log_read(request: Request, wish: Wish) -> None:
    unit = wish.source
    log_read(request, f"unit:{unit.pk}", "read_unit_move", unit, MOVERS, unit.path)


def _do(request: Request, wish: Wish) -> HttpResponse:
    move = UnitMove(
        source=wish.source,
        target=wish.target,
        first_day=wish.first_day,
        is_merger=wish.is_merger,
    )
    key = request.POST.get("key")
    move = perform(move, PrepareUnitMove(wish=wish), request.user, key=key, at=request.at).subject
    if move.first_day <= request.today:
        if not move.carried_out_at:
            perform(move, CarryOutUnitMove(), request.user, at=request.at)
        due.follow(request.at)
        messages.success(request, f"Klart: {wish.target} planerar nu det som har flyttat.")
    else:
        messages.success(
            request,
            f"Förberett: från och med {long_date(move.first_day)} planeras det i {wish.target}. "
            "Det som redan är planerat ligger där nu.",
        )
    return redirect("units:list")


@roles(*MOVERS)
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """Take back what was prepared."""
    units = _units(request)
    found = UnitMove.objects.filter(source__in=units, target__in=units)
    move = get_object_or_404(found.select_related("source", "target"), pk=pk)
    told = f"Ångrat. Allt planeras åter i {move.source}."
    return changing.do(request, move, CancelUnitMove(), reverse("units:list"), told)
