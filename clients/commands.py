"""What is done with a client: another number, decisions, orders. PLN-04, SEC-01 to SEC-03, DAY-07."""

from datetime import date
from typing import Any

from django import forms
from django.db import IntegrityError, models, transaction

from audit import clock
from audit.act import Act
from clients.editing import NURSES, ORDERERS, PLANNERS, changes, record
from clients.forms import DecisionEndForm, LastDayForm, NewClientForm, NumberForm, OrderForm
from clients.models import CareDecision, Client, ClientIdentity, ServiceOrder
from door.command import Command, Kept
from door.filled import Filled, Values, plain
from door.refusals import Refused
from organisation.ending import end_on

TAKEN = "Någon annan lade nyss in samma nummer. Sök personen i listan."


class AddRecord(Filled[Client]):
    """Something new about a client, kept with who recorded it."""

    filled: "forms.ModelForm[Any]"

    def apply(self, client: Client, act: Act) -> Kept | None:
        keep(self.filled.save(commit=False), client, act)
        return None


def keep(row: Any, client: Client, act: Act) -> None:
    """Save a row about the client, with who recorded it."""
    row.client = client
    for name, value in act.stamp.items():
        setattr(row, name, value)
    row.save()


class AddClient(Filled[Client]):
    """A new client."""

    label, roles = "Ny brukare", ORDERERS
    filled: NewClientForm

    def stated(self) -> Kept:
        return changes(self.filled, self.filled.instance)

    def apply(self, client: Client, act: Act) -> None:
        try:
            with transaction.atomic():
                self.filled.save()
        except IntegrityError:
            raise Refused(TAKEN) from None

    def receipt(self, client: Client, values: Kept) -> str:
        return ""  # the person's page says it


class ReplaceIdentityNumber(Filled[Client]):
    """Another identity number or reserve number (with its system) for the same person, or both; the
    old ones still find them (DAY-07)."""

    label, roles = "Byt nummer", ORDERERS
    done = "Numret är bytt. Det gamla står kvar i historiken och hittar samma person."
    filled: NumberForm

    def stated(self) -> Kept:
        return {}

    def apply(self, client: Client, act: Act) -> None:
        if digits := self.filled.cleaned_data["identity_number"]:
            _keep_old(client, client.identity_number, "", act)
            client.identity_number = digits
        number, system = self.filled.reserve
        if number:
            _keep_old(client, client.reserve_number, client.reserve_system, act)
            client.reserve_number, client.reserve_system = number, system
        client.save()


def _keep_old(client: Client, number: str, system: str, act: Act) -> None:
    if number:
        ClientIdentity.objects.create(
            client=client, identity_number=number, system=system, replaced_on=act.day, **act.stamp
        )


class AddDecision(AddRecord):
    """A decision on assistance."""

    label, roles = "Nytt beslut", ORDERERS
    done = "Beslutet är registrerat. Lägg nu in beställningarna."


class ChangeDecision(Filled[Client]):
    """A decision that was prolonged, or written down wrong."""

    label, roles = "Ändra beslut", ORDERERS
    done = "Beslutet är ändrat."
    filled: "forms.ModelForm[Any]"

    def apply(self, client: Client, act: Act) -> None:
        self.filled.save()


class EndDecision(Filled[Client]):
    """A decision's last day; its orders end with it."""

    label, roles = "Avsluta beslut", ORDERERS
    decision: CareDecision
    filled: DecisionEndForm

    def stated(self) -> Kept:
        last_day = self.filled.cleaned_data["last_day"]
        return {
            "decision": [str(self.decision)] * 2,
            "valid_to": [plain(self.decision.valid_to), plain(last_day)],
        }

    def apply(self, client: Client, act: Act) -> Kept:
        last_day = self.filled.cleaned_data["last_day"]
        lasting = models.Q(valid_to=None) | models.Q(valid_to__gt=last_day)
        orders = list(self.decision.orders.filter(lasting))
        for order in orders:
            record(client, act, "end_order", _ended(order, last_day), order)
            end_order(order, last_day)
        self.decision.valid_to = last_day
        self.decision.save(update_fields=["valid_to"])
        return {"orders": len(orders)}

    def receipt(self, client: Client, values: Kept) -> str:
        return (
            f"Beslutet slutar {self.decision.valid_to}. "
            f"{values['orders']} beställningar slutar samma dag."
        )


class AddOrder(AddRecord):
    """A service order, unread until a planner has taken it in."""

    label, roles = "Ny beställning", ORDERERS | NURSES
    done = "Beställningen är inlagd. Den står överst i Grundplanering tills den är inplanerad."


class ChangeOrder(Filled[Client]):
    """Another extent from a day: a new row from its first day; the old one ends the day before."""

    label, roles = "Ändra beställning", ORDERERS | NURSES
    order: ServiceOrder
    filled: OrderForm

    def stated(self) -> Kept:
        first = self.filled.cleaned_data["valid_from"]
        return {
            "order": [str(self.order), str(self.filled.instance)],
            "valid_from": [None, plain(first)],
        }

    def apply(self, client: Client, act: Act) -> None:
        new = self.filled.save(commit=False)
        end_on(self.order, clock.day_before(new.valid_from))
        new.replaces = self.order
        keep(new, client, act)

    def receipt(self, client: Client, values: Kept) -> str:
        first = plain(self.filled.cleaned_data["valid_from"])
        return f"Ändringen gäller från {first} och är oläst tills planeraren tagit in den."


class EndOrder(Filled[Client]):
    """An order's last day, unread again: the planner has visits to take away."""

    label, roles = "Avsluta beställning", ORDERERS | NURSES
    done = "Beställningen är avslutad. Planeraren ser det överst i Grundplanering."
    order: ServiceOrder
    filled: LastDayForm

    def stated(self) -> Kept:
        return _ended(self.order, self.filled.cleaned_data["last_day"])

    def apply(self, client: Client, act: Act) -> None:
        end_order(self.order, self.filled.cleaned_data["last_day"])


def _ended(order: ServiceOrder, last_day: date) -> Values:
    return {"order": [str(order)] * 2, "valid_to": [plain(order.valid_to), plain(last_day)]}


def end_order(order: ServiceOrder, last_day: date) -> None:
    """Let an order end, unread again. One that never comes to hold is removed."""
    if last_day < order.valid_from:
        end_on(order, last_day)
        return
    order.valid_to, order.read_on, order.read_by = last_day, None, None
    order.save(update_fields=["valid_to", "read_on", "read_by"])


class ReadOrder(Command[Client]):
    """A planner has read an order, and planned it (PLN-04)."""

    label, roles = "Ta in beställning", PLANNERS
    order: ServiceOrder

    def stated(self) -> Kept:
        return {"order": [str(self.order)] * 2}

    def apply(self, client: Client, act: Act) -> None:
        self.order.read_on, self.order.read_by = act.day, act.user
        self.order.save(update_fields=["read_on", "read_by"])
