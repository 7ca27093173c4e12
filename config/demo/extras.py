"""Sjövik's extra needs in every state, a year of those that have ended, and a declined visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.act import Act
from cases import calendar, ledger
from cases.commands import CaseCommand
from cases.models import Case
from clients.models import CareDecision, Client, Service
from config.demo.timeline import moment
from config.demo.whole import all_or_nothing
from door.performing import perform
from organisation.models import Unit, User
from planning.declines.commands import DeclineVisit
from planning.extras import adding, commands, rules
from planning.models import ExtraNeed, Shift, Visit
from planning.plan.change import Wanted, change
from planning.plan.opening import plan_of

MORNING = 10 * 60
FIRST_OF_PAST = 40
"""Place in the unit of the first person whose need has ended."""
PAST = 35
"""So many days ago, or more, the needs of the past year began."""
HISTORY = ((4, "Frisk igen"), (7, "Hemma från sjukhuset, klarar sig"), (10, "Anhörig hjälper till"))
"""Days that needs of the past year lasted, and why they ended."""


@dataclass
class Stage:
    """Who and when; `number` goes through the unit's people so that each has one need."""

    people: dict[str, User]
    today: date
    unit: Unit
    number: int = 20

    def ago(self, days: int) -> date:
        """The day so many days back; ahead when negative."""
        return calendar.add_days(self.today, -days)

    def person(self) -> Client:
        """The next person who can have a visit, none of them protected."""
        found = Client.objects.people().filter(
            unit=self.unit,
            is_dormant=False,
            has_protected_identity=False,
            absences=None,
            active_to=None,
            active_from__lte=self.ago(370),
        )
        self.number += 1
        return found.order_by("pk")[self.number]


def load(units: Sequence[Unit], people: dict[str, User], today: date) -> None:
    """A need in every state in the first unit, and a visit that was declined."""
    _every_state(Stage(people, today, units[0]))
    ledger.sweep(moment(today, 12, 0))
    _decline(units[0], people["planner"], today)


def load_past_year(units: Sequence[Unit], people: dict[str, User], today: date) -> None:
    """Needs of earlier months, each in a transaction of its own; those that are there are not made
    again."""
    for place, unit in enumerate(units):
        _past_year(Stage(people, today, unit, FIRST_OF_PAST), 2 - place % 2)


def _every_state(stage: Stage) -> None:
    planned_today = _need(stage, 0)
    _visits(stage, planned_today, (1,))
    _need(stage, 1, nurse=True)
    fourth = _contacted(stage, 4)
    _visits(stage, fourth, (4, 5))
    last = _contacted(stage, 9)
    _visits(stage, last, (9, 10, 11))
    _contacted(stage, 13)
    _applied(stage, _contacted(stage, 11))
    decided = _contacted(stage, 20)
    _grant(stage, _applied(stage, decided))
    ended = _contacted(stage, 6)
    _visits(stage, ended, (6, 7))
    _end(stage, ended, stage.today, "Frisk igen")


def _past_year(stage: Stage, per_month: int) -> None:
    """Needs of earlier months: most ended in time, every fourth was applied for and decided."""
    there = ExtraNeed.objects.filter(
        client__unit=stage.unit, first_day__lte=stage.ago(PAST)
    ).count()
    stage.number += there
    for number in range(there, 12 * per_month):
        with all_or_nothing():
            _past_need(stage, number, PAST + number * (330 // (12 * per_month)))


def _past_need(stage: Stage, number: int, first: int) -> None:
    need = _contacted(stage, first)
    lasted, why = HISTORY[number % len(HISTORY)]
    if number % 4 == 3:
        _grant(stage, _applied(stage, need))
    else:
        ended = calendar.add_days(need.first_day, lasted + 4 * (number % 7 == 6))
        _end(stage, need, max(ended, rules.contact_by(need.first_day)), why)


def _need(stage: Stage, days: int, *, nurse: bool = False) -> ExtraNeed:
    """A need whose first day, and planning, lie so many days back."""
    client, day = stage.person(), stage.ago(days)
    held = client.orders.values("service")
    service = Service.objects.filter(kind__in=("personal_care", "domestic")).exclude(pk__in=held)
    nurse_asked = stage.people["nurse"] if nurse else None
    choices = list(service.order_by("pk"))
    chosen = choices[stage.number % len(choices)]
    return _add(stage, client, chosen, day, moment(day, 8, 0), nurse_asked)


def _add(
    stage: Stage,
    client: Client,
    service: Service,
    day: date,
    at: datetime,
    called_by: User | None = None,
) -> ExtraNeed:
    planner = stage.people["planner"]
    act = Act.own(planner, at)
    plan = _plan(stage.unit, day, act)
    shift = Shift.objects.of(stage.unit, day).filter(start__lte=MORNING, end__gt=MORNING + 60)
    new = adding.NewVisit(
        client=client,
        services=[service],
        start=MORNING,
        minutes=30,
        earliest=MORNING - 30,
        latest_end=MORNING + 90,
        called_by=called_by,
        shift=shift.exclude(work__visit__start=MORNING).first(),
    )
    [started] = adding.add(plan, new, act)[1]
    return started.need


def _plan(unit: Unit, day: date, act: Act) -> Any:
    with transaction.atomic():
        return plan_of(unit, day, act)


def _visits(stage: Stage, need: ExtraNeed, later: tuple[int, ...]) -> None:
    """Further visits, so many days after the first; those to come are planned today, after contact."""
    for days in later:
        day = calendar.add_days(need.first_day, days)
        at = moment(min(day, stage.today), 10, 0)
        _add(stage, need.client, need.service, day, at)


def _contacted(stage: Stage, days: int) -> ExtraNeed:
    need = _need(stage, days)
    day = min(rules.contact_by(need.first_day), stage.today)
    return _do(stage, need, _contact(stage, commands.RecordContact, day), "planner", day)


def _contact(stage: Stage, kind: Any, day: date) -> CaseCommand:
    return kind(
        channel="telephone",
        made_by=stage.people["planner"],
        made_on=day,
        told=stage.people["social-worker"].name,
        said="Behöver tillfälligt mer hjälp.",
    )


def _applied(stage: Stage, need: ExtraNeed) -> ExtraNeed:
    day = rules.day_ten(need.first_day)
    return _do(stage, need, _contact(stage, commands.ApplyForNeed, day), "planner", day)


def _grant(stage: Stage, need: ExtraNeed) -> None:
    day = calendar.add_days(rules.day_ten(need.first_day), 3)
    worker = stage.people["social-worker"]
    decision = CareDecision.objects.create(
        client=need.client,
        legal_basis="sol_11_1",
        decided_on=day,
        decided_by=worker.name,
        valid_from=need.first_day,
        recorded_at=moment(day, 9, 0),
        recorded_by=worker,
    )
    granted = commands.DecideNeed(granted=True, decision=decision)
    _do(stage, need, granted, "social-worker", day)


def _end(stage: Stage, need: ExtraNeed, day: date, why: str) -> None:
    _do(stage, need, commands.EndNeed(ended_on=day, why=why), "planner", day, hour=11)


def _do(
    stage: Stage, need: ExtraNeed, command: CaseCommand, login: str, day: date, hour: int = 9
) -> ExtraNeed:
    version = Case.objects.values_list("version", flat=True).get(pk=need.pk)
    perform(need, command, stage.people[login], expected_version=version, at=moment(day, hour, 0))
    return ExtraNeed.objects.select_related("client", "service").get(pk=need.pk)


def _decline(unit: Unit, planner: User, today: date) -> None:
    """A visit of tomorrow morning that was declined today, whose staff could do nothing else."""
    tomorrow = calendar.add_days(today, 1)
    visits = Visit.objects.standing().filter(plan__planned_unit=unit, plan__day=tomorrow)
    visit = visits.filter(start__lt=MORNING).select_related("plan").order_by("start", "pk").last()
    if visit is None:
        return
    at = moment(today, 11, 0)
    rows = Shift.objects.filter(unit=unit, day=tomorrow, carer__isnull=False)
    row = rows.filter(start__lte=visit.start, end__gte=visit.end).order_by("-start", "pk").first()
    shifts = [row and row.pk] + [None] * (visit.staff_needed - 1)
    placed = Wanted(visit.pk, "staff", {"shifts": shifts}, visit.staff_version)
    change(visit.plan_id, [placed], planner, key="demo-placed", at=at)
    said = DeclineVisit(
        visit=visit,
        declined_at=at,
        staff_used=False,
        why="Åker till dottern över dagen",
        seen=visit.status_version,
        change_key="demo-decline",
    )
    perform(visit.client, said, planner, key="demo-decline", at=at)
