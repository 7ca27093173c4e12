"""Visits of days made from base plans, twice the same. PLN-03, PLN-07, PLN-09.

A visit that somebody has changed stays as it is; one that nobody has touched follows its template.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch, Q

from audit import clock, log
from audit.act import Act
from audit.models import Event
from cases import calendar
from cases.commands import open_case
from clients.models import Client
from organisation.models import Unit
from planning import daytime
from planning.models import (
    Absence,
    DayPlan,
    TemplateVisit,
    UnitMove,
    Visit,
    VisitService,
    VisitStaff,
    VisitTemplate,
)
from planning.rounds.rules import Life, Period, Round, place_in_cycle
from planning.units import where

BATCH = 1000
COMING_DAYS = 42
"""How far ahead the nightly job makes visits: six weeks, the longest cycle."""
GONE = "Ingår inte längre i grundplaneringen"
STATUS = ["status", "status_reason", "status_version"]
TIMES = ["start", "minutes", "earliest", "latest_end", "lag_min", "lag_max"]


@dataclass
class Base:
    """Everything of a unit's base plans that its days are made from, read once."""

    lives: dict[int, Life]
    rounds: dict[int, list[Round]]
    visits: dict[tuple[int, int, int], list[TemplateVisit]]
    """By template, week and weekday."""

    def of(self, client: int, day: date) -> Sequence[TemplateVisit]:
        """The template visits of a client on a day."""
        place = place_in_cycle(self.rounds.get(client, ()), self.lives[client], day)
        return self.visits.get(place, ()) if place else ()


def read_base(unit: Unit, first: date, last: date, clients: Iterable[int] | None = None) -> Base:
    """The base plans of a unit's clients for a range of days, both inclusive: ten queries.

    Those who have visits there but should not any more (ended, dormant, moved to another unit) are
    among them, so that their visits are taken away; those who will move there are too.
    """
    planned = Visit.objects.filter(
        plan__planned_unit=unit, plan__day__range=(first, last), origin=Visit.Origin.TEMPLATE
    )
    coming = where.going(UnitMove.objects.prepared().filter(target=unit))
    theirs = Q(unit=unit) | Q(pk__in=coming.values("pk"))
    people = Client.objects.filter(theirs).active(first, last) | Client.objects.filter(
        pk__in=planned.values("client")
    )
    if clients is not None:
        people = people.filter(pk__in=clients)
    away = Prefetch("absences", Absence.objects.filter(cancelled_at=None))
    found = list(people.prefetch_related(away))
    here = where.periods(unit, found)
    lives = {row.pk: _life(row, here.get(row.pk)) for row in found}
    rounds: dict[int, list[Round]] = defaultdict(list)
    holding = VisitTemplate.objects.settled().filter(
        Q(valid_to=None) | Q(valid_to__gte=first), client__in=lives, valid_from__lte=last
    )
    for row in holding:
        rounds[row.client_id].append(round_from(row))
    visits: dict[tuple[int, int, int], list[TemplateVisit]] = defaultdict(list)
    rows = TemplateVisit.objects.filter(template__in=holding.order_by().values("pk"))
    for visit in rows.prefetch_related("services", "skills"):
        visits[visit.template_id, visit.week, visit.weekday].append(visit)
    return Base(lives, rounds, visits)


class Reading:
    """The base plans as they are: read once, and again when a client's log says that one changed."""

    def __init__(self, read: Callable[[], Base]):
        self.read, self.seen = read, _last_change()
        self.held = read()

    def base(self) -> Base:
        """What holds now."""
        if (last := _last_change()) != self.seen:
            self.seen, self.held = last, self.read()
        return self.held


def _last_change() -> int | None:
    changes = Event.objects.filter(chain__name__startswith="client:", kind=Event.Kind.CHANGE)
    return changes.order_by("-pk").values_list("pk", flat=True).first()


def round_from(row: VisitTemplate) -> Round:
    """A template as the rules see it."""
    return Round(row.pk, row.weeks, row.cycle_monday, Period(row.valid_from, row.valid_to))


def _life(client: Any, here: Period | None) -> Life:
    absences = [Period(row.first, row.last) for row in client.absences.all()]
    return Life(Period(client.active_from, client.active_to), absences, client.is_dormant, here)


def generate(
    unit: Unit, first: date, last: date, act: Act,
    clients: Iterable[int] | None = None,
) -> int:  # fmt: skip
    """Make the visits of every day from `first` to `last`, inclusive. Returns how many changed.

    `clients` limits it to some. A day's plan is made when it is first needed, on the days that the
    unit is there. One event per day in which something changed.
    """
    chosen = None if clients is None else list(clients)
    last = min(last, unit.valid_to or last)
    reading = Reading(lambda: read_base(unit, first, last, chosen))
    changed, day = 0, first
    while day <= last:
        changed += _generate_day(unit, day, reading, act)
        day = calendar.add_days(day, 1)
    return changed


def plan_of(unit: Unit, day: date, act: Act) -> DayPlan:
    """The plan of a unit's day, made when there is none, in a transaction."""
    found = DayPlan.objects.filter(planned_unit=unit, day=day).first()
    if found:
        return found
    plan = DayPlan(
        state=DayPlan.State.PLANNING, title=f"{unit} {day}", unit=unit, planned_unit=unit, day=day
    )
    open_case(plan, act, name="open_day_plan")
    return plan


def _generate_day(unit: Unit, day: date, reading: Reading, act: Act) -> int:
    with transaction.atomic():
        # The unit's row keeps two who make the same day at once apart.
        Unit.objects.select_for_update().get(pk=unit.pk)
        base = reading.base()
        plan = plan_of(unit, day, act)
        standing = {
            (visit.client_id, visit.slot): visit
            for visit in plan.visits.filter(client__in=base.lives, origin=Visit.Origin.TEMPLATE)
        }
        wanted = {(client, row.slot): row for client in base.lives for row in base.of(client, day)}
        made = _make(plan, {key: row for key, row in wanted.items() if key not in standing})
        gone = [visit for key, visit in standing.items() if key not in wanted]
        back = [(visit, wanted[key]) for key, visit in standing.items() if key in wanted]
        changed = len(made) + _take_away(gone) + _follow(plan, back)
        if changed:
            _link(plan, made + back)
            event = log.record(
                plan.chain, "generate_visits", act, subject=plan,
                values={"made": len(made), "changed": changed},
            )  # fmt: skip
            plan.last_seq = plan.reload_seq = event.seq
            plan.save(update_fields=["last_seq", "reload_seq"])
    return changed


def _make(
    plan: DayPlan, wanted: dict[tuple[int, str], TemplateVisit]
) -> list[tuple[Visit, TemplateVisit]]:
    visits = Visit.objects.bulk_create(
        (_visit(plan, client, slot, row) for (client, slot), row in wanted.items()),
        batch_size=BATCH,
    )
    VisitStaff.objects.bulk_create(
        (
            VisitStaff(visit=visit, place=place)
            for visit in visits
            for place in range(1, visit.staff_needed + 1)
        ),
        batch_size=BATCH,
    )
    pairs = list(zip(visits, wanted.values(), strict=True))
    _fill(pairs)
    return pairs


def _fill(pairs: list[tuple[Visit, TemplateVisit]]) -> None:
    """What is done in each visit and what it asks of staff, as the template says."""
    VisitService.objects.bulk_create(
        (
            VisitService(visit=visit, service=service)
            for visit, row in pairs
            for service in row.services.all()
        ),
        batch_size=BATCH,
    )
    needs = Visit.skills.through
    needs.objects.bulk_create(
        (needs(visit=visit, skill=skill) for visit, row in pairs for skill in row.skills.all()),
        batch_size=BATCH,
    )


def _visit(plan: DayPlan, client: int, slot: str, row: TemplateVisit) -> Visit:
    return Visit(
        plan=plan, client_id=client, source=row, slot=slot, staff_needed=row.staff_needed,
        priority=row.priority, note=row.note, **_times(plan.day, row),
    )  # fmt: skip


def _times(day: date, row: TemplateVisit) -> dict[str, Any]:
    start = daytime.from_wall(day, row.start)
    moved = start - row.start
    return {
        "start": start, "minutes": row.minutes, "earliest": row.earliest + moved,
        "latest_end": row.latest_end + moved, "lag_min": row.lag_min, "lag_max": row.lag_max,
    }  # fmt: skip


def _link(plan: DayPlan, pairs: list[tuple[Visit, TemplateVisit]]) -> None:
    """Tie each visit to the one of the same day that it follows."""
    by_source = dict(plan.visits.exclude(source=None).values_list("source_id", "pk"))
    changed = []
    for visit, row in pairs:
        after = by_source.get(row.after_id)
        if visit.after_id != after:
            visit.after_id = after
            changed.append(visit)
    Visit.objects.bulk_update(changed, ["after"], batch_size=BATCH)


def _take_away(visits: list[Visit]) -> int:
    """Take away visits whose reason is gone; they stay as removed, so that receivers are told."""
    standing = [visit for visit in visits if visit.status == Visit.Status.PLANNED]
    for visit in standing:
        _set_status(visit, Visit.Status.REMOVED, GONE)
    Visit.objects.bulk_update(standing, STATUS, batch_size=BATCH)
    return len(standing)


def _follow(plan: DayPlan, pairs: list[tuple[Visit, TemplateVisit]]) -> int:
    """Bring visits in line with their template, but for what a planner has changed: back from an
    absence (PLN-09), another time, other services, more staff."""
    moved = [(visit, row) for visit, row in pairs if visit.source_id != row.pk]
    changed = [
        visit
        for visit, row in pairs
        if any(
            [_bring_back(visit), _follow_times(plan.day, visit, row), _follow_source(visit, row)]
        )
    ]
    Visit.objects.bulk_update(
        changed, [*STATUS, *TIMES, "source", "note", "priority", "staff_needed"], batch_size=BATCH
    )
    _follow_places([visit for visit, _ in moved])
    _follow_contents([(visit, row) for visit, row in moved if visit.services_version == 1])
    return len(changed)


def _bring_back(visit: Visit) -> bool:
    if visit.status != Visit.Status.REMOVED or visit.status_reason != GONE:
        return False
    _set_status(visit, Visit.Status.PLANNED, "")
    return True


def _set_status(visit: Visit, status: str, reason: str) -> None:
    visit.status, visit.status_reason = status, reason
    visit.status_version += 1


def _follow_times(day: date, visit: Visit, row: TemplateVisit) -> bool:
    wanted = _times(day, row)
    if visit.time_version > 1 or all(getattr(visit, name) == wanted[name] for name in wanted):
        return False
    for name, value in wanted.items():
        setattr(visit, name, value)
    return True


def _follow_source(visit: Visit, row: TemplateVisit) -> bool:
    """Note which row of which template it is of now; its note follows unless it was written over."""
    if visit.source_id == row.pk:
        return False
    visit.source = row
    visit.priority, visit.staff_needed = row.priority, row.staff_needed
    if visit.note_version == 1:
        visit.note = row.note
    return True


def _follow_places(visits: list[Visit]) -> None:
    """As many places for staff as each visit needs; those that stay keep who does them."""
    too_many = Q(place__gt=F("visit__staff_needed"))
    VisitStaff.objects.filter(too_many, visit__in=visits).delete()
    held = set(VisitStaff.objects.filter(visit__in=visits).values_list("visit", "place"))
    VisitStaff.objects.bulk_create(
        (
            VisitStaff(visit=visit, place=place)
            for visit in visits
            for place in range(1, visit.staff_needed + 1)
            if (visit.pk, place) not in held
        ),
        batch_size=BATCH,
    )


def _follow_contents(pairs: list[tuple[Visit, TemplateVisit]]) -> None:
    """The services and skills of the template instead of those that the visits had."""
    visits = [visit for visit, _ in pairs]
    VisitService.objects.filter(visit__in=visits).delete()
    Visit.skills.through.objects.filter(visit__in=visits).delete()
    _fill(pairs)


def generate_coming(at: datetime, days: int) -> int:
    """Make the visits of every unit that has clients, or will have, from today and `days` ahead."""
    today = clock.local_date(at)
    last = calendar.add_days(today, days)
    act = Act.by_system(at)
    coming = UnitMove.objects.prepared().values("target")
    serving = Q(pk__in=Client.objects.values("unit")) | Q(pk__in=coming)
    units = Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=last)
    return sum(
        generate(unit, max(today, unit.valid_from), last, act) for unit in units.filter(serving)
    )
