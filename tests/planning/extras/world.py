"""A unit with a person whose daily care is granted and whose shower is not. Times are literal.

The planner sits on Friday 27 November 2026; the day is Saturday the 28th.
"""

from datetime import date
from typing import Any

from django.db import transaction

from audit.act import Act
from cases.models import Case
from clients.models import Client, Service
from door.performing import perform
from organisation.models import User
from organisation.roles import Role
from planning.extras import commands
from planning.extras.adding import NewVisit, add
from planning.models import ExtraNeed, Visit
from planning.plan.opening import plan_for
from tests.factories import at, person
from tests.planning.plan.world import World as Board

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


class World(Board):
    """What the board's tests have, a social worker, a nurse, a unit manager, and Astrid."""

    def __init__(self) -> None:
        super().__init__()
        self.social_worker = person(Role.SOCIAL_WORKER, self.unit, "Leila Havsby")
        self.nurse = person(Role.NURSE, self.unit, "Amir Fjällsta")
        self.manager = person(Role.UNIT_MANAGER, self.unit, "Tommy Grenholt")
        self.shower = Service.objects.create(code="shower", name="Dusch", kind="personal_care")
        self.astrid = self.client("Astrid Hagberga")

    def extra(
        self,
        day: date = SATURDAY,
        *,
        planned: date = FRIDAY,
        hour: int = 18,
        start: int = 600,
        client: Client | None = None,
        services: tuple[Service, ...] = (),
        **more: Any,
    ) -> tuple[Visit, list[Any]]:
        """A visit added on the board, by default a shower on the Saturday, planned on the Friday."""
        moment = at(planned, hour)
        with transaction.atomic():
            act = Act(self.planner, None, moment)
            plan = plan_for(client or self.astrid, day, act)
            new = NewVisit(
                client=client or self.astrid,
                services=services or (self.shower,),
                start=start,
                minutes=30,
                earliest=start,
                latest_end=start + 30,
                **more,
            )
            return add(plan, new, act)

    def need(self, **more: Any) -> ExtraNeed:
        """The need that an extra visit begins."""
        [one] = self.extra(**more)[1]
        return one.need

    def do(self, need: ExtraNeed, command: Any, day: date, by: User | None = None) -> ExtraNeed:
        """Carry a command out at nine on a day; returns the need as it is then."""
        version = Case.objects.values_list("version", flat=True).get(pk=need.pk)
        actor = by or self.planner
        perform(need, command, actor, expected_version=version, at=at(day))
        return ExtraNeed.objects.get(pk=need.pk)

    def contacted(self, need: ExtraNeed, day: date, made_on: date | None = None) -> ExtraNeed:
        """The first contact, recorded on a day."""
        return self.do(need, self.contact(made_on or day), day)

    def contact(self, made_on: date, kind: Any = commands.RecordContact) -> Any:
        """A contact by telephone."""
        return kind(
            channel="telephone",
            made_by=self.planner,
            made_on=made_on,
            told="Leila Havsby",
            said="Behöver hjälp med dusch efter ett fall.",
        )
