"""Sjövik's decisions that wait: late, soon late, carried out too late, and by the person's own wish.

Three days of the past stand for the half-year in which everybody else had what they are granted.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from audit.act import Act
from cases import calendar
from clients.models import Client, ServiceOrder
from config.demo.timeline import moment
from organisation.models import Unit, User
from planning.models import Postponement, Visit, VisitService, VisitStaff
from planning.plan.opening import plan_of

DAYS = (150, 80, 9)
"""So many days ago lie the days that stand for the past."""
SERVICE = "company"
NONE_YET, INTERRUPTED, SOON, TOO_LATE, WISHED = range(5)
"""Which of those who are granted the service waits how."""
HAD = {NONE_YET: (), INTERRUPTED: (150,), SOON: (150, 80), TOO_LATE: (9,), WISHED: ()}
"""On which of the days they had it; everybody else on all."""
START = 600


def load(unit: Unit, by: User, today: date) -> None:
    """Made once the unit's coming days are."""
    waits = _who_wait(unit, today)
    for days in DAYS:
        without = [row.pk for place, row in enumerate(waits) if days not in HAD[place]]
        orders = ServiceOrder.objects.filter(client__unit=unit).exclude(pk__in=without)
        _visits(unit, by, _ago(today, days), orders)
    Postponement.objects.create(
        order=waits[WISHED],
        first=_ago(today, 40),
        recorded_by=by,
        recorded_at=moment(today, 6, 0),
        note="Personen själv, vill vänta till våren",
    )


def _who_wait(unit: Unit, today: date) -> list[ServiceOrder]:
    """Of those granted the service since long, who do not have it today either."""
    visited = Visit.objects.filter(plan__day=today, services__code=SERVICE).values("client")
    granted = ServiceOrder.objects.filter(
        client__unit=unit, service__code=SERVICE, client__active_from__lte=_ago(today, 200)
    )
    return list(granted.exclude(client__in=visited).order_by("pk")[: len(HAD)])


def _ago(today: date, days: int) -> date:
    return calendar.add_days(today, -days)


def _visits(unit: Unit, by: User, day: date, orders: Iterable[ServiceOrder]) -> None:
    """One visit to each person that day, with all that they are granted of the orders."""
    with transaction.atomic():
        plan = plan_of(unit, day, Act.own(by, moment(day, 6, 0)))
    of: dict[int, list[int]] = {}
    for client, service in {(row.client_id, row.service_id) for row in orders}:
        of.setdefault(client, []).append(service)
    people = Client.objects.people().filter(pk__in=of, is_dormant=False).order_by("pk")
    visits = Visit.objects.bulk_create(
        Visit(
            plan=plan,
            client=client,
            origin=Visit.Origin.BASE_PLAN,
            start=START,
            minutes=30,
            earliest=START,
            latest_end=START + 30,
        )
        for client in people
    )
    VisitStaff.objects.bulk_create(VisitStaff(visit=visit, place=1) for visit in visits)
    VisitService.objects.bulk_create(
        VisitService(visit=visit, service_id=service)
        for visit in visits
        for service in sorted(of[visit.client_id])
    )
