"""What surrounds a client: absences, care contact, wishes about carers, double staffing.

Requirements PLN-06, PLN-09, PLN-20, BEY-04.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from audit import clock
from clients import editing
from clients.editing import PLANNERS
from clients.models import Client
from clients.views import address, client_form
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from planning.away.following import follow
from planning.baseplans import drafts
from planning.client.forms import AbsenceForm, CareContactForm, DoubleStaffingForm, WishForm
from planning.models import Absence, DoubleStaffing, Preference
from planning.plan.absences import gone_from, home_again


@roles(*PLANNERS)
@transaction.atomic
def add_absence(request: Request, pk: int) -> HttpResponse:
    """A client goes away; the visits go with them."""
    client = editing.client_of(request, pk, PLANNERS, lock=True)
    form = AbsenceForm(request.POST or None, client=client, initial={"first": request.today})

    def save() -> HttpResponse:
        row = _keep(request, client, form, "add_absence")
        return _to_consequences(request, row, _follow(request, client, row.first))

    return client_form(request, client, form, save=save, title="Ny frånvaro")


@roles(*PLANNERS)
@transaction.atomic
def change_absence(request: Request, pk: int) -> HttpResponse:
    """Home earlier or later than was thought, or the day is known at last."""
    row, client = _absence(request, pk)
    first = row.first
    form = AbsenceForm(request.POST or None, instance=row, client=client)

    def save() -> HttpResponse:
        act = editing.act_of(request, client, PLANNERS)
        form.save()
        editing.record(client, act, "change_absence", editing.changes(form), row)
        changed = _follow(request, client, min(first, row.first))
        return _to_consequences(request, row, changed)

    return client_form(request, client, form, save=save, title="Ändra frånvaro", lead=str(row))


@roles(*PLANNERS)
@require_POST
@transaction.atomic
def cancel_absence(request: Request, pk: int) -> HttpResponse:
    """An absence that never came to be; it stays in the records."""
    row, client = _absence(request, pk)
    row.cancelled_at = request.at
    row.save(update_fields=["cancelled_at"])
    act = editing.act_of(request, client, PLANNERS)
    editing.record(client, act, "cancel_absence", {"absence": [str(row), None]}, row)
    _follow(request, client, row.first)
    return redirect(address(client))


@roles(*PLANNERS)
@transaction.atomic
def care_contact(request: Request, pk: int) -> HttpResponse:
    """The permanent care contact from a day, or why none is needed; the one before ends."""
    client = editing.client_of(request, pk, PLANNERS, lock=True)
    form = CareContactForm(
        request.POST or None,
        client=client,
        day=request.today,
        initial={"valid_from": request.today},
    )

    def save() -> str:
        before = clock.day_before(form.cleaned_data["valid_from"])
        for row in client.care_contacts.exclude(valid_to__lte=before):
            changing.end_on(row, before)
        _keep(request, client, form, "change_care_contact")
        return "Fast omsorgskontakt är sparad."

    return client_form(request, client, form, save=save, title="Fast omsorgskontakt")


@roles(*PLANNERS)
@transaction.atomic
def add_wish(request: Request, pk: int) -> HttpResponse:
    """A carer that the client wants, or does not want."""
    client = editing.client_of(request, pk, PLANNERS, lock=True)
    form = WishForm(request.POST or None, client=client, day=request.today)

    def save() -> str:
        _keep(request, client, form, "add_wish")
        return "Önskemålet är sparat, och vägs in när besöken fördelas."

    return client_form(request, client, form, save=save, title="Önskemål om personal")


@roles(*PLANNERS)
@require_POST
@transaction.atomic
def remove_wish(request: Request, pk: int) -> HttpResponse:
    """A wish that does not hold any more."""
    wish = get_object_or_404(Preference.objects.select_related("carer"), pk=pk)
    client = editing.client_of(request, wish.client_id, PLANNERS)
    act = editing.act_of(request, client, PLANNERS)
    editing.record(client, act, "remove_wish", {"wish": [str(wish), None]}, wish)
    wish.delete()
    return redirect(address(client))


@roles(*PLANNERS)
@transaction.atomic
def add_double_staffing(request: Request, pk: int) -> HttpResponse:
    """The risk assessment and the manager's decision, with the day it is reviewed."""
    client = editing.client_of(request, pk, PLANNERS, lock=True)
    form = DoubleStaffingForm(request.POST or None)

    def save() -> str:
        row: DoubleStaffing = _keep(request, client, form, "add_double_staffing")
        return f"Dubbelbemanningen är dokumenterad. Den omprövas senast {row.review_on}."

    return client_form(
        request,
        client,
        form,
        save=save,
        title="Dubbelbemanning",
        lead="Två ur personalen kräver en riskbedömning och ett beslut av ansvarig chef.",
    )


def _absence(request: Request, pk: int) -> tuple[Absence, Client]:
    row = get_object_or_404(Absence.objects.select_for_update(), pk=pk, cancelled_at=None)
    return row, editing.client_of(request, row.client_id, PLANNERS, lock=True)


def _keep(request: Request, client: Client, form: Any, name: str) -> Any:
    act = editing.act_of(request, client, PLANNERS)
    row = form.save(commit=False)
    row.client = client
    for field, value in act.stamp.items():
        setattr(row, field, value)
    row.save()
    editing.record(client, act, name, changing.stated(form), row)
    return row


def _follow(request: Request, client: Client, first: Any) -> int:
    act = editing.act_of(request, client, PLANNERS)
    return drafts.regenerate(client, first, act) + follow(client, act)


def _to_consequences(request: Request, row: Absence, changed: int) -> HttpResponse:
    messages.success(request, _told(row, changed))
    return redirect("clients:absence_consequences", row.pk)


def _told(row: Absence, count: int) -> str:
    return f"Frånvaron gäller från {gone_from(row)}, {home_again(row)}. {drafts.in_words(count)} ändrades."
