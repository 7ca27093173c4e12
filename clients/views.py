"""Pages that change who a client is and what they are granted. PLN-04, SEC-01 to SEC-03."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients import editing
from clients.editing import NURSES, ORDERERS, PLANNERS
from clients.forms import (
    DecisionEndForm,
    DecisionForm,
    LastDayForm,
    NewClientForm,
    NumberForm,
    OrderForm,
)
from clients.models import CareDecision, Client, LegalBasis, ServiceOrder
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request

TAKEN = "Någon annan lade nyss in samma nummer. Sök personen i listan."


@roles(*ORDERERS)
def add(request: Request) -> HttpResponse:
    """A new client."""
    form = NewClientForm(
        request.POST or None,
        units=editing.units_of(request.actor, ORDERERS),
        actor=request.actor,
        initial={"active_from": request.today},
    )

    def save() -> HttpResponse:
        try:
            with transaction.atomic():
                client = form.save()
                act = editing.act_of(request, client, ORDERERS)
                editing.record(client, act, "add_client", editing.changes(form, client))
        except IntegrityError:
            form.add_error(None, TAKEN)
            return _form(request, form, _nothing, title, reverse("clients:list"))
        return redirect(address(client))

    title = "Ny brukare"
    return _form(request, form, save, title, reverse("clients:list"), "Lägg upp")


def _nothing() -> str:
    return ""


@roles(*ORDERERS)
@transaction.atomic
def number(request: Request, pk: int) -> HttpResponse:
    """Another identity number for the same person, the old one kept."""
    client = editing.client_of(request, pk, ORDERERS, lock=True)
    form = NumberForm(request.POST or None, actor=request.actor, client=client)

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS)
        editing.replace_number(client, form.cleaned_data["identity_number"], form.reserve, act)
        return "Numret är bytt. Det gamla står kvar i historiken och hittar samma person."

    return client_form(request, client, form, save=save, title="Byt nummer", button="Byt")


@roles(*ORDERERS)
@transaction.atomic
def add_decision(request: Request, pk: int) -> HttpResponse:
    """A decision on assistance."""
    client = _person(request, pk, ORDERERS)
    form = DecisionForm(request.POST or None, initial={"decided_on": request.today})

    def save() -> str:
        _keep(request, client, form, "add_decision", ORDERERS)
        return "Beslutet är registrerat. Lägg nu in beställningarna."

    return client_form(request, client, form, save=save, title="Nytt beslut")


@roles(*ORDERERS)
@transaction.atomic
def change_decision(request: Request, pk: int) -> HttpResponse:
    """A decision that was prolonged, or written down wrong."""
    decision = get_object_or_404(CareDecision.objects.select_for_update(), pk=pk)
    client = _person(request, decision.client_id, ORDERERS)
    form = DecisionForm(request.POST or None, instance=decision)

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS)
        form.save()
        editing.record(client, act, "change_decision", editing.changes(form), decision)
        return "Beslutet är ändrat."

    return client_form(request, client, form, save=save, title="Ändra beslut")


@roles(*ORDERERS)
@transaction.atomic
def end_decision(request: Request, pk: int) -> HttpResponse:
    """A decision's last day, and its orders'."""
    decision = get_object_or_404(CareDecision.objects.select_for_update(), pk=pk)
    client = _person(request, decision.client_id, ORDERERS)
    form = DecisionEndForm(
        request.POST or None,
        until=decision.valid_to,
        first=decision.valid_from,
        initial={"last_day": request.today},
    )

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS)
        ended = editing.end_decision(decision, form.cleaned_data["last_day"], act)
        return f"Beslutet slutar {decision.valid_to}. {ended} beställningar slutar samma dag."

    return client_form(
        request,
        client,
        form,
        save=save,
        title="Avsluta beslut",
        lead=str(decision),
        button="Avsluta beslutet",
    )


@roles(*ORDERERS, *NURSES)
@transaction.atomic
def add_order(request: Request, pk: int) -> HttpResponse:
    """A service order, unread until a planner has taken it in."""
    client = _person(request, pk, ORDERERS | NURSES)
    form = OrderForm(
        request.POST or None,
        client=client,
        health_only=not editing.may(request, client, ORDERERS),
        initial={"provider": client.provider_id, "valid_from": request.today, "times": 1},
    )

    def save() -> str:
        _keep(request, client, form, "add_order", ORDERERS | NURSES)
        return "Beställningen är inlagd. Den står överst i Grundplanering tills den är inplanerad."

    return client_form(request, client, form, save=save, title="Ny beställning")


@roles(*ORDERERS, *NURSES)
@transaction.atomic
def change_order(request: Request, pk: int) -> HttpResponse:
    """Another extent from a day: a new row that replaces the old one."""
    order, client = _order(request, pk)
    initial = model_to_dict(order, fields=OrderForm.Meta.fields)
    form = OrderForm(
        request.POST or None,
        client=client,
        replaces=order,
        health_only=not editing.may(request, client, ORDERERS),
        initial={**initial, "valid_from": request.today},
    )

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS | NURSES)
        new = editing.change_order(order, form.save(commit=False), act)
        return f"Ändringen gäller från {new.valid_from} och är oläst tills planeraren tagit in den."

    return client_form(
        request,
        client,
        form,
        save=save,
        title="Ändra beställning",
        lead=str(order),
    )


@roles(*ORDERERS, *NURSES)
@transaction.atomic
def end_order(request: Request, pk: int) -> HttpResponse:
    """An order's last day."""
    order, client = _order(request, pk)
    form = LastDayForm(
        request.POST or None,
        until=order.valid_to,
        first=order.valid_from,
        initial={"last_day": request.today},
    )

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS | NURSES)
        editing.end_order(order, form.cleaned_data["last_day"], act)
        return "Beställningen är avslutad. Planeraren ser det överst i Grundplanering."

    return client_form(
        request,
        client,
        form,
        save=save,
        title="Avsluta beställning",
        lead=str(order),
        button="Avsluta beställningen",
    )


@roles(*PLANNERS)
@require_POST
@transaction.atomic
def read_order(request: Request, pk: int) -> HttpResponse:
    """The planner has read and planned an order."""
    order = get_object_or_404(
        ServiceOrder.objects.select_for_update(of=("self",)).select_related("service"), pk=pk
    )
    client = editing.client_of(request, order.client_id, PLANNERS)
    editing.mark_read(order, editing.act_of(request, client, PLANNERS))
    if request.POST.get("till") == "grundplanering":
        return redirect("baseplans:plan", client.pk)
    return redirect(address(client))


def address(client: Client) -> str:
    """The client's page. Numbers alone stand in it (SEC-03)."""
    return reverse("clients:client", args=[client.pk])


def client_form(
    request: Request,
    client: Client,
    form: Any,
    *,
    save: Any,
    title: str,
    lead: str = "",
    button: str = "Spara",
    danger: bool = False,
    back: str = "",
) -> HttpResponse:
    """A page with a form about a client, who is named masked above it."""
    trail = [("Brukare", reverse("clients:list")), (str(client), address(client))]
    return changing.form_page(
        request,
        form,
        save=save,
        title=title,
        back=back or address(client),
        trail=trail,
        lead=lead,
        button=button,
        danger=danger,
    )


def _form(
    request: Request, form: Any, save: Any, title: str, back: str, button: str = "Spara"
) -> HttpResponse:
    trail = [("Brukare", reverse("clients:list"))]
    return changing.form_page(
        request, form, save=save, title=title, back=back, trail=trail, button=button
    )


def _person(request: Request, pk: int, allowed: Any) -> Client:
    """The client, who is a person: a stand-in for surrounding time is granted nothing."""
    client = editing.client_of(request, pk, allowed)
    if client.is_surrounding:
        raise PermissionDenied(
            "Kringtid har inga beslut och beställningar. Ändra grundplaneringen."
        )
    return client


def _order(request: Request, pk: int) -> tuple[ServiceOrder, Client]:
    """An order that can be changed, locked; a nurse's own are those of health care."""
    order = get_object_or_404(
        ServiceOrder.objects.select_for_update(of=("self",)).select_related("service"), pk=pk
    )
    client = _person(request, order.client_id, ORDERERS | NURSES)
    is_nursing = order.legal_basis == LegalBasis.HSL
    if not is_nursing and not editing.may(request, client, ORDERERS):
        raise PermissionDenied("Du kan ändra beställningar av hälso- och sjukvård.")
    if ServiceOrder.objects.filter(replaces=order).exists():
        raise PermissionDenied("Beställningen är redan ändrad. Ändra den som gäller efter den.")
    return order, client


def _keep(request: Request, client: Client, form: Any, name: str, allowed: Any) -> None:
    act = editing.act_of(request, client, allowed)
    row = form.save(commit=False)
    row.client = client
    for field, value in act.stamp.items():
        setattr(row, field, value)
    row.save()
    editing.record(client, act, name, changing.stated(form), row)
