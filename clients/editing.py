"""What is done with a client: who may, the change, its line in the client's log.

Requirements PLN-04, SEC-01, SEC-02, SEC-03, BEY-03.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms import BaseForm
from django.shortcuts import get_object_or_404

from audit import clock, log
from cases.commands import Act
from clients.models import PROTECTED, READERS, CareDecision, Client, ClientIdentity, ServiceOrder
from organisation import acting
from organisation.authority import Actor
from organisation.models import Unit
from organisation.pages.changing import end_on, plain
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role

PLANNERS = frozenset({Role.PLANNER, Role.UNIT_MANAGER, Role.NIGHT_HEAD})
"""They edit base plans, absences, care contacts and wishes, and take in orders."""
ORDERERS = PLANNERS | {Role.SOCIAL_WORKER, Role.FIRST_SOCIAL_WORKER}
"""They edit particulars, decisions and orders; a planner may, since a company's orders come on paper."""
NURSES = frozenset({Role.NURSE, Role.RESPONSIBLE_NURSE, Role.CHIEF_NURSE})
"""They order health care."""
PERSONAL = frozenset(
    {
        "identity_number",
        "reserve_number",
        "reserve_system",
        "name",
        "address",
        "latitude",
        "longitude",
        "entry",
        "phone",
    }
)


def units_of(actor: Actor, roles: Collection[str] = READERS) -> models.QuerySet[Unit]:
    """The units in which one of `roles` is held."""
    within = models.Q(pk__in=[])
    for path in actor.unit_paths(roles):
        within |= models.Q(path__startswith=path)
    return Unit.objects.filter(within)


def client_of(
    request: Request, pk: int, roles: Collection[str] = READERS, lock: bool = False
) -> Client:
    """The client: 404 for whom the person may not see, 403 for who sees but may not do this.

    A page about them is a reading, and is logged (SEC-02).
    """
    found = Client.objects.visible_to(request.actor)
    if lock:
        found = found.select_for_update(of=("self",))
    client = get_object_or_404(found.select_related("unit", "provider"), pk=pk)
    if not may(request, client, roles):
        raise PermissionDenied("Din roll i brukarens enhet ger inte rätt att göra det här.")
    log_reading(request, client)
    return client


def may(request: Request, client: Client, roles: Collection[str]) -> bool:
    """Whether one of `roles` is held for the client's unit."""
    return request.actor.holding(roles, client.unit.path) is not None


def act_of(request: Request, client: Client, roles: Collection[str]) -> Act:
    """The person of the request, and whom they stand in for in the client's unit."""
    return acting.act_of(request, roles, client.unit.path)


def record(
    client: Client,
    act: Act,
    name: str,
    values: Mapping[str, Any] | None = None,
    subject: models.Model | None = None,
) -> None:
    """A line in the client's log, in the caller's transaction."""
    log.record(
        f"client:{client.pk}", name, act, subject=subject or client, values=values, personal=True
    )


def changes(form: BaseForm, client: Client | None = None) -> dict[str, list]:
    """Field -> [before, after]; never an identity number, and nothing of who is protected."""
    hidden = {"identity_number", "reserve_number"}
    if client and client.has_protected_identity:
        hidden = set(PERSONAL)
    return {
        name: [PROTECTED, PROTECTED]
        if name in hidden
        else [plain(form.initial.get(name)), plain(form.cleaned_data[name])]
        for name in form.changed_data
    }


def replace_number(client: Client, digits: str, reserve: tuple[str, str], act: Act) -> None:
    """Another identity number or reserve number (with its system) for the same person, or both; the
    old ones still find them."""
    if digits:
        _keep_old(client, client.identity_number, "", act)
        client.identity_number = digits
    if reserve[0]:
        _keep_old(client, client.reserve_number, client.reserve_system, act)
        client.reserve_number, client.reserve_system = reserve
    client.save()
    record(client, act, "replace_identity_number")


def _keep_old(client: Client, number: str, system: str, act: Act) -> None:
    if number:
        ClientIdentity.objects.create(
            client=client, identity_number=number, system=system, replaced_on=act.day, **act.stamp
        )


def end_decision(decision: CareDecision, last_day: date, act: Act) -> int:
    """A decision's last day; its orders end with it. Returns how many orders that was."""
    lasting = models.Q(valid_to=None) | models.Q(valid_to__gt=last_day)
    orders = list(decision.orders.filter(lasting))
    for order in orders:
        end_order(order, last_day, act)
    before, decision.valid_to = decision.valid_to, last_day
    decision.save(update_fields=["valid_to"])
    values = {"decision": [str(decision)] * 2, "valid_to": [plain(before), plain(last_day)]}
    record(decision.client, act, "end_decision", values, decision)
    return len(orders)


def change_order(order: ServiceOrder, new: ServiceOrder, act: Act) -> ServiceOrder:
    """A changed order is a new row from its first day; the old one ends the day before."""
    with transaction.atomic():
        end_on(order, clock.day_before(new.valid_from))
        new.replaces, new.client = order, order.client
        for name, value in act.stamp.items():
            setattr(new, name, value)
        new.save()
        record(
            new.client,
            act,
            "change_order",
            {"order": [str(order), str(new)], "valid_from": [None, plain(new.valid_from)]},
            new,
        )
    return new


def end_order(order: ServiceOrder, last_day: date, act: Act) -> None:
    """An order's last day, unread again: the planner has visits to take away. One that never comes
    to hold is removed."""
    values = {"order": [str(order)] * 2, "valid_to": [plain(order.valid_to), plain(last_day)]}
    record(order.client, act, "end_order", values, order)
    if last_day < order.valid_from:
        end_on(order, last_day)
        return
    order.valid_to, order.read_on, order.read_by = last_day, None, None
    order.save(update_fields=["valid_to", "read_on", "read_by"])


def mark_read(order: ServiceOrder, act: Act) -> None:
    """A planner has taken the order in (PLN-04)."""
    if order.read_on is None:
        order.read_on, order.read_by = act.day, act.user
        order.save(update_fields=["read_on", "read_by"])
        record(order.client, act, "read_order", {"order": [str(order)] * 2}, order)


def log_reading(request: Request, client: Client, name: str = "read_client") -> None:
    """That somebody has looked at the client's particulars (SEC-02)."""
    log_read(request, f"client:{client.pk}", name, client, READERS, client.unit.path)
