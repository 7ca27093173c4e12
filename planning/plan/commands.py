"""What the verbs of plans share. PLN-15, CAP-05."""

from typing import TypeVar

from clients.models import Client
from door.command import Command
from door.models import Subject
from door.refusals import NotAllowed
from organisation.authority import Actor, Holding
from planning.models import DayPlan
from planning.plan import where
from planning.plan.change import PLANNERS

S = TypeVar("S", bound=Subject)


class OfVisit(Command[Client]):
    """A verb of a client's visits, by the planners of the unit that plans the client, now or later."""

    keeps_version = True
    roles = PLANNERS

    @classmethod
    def holding(cls, client: Client, actor: Actor) -> Holding:  # type: ignore[override]
        found = (actor.holding(cls.roles, unit.path) for unit in where.units_of(client))
        return next(filter(None, found), None) or super().holding(client, actor)  # type: ignore[return-value]


class OfPlan(Command[DayPlan]):
    """A verb of a day's plan that neither settles nor publishes it, by the unit's planners."""

    keeps_version = True
    roles = PLANNERS

    @classmethod
    def holding(cls, plan: DayPlan, actor: Actor) -> Holding:  # type: ignore[override]
        held = actor.holding(cls.roles, plan.unit_path)
        if held is None:
            raise NotAllowed("Planen ändras av enhetens planerare.")
        return held
