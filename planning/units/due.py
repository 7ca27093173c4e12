"""Moves of units on their day, and what follows its person to another unit. PLN-21."""

from datetime import datetime

from django.db.models import F

from audit import clock
from door.performing import perform
from door.refusals import Stale
from planning.extras.commands import FollowClient
from planning.models import ExtraNeed, UnitMove
from planning.units.commands import CarryOutUnitMove


def carry_out_due(at: datetime) -> int:
    """Carry out the moves whose day has come, and let open extra needs follow their person. Safe to
    run twice. Returns how many moves there were."""
    moves = UnitMove.objects.prepared().filter(first_day__lte=clock.local_date(at))
    done = sum(_carry_out(move, at) for move in moves.order_by("first_day"))
    follow(at)
    return done


def _carry_out(move: UnitMove, at: datetime) -> bool:
    """Whether it was done here; somebody else may have come first."""
    try:
        perform(move, CarryOutUnitMove(), None, at=at)
    except Stale:
        return False
    return True


def follow(at: datetime) -> None:
    """Open extra needs are where their person is planned."""
    astray = ExtraNeed.objects.open().exclude(client__unit=F("unit"))
    for need in astray.order_by("pk"):
        perform(need, FollowClient(), None, expected_version=need.version, at=at)
