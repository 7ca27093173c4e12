"""The list of clients, and the page of each. PLN-02 to PLN-09, BEY-03, SEC-01 to SEC-03."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from cases import calendar
from clients import editing
from clients.editing import NURSES, ORDERERS, PLANNERS
from clients.forms import ClientForm
from clients.models import READERS, CareDecision, Client, ClientQuerySet, reserve_index
from clients.views import client_page
from door import entry
from organisation import identity, swedish
from organisation.access import roles
from organisation.encryption import blind_index
from organisation.models import Unit
from organisation.pages import history
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from planning.baseplans import balance
from planning.baseplans.standing import Standing, standings
from planning.client import commands
from planning.client.forms import ListFilter
from planning.extras.reading import needs_of
from planning.models import Absence
from planning.plan import where

PER_PAGE = 50
COLUMNS = (
    ("Namn", 28), ("Adress", 30), ("Nyckel", 10), ("Enhet", 26), ("Utförare", 26), ("Läge", 18),
    ("Beviljat, timmar per vecka", 14), ("Planerat, timmar per vecka", 14), ("Olästa", 10),
    ("Att se till", 60),
)  # fmt: skip


@roles(*READERS)
def clients(request: Request) -> HttpResponseBase:
    """The clients of one's units. A name or an identity number is sent, never put in the address."""
    form, found = _filtered(request)
    asked = entry.sought(request.POST.get("sok"))
    if asked:
        found = search(Client.objects.visible_to(request.actor), asked)
    data = request.POST or request.GET
    if data.get("format") == "xlsx":
        return _export(request, found)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    rows = standings(Client.objects.filter(pk__in=[row.pk for row in page]), request.today)
    order = {row.pk: place for place, row in enumerate(page)}
    context = {
        "filter": form,
        "page": page,
        "asked": asked,
        "rows": sorted(rows, key=lambda row: order[row.client.pk]),
        "filtered": asked or any(request.GET.get(name) for name in form.fields),
        "may_add": request.actor.has_role(*ORDERERS),
    }
    return render(request, "clients/list.html", context)


def search(people: ClientQuerySet, text: str) -> ClientQuerySet:
    """Those who have or have had the number, the key, or a name like it. One who is protected is
    found by number and key alone (BEY-03)."""
    try:
        index = blind_index(identity.parse(text).digits)
    except ValueError:
        named = swedish.containing(text, "name")
        return people.filter(
            Q(key_number__iexact=text)
            | Q(named, has_protected_identity=False)
            | Q(pk__in=_with_reserve_number(text).values("pk"))
        ).in_order()
    held = Q(identity_index=index) | Q(identities__identity_index=index)
    return people.filter(held).distinct().in_order()


def _with_reserve_number(text: str) -> ClientQuerySet:
    """Those who have or have had it, whichever system gave it."""
    try:
        index = reserve_index(identity.parse_reserve_number(text))
    except ValueError:
        return Client.objects.none()
    return Client.objects.filter(Q(reserve_index=index) | Q(identities__identity_index=index))


def _filtered(request: Request) -> tuple[ListFilter, ClientQuerySet]:
    form = ListFilter(request.GET, units=editing.units_of(request.actor))
    wanted = form.cleaned_data if form.is_valid() else {}
    found = Client.objects.visible_to(request.actor)
    if unit := wanted.get("enhet"):
        found = found.filter(unit__path__startswith=unit.path)
    if number := wanted.get("nyckel"):
        found = found.filter(key_number__iexact=number)
    return form, _of_kind(found, wanted.get("visa", ""), request).in_order()


def _of_kind(found: ClientQuerySet, kind: str, request: Request) -> ClientQuerySet:
    today = request.today
    if kind == "alla":
        return found
    if kind == "avslutade":
        return found.filter(active_to__lt=today)
    found = found.filter(Q(active_to=None) | Q(active_to__gte=today))
    if kind == "kringtid":
        return found.filter(is_surrounding=True)
    found = found.people()
    if kind == "vilande":
        return found.filter(is_dormant=True)
    if kind == "borta":
        return found.filter(Exists(Absence.objects.on(today).filter(client=OuterRef("pk"))))
    if kind == "olast":
        return found.filter(orders__read_on=None, orders__isnull=False).distinct()
    if kind == "upphor":
        soon = (today, calendar.add_days(today, balance.WATCHED_DAYS))
        ending = CareDecision.objects.filter(client=OuterRef("pk"), valid_to__range=soon)
        return found.filter(Exists(ending))
    return found.filter(is_dormant=False)


def _export(request: Request, found: ClientQuerySet) -> HttpResponseBase:
    """The list as Excel, the protected masked; that it was taken out is logged (SEC-02)."""
    rows = standings(found, request.today)
    root = Unit.objects.get(parent=None)
    log_read(request, "clients", "export_clients", root, READERS, values={"clients": len(rows)})
    return workbook(
        "Brukare",
        COLUMNS,
        (_line(row) for row in rows),
        f"brukare-{request.today.isoformat()}.xlsx",
    )


def _line(row: Standing) -> list[Any]:
    client = row.client
    return [
        str(client),
        client.shown_address,
        client.key_number,
        client.unit.name,
        str(client.provider or ""),
        "Vilande" if client.is_dormant else row.state,
        round(float(row.balance.granted) / 60, 1),
        round(float(row.balance.planned) / 60, 1),
        len(row.unread),
        "; ".join(told.text for told in row.told),
    ]


@roles(*READERS)
def client(request: Request, pk: int) -> HttpResponse:
    """A client: particulars, decisions, orders, and what surrounds them. The reading is logged."""
    person = editing.client_of(request, pk)
    [row] = standings(Client.objects.filter(pk=pk), request.today)
    orders = person.orders.select_related("service", "provider", "decision", "read_by")
    decisions = list(person.decisions.order_by("-valid_from", "-pk"))
    for decision in decisions:
        decision.light = balance.ending_light(decision.valid_to, request.today)
    shown = list(orders)
    for order in shown:
        order.light = balance.ending_light(order.valid_to, request.today)
        order.can_change = _may_order(request, person, order)
    day = request.today
    context = {
        "person": person,
        "row": row,
        "decisions": decisions,
        "orders": [order for order in shown if not (order.valid_to and order.valid_to < day)],
        "past_orders": [order for order in shown if order.valid_to and order.valid_to < day],
        "absences": person.absences.filter(cancelled_at=None).order_by("-first"),
        "needs": needs_of(person, day),
        "move": where.move_of(person),
        "contact": person.care_contacts.select_related("carer").filter(valid_from__lte=day).first(),
        "wishes": person.preferences.select_related("carer"),
        "documents": person.double_staffing.order_by("-decided_on"),
        "identities": person.identities.all(),
        "lines": history.of_chain(
            f"client:{pk}", hidden=editing.PERSONAL if person.has_protected_identity else ()
        ),
        "plans": editing.may(request, person, PLANNERS),
        "orders_here": editing.may(request, person, ORDERERS),
        "orders_care": editing.may(request, person, ORDERERS | NURSES),
    }
    return render(request, "clients/client.html", context)


def _may_order(request: Request, person: Client, order: Any) -> bool:
    allowed = ORDERERS | NURSES if order.legal_basis == "hsl" else ORDERERS
    return editing.may(request, person, allowed)


@roles(*ORDERERS)
def change(request: Request, pk: int) -> HttpResponse:
    """A client's particulars. Visits follow where the person may have them, and in which unit."""
    person = editing.client_of(request, pk, ORDERERS)
    if person.has_protected_identity:
        editing.log_reading(request, person, "read_protected_client")
    form = ClientForm(
        request.POST or None, instance=person, units=editing.units_of(request.actor, ORDERERS)
    )
    return client_page(request, person, commands.ChangeClient, form)
