"""Two units. Frida and Gösta in Norr have breakfast every day at 10; the days are planned till Sunday.

It is Monday 23 November 2026; the move is to be on Wednesday the 25th.
"""

from datetime import date

from audit.act import Act
from clients.models import Client
from door.performing import perform
from organisation.models import Unit
from organisation.roles import Role
from planning.baseplans.generation import generate
from planning.models import BasePlan, BaseVisit, DayPlan, Shift, UnitMove, Visit
from planning.units.commands import PrepareUnitMove
from planning.units.moving import Wish
from tests.factories import SINCE, at, person, root_unit
from tests.planning.plan.world import NOW
from tests.planning.plan.world import World as Board

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
SUNDAY = date(2026, 11, 29)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class World(Board):
    """What the board's tests have, another unit, and a unit manager of both."""

    def __init__(self) -> None:
        super().__init__()
        self.south = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
        self.manager = person(Role.UNIT_MANAGER, root_unit(), "Tommy Grenholt", "manager")
        self.frida, self.gosta = (self.with_breakfast(n) for n in ("Frida Ek", "Gösta Alm"))
        generate(self.unit, MONDAY, SUNDAY, Act.by_system(NOW))
        self.wednesday = {
            shift: Shift.objects.create(
                unit=self.unit, day=WEDNESDAY, carer=shift.carer, start=420, end=960
            )
            for shift in (self.ali, self.britt)
        }

    def with_breakfast(self, name: str) -> Client:
        found = self.client(name)
        base_plan = BasePlan.objects.create(
            client=found,
            weeks=1,
            cycle_monday=date(2026, 1, 5),
            valid_from=SINCE,
            recorded_at=NOW,
            recorded_by=self.planner,
        )
        for weekday in range(7):
            row = BaseVisit.objects.create(
                base_plan=base_plan,
                week=1,
                weekday=weekday,
                start=600,
                minutes=30,
                earliest=540,
                latest_end=690,
            )
            row.services.add(self.care)
        return found

    def on(self, day: date, client: Client) -> Visit:
        """The client's visit of a day."""
        return Visit.objects.select_related("plan").get(plan__day=day, client=client)

    def place(self, day: date, client: Client, shift: Shift) -> Visit:
        """Give the client's visit of a day to somebody."""
        visit = self.on(day, client)
        self.plan = visit.plan
        self.put(visit, shift)
        return visit

    def units_of_days(self, client: Client) -> dict[date, str]:
        """In which unit each of the client's visits stands."""
        rows = Visit.objects.standing().filter(client=client).order_by("plan__day")
        return dict(rows.values_list("plan__day", "plan__planned_unit__name"))

    def merger(self, day: date = WEDNESDAY) -> Wish:
        return Wish(self.unit, self.south, day, True)

    def split(self, *who, day: date = WEDNESDAY) -> Wish:
        people = [one for one in who if isinstance(one, Client)]
        return Wish(self.unit, self.south, day, False, people, [c for c in who if c not in people])

    def prepare(self, wish: Wish, today: date = MONDAY):
        move = UnitMove(
            source=wish.source,
            target=wish.target,
            first_day=wish.first_day,
            is_merger=wish.is_merger,
        )
        command = PrepareUnitMove(wish=wish)
        return perform(move, command, self.manager, at=at(today)).subject

    def plan_of(self, unit: Unit, day: date) -> DayPlan:
        return DayPlan.objects.get(planned_unit=unit, day=day)
