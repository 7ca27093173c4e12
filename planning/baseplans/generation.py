"""Visits of days made from base plans, twice the same. PLN-03, PLN-07, PLN-09, DAY-02.

A visit that somebody has changed stays as it is, and so does one that has begun; one that nobody has
touched follows its base plan. What becomes of each is decided in `outcome`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q

from audit import clock, log
from audit.act import Act
from audit.models import Event
from cases import calendar
from clients.models import Client
from organisation.models import Unit
from planning.baseplans.outcome import GONE, Followed, Key, outcome, times
from planning.baseplans.reading import BasePlans, read_base_plans
from planning.models import BaseVisit, DayPlan, UnitMove, Visit, VisitService, VisitStaff
from planning.plan.opening import plan_of

BATCH = 1000
COMING_DAYS = 42
"""How far ahead the nightly job makes visits: six weeks, the longest cycle."""
STATUS = ["status", "status_reason", "status_version"]
TIMES = ["start", "minutes", "earliest", "latest_end", "lag_min", "lag_max"]
Pairs = Sequence[tuple[Visit, BaseVisit]]


class Reading:
    """The base plans as they are: read once, and again when a client's log says that one changed."""

    def __init__(self, read: Callable[[], BasePlans]):
        self.read, self.seen = read, _last_change()
        self.held = read()

    def now(self) -> BasePlans:
        """What holds now."""
        if (last := _last_change()) != self.seen:
            self.seen, self.held = last, self.read()
        return self.held


def _last_change() -> int | None:
    changes = Event.objects.filter(chain__name__startswith="client:", kind=Event.Kind.CHANGE)
    return changes.order_by("-pk").values_list("pk", flat=True).first()


def generate(
    unit: Unit,
    first: date,
    last: date,
    act: Act,
    clients: Iterable[int] | None = None,
) -> int:
    """Make the visits of every day from `first` to `last`, inclusive. Returns how many changed: a
    visit that says what it said is not counted.

    `clients` limits it to some. A day's plan is made when it is first needed, on the days that the
    unit is there. One event per day in which something changed.
    """
    chosen = None if clients is None else list(clients)
    last = min(last, unit.valid_to or last)
    reading = Reading(lambda: read_base_plans(unit, first, last, chosen))
    changed, day = 0, first
    while day <= last:
        changed += _generate_day(unit, day, reading, act, for_all=chosen is None)
        day = calendar.add_days(day, 1)
    return changed


def _generate_day(unit: Unit, day: date, reading: Reading, act: Act, *, for_all: bool) -> int:
    with transaction.atomic():
        # The unit's row keeps two who make the same day at once apart; its key stays free.
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        base_plans = reading.now()
        plan = plan_of(unit, day, act)
        standing = standing_visits(plan, base_plans.lives, held=True)
        found = outcome(plan, base_plans, standing, act.at, whole=for_all and plan.last_seq == 0)
        made = _make(plan, found.come)
        _take_away(found.gone)
        _follow(found.followed)
        reordered = [(row.visit, row.row) for row in found.followed if row.has_other_order]
        _link(plan, [*made, *reordered])
        if found.count:
            event = log.record(
                plan.chain,
                "generate_visits",
                act,
                subject=plan,
                values={"made": len(made), "changed": found.count},
            )
            plan.last_seq = plan.reload_seq = event.seq
            plan.save(update_fields=["last_seq", "reload_seq"])
    return found.count


def standing_visits(
    plan: DayPlan, clients: Iterable[int], *, held: bool = False
) -> dict[Key, Visit]:
    """The visits of some clients that a plan has from base plans, those taken away among them; `held`
    in the one order in which all hold them, for whoever writes them: a planner's change meanwhile
    comes before or after."""
    rows = plan.visits.filter(client__in=clients, origin=Visit.Origin.BASE_PLAN)
    if held:
        rows = rows.select_for_update(no_key=True).order_by("pk")
    return {(visit.client_id, visit.slot): visit for visit in rows}


def _make(plan: DayPlan, wanted: Mapping[Key, BaseVisit]) -> Pairs:
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


def _fill(pairs: Pairs) -> None:
    """What is done in each visit and what it asks of staff, as the base plan says."""
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


def _visit(plan: DayPlan, client: int, slot: str, row: BaseVisit) -> Visit:
    return Visit(
        plan=plan,
        client_id=client,
        source=row,
        slot=slot,
        staff_needed=row.staff_needed,
        priority=row.priority,
        note=row.note,
        **times(plan.day, row),
    )


def _link(plan: DayPlan, pairs: Pairs) -> None:
    """Tie each visit to the one of the same day that it follows."""
    if not any(row.after_id or visit.after_id for visit, row in pairs):
        return
    rows = plan.visits.filter(origin=Visit.Origin.BASE_PLAN)
    by_slot = {(client, slot): pk for client, slot, pk in rows.values_list("client", "slot", "pk")}
    changed = []
    for visit, row in pairs:
        after = by_slot.get((visit.client_id, row.after.slot)) if row.after else None
        if visit.after_id != after:
            visit.after_id = after
            changed.append(visit)
    Visit.objects.bulk_update(changed, ["after"], batch_size=BATCH)


def _take_away(visits: Sequence[Visit]) -> None:
    """Take away visits whose reason is gone; they stay as removed, so that receivers are told."""
    for visit in visits:
        _set_status(visit, Visit.Status.REMOVED, GONE)
    Visit.objects.bulk_update(visits, STATUS, batch_size=BATCH)


def _follow(rows: Sequence[Followed]) -> None:
    """Bring visits in line with their base plan, but for what a planner has changed: back from an
    absence (PLN-09), another time, other services, more staff."""
    written = [row for row in rows if row.is_changed or row.is_relinked]
    for row in written:
        if row.is_back:
            _set_status(row.visit, Visit.Status.PLANNED, "")
        for name, value in row.values.items():
            setattr(row.visit, name, value)
        row.visit.source = row.row
    Visit.objects.bulk_update(
        [row.visit for row in written],
        [*STATUS, *TIMES, "source", "note", "priority", "staff_needed"],
        batch_size=BATCH,
    )
    _follow_places([row.visit for row in rows if "staff_needed" in row.values])
    _follow_contents([(row.visit, row.row) for row in rows if row.has_other_content])


def _set_status(visit: Visit, status: str, reason: str) -> None:
    visit.status, visit.status_reason = status, reason
    visit.status_version += 1


def _follow_places(visits: Sequence[Visit]) -> None:
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


def _follow_contents(pairs: Pairs) -> None:
    """The services and skills of the base visits instead of those that the visits had."""
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
