"""Ändringar: every change of a visit by unit, day, person, staff, visit and who made it. PLN-19."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases import calendar
from clients.models import READERS, Client
from door.fields import offer
from organisation.access import roles
from organisation.models import Unit, User
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from planning.models import Carer, PlanChange, Shift
from planning.plan.reach import units_of
from planning.plan.words import Told, told

PER_PAGE = 50
LONGEST = 62
"""Days that one search may span."""
COLUMNS = (
    ("Gjord", 18), ("Av", 24), ("För", 24), ("Dag", 12), ("Enhet", 24), ("Person", 24),
    ("Besök", 10), ("Vad", 12), ("Från", 32), ("Till", 32),
)  # fmt: skip


class ChangesForm(forms.Form):
    """What is looked for. Everything stands in the address by number, never by name (SEC-03)."""

    enhet = forms.ModelChoiceField(Unit.objects.none(), label="Enhet", empty_label=None)
    fran = forms.DateField(label="Dagar från")
    till = forms.DateField(label="till")
    person = forms.ModelChoiceField(
        Client.objects.none(), label="Person", required=False, empty_label="Alla"
    )
    personal = forms.ModelChoiceField(
        Carer.objects.none(), label="Personal", required=False, empty_label="Alla"
    )
    av = forms.ModelChoiceField(
        User.objects.none(), label="Gjord av", required=False, empty_label="Alla"
    )
    besok = forms.IntegerField(label="Besök, nummer", required=False, min_value=1)

    def __init__(self, *args: Any, units: QuerySet[Unit], unit: Unit | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        made_by = PlanChange.objects.filter(plan__planned_unit=unit).values("actor")
        for name, rows in (
            ("enhet", units),
            ("person", Client.objects.filter(visits__plan__planned_unit=unit).distinct()),
            ("personal", Carer.objects.filter(shifts__unit=unit).distinct()),
            ("av", User.objects.filter(pk__in=made_by).order_by("name")),
        ):
            offer(self, name, rows)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("fran"), said.get("till")
        if first and last and last < first:
            self.add_error("till", "Sista dagen är före den första. Byt plats på dem.")
        elif first and last and calendar.days_between(first, last) > LONGEST:
            self.add_error("till", f"Sök i högst {LONGEST} dagar åt gången.")
        return said


@roles(*READERS)
@require_GET
def changes(request: Request) -> HttpResponseBase:
    """The changes that were looked for, the latest first; as Excel with `excel=1`."""
    form = _form(request)
    found = _found(form.cleaned_data) if form.is_valid() else PlanChange.objects.none()
    if form.is_valid():
        _log_read(request, form.cleaned_data)
    if request.GET.get("excel") and form.is_valid():
        name = f"andringar-{request.today.isoformat()}.xlsx"
        return workbook("Ändringar", COLUMNS, _lines(told(list(found))), name)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "form": form,
        "page": page,
        "rows": told(list(page.object_list)),
        "narrowed": bool(request.GET),
    }
    return render(request, "planning/history/changes.html", context)


def _form(request: Request) -> ChangesForm:
    """The form as it was asked, else the last week of the first unit."""
    units = units_of(request.actor)
    said = request.GET.dict()
    unit = next((row for row in units if str(row.pk) == said.get("enhet")), units.first())
    first = {
        "enhet": unit.pk if unit else "",
        "fran": calendar.add_days(request.today, -7).isoformat(),
        "till": calendar.add_days(request.today, 1).isoformat(),
    }
    return ChangesForm({**first, **said}, units=units, unit=unit)


def _found(said: dict[str, Any]) -> QuerySet[PlanChange]:
    rows = PlanChange.objects.filter(
        plan__planned_unit=said["enhet"], plan__day__range=(said["fran"], said["till"])
    )
    if said["person"]:
        rows = rows.filter(visit__client=said["person"])
    if said["av"]:
        rows = rows.filter(actor=said["av"])
    if said["besok"]:
        rows = rows.filter(visit=said["besok"])
    if said["personal"]:
        rows = rows.filter(pk__in=_touching(rows, said["personal"], said["fran"], said["till"]))
    related = ("visit__plan", "visit__client", "actor", "on_behalf_of", "plan__planned_unit")
    return rows.select_related(*related).order_by("-at", "-pk")


def _touching(rows: QuerySet[PlanChange], carer: Carer, first: date, last: date) -> set[int]:
    """Changes by which a carer got a visit, lost it, or that changed a visit they stand on."""
    shifts = set(
        Shift.objects.filter(carer=carer, day__range=(first, last)).values_list("pk", flat=True)
    )
    moved = rows.filter(group="staff").values_list("pk", "before", "after")
    found = {pk for pk, before, after in moved if shifts & {*before["shifts"], *after["shifts"]}}
    return found | set(rows.filter(visit__staff__shift__in=shifts).values_list("pk", flat=True))


def _log_read(request: Request, said: dict[str, Any]) -> None:
    """What was looked for, by number (SEC-02)."""
    unit = said["enhet"]
    values = {name: getattr(value, "pk", value) for name, value in said.items() if value}
    log_read(request, f"unit:{unit.pk}", "read_changes", unit, READERS, unit.path, values)


def _lines(rows: list[Told]) -> Iterator[list[Any]]:
    for row in rows:
        made = row.change
        yield [
            made.at,
            str(made.actor or "Kundval"),
            str(made.on_behalf_of or ""),
            made.plan.day.isoformat(),
            str(made.plan.planned_unit),
            str(made.visit.client),
            made.visit_id,
            row.what,
            row.before,
            row.after,
        ]
