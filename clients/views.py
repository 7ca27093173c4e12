"""Pages that change who a client is and what they are granted. PLN-04, SEC-01 to SEC-03."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from clients import commands, editing
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
from door.filled import Filled
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request


@roles(*ORDERERS)
def add(request: Request) -> HttpResponse:
    """A new client."""
    form = NewClientForm(
        request.POST or None,
        units=editing.units_of(request.actor, ORDERERS),
        actor=request.actor,
        initial={"active_from": request.today},
    )
    back = reverse("clients:list")
    return changing.do_page(
        request,
        form.instance,
        commands.AddClient,
        form,
        back=back,
        then=lambda done: address(done.filled.instance),
        trail=[("Brukare", back)],
        button="Lägg upp",
    )


@roles(*ORDERERS)
def number(request: Request, pk: int) -> HttpResponse:
    """Another identity number for the same person, the old one kept."""
    client = editing.client_of(request, pk, ORDERERS)
    form = NumberForm(request.POST or None, actor=request.actor, client=client)
    return client_page(request, client, commands.ReplaceIdentityNumber, form, button="Byt")


@roles(*ORDERERS)
def add_decision(request: Request, pk: int) -> HttpResponse:
    """A decision on assistance."""
    client = _person(request, pk, ORDERERS)
    form = DecisionForm(request.POST or None, initial={"decided_on": request.today})
    return client_page(request, client, commands.AddDecision, form)


@roles(*ORDERERS)
def change_decision(request: Request, pk: int) -> HttpResponse:
    """A decision that was prolonged, or written down wrong."""
    decision = get_object_or_404(CareDecision, pk=pk)
    client = _person(request, decision.client_id, ORDERERS)
    form = DecisionForm(request.POST or None, instance=decision)
    return client_page(request, client, commands.ChangeDecision, form)


@roles(*ORDERERS)
def end_decision(request: Request, pk: int) -> HttpResponse:
    """A decision's last day, and its orders'."""
    decision = get_object_or_404(CareDecision, pk=pk)
    client = _person(request, decision.client_id, ORDERERS)
    form = DecisionEndForm(
        request.POST or None,
        until=decision.valid_to,
        first=decision.valid_from,
        initial={"last_day": request.today},
    )
    return client_page(
        request,
        client,
        commands.EndDecision,
        form,
        about={"decision": decision},
        lead=str(decision),
        button="Avsluta beslutet",
    )


@roles(*ORDERERS, *NURSES)
def add_order(request: Request, pk: int) -> HttpResponse:
    """A service order, unread until a planner has taken it in."""
    client = _person(request, pk, ORDERERS | NURSES)
    form = OrderForm(
        request.POST or None,
        client=client,
        health_only=not editing.may(request, client, ORDERERS),
        initial={"provider": client.provider_id, "valid_from": request.today, "times": 1},
    )
    return client_page(request, client, commands.AddOrder, form)


@roles(*ORDERERS, *NURSES)
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
    return client_page(
        request, client, commands.ChangeOrder, form, about={"order": order}, lead=str(order)
    )


@roles(*ORDERERS, *NURSES)
def end_order(request: Request, pk: int) -> HttpResponse:
    """An order's last day."""
    order, client = _order(request, pk)
    form = LastDayForm(
        request.POST or None,
        until=order.valid_to,
        first=order.valid_from,
        initial={"last_day": request.today},
    )
    return client_page(
        request,
        client,
        commands.EndOrder,
        form,
        about={"order": order},
        lead=str(order),
        button="Avsluta beställningen",
    )


@roles(*PLANNERS)
@require_POST
def read_order(request: Request, pk: int) -> HttpResponse:
    """The planner has read and planned an order."""
    order = get_object_or_404(ServiceOrder.objects.select_related("service"), pk=pk)
    client = editing.client_of(request, order.client_id, PLANNERS)
    back = address(client)
    if request.POST.get("till") == "grundplanering":
        back = reverse("baseplans:plan", args=[client.pk])
    return changing.do(request, client, commands.ReadOrder(order=order), back)


def address(client: Client) -> str:
    """The client's page. Numbers alone stand in it (SEC-03)."""
    return reverse("clients:client", args=[client.pk])


def client_page(
    request: Request,
    client: Client,
    command: type[Filled[Client]],
    form: BaseForm,
    *,
    back: str = "",
    **more: Any,
) -> HttpResponse:
    """The page of a command on a client, who is named masked above the form."""
    trail = [("Brukare", reverse("clients:list")), (str(client), address(client))]
    return changing.do_page(
        request, client, command, form, back=back or address(client), trail=trail, **more
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
    """An order that can be changed; a nurse's own are those of health care."""
    order = get_object_or_404(ServiceOrder.objects.select_related("service"), pk=pk)
    client = _person(request, order.client_id, ORDERERS | NURSES)
    is_nursing = order.legal_basis == LegalBasis.HSL
    if not is_nursing and not editing.may(request, client, ORDERERS):
        raise PermissionDenied("Du kan ändra beställningar av hälso- och sjukvård.")
    if ServiceOrder.objects.filter(replaces=order).exists():
        raise PermissionDenied("Beställningen är redan ändrad. Ändra den som gäller efter den.")
    return order, client
