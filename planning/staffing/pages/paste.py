"""Shifts typed or pasted as rows: a preview with an error per cell, then saved. PLN-11, PLN-12."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from door import entry
from door.performing import perform
from door.refusals import Refused
from organisation.access import roles
from organisation.models import Unit
from organisation.request import Request
from planning.models import Carer
from planning.staffing import reach, rows
from planning.staffing.commands.carers import AddCarer
from planning.staffing.commands.periods import EnterRows
from planning.staffing.forms import PasteForm
from planning.staffing.pages.trail import trail
from planning.staffing.reach import EDITORS

ADD = "lagg-upp-"
"""Begins the name of the button that adds the employee of a row; the row's place follows."""


@roles(*EDITORS)
def paste(request: Request, unit: int) -> HttpResponse:
    """Rows from a spreadsheet for a unit's schedule period."""
    home = reach.get(reach.units(request, EDITORS), pk=unit)
    periods = home.schedule_periods.filter(last__gte=request.today)
    form = PasteForm(
        request.POST or None, periods=periods, initial={"period": request.GET.get("period")}
    )
    context: dict[str, Any] = {
        "form": form,
        "unit": home,
        "has_periods": periods.exists(),
        "columns": rows.COLUMNS,
        "titles": Carer.Title.choices,
        "trail": trail(("Scheman", _schedule(home))),
    }
    if request.method == "POST" and form.is_valid():
        if done := _act(request, form, home):
            return done
        context |= _preview(request, form)
    status = 422 if form.errors or any(row.errors for row in context.get("rows", ())) else 200
    return render(request, "planning/staffing/paste.html", context, status=status)


def _act(request: Request, form: PasteForm, home: Unit) -> HttpResponse | None:
    """What the pressed button asks for; None when the rows are to be shown (again)."""
    period = form.cleaned_data["period"]
    try:
        if place := _pressed(request):
            carer = _add_employee(request, form, place)
            messages.success(request, f"{carer} är upplagd i {home}.")
        elif (button := request.POST.get("gor")) in ("spara", "spara-ratta"):
            saved = _save(request, form, only_right=button == "spara-ratta")
            messages.success(request, _told(saved))
            if not saved["wrong"]:
                return redirect(f"{_schedule(home)}&fran={period.first.isoformat()}&veckor=4")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return None


def _add_employee(request: Request, form: PasteForm, place: int) -> Carer:
    """The employee of a row, added. Raises Refused."""
    period, text = form.cleaned_data["period"], form.cleaned_data["text"]
    row = _row(rows.check(text, period, _reached(request)), place)
    title = request.POST.get(f"titel-{place}", "")
    carer = rows.employee(row, title, period, request.today)
    return perform(carer, AddCarer(filled=form), request.user, at=request.at).subject


def _save(request: Request, form: PasteForm, *, only_right: bool) -> Mapping[str, int]:
    """How many shifts were saved, were there, and are wrong. Raises Refused."""
    wanted = EnterRows(
        text=form.cleaned_data["text"],
        reached=frozenset(_reached(request)),
        only_right=only_right,
    )
    return perform(form.cleaned_data["period"], wanted, request.user, at=request.at).values


def _row(found: list[rows.Row], place: int) -> rows.Row:
    for row in found:
        if row.place == place:
            return row
    raise Refused("Raden finns inte längre. Läs raderna igen.")


def _pressed(request: Request) -> int:
    """The place of the row whose employee is to be added; 0 for none."""
    names = [name.removeprefix(ADD) for name in request.POST if name.startswith(ADD)]
    return entry.number(names[0]) if names else 0


def _told(saved: Mapping[str, int]) -> str:
    parts = [f"{saved['new']} pass sparade"]
    parts += [f"{saved['there']} fanns redan"] if saved["there"] else []
    parts += [f"{saved['wrong']} rader återstår att rätta"] if saved["wrong"] else []
    return ", ".join(parts) + "."


def _preview(request: Request, form: PasteForm) -> dict[str, Any]:
    found = rows.check(form.cleaned_data["text"], form.cleaned_data["period"], _reached(request))
    return {
        "rows": found,
        "right": sum(row.is_new for row in found),
        "there": sum(row.exists for row in found),
        "wrong": sum(bool(row.errors) for row in found),
    }


def _reached(request: Request) -> set[int]:
    found: QuerySet[Unit] = reach.units(request, EDITORS)
    return set(found.values_list("pk", flat=True))


def _schedule(home: Unit) -> str:
    return f"{reverse('staffing:schedule')}?enhet={home.pk}"
