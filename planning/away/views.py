"""The page of what an absence does. PLN-09."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from clients import editing
from clients.models import READERS
from organisation.access import roles
from organisation.request import Request
from planning.away.consequences import consequences_of
from planning.models import Absence


@roles(*READERS)
def consequences(request: Request, pk: int) -> HttpResponse:
    """Which visits an absence took away, what became free, and what to see to."""
    found = Absence.objects.select_related("client__unit")
    absence = get_object_or_404(found, pk=pk, cancelled_at=None)
    person = editing.client_of(request, absence.client_id)
    context = {
        "person": person,
        "absence": absence,
        "found": consequences_of(absence, request.today),
        "plans": editing.may(request, person, editing.PLANNERS),
    }
    return render(request, "planning/away/consequences.html", context)
