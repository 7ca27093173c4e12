"""What the verbs of plans share. PLN-15, CAP-05."""

from collections.abc import Mapping
from typing import Any, TypeVar

from audit.act import Act
from clients.models import Client
from door.command import Command
from door.models import Subject
from door.refusals import NotAllowed
from organisation.authority import Actor, Holding
from planning.models import DayPlan
from planning.plan import where
from planning.plan.change import PLANNERS

S = TypeVar("S", bound=Subject)


class Beside(Command[S]):
    """A verb that changes nothing of what pages of its subject fill in. Several do such things at the
    same time and none has to read the page again (PLN-15): the subject keeps its version."""

    def carry_out(self, subject: S, act: Act, actor: Any) -> dict[str, Any]:
        values: Mapping[str, Any] = self.apply(subject, act) or {}
        return {**self.stated(), **values}


class OfVisit(Beside[Client]):
    """A verb of a client's visits, by the planners of the unit that plans the client, now or later."""

    roles = PLANNERS

    @classmethod
    def holding(cls, client: Client, actor: Actor) -> Holding:  # type: ignore[override]
        found = (actor.holding(cls.roles, unit.path) for unit in where.units_of(client))
        return next(filter(None, found), None) or super().holding(client, actor)  # type: ignore[return-value]


class OfPlan(Beside[DayPlan]):
    """A verb of a day's plan that neither settles nor publishes it, by the unit's planners."""

    roles = PLANNERS

    @classmethod
    def holding(cls, plan: DayPlan, actor: Actor) -> Holding:  # type: ignore[override]
        held = actor.holding(cls.roles, plan.unit_path)
        if held is None:
            raise NotAllowed("Planen ändras av enhetens planerare.")
        return held
