"""Schedule periods of a unit: when schedules and plan are due, and when they came. PLN-10."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.deadlines import light
from door.filled import Filled
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from planning.models import SchedulePeriod
from planning.staffing import reach, rules
from planning.staffing.commands import periods as commands
from planning.staffing.forms import PeriodForm
from planning.staffing.pages.trail import trail
from planning.staffing.reach import EDITORS, READERS


@roles(*READERS)
def periods(request: Request) -> HttpResponse:
    """The periods of the units that one reaches, each with its two days and their lights."""
    everything = request.GET.get("visa") == "alla"
    rows = SchedulePeriod.objects.filter(reach.within(request.actor, READERS, "unit"))
    if not everything:
        rows = rows.filter(last__gte=request.today)
    edited = set(reach.units(request, EDITORS).values_list("pk", flat=True))
    context = {
        "periods": [
            _shown(row, request.today, row.unit_id in edited)
            for row in rows.select_related("unit").order_by("first", "unit__path")
        ],
        "everything": everything,
        "may_edit": bool(edited),
        "tab": "periods",
    }
    return render(request, "planning/staffing/periods.html", context)


def _shown(row: SchedulePeriod, today: date, may_edit: bool) -> dict[str, Any]:
    days = rules.dates(row.first)
    return {
        "period": row,
        "may_edit": may_edit,
        "dates": days,
        "schedules": _light(days.schedules_due, row.schedules_in_on, today, "Inne"),
        "plan": _light(days.planned_due, row.planned_on, today, "Planerad"),
    }


def _light(due: date, done: date | None, today: date, word: str) -> tuple[str, str]:
    """The light of one of the two days: when it was done, else how long is left."""
    if done:
        return "green", f"{word} {done.isoformat()}"
    return light(due, today, rules.PERIOD_AMBER_DAYS)


@roles(*EDITORS)
def add(request: Request) -> HttpResponse:
    """A new period."""
    form = PeriodForm(request.POST or None, units=reach.units(request, EDITORS))
    return _page(
        request,
        form,
        commands.AddPeriod,
        button="Lägg in",
        lead="Scheman ska vara inne 14 dagar före första dagen. Sedan har planeraren två "
        "veckor på sig att planera besöken.",
    )


@roles(*EDITORS)
def change(request: Request, pk: int) -> HttpResponse:
    """Other days of a period."""
    row = _period(request, pk)
    form = PeriodForm(request.POST or None, instance=row, units=reach.units(request, EDITORS))
    return _page(request, form, commands.ChangePeriod, lead=str(row.unit))


@roles(*EDITORS)
@require_POST
def schedules_in(request: Request, pk: int) -> HttpResponse:
    """Every carer's schedule is in."""
    return _mark(request, pk, commands.SchedulesIn, "Scheman är inne.")


@roles(*EDITORS)
@require_POST
def planned(request: Request, pk: int) -> HttpResponse:
    """The visits of the period are planned."""
    return _mark(request, pk, commands.PeriodPlanned, "Perioden är planerad.")


def _mark(request: Request, pk: int, command: type[commands.MarkPeriod], told: str) -> HttpResponse:
    """Set one of a period's days to today, or take it back. What is set already stays."""
    row, back = _period(request, pk), reverse("staffing:periods")
    day = None if request.POST.get("angra") else request.today
    if day and getattr(row, command.field):
        messages.success(request, told)
        return redirect(back)
    return changing.do(request, row, command(day=day), back, told if day else "Det är ångrat.")


def _period(request: Request, pk: int) -> SchedulePeriod:
    rows = SchedulePeriod.objects.filter(reach.within(request.actor, EDITORS, "unit"))
    return reach.get(rows.select_related("unit"), pk=pk)


def _page(
    request: Request, form: PeriodForm, command: type[Filled[SchedulePeriod]], **more: Any
) -> HttpResponse:
    back = reverse("staffing:periods")
    path = trail(("Schemaperioder", back))
    return changing.do_page(request, form.instance, command, form, back=back, trail=path, **more)
