"""Units to plan for `bench.board`: people with base plans, staff, and boards of a given size."""

from datetime import UTC, date, datetime
from random import Random

from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from audit.act import Act
from cases import calendar
from clients.models import Client, Service, ServiceOrder
from organisation.models import Provider, RoleAssignment, Unit, User
from organisation.roles import Role
from planning.extras.opening import begin
from planning.models import (
    Base,
    BasePlan,
    BaseVisit,
    Carer,
    DayPlan,
    ExtraNeed,
    Shift,
    Visit,
    VisitService,
    VisitStaff,
)
from planning.plan.opening import plan_of

BATCH = 2000
SINCE = date(2020, 1, 1)
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
VISITS_A_ROW = 15
PERSONS_A_UNIT = 200
STARTS = (450, 705, 990, 1170)
"""Minutes of the day at which a person's four daily visits start, give or take an hour."""
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class World:
    """A municipality with one unit to begin with, and planners enough."""

    def __init__(self, planners: int):
        self.random = Random(4)
        self.root = Unit.objects.create(name="Socialförvaltningen", valid_from=SINCE)
        self.unit = self.make_unit("Hemtjänst Norr")
        self.provider = Provider.objects.create(name="Hemtjänst", kind=Provider.Kind.IN_HOUSE)
        self.care = Service.objects.create(code="care", name="Omvårdnad", kind="personal_care")
        self.planners = [self._planner(number) for number in range(planners)]

    def make_unit(self, name: str) -> Unit:
        """A unit with a place where its shifts begin."""
        unit = Unit.objects.create(name=name, parent=self.root, valid_from=SINCE)
        Base.objects.create(unit=unit, address="Torget 1", latitude=60.12, longitude=15.43)
        return unit

    def _planner(self, number: int) -> User:
        user = User.objects.create(username=f"planner{number}", name=f"Planerare Nr{number}")
        RoleAssignment.objects.create(
            user=user, role=Role.PLANNER, unit=self.root, valid_from=SINCE
        )
        return user

    def browser(self, planner: int = 0) -> Browser:
        """A planner who is logged in."""
        made = Browser(SERVER_NAME="localhost")
        made.force_login(self.planners[planner], BACKEND)
        return made

    def people(self, unit: Unit, count: int) -> list[Client]:
        """People of the unit, spread over a town."""
        return Client.objects.bulk_create(
            [
                Client(
                    name=f"Person Nr{number}",
                    unit=unit,
                    provider=self.provider,
                    active_from=SINCE,
                    latitude=60.12 + self.random.gauss(0, 0.002),
                    longitude=15.43 + self.random.gauss(0, 0.004),
                )
                for number in range(count)
            ],
            batch_size=BATCH,
        )

    def board(self, visits: int, day: date) -> DayPlan:
        """A plan of a day on which everybody has somebody, one in twenty visits apart."""
        with transaction.atomic():
            plan = plan_of(self.unit, day, Act.own(self.planners[0], NOW))
        clients = self.people(self.unit, max(1, visits // 4))
        self._order(clients)
        rows = self._rows(max(1, visits // VISITS_A_ROW), day)
        made = Visit.objects.bulk_create(
            [
                self._visit(plan, clients[number % len(clients)], number // len(rows))
                for number in range(visits)
            ],
            batch_size=BATCH,
        )
        VisitStaff.objects.bulk_create(
            [
                VisitStaff(visit=v, place=1, shift=rows[n % len(rows)] if n % 20 else None)
                for n, v in enumerate(made)
            ],
            batch_size=BATCH,
        )
        VisitService.objects.bulk_create(
            [VisitService(visit=v, service=self.care) for v in made], batch_size=BATCH
        )
        return plan

    def needs(self, plan: DayPlan, count: int) -> int:
        """Begin a need of so many people's first visits on a board. Returns how many run."""
        act = Act(self.planners[0], None, NOW)
        shower = Service.objects.create(code="shower", name="Dusch", kind="personal_care")
        with transaction.atomic():
            firsts: dict[int, Visit] = {}
            for visit in Visit.objects.filter(plan=plan).select_related("plan").order_by("pk"):
                firsts.setdefault(visit.client_id, visit)
            for visit in list(firsts.values())[:count]:
                VisitService.objects.create(visit=visit, service=shower)
                begin(visit, act)
        return ExtraNeed.objects.filter(service=shower, is_running=True).count()

    def _order(self, clients: list[Client]) -> None:
        """Nearly everybody has an order for what is planned."""
        stamp = {"recorded_at": NOW, "recorded_by": self.planners[0]}
        ServiceOrder.objects.bulk_create(
            ServiceOrder(
                client=client,
                service=self.care,
                provider=self.provider,
                legal_basis="sol_11_5",
                times=4,
                per="day",
                minutes=20,
                valid_from=SINCE,
                **stamp,
            )
            for number, client in enumerate(clients)
            if number % 20
        )

    def _rows(self, count: int, day: date) -> list[Shift]:
        carers = Carer.objects.bulk_create(
            Carer(name=f"Personal Nr{n}", unit=self.unit, title="assistant_nurse", valid_from=SINCE)
            for n in range(count)
        )
        return Shift.objects.bulk_create(
            Shift(
                unit=self.unit,
                day=day,
                carer=carer,
                start=420,
                end=960,
                break_minutes=30,
                break_earliest=660,
                break_latest=720,
            )
            for carer in carers
        )

    def _visit(self, plan: DayPlan, client: Client, turn: int) -> Visit:
        """The next visit of a row; there is time for the way between."""
        start = 430 + 34 * turn
        return Visit(
            plan=plan,
            client=client,
            start=start,
            minutes=20,
            earliest=start - 60,
            latest_end=start + 80,
        )

    def base_plans(self, persons: int) -> list[Unit]:
        """Units whose people have four visits every day, by plans of one or two weeks."""
        units = []
        for number in range(0, persons, PERSONS_A_UNIT):
            unit = self.make_unit(f"Enhet {number // PERSONS_A_UNIT + 1}")
            self._base_plans(self.people(unit, min(PERSONS_A_UNIT, persons - number)))
            units.append(unit)
        return units

    def _base_plans(self, clients: list[Client]) -> None:
        stamp = {"recorded_at": NOW, "recorded_by": self.planners[0]}
        base_plans = BasePlan.objects.bulk_create(
            BasePlan(
                client=client,
                weeks=1 + client.pk % 2,
                cycle_monday=date(2026, 1, 5),
                valid_from=SINCE,
                **stamp,
            )
            for client in clients
        )
        rows = BaseVisit.objects.bulk_create(
            (row for base_plan in base_plans for row in self._base_visits(base_plan)),
            batch_size=BATCH,
        )
        content = BaseVisit.services.through
        content.objects.bulk_create(
            (content(basevisit=row, service=self.care) for row in rows), batch_size=BATCH
        )

    def _base_visits(self, base_plan: BasePlan) -> list[BaseVisit]:
        starts = [start + 5 * self.random.randint(-12, 12) for start in STARTS]
        return [
            BaseVisit(
                base_plan=base_plan,
                slot=f"s{n}",
                week=week,
                weekday=weekday,
                start=start,
                minutes=20,
                earliest=start - 60,
                latest_end=start + 80,
            )
            for week in range(1, base_plan.weeks + 1)
            for weekday in range(7)
            for n, start in enumerate(starts)
        ]


def board_address(plan: DayPlan) -> str:
    """The board of a plan."""
    return f"{reverse('board:board')}?enhet={plan.planned_unit_id}&dag={plan.day}"


def day(number: int) -> date:
    """A day of its own for each board."""
    return calendar.add_days(MONDAY, number)
