"""How clients stand: what is granted, planned, unread, ending, away. A fixed number of queries.

Requirements PLN-04, PLN-06, PLN-09, BEY-07.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from cases import calendar
from clients.models import CareDecision, Client, ServiceOrder
from planning.baseplans import balance
from planning.baseplans.balance import Balance, Told
from planning.models import Absence, BasePlan, BaseVisit, DoubleStaffing
from planning.plan.absences import gone_from, home_again


@dataclass
class Standing:
    """A client with everything that the lists say of them."""

    client: Client
    balance: Balance
    orders: list[ServiceOrder]
    """Those that hold, are to come or are unread."""
    documents: list[DoubleStaffing]
    base_plan: BasePlan | None
    has_draft: bool
    unread: list[ServiceOrder]
    ending: list[Told]
    warnings: list[Told]
    away: Absence | None

    @property
    def state(self) -> str:
        """How far the base plan has come, in words."""
        if self.has_draft:
            return "Utkast"
        if self.base_plan is None:
            return "Ingen grundplanering"
        return "1 vecka" if self.base_plan.weeks == 1 else f"{self.base_plan.weeks} veckor"

    @property
    def told(self) -> list[Told]:
        """Everything worth a line in the daily list."""
        unread = [Told("amber", f"Oläst beställning: {order}") for order in self.unread]
        found = [*unread, *self.warnings, *self.ending]
        if self.away and self.away.last is None:
            since = gone_from(self.away)
            found.append(Told("amber", f"Borta sedan {since}, {home_again(self.away)}"))
        return found


def standings(clients: QuerySet[Client], day: date) -> list[Standing]:
    """How each of some clients stands on a day: eight queries, however many they are."""
    lasting = Q(valid_to=None) | Q(valid_to__gte=day) | Q(read_on=None)
    orders = ServiceOrder.objects.filter(lasting).select_related("service")
    visits = BaseVisit.objects.prefetch_related("services")
    base_plans = (
        BasePlan.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .order_by("valid_from")
        .prefetch_related(Prefetch("visits", visits))
    )
    watched = CareDecision.objects.filter(
        valid_to__range=(day, calendar.add_days(day, balance.WATCHED_DAYS))
    )
    away = Absence.objects.on(day).order_by("-first", "-pk")
    rows = clients.select_related("unit", "provider").prefetch_related(
        Prefetch("orders", orders, to_attr="shown_orders"),
        Prefetch("base_plans", base_plans, to_attr="shown_base_plans"),
        Prefetch("decisions", watched, to_attr="ending_decisions"),
        Prefetch("absences", away, to_attr="away_now"),
        Prefetch("double_staffing", DoubleStaffing.objects.all(), to_attr="documents"),
    )
    return [standing(row, day) for row in rows]


def standing(client: Any, day: date) -> Standing:
    """How one prefetched client stands."""
    base_plan = current(client.shown_base_plans, day)
    visits = list(base_plan.visits.all()) if base_plan else []
    found = balance.granted_and_planned(
        client.shown_orders, visits, base_plan.weeks if base_plan else 1, day
    )
    if client.is_surrounding:
        found = Balance()
    needs_two = any(visit.staff_needed > 1 for visit in visits)
    double = balance.double_staffing_warning(client.documents, needs_two, day)
    told = balance.warnings_of(found, client.is_dormant)
    return Standing(
        client=client,
        balance=found,
        orders=client.shown_orders,
        documents=client.documents,
        base_plan=base_plan,
        has_draft=any(row.is_draft for row in client.shown_base_plans),
        unread=[row for row in client.shown_orders if row.read_on is None],
        ending=ending(client.shown_orders, client.ending_decisions, day),
        warnings=[*told, *([double] if double else [])],
        away=client.away_now[0] if client.away_now else None,
    )


def current(base_plans: Iterable[BasePlan], day: date) -> BasePlan | None:
    """The settled one that holds on the day, else the one that comes first."""
    settled = [row for row in base_plans if not row.is_draft]
    holding = [row for row in settled if row.valid_from <= day]
    return holding[-1] if holding else (settled[0] if settled else None)


def ending(
    orders: Iterable[ServiceOrder], decisions: Iterable[CareDecision], day: date
) -> list[Told]:
    """Decisions, and orders apart from them, whose last day is near (PLN-04)."""
    rows = list(decisions)
    known = {row.pk for row in rows}
    orders = list(orders)
    replaced = {row.replaces_id for row in orders}  # it goes on in another extent
    found = [("Beslut", row.get_legal_basis_display(), row.valid_to) for row in rows]
    found += [
        ("Beställning", str(row.service), row.valid_to)
        for row in orders
        if row.valid_to
        and row.valid_to >= day
        and row.decision_id not in known
        and row.pk not in replaced
    ]
    lights = ((kind, name, *balance.ending_light(last, day)) for kind, name, last in found)
    return [
        Told(light, f"{kind}: {name} {text}")
        for kind, name, light, text in lights
        if light != "none"
    ]
