"""The tree of units, and what each is called in the systems around. Requirement PLN-01."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from organisation.access import roles
from organisation.forms import (
    CodeForm,
    EndForm,
    MoveUnitForm,
    RenameUnitForm,
    UnitForm,
)
from organisation.models import RoleAssignment, Unit, UnitCode
from organisation.pages import changing, history
from organisation.pages.reach import current_units_within, units_within
from organisation.request import Request
from organisation.roles import Role

EDITORS = frozenset({Role.VIVA_ADMINISTRATOR})
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
        "is_editor": _editable(request).filter(pk=pk).exists(),
        "lines": history.of_chain(_chain(row)),
    }
    return render(request, "organisation/unit.html", context)


@roles(*EDITORS)
@transaction.atomic
def add(request: Request) -> HttpResponse:
    """A new unit under another."""
    units = current_units_within(request.actor, EDITORS)
    form = UnitForm(
        request.POST or None,
        units=units,
        today=request.today,
        initial={"parent": request.GET.get("under")},
    )

    def save() -> HttpResponse:
        new = form.save()
        _record(request, "add_unit", new, changing.stated(form))
        messages.success(request, f"{new} är tillagd.")
        return redirect(_address(new))

    return changing.form_page(
        request,
        form,
        save=save,
        title="Ny enhet",
        trail=_trail(),
        back=reverse("organisation:units"),
        button="Lägg till",
    )


@roles(*EDITORS)
@transaction.atomic
def rename(request: Request, pk: int) -> HttpResponse:
    """A unit's name."""
    row = _locked(request, pk)
    form = RenameUnitForm(request.POST or None, instance=row)

    def save() -> str:
        if form.changed_data:
            form.save()
            _record(request, "rename_unit", row, changing.differences(form))
        return f"Enheten heter {row}."

    return _unit_page(request, row, form, save=save, title="Byt namn")


@roles(*EDITORS)
@transaction.atomic
def move(request: Request, pk: int) -> HttpResponse:
    """Another place in the tree, with everything below. Never under itself."""
    # The whole tree is locked: two moves at once could otherwise close a ring.
    list(Unit.objects.select_for_update().order_by("pk").values_list("pk"))
    row = get_object_or_404(_editable(request).exclude(parent=None), pk=pk)
    before = str(row.parent)
    units = current_units_within(request.actor, EDITORS)
    form = MoveUnitForm(request.POST or None, instance=row, units=units)

    def save() -> str:
        if form.changed_data:
            form.save()
            _record(request, "move_unit", row, {"parent": [before, str(row.parent)]})
        return f"{row} ingår i {row.parent}."

    return _unit_page(
        request,
        row,
        form,
        save=save,
        title="Flytta enheten",
        button="Flytta",
        lead=f"{row} ingår nu i {before}. Enheter under den följer med, och de som har roller "
        "högre upp på den nya grenen ser dess ärenden.",
    )


@roles(*EDITORS)
@transaction.atomic
def end(request: Request, pk: int) -> HttpResponse:
    """A unit's last day, when nothing in it goes on after that."""
    row = _locked(request, pk)
    form = EndForm(request.POST or None, today=request.today, until=row.valid_to)
    if form.is_bound and form.is_valid():
        for what in _goes_on(row, form.cleaned_data["last_day"]):
            form.add_error(None, what)

    def save() -> str:
        last_day = form.cleaned_data["last_day"]
        _record(request, "end_unit", row, {"valid_to": [row.valid_to, last_day]})
        row.valid_to = last_day
        row.save()
        return f"{row} slutar {last_day.isoformat()}."

    return _unit_page(
        request,
        row,
        form,
        save=save,
        title="Avsluta enheten",
        button="Avsluta enheten",
        lead="Enheten finns kvar i det som har hänt.",
    )


def _goes_on(row: Unit, last_day: date) -> list[str]:
    """What hinders a unit from ending: units and roles that outlast it."""
    later = Q(valid_to=None) | Q(valid_to__gt=last_day)
    if last_day < row.valid_from:
        return [f"Enheten började gälla {row.valid_from.isoformat()}. Välj den dagen eller senare."]
    hindrances = []
    children = row.children.filter(later)
    if children:
        names = ", ".join(child.name for child in children)
        hindrances.append(f"Avsluta eller flytta först enheterna under den: {names}.")
    count = RoleAssignment.objects.filter(later, unit=row, user__is_active=True).count()
    if count:
        hindrances.append(
            f"{count} roller gäller efter den dagen. Avsluta eller flytta dem först på "
            "användarnas sidor."
        )
    return hindrances


@roles(*EDITORS)
@transaction.atomic
def add_code(request: Request, pk: int) -> HttpResponse:
    """What the unit is called in an outside system."""
    row = _locked(request, pk)
    form = CodeForm(request.POST or None, instance=UnitCode(unit=row))

    def save() -> str:
        _record(request, "add_code", row, changing.stated(form))
        return f"{form.save()} är tillagd."

    return _unit_page(request, row, form, save=save, title="Lägg till kod", button="Lägg till")


@roles(*EDITORS)
@require_POST
@transaction.atomic
def remove_code(request: Request, pk: int, code: int) -> HttpResponse:
    """A code that no longer means the unit."""
    row = _locked(request, pk)
    gone = get_object_or_404(row.codes, pk=code)
    _record(request, "remove_code", row, {"system": [gone.system, None], "code": [gone.code, None]})
    gone.delete()
    messages.success(request, f"{gone} är borttagen.")
    return redirect(_address(row))


def _editable(request: Request) -> QuerySet[Unit]:
    return units_within(request.actor, EDITORS)


def _locked(request: Request, pk: int) -> Unit:
    """The unit, locked, if the administrator's role reaches it; else 404."""
    return get_object_or_404(_editable(request).select_for_update(), pk=pk)


def _record(request: Request, name: str, row: Unit, values: changing.Values | None = None) -> None:
    changing.record(request, EDITORS, _chain(row), name, row, values, unit_path=row.path)


def _chain(row: Unit) -> str:
    return f"unit:{row.pk}"


def _address(row: Unit) -> str:
    return reverse("organisation:unit", args=[row.pk])


def _trail(row: Unit | None = None) -> Collection[tuple[str, str]]:
    first = ("Enheter", reverse("organisation:units"))
    return (first, (row.name, _address(row))) if row else (first,)


def _unit_page(request: Request, row: Unit, *form: Any, **more: Any) -> HttpResponse:
    return changing.form_page(request, *form, back=_address(row), trail=_trail(row), **more)
