"""Where the shifts of each unit start and end: ways are counted from there. PLN-21, PLN-20."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from planning.models import Base, Carer
from planning.staffing import reach
from planning.staffing.commands.bases import PlaceBase
from planning.staffing.forms import BaseForm
from planning.staffing.pages.trail import trail
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
def change(request: Request, unit: int) -> HttpResponse:
    """The place of a unit, its first or another."""
    owner = reach.get(reach.units(request, EDITORS), pk=unit)
    base = Base.objects.filter(unit=owner).first() or Base(unit=owner)
    form = BaseForm(request.POST or None, instance=base)
    back = reverse("staffing:bases")
    return changing.do_page(
        request,
        base,
        PlaceBase,
        form,
        title=f"Utgångsplats för {owner}",
        back=back,
        trail=trail(("Utgångsplatser", back)),
        lead="Där arbetspassen börjar och slutar. Den vars adress inte är utsatt räknas som att bo där.",
    )
