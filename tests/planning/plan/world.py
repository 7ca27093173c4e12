"""A small unit to plan: three carers, a substitute row, five people. Times are literal.

The day is Tuesday 24 November 2026. Everybody lives within 500 metres of the base.
"""

from datetime import date
from typing import Any

from django.db import transaction

from audit.act import Act
from clients.models import CareDecision, Client, Service, ServiceOrder
from organisation.models import Provider, Unit, User
from organisation.roles import Role
from planning.models import (
    Base,
    Carer,
    CarerSkill,
    DayPlan,
    Shift,
    Skill,
    Visit,
    VisitService,
    VisitStaff,
)
from planning.plan.change import Wanted, change
from planning.plan.opening import plan_of
from tests.factories import SINCE, at, person, root_unit

DAY = date(2026, 11, 24)
NOW = at(date(2026, 11, 23))
LAT, LON = 59.0, 17.0


class World:
    """A unit's day with visits that nobody does yet."""

    def __init__(self) -> None:
        self.unit, _ = Unit.objects.get_or_create(
            name="Sjövik Norr", parent=root_unit(), defaults={"valid_from": SINCE}
        )
        self.planner = person(Role.PLANNER, self.unit, "Anna Skogmark", "planner")
        self.provider = Provider.objects.create(name="Hemtjänst Sjövik Norr", kind="in_house")
        Base.objects.create(unit=self.unit, address="Torget 1", latitude=LAT, longitude=LON)
        self.care = Service.objects.create(code="care", name="Omvårdnad", kind="personal_care")
        self.insulin = Skill.objects.create(code="insulin", name="Insulin", is_delegation=True)
        self.ali, self.britt, self.cecilia = (
            self.shift(name) for name in ("Ali Sandhem", "Britt Åkerlo", "Cecilia Furunäs")
        )
        with transaction.atomic():
            self.plan: DayPlan = plan_of(self.unit, DAY, Act.own(self.planner, NOW))

    def shift(self, name: str, start: int = 420, end: int = 960, **more: Any) -> Shift:
        carer, _ = Carer.objects.get_or_create(
            name=name, unit=self.unit, title="assistant_nurse", defaults={"valid_from": SINCE}
        )
        return Shift.objects.create(
            unit=self.unit, day=DAY, carer=carer, start=start, end=end, **more
        )

    def can(self, shift: Shift, skill: Skill) -> None:
        CarerSkill.objects.create(carer=shift.carer, skill=skill, valid_from=SINCE)

    def client(self, name: str, **more: Any) -> Client:
        place = {"latitude": LAT + 0.003, "longitude": LON}
        found = Client.objects.create(
            name=name,
            unit=self.unit,
            provider=self.provider,
            active_from=SINCE,
            **{**place, **more},
        )
        decision = CareDecision.objects.create(
            client=found,
            legal_basis="sol_11_1",
            decided_on=SINCE,
            decided_by="Leila Havsby",
            valid_from=SINCE,
            recorded_at=NOW,
            recorded_by=self.planner,
        )
        ServiceOrder.objects.create(
            client=found,
            decision=decision,
            legal_basis="sol_11_1",
            service=self.care,
            times=1,
            provider=self.provider,
            per="day",
            minutes=30,
            valid_from=SINCE,
            recorded_at=NOW,
            recorded_by=self.planner,
        )
        return found

    def visit(
        self,
        name: str,
        start: int,
        minutes: int = 30,
        *,
        staff: int = 1,
        slack: int = 60,
        client: Client | None = None,
        **more: Any,
    ) -> Visit:
        made = Visit.objects.create(
            plan=self.plan,
            client=client or self.client(name),
            start=start,
            minutes=minutes,
            earliest=start - slack,
            latest_end=start + minutes + slack,
            staff_needed=staff,
            **more,
        )
        for place in range(1, staff + 1):
            VisitStaff.objects.create(visit=made, place=place)
        VisitService.objects.create(visit=made, service=self.care)
        return made

    def put(self, visit: Visit, *shifts: Shift | None, by: User | None = None) -> list[Any]:
        """Place a visit on rows, as it is seen now."""
        return self.change(visit, "staff", {"shifts": [s.pk if s else None for s in shifts]}, by=by)

    def change(
        self,
        visit: Visit,
        group: str,
        value: dict,
        *,
        by: User | None = None,
        seen: int = 0,
        key: str = "",
    ) -> list[Any]:
        """Change a group of a visit; `seen` 0 is as it is now."""
        now = Visit.objects.get(pk=visit.pk)
        wanted = Wanted(visit.pk, group, value, seen or getattr(now, f"{group}_version"))
        return change(
            self.plan.pk, [wanted], by or self.planner, key=key or f"k{next(KEYS)}", at=NOW
        )

    def colleague(self) -> User:
        return person(Role.PLANNER, self.unit, "Tove Rydhamn", "tove")


def keys():
    """Numbers that never come again."""
    number = 0
    while True:
        number += 1
        yield number


KEYS = keys()
