"""What a client's orders already cover of a day's visit, so that nothing of it is an extra need."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from cases import calendar
from clients.models import Client, Service, ServiceOrder
from planning.extras.rules import WITHOUT_CONTACT
from planning.models import Visit


@dataclass
class Cover:
    """Services of a visit: those that nobody has granted, those granted, and those that need none."""

    extra: list[Service] = field(default_factory=list)
    granted: list[ServiceOrder] = field(default_factory=list)
    exempt: list[Service] = field(default_factory=list)


def cover_of(
    client: Client, services: Iterable[Service], day: date, besides: Visit | None = None
) -> Cover:
    """What the client's orders cover of one more visit on `day`, besides a visit that stands there.

    A service is covered while its order holds and the visits planned in the order's period (the day,
    or its weeks up to and with the day's) are fewer than the order says.
    """
    wanted = list(services)
    held = {row.service_id: row for row in _orders(client, wanted, day)}
    found = Cover()
    for service in wanted:
        order = held.get(service.pk)
        if client.is_surrounding or service.kind in WITHOUT_CONTACT:
            found.exempt.append(service)
        elif order and _planned(client, order, day, besides) < order.times:
            found.granted.append(order)
        else:
            found.extra.append(service)
    return found


def _orders(client: Client, services: list[Service], day: date) -> Iterable[ServiceOrder]:
    decided = Q(decision=None) | Q(decision__valid_to=None) | Q(decision__valid_to__gte=day)
    return (
        ServiceOrder.objects.on(day)
        .filter(decided, client=client, service__in=services)
        .select_related("service")
    )


def _planned(client: Client, order: ServiceOrder, day: date, besides: Visit | None) -> int:
    """How many visits of the order's period carry the service already."""
    rows = Visit.objects.standing().filter(
        client=client, services=order.service, plan__day__range=period_of(order, day)
    )
    return rows.exclude(pk=besides.pk if besides else None).count()


def period_of(order: ServiceOrder, day: date) -> tuple[date, date]:
    """The days in which the order's times are counted, both inclusive."""
    if order.per == ServiceOrder.Per.DAY:
        return day, day
    weeks = round(1 / order.WEEKS[order.per])
    monday = calendar.add_days(day, -day.weekday())
    return calendar.add_days(monday, 7 - 7 * weeks), calendar.add_days(monday, 6)
