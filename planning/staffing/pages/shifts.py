"""The schedule of a unit, and its shifts one by one. PLN-11, PLN-13, PLN-14, BEY-05."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.dates import long_date
from door.filled import Filled
from organisation import asked
from organisation.access import roles
from organisation.models import Unit
from organisation.pages import changing
from organisation.pages.excel import workbook
from organisation.request import Request
from planning.models import Carer, Shift
from planning.staffing import grid, reach, rules
from planning.staffing.commands import shifts as commands
from planning.staffing.forms import (
    AbsentForm,
    LooseningForm,
    NewShiftForm,
    PutForm,
    RowForm,
    ShiftForm,
)
from planning.staffing.pages.trail import trail
from planning.staffing.reach import EDITORS, READERS
from planning.staffing.working_time import monday_of

COLUMNS = (
    ("Dag", 12), ("Personal", 28), ("Vikarierad", 14), ("Arbetar i", 28), ("Börjar", 10),
    ("Slutar", 10), ("Rast, minuter", 12), ("Frånvarande från", 16),
)  # fmt: skip


@roles(*READERS)
def schedule(request: Request) -> HttpResponseBase:
    """A unit's schedule for a week or four: who works when, and what that breaks."""
    units = list(reach.units(request))
    unit = reach.chosen_unit(request, units)
    weeks = 4 if request.GET.get("veckor") == "4" else 1
    first = monday_of(asked.day(request, "fran", request.today))
    last = first + timedelta(days=7 * weeks - 1)
    if unit and request.GET.get("format") == "xlsx":
        rows = grid.sheet(grid.shifts_shown(unit, first, last))
        return workbook("Schema", COLUMNS, rows, f"schema-{first}.xlsx")
    context: dict[str, Any] = {
        "units": units,
        "unit": unit,
        "weeks": weeks,
        "first": first,
        "last": last,
        "week": first.isocalendar().week,
        "last_week": last.isocalendar().week,
        "earlier": first - timedelta(weeks=weeks),
        "later": first + timedelta(weeks=weeks),
        "tab": "schedule",
    }
    if unit:
        lines = grid.lines(unit, first, last)
        context |= {
            "days": grid.days_of(first, last),
            "lines": lines,
            "any_breach": any(line.breaches for line in lines),
            "may_edit": _edits(request, unit),
            "reached": {one.pk for one in units},
        }
    return render(request, "planning/staffing/schedule.html", context)


@roles(*EDITORS)
def add(request: Request, unit: int) -> HttpResponse:
    """A carer's shift on a day."""
    home = reach.get(reach.units(request, EDITORS), pk=unit)
    form = NewShiftForm(
        request.POST or None,
        home=home,
        carers=_carers(request),
        units=_all_units(request),
        initial={
            "carer": request.GET.get("personal"),
            "day": asked.day(request, "dag", request.today),
        },
    )
    return _home_page(request, home, commands.AddShift, form)


@roles(*EDITORS)
def add_row(request: Request, unit: int) -> HttpResponse:
    """A substitute row on a day."""
    home = reach.get(reach.units(request, EDITORS), pk=unit)
    day = asked.day(request, "dag", request.today)
    form = RowForm(request.POST or None, initial={"day": day})
    lead = "En rad för någon som ännu inte är bestämd."
    return _home_page(request, home, commands.AddRow, form, lead=lead)


@roles(*EDITORS)
def shift(request: Request, pk: int) -> HttpResponse:
    """A shift, with everything that can be done with it."""
    row = _shift(request, pk)
    context = {
        "shift": row,
        "cell": grid.Cell(row),
        "back": _address(row),
        "visits": commands.standing(row).count(),
        "trail": trail(("Schema", _address(row))),
        "rest": rules.shown(row.day, row.break_earliest, row.break_latest),
    }
    return render(request, "planning/staffing/shift.html", context)


@roles(*EDITORS)
def change(request: Request, pk: int) -> HttpResponse:
    """Other times, or a loan to another unit."""
    row = _shift(request, pk)
    form = ShiftForm(request.POST or None, shift=row, units=_units_of(request, row))
    return _page(request, row, commands.ChangeShift, form)


@roles(*EDITORS)
def remove(request: Request, pk: int) -> HttpResponse:
    """Take a shift away."""
    row = _shift(request, pk)
    form = LooseningForm(request.POST or None, shift=row)
    return _page(request, row, commands.RemoveShift, form, button="Ta bort", danger=True)


@roles(*EDITORS)
def put(request: Request, pk: int) -> HttpResponse:
    """A named substitute on a substitute row."""
    row = _shift(request, pk)
    form = PutForm(request.POST or None, shift=row, carers=_carers(request, row))
    title = f"Tillsätt {row.row or 'vikarie'}"
    return _page(request, row, commands.PutSubstitute, form, title=title, button="Tillsätt")


@roles(*EDITORS)
def absent(request: Request, pk: int) -> HttpResponse:
    """The carer is sick or away from a time of the shift."""
    row = _shift(request, pk)
    form = AbsentForm(request.POST or None, shift=row)
    return _page(request, row, commands.ReportAbsent, form, button="Anmäl frånvaro")


@roles(*EDITORS)
@require_POST
def back(request: Request, pk: int) -> HttpResponse:
    """The carer works the whole shift after all."""
    row = _shift(request, pk)
    where = reverse("staffing:shift", args=[pk])
    return changing.do(
        request, row, commands.ReportBack(), where, f"{row.carer} arbetar hela passet."
    )


def _shift(request: Request, pk: int) -> Shift:
    rows = reach.shifts_within(request.actor, EDITORS)
    return reach.get(rows.select_related("unit", "carer__unit").distinct(), pk=pk)


def _edits(request: Request, unit: Unit) -> bool:
    return any(unit.path.startswith(path) for path in request.actor.unit_paths(EDITORS))


def _carers(request: Request, row: Shift | None = None) -> QuerySet[Carer]:
    """Whom one may schedule: those who are employed on the day."""
    found = reach.carers_within(request.actor, EDITORS).select_related("unit")
    first = row.day if row else request.today - timedelta(days=28)
    found = found.filter(Q(valid_to=None) | Q(valid_to__gte=first))
    if row and row.carer:
        found = found | Carer.objects.filter(pk=row.carer.pk).select_related("unit")
    return found.defer("identity_number").order_by("name", "pk")


def _all_units(request: Request) -> QuerySet[Unit]:
    """Where a carer may be lent: every unit that has not ended (PLN-14)."""
    return Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=request.today)).order_by("path")


def _units_of(request: Request, row: Shift) -> QuerySet[Unit]:
    """Where the shift may be: anywhere for whoever has the carer; else one's own, or the carer's."""
    mine = reach.units(request, EDITORS)
    if row.carer is None or mine.filter(pk=row.carer.unit_id).exists():
        return _all_units(request)
    return (mine | Unit.objects.filter(pk=row.carer.unit_id)).order_by("path")


def _schedule(unit: Unit, day: date) -> str:
    return f"{reverse('staffing:schedule')}?enhet={unit.pk}&fran={monday_of(day).isoformat()}"


def _address(row: Shift) -> str:
    """The schedule that the shift stands in: its carer's, or its unit's."""
    return _schedule(row.carer.unit if row.carer and not row.row else row.unit, row.day)


def _home_page(
    request: Request,
    home: Unit,
    command: type[Filled[Shift]],
    form: NewShiftForm | RowForm,
    **more: Any,
) -> HttpResponse:
    """A page that adds to a unit's schedule and comes back to the week that was added to."""
    shift = _said(form, home)
    where = _schedule(home, shift.day or asked.day(request, "dag", request.today))
    return changing.do_page(
        request,
        shift,
        command,
        form,
        back=where,
        trail=trail((f"Schema, {home}", where)),
        button="Lägg in",
        **more,
    )


def _said(form: NewShiftForm | RowForm, home: Unit) -> Shift:
    """The shift that a form says; of a form that says none yet, one of the unit and no more."""
    if not form.is_valid():
        return Shift(unit=home)
    said = form.cleaned_data
    return Shift(
        unit=said.get("unit", home), carer=said.get("carer"), day=said["day"], **vars(form.times)
    )


def _page(
    request: Request, row: Shift, command: type[Filled[Shift]], form: BaseForm, **more: Any
) -> HttpResponse:
    return changing.do_page(
        request,
        row,
        command,
        form,
        back=_address(row),
        trail=trail(
            ("Schema", _address(row)), (row.name, reverse("staffing:shift", args=[row.pk]))
        ),
        lead=f"{row.name}, {long_date(row.day)} {rules.shown(row.day, row.start, row.end)}, {row.unit}",
        **more,
    )
