"""Schedule periods of a unit: when schedules and plan are due, and when they came. PLN-10."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.deadlines import light
from organisation.access import roles
from organisation.request import Request
from planning.models import SchedulePeriod
from planning.staffing import editing, reach, rules
from planning.staffing.forms import PeriodForm
from planning.staffing.pages import forming
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
@transaction.atomic
def add(request: Request) -> HttpResponse:
    """A new period."""
    form = PeriodForm(request.POST or None, units=reach.units(request, EDITORS))

    def save() -> str:
        row = form.save()
        said = {name: [None, value] for name, value in form.cleaned_data.items()}
        _record(request, "add_period", row, said)
        return f"Perioden {row} är inlagd."

    return _page(
        request,
        form,
        save,
        title="Ny schemaperiod",
        button="Lägg in",
        lead="Scheman ska vara inne 14 dagar före första dagen. Sedan har planeraren två "
        "veckor på sig att planera besöken.",
    )


@roles(*EDITORS)
@transaction.atomic
def change(request: Request, pk: int) -> HttpResponse:
    """Other days of a period."""
    row = _period(request, pk)
    before = {"first": row.first, "last": row.last}
    form = PeriodForm(request.POST or None, instance=row, units=reach.units(request, EDITORS))

    def save() -> str:
        form.save()
        values = {name: [before[name], getattr(row, name)] for name in form.changed_data}
        if values:
            _record(request, "change_period", row, values)
        return f"Perioden är {row}."

    return _page(request, form, save, title="Ändra schemaperiod", lead=str(row.unit))


@roles(*EDITORS)
@require_POST
def schedules_in(request: Request, pk: int) -> HttpResponse:
    """Every carer's schedule is in."""
    return _done(request, pk, "schedules_in_on", "schedules_in", "Scheman är inne.")


@roles(*EDITORS)
@require_POST
def planned(request: Request, pk: int) -> HttpResponse:
    """The visits of the period are planned."""
    return _done(request, pk, "planned_on", "period_planned", "Perioden är planerad.")


@transaction.atomic
def _done(request: Request, pk: int, field: str, event: str, told: str) -> HttpResponse:
    """Set one of a period's days to today, or take it back."""
    row = _period(request, pk)
    before = getattr(row, field)
    after = None if request.POST.get("angra") else request.today

    def save() -> str:
        if before and after:
            return told
        setattr(row, field, after)
        row.save()
        _record(request, event, row, {field: [before, after]})
        return told if after else "Det är ångrat."

    return forming.deed(request, save, reverse("staffing:periods"))


def _period(request: Request, pk: int) -> SchedulePeriod:
    rows = SchedulePeriod.objects.filter(reach.within(request.actor, EDITORS, "unit"))
    return reach.get(rows.select_for_update(of=("self",)).select_related("unit"), pk=pk)


def _record(request: Request, name: str, row: SchedulePeriod, values: Mapping[str, Any]) -> None:
    editing.record(editing.chain_of(row.unit), name, row, reach.act(request, row.unit), values)


def _page(request: Request, form: Any, save: Any, **more: Any) -> HttpResponse:
    where = reverse("staffing:periods")
    trail = forming.trail(("Schemaperioder", where))
    return forming.page(request, form, save, back=where, trail=trail, **more)
