"""The tree of units, and what each is called in the systems around. Requirement PLN-01."""

from collections.abc import Collection
from typing import Any

from django.db.models import Prefetch
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from door.filled import Filled
from organisation.access import roles
from organisation.commands.units import (
    EDITORS,
    AddCode,
    AddUnit,
    EndUnit,
    MoveUnit,
    RemoveCode,
    RenameUnit,
)
from organisation.forms import CodeForm, EndForm, MoveUnitForm, RenameUnitForm, UnitForm
from organisation.models import RoleAssignment, Unit, UnitCode
from organisation.pages import changing, history
from organisation.pages.changing import change_page
from organisation.pages.reach import current_units_within, units_within
from organisation.request import Request
from organisation.roles import Role

READERS = EDITORS | {Role.DEPUTY_DIRECTOR, Role.DIRECTOR}


@roles(*READERS)
def units(request: Request) -> HttpResponse:
    """The tree that the reader's role reaches, a line per unit with its code in each system."""
    everything = request.GET.get("visa") == "alla"
    rows = (
        units_within(request.actor, READERS)
        if everything
        else current_units_within(request.actor, READERS)
    ).prefetch_related("codes")
    context = {
        "lines": [_line(unit) for unit in rows],
        "systems": [label for _, label in UnitCode.System.choices],
        "everything": everything,
        "is_editor": request.actor.has_role(*EDITORS),
    }
    return render(request, "organisation/units.html", context)


def _line(unit: Unit) -> dict[str, Any]:
    codes = [
        (label, ", ".join(row.code for row in unit.codes.all() if row.system == system))
        for system, label in UnitCode.System.choices
    ]
    return {"unit": unit, "codes": codes, "indent": unit.depth * 1.5}


@roles(*READERS)
def unit(request: Request, pk: int) -> HttpResponse:
    """A unit: where it stands, its codes, who holds roles in it, and what has been changed."""
    holders = (
        RoleAssignment.objects.on(request.today)
        .filter(user__is_active=True)
        .select_related("user")
        .order_by("role", "user__name")
    )
    row = get_object_or_404(
        units_within(request.actor, READERS)
        .select_related("parent")
        .prefetch_related(
            "codes",
            "children",
            Prefetch("roleassignment_set", holders, to_attr="holders"),
        ),
        pk=pk,
    )
    context = {
        "unit": row,
        "is_editor": units_within(request.actor, EDITORS).filter(pk=pk).exists(),
        "lines": history.of_chain(row.chain),
    }
    return render(request, "organisation/unit.html", context)


@roles(*EDITORS)
def add(request: Request) -> HttpResponse:
    """A new unit under another."""
    form = UnitForm(
        request.POST or None,
        units=current_units_within(request.actor, EDITORS),
        today=request.today,
        initial={"parent": request.GET.get("under")},
    )
    return changing.do_page(
        request,
        form.instance,
        AddUnit,
        form,
        back=reverse("organisation:units"),
        then=lambda done: _address(done.filled.instance),
        trail=_trail(),
        button="Lägg till",
    )


@roles(*EDITORS)
def rename(request: Request, pk: int) -> HttpResponse:
    """A unit's name."""
    row = _editable(request, pk)
    form = RenameUnitForm(request.POST or None, instance=row)
    return change_page(request, row, RenameUnit, form, back=_address(row), trail=_trail(row))


@roles(*EDITORS)
def move(request: Request, pk: int) -> HttpResponse:
    """Another place in the tree, with everything below. Never under itself."""
    row = _editable(request, pk)
    if row.parent is None:
        raise Http404
    form = MoveUnitForm(
        request.POST or None,
        instance=row,
        units=current_units_within(request.actor, EDITORS),
    )
    return change_page(
        request,
        row,
        MoveUnit,
        form,
        back=_address(row),
        trail=_trail(row),
        button="Flytta",
        lead=f"{row} ingår nu i {row.parent}. Enheter under den följer med, och de som har roller "
        "högre upp på den nya grenen ser dess ärenden.",
    )


@roles(*EDITORS)
def end(request: Request, pk: int) -> HttpResponse:
    """A unit's last day, when nothing in it goes on after that."""
    row = _editable(request, pk)
    return _unit_page(
        request,
        row,
        EndUnit,
        EndForm(request.POST or None, today=request.today, until=row.valid_to),
        button="Avsluta enheten",
        lead="Enheten finns kvar i det som har hänt.",
    )


@roles(*EDITORS)
def add_code(request: Request, pk: int) -> HttpResponse:
    """What the unit is called in an outside system."""
    row = _editable(request, pk)
    form = CodeForm(request.POST or None, instance=UnitCode(unit=row))
    return _unit_page(request, row, AddCode, form, button="Lägg till")


@roles(*EDITORS)
@require_POST
def remove_code(request: Request, pk: int, code: int) -> HttpResponse:
    """A code that no longer means the unit."""
    row = _editable(request, pk)
    gone = get_object_or_404(row.codes, pk=code)
    receipt = f"{gone} är borttagen."
    return changing.do(request, row, RemoveCode(code=gone), _address(row), receipt)


def _editable(request: Request, pk: int) -> Unit:
    """The unit, if the administrator's role reaches it; else 404."""
    return get_object_or_404(units_within(request.actor, EDITORS), pk=pk)


def _address(row: Unit) -> str:
    return reverse("organisation:unit", args=[row.pk])


def _trail(row: Unit | None = None) -> Collection[tuple[str, str]]:
    first = ("Enheter", reverse("organisation:units"))
    return (first, (row.name, _address(row))) if row else (first,)


def _unit_page(
    request: Request, row: Unit, command: type[Filled[Unit]], form: BaseForm, **more: Any
) -> HttpResponse:
    return changing.do_page(
        request, row, command, form, back=_address(row), trail=_trail(row), **more
    )
