"""What surrounds a client: absences, care contact, wishes about carers, double staffing.

Requirements PLN-06, PLN-09, PLN-20, BEY-04.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients import editing
from clients.editing import PLANNERS
from clients.models import Client
from clients.views import address, client_page
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from planning.client import commands
from planning.client.forms import AbsenceForm, CareContactForm, DoubleStaffingForm, WishForm
from planning.models import Absence, Preference


@roles(*PLANNERS)
def add_absence(request: Request, pk: int) -> HttpResponse:
    """A client goes away; the visits go with them."""
    client = editing.client_of(request, pk, PLANNERS)
    form = AbsenceForm(request.POST or None, client=client, initial={"first": request.today})
    return client_page(request, client, commands.AddAbsence, form, then=_consequences)


@roles(*PLANNERS)
def change_absence(request: Request, pk: int) -> HttpResponse:
    """Home earlier or later than was thought, or the day is known at last."""
    row, client = _absence(request, pk)
    about = {"first": row.first}
    form = AbsenceForm(request.POST or None, instance=row, client=client)
    return client_page(
        request,
        client,
        commands.ChangeAbsence,
        form,
        about=about,
        then=_consequences,
        lead=str(row),
    )


@roles(*PLANNERS)
@require_POST
def cancel_absence(request: Request, pk: int) -> HttpResponse:
    """An absence that never came to be; it stays in the records."""
    row, client = _absence(request, pk)
    return changing.do(request, client, commands.CancelAbsence(absence=row), address(client))


@roles(*PLANNERS)
def care_contact(request: Request, pk: int) -> HttpResponse:
    """The permanent care contact from a day, or why none is needed; the one before ends."""
    client = editing.client_of(request, pk, PLANNERS)
    form = CareContactForm(
        request.POST or None,
        client=client,
        day=request.today,
        initial={"valid_from": request.today},
    )
    return client_page(request, client, commands.ChangeCareContact, form)


@roles(*PLANNERS)
def add_wish(request: Request, pk: int) -> HttpResponse:
    """A carer that the client wants, or does not want."""
    client = editing.client_of(request, pk, PLANNERS)
    form = WishForm(request.POST or None, client=client, day=request.today)
    return client_page(request, client, commands.AddWish, form)


@roles(*PLANNERS)
@require_POST
def remove_wish(request: Request, pk: int) -> HttpResponse:
    """A wish that does not hold any more."""
    wish = get_object_or_404(Preference.objects.select_related("carer"), pk=pk)
    client = editing.client_of(request, wish.client_id, PLANNERS)
    return changing.do(request, client, commands.RemoveWish(wish=wish), address(client))


@roles(*PLANNERS)
def add_double_staffing(request: Request, pk: int) -> HttpResponse:
    """The risk assessment and the manager's decision, with the day it is reviewed."""
    client = editing.client_of(request, pk, PLANNERS)
    form = DoubleStaffingForm(request.POST or None)
    lead = "Två ur personalen kräver en riskbedömning och ett beslut av ansvarig chef."
    return client_page(request, client, commands.AddDoubleStaffing, form, lead=lead)


def _absence(request: Request, pk: int) -> tuple[Absence, Client]:
    row = get_object_or_404(Absence, pk=pk, cancelled_at=None)
    return row, editing.client_of(request, row.client_id, PLANNERS)


def _consequences(command: commands.AddAbsence | commands.ChangeAbsence) -> str:
    return reverse("clients:absence_consequences", args=[command.filled.instance.pk])
