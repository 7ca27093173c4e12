"""Everything a plan's board is made of, read with the same number of queries whatever its size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet

from cases import calendar
from clients.models import Client, Service
from planning import daytime
from planning.models import (
    Base,
    BaseVisit,
    CarerSkill,
    DayPlan,
    ExtraNeed,
    PlanChange,
    Preference,
    Shift,
    Skill,
    Visit,
    VisitStaff,
)
from planning.plan import routes

FACES_DAYS = 14
"""Whom a client has met is counted over two weeks."""


@dataclass
class PlanData:
    """A plan's rows and visits, and what judges them."""

    plan: DayPlan
    shifts: list[Shift]
    visits: list[Visit]
    base: Base | None
    skills: dict[int, set[int]]
    """What each carer can on the day, by carer."""
    wishes: dict[int, dict[str, set[int]]]
    """Carers that each client prefers and does not want."""
    faces: dict[int, set[int]] = field(default_factory=dict)
    """Carers that each client has met in the two weeks before."""
    wished: dict[int, int] = field(default_factory=dict)
    """The minute of the day at which the person wants each visit to start."""
    left: list[Shift] = field(default_factory=list)
    """Rows that have gone to another unit during the day: nothing is put on them here, and what they
    had begun is shown (PLN-21, DAY-02)."""

    @cached_property
    def by_shift(self) -> dict[int, list[Visit]]:
        """The standing visits of each row, by start."""
        rows: dict[int, list[Visit]] = defaultdict(list)
        for visit in self.standing:
            for place in visit.staff.all():
                if place.shift_id:
                    rows[place.shift_id].append(visit)
        return rows

    @cached_property
    def standing(self) -> list[Visit]:
        """The visits that are to be done, by start."""
        return [visit for visit in self.visits if visit.status == Visit.Status.PLANNED]

    @cached_property
    def plannable(self) -> list[Visit]:
        """Those of them that do not stand on a row that has left."""
        gone = {row.pk for row in self.left}
        if not gone:
            return self.standing
        return [v for v in self.standing if not gone & {p.shift_id for p in v.staff.all()}]

    @cached_property
    def unplaced(self) -> list[Visit]:
        """Visits that lack somebody, the most urgent first."""
        loose = [v for v in self.standing if any(p.shift_id is None for p in v.staff.all())]
        return sorted(loose, key=lambda visit: (visit.priority, visit.latest_end, visit.pk))

    @cached_property
    def visit(self) -> dict[int, Visit]:
        """The visits by number."""
        return {row.pk: row for row in self.visits}

    @cached_property
    def rows_of_carer(self) -> dict[int, list[int]]:
        """The rows on which each carer works."""
        rows: dict[int, list[int]] = defaultdict(list)
        for row in self.shifts:
            if row.carer_id:
                rows[row.carer_id].append(row.pk)
        return rows

    @cached_property
    def shift(self) -> dict[int, Shift]:
        """The rows by number."""
        return {row.pk: row for row in self.shifts}


def read(plan: DayPlan, shifts: Iterable[int] | None = None) -> PlanData:
    """A whole plan, or what concerns some of its rows: the visits on them and those unplaced."""
    rows = list(Shift.objects.of(plan.planned_unit, plan.day).select_related("carer", "unit"))
    visits = _visits(plan)
    if shifts is not None:
        wanted = set(shifts)
        rows = [row for row in rows if row.pk in wanted]
        visits = visits.filter(Q(staff__shift__in=wanted) | Q(staff__shift=None)).distinct()
    found = list(visits)
    _complete(plan, found)
    base = Base.objects.filter(unit=plan.planned_unit).first()
    _learn_ways(base, rows, found)
    carers = {row.carer_id for row in rows if row.carer_id}
    clients = {visit.client_id for visit in found}
    return PlanData(
        plan,
        rows,
        found,
        base,
        _skills(carers, plan.day),
        _wishes(clients),
        _faces(clients, plan.day),
        _wished(plan.day, found),
        _left(rows, found) if shifts is None else [],
    )


def _left(rows: list[Shift], visits: list[Visit]) -> list[Shift]:
    """The rows on which visits stand that are not the day's own. No query when there are none."""
    places = (place for visit in visits for place in visit.staff.all())
    standing = {place.shift_id for place in places if place.shift_id is not None}
    gone = standing - {row.pk for row in rows}
    return list(Shift.objects.filter(pk__in=gone).select_related("carer", "unit")) if gone else []


def _learn_ways(base: Base | None, rows: list[Shift], visits: list[Visit]) -> None:
    """Ask the route servers, if there are any, for what is not known yet."""
    if not settings.ROUTES:
        return
    homes = {place for visit in visits if (place := place_of(visit.client))}
    places = sorted(homes | ({(base.latitude, base.longitude)} if base else set()))
    routes.learn(places, {row.mode for row in rows})


def _visits(plan: DayPlan) -> QuerySet[Visit]:
    return Visit.objects.filter(plan=plan).prefetch_related("client").order_by("start", "pk")


def _complete(plan: DayPlan, visits: list[Visit]) -> None:
    """Give each visit its plan, places, services, skills and running extra needs.

    Not by `prefetch_related`: it makes a query object for each visit and relation, which was half of
    the time that a board takes.
    """
    keys = [visit.pk for visit in visits]
    places = VisitStaff.objects.filter(visit__in=keys).order_by("place")
    services = Service.objects.filter(visitservice__visit__in=keys)
    skills = Skill.objects.filter(visit__in=keys)
    needs = ExtraNeed.objects.filter(visits__in=keys, is_running=True)
    read = {
        "staff": _by_visit((row.visit_id, row) for row in places),
        "services": _by_visit(
            (row.of, row) for row in services.annotate(of=F("visitservice__visit"))
        ),
        "skills": _by_visit((row.of, row) for row in skills.annotate(of=F("visit"))),
        "needs": _by_visit((row.of, row) for row in needs.annotate(of=F("visits"))),
    }
    for visit in visits:
        visit.plan = plan
        visit.__dict__["_prefetched_objects_cache"] = {
            name: rows[visit.pk] for name, rows in read.items()
        }


def _by_visit(rows: Iterable[tuple[int, Any]]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for visit, row in rows:
        found[visit].append(row)
    return found


def _skills(carers: Iterable[int], day: date) -> dict[int, set[int]]:
    held: dict[int, set[int]] = defaultdict(set)
    rows = CarerSkill.objects.on(day).filter(carer__in=carers)
    for carer, skill in rows.values_list("carer", "skill"):
        held[carer].add(skill)
    return held


def _wishes(clients: Iterable[int]) -> dict[int, dict[str, set[int]]]:
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    rows = Preference.objects.filter(client__in=clients)
    for client, carer, wish in rows.values_list("client", "carer", "wish"):
        found[client][wish].add(carer)
    return found


def _wished(day: date, visits: Iterable[Visit]) -> dict[int, int]:
    """When the person wants each visit: as the base plan says, whatever was planned since. Of one
    that has no base plan, or no more, it is when it was first planned (BRD-03)."""
    visits = list(visits)
    sources = {visit.source_id for visit in visits if visit.source_id}
    starts = dict(BaseVisit.objects.filter(pk__in=sources).values_list("pk", "start"))
    alone = [visit.pk for visit in visits if not visit.source_id and visit.time_version > 1]
    moves = PlanChange.objects.filter(visit__in=alone, group="time").order_by("-pk")
    first = {pk: before["start"] for pk, before in moves.values_list("visit", "before")}
    return {
        visit.pk: daytime.from_wall(day, starts[visit.source_id])
        if visit.source_id
        else first.get(visit.pk, visit.start)
        for visit in visits
    }


def _faces(clients: Iterable[int], day: date) -> dict[int, set[int]]:
    """Whom each client meets or has met in the two weeks up to the day before."""
    since = calendar.add_days(day, -FACES_DAYS)
    rows = VisitStaff.objects.filter(
        visit__client__in=clients,
        visit__plan__day__gte=since,
        visit__plan__day__lt=day,
        visit__status=Visit.Status.PLANNED,
        shift__carer__isnull=False,
    )
    met: dict[int, set[int]] = defaultdict(set)
    for client, carer in rows.values_list("visit__client", "shift__carer").distinct():
        met[client].add(carer)
    return met


def place_of(client: Client) -> tuple[float, float] | None:
    """The client's coordinates, if they are known."""
    if client.latitude is None or client.longitude is None:
        return None
    return client.latitude, client.longitude
