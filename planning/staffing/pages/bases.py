"""Where the shifts of each unit start and end: ways are counted from there. PLN-21, PLN-20."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from organisation.access import roles
from organisation.request import Request
from planning.models import Base, Carer
from planning.staffing import editing, reach
from planning.staffing.forms import BaseForm
from planning.staffing.pages import forming
from planning.staffing.reach import EDITORS, READERS


@roles(*READERS)
def bases(request: Request) -> HttpResponse:
    """The units that have staff or a base, of those that one reaches."""
    units = reach.units(request).order_by("path")
    known = {row.unit_id: row for row in Base.objects.filter(unit__in=units)}
    staffed = set(Carer.objects.filter(unit__in=units).values_list("unit_id", flat=True))
    edited = set(reach.units(request, EDITORS).values_list("pk", flat=True))
    rows = [
        (unit, known.get(unit.pk), unit.pk in edited)
        for unit in units
        if unit.pk in known or unit.pk in staffed
    ]
    return render(request, "planning/staffing/bases.html", {"rows": rows, "tab": "bases"})


@roles(*EDITORS)
@transaction.atomic
def change(request: Request, unit: int) -> HttpResponse:
    """The place of a unit, its first or another."""
    owner = reach.get(reach.units(request, EDITORS), pk=unit)
    base = Base.objects.select_for_update().filter(unit=owner).first()
    before = {name: getattr(base, name, None) for name in BaseForm.Meta.fields}
    form = BaseForm(request.POST or None, instance=base or Base(unit=owner))

    def save() -> str:
        row = form.save()
        values: dict[str, Any] = {
            name: [before.get(name), value]
            for name, value in form.cleaned_data.items()
            if before.get(name) != value
        }
        if values:
            editing.record(
                editing.chain_of(owner), "place_base", row, reach.act(request, owner), values
            )
        return "Utgångsplatsen är sparad. Restider räknas därifrån när dagen öppnas nästa gång."

    return forming.page(
        request,
        form,
        save,
        title=f"Utgångsplats för {owner}",
        back=reverse("staffing:bases"),
        trail=forming.trail(("Utgångsplatser", reverse("staffing:bases"))),
        lead="Där arbetspassen börjar och slutar. Den vars adress inte är utsatt räknas som att bo där.",
    )
