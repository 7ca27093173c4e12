"""In which unit a person is planned on a day, also when they will move. PLN-21."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q, QuerySet

from cases import calendar
from clients.models import Client, ClientQuerySet
from organisation.models import Unit
from planning.models import UnitMove
from planning.plan.rules import Period


def move_of(client: Client) -> UnitMove | None:
    """The prepared move that takes the person to another unit. A person has one at most."""
    prepared = UnitMove.objects.prepared().filter(source=client.unit_id)
    found = prepared.filter(Q(is_merger=True) | Q(clients=client))
    return found.select_related("target").first()


def unit_on(client: Client, day: date) -> Unit:
    """The unit that plans the person on a day."""
    move = move_of(client)
    return move.target if move and move.first_day <= day else client.unit


def units_of(client: Client) -> list[Unit]:
    """The units that plan the person, now and later."""
    move = move_of(client)
    return [client.unit, move.target] if move else [client.unit]


def clients_on(unit: Unit, day: date) -> ClientQuerySet:
    """The persons whom a unit plans on a day."""
    moves = UnitMove.objects.prepared().filter(first_day__lte=day)
    leaving, coming = moves.filter(source=unit), moves.filter(target=unit)
    return Client.objects.filter(
        Q(unit=unit) & ~Q(pk__in=going(leaving).values("pk")) | Q(pk__in=going(coming).values("pk"))
    )


def going(moves: QuerySet[UnitMove]) -> QuerySet[Client]:
    """The persons who go with the moves, as it stands now."""
    chosen = UnitMove.clients.through.objects.filter(
        unitmove__in=moves.filter(is_merger=False), client__unit=F("unitmove__source")
    )
    mergers = moves.filter(is_merger=True)
    return Client.objects.filter(
        Q(unit__in=mergers.values("source")) | Q(pk__in=chosen.values("client"))
    )


def periods(unit: Unit, clients: Iterable[Client]) -> dict[int, Period]:
    """The days on which a unit plans each of some persons; who is missing belongs elsewhere.

    Two queries, and one more for each prepared move of the unit.
    """
    leaving = _first_days(UnitMove.objects.prepared().filter(source=unit))
    coming = _first_days(UnitMove.objects.prepared().filter(target=unit))
    found = {}
    for client in clients:
        if client.unit_id == unit.pk:
            day = leaving.get(client.pk)
            found[client.pk] = Period(date.min, calendar.add_days(day, -1) if day else None)
        elif client.pk in coming:
            found[client.pk] = Period(coming[client.pk])
    return found


def _first_days(moves: QuerySet[UnitMove]) -> dict[int, date]:
    return {
        pk: move.first_day
        for move in moves
        for pk in going(UnitMove.objects.filter(pk=move.pk)).values_list("pk", flat=True)
    }
