"""Changing a base plan: collected in a draft, taking effect from a day. PLN-03, PLN-09, DAY-02."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Prefetch, QuerySet

from audit.act import Act
from audit.clock import local_date
from cases import calendar
from clients import editing
from clients.models import Client
from door.refusals import Refused
from organisation.models import Unit
from planning import daytime
from planning.baseplans import preview
from planning.baseplans.generation import generate, standing_visits
from planning.baseplans.outcome import outcome
from planning.baseplans.reading import BasePlans, cycle_from, read_base_plans
from planning.models import BasePlan, BaseVisit, DayPlan, Visit
from planning.plan import where
from planning.plan.rules import Cycle, Period

COPIED = ("slot", "week", "weekday", "start", "minutes", "earliest", "latest_end", "staff_needed",
          "lag_min", "lag_max", "priority", "note")  # fmt: skip


def with_content(visits: QuerySet[BaseVisit]) -> QuerySet[BaseVisit]:
    """Base visits with what a page shows of them."""
    return visits.select_related("after").prefetch_related("services", "skills", "serves")


def base_plans_of(client: Client) -> QuerySet[BasePlan]:
    """A client's base plans with their visits, the newest first, a draft before all."""
    rows = Prefetch("visits", with_content(BaseVisit.objects.all()))
    return client.base_plans.order_by("-is_draft", "-valid_from").prefetch_related(rows)


def open_draft(client: Client, act: Act) -> BasePlan:
    """The client's draft: the one there is, or a copy of the latest one. In a transaction in which the
    client is held."""
    if found := base_plans_of(client).filter(is_draft=True).first():
        return found
    latest = base_plans_of(client).first()
    monday = calendar.add_days(act.day, -act.day.weekday())
    draft = BasePlan.objects.create(
        client=client,
        is_draft=True,
        weeks=latest.weeks if latest else 1,
        cycle_monday=latest.cycle_monday if latest else monday,
        valid_from=act.day,
        **act.stamp,
    )
    if latest:
        copy_visits(latest.visits.all(), draft)
    editing.record(client, act, "open_base_plan_draft", subject=draft)
    return draft


def copy_visits(visits: Iterable[BaseVisit], to: BasePlan, week: int | None = None) -> None:
    """Visits with all that is in them, in another base plan or week, in the same slots."""
    made = {}
    for visit in visits:
        values = {name: getattr(visit, name) for name in COPIED}
        new = BaseVisit.objects.create(base_plan=to, **{**values, "week": week or visit.week})
        for name in ("services", "skills", "serves"):
            getattr(new, name).set(getattr(visit, name).all())
        made[visit.pk] = new
    for visit in visits:
        if visit.after_id in made:
            made[visit.pk].after = made[visit.after_id]
            made[visit.pk].save(update_fields=["after"])


def in_draft(draft: BasePlan, visit: BaseVisit) -> BaseVisit | None:
    """The draft's own row of a visit that was seen in another base plan."""
    return draft.visits.filter(slot=visit.slot, week=visit.week, weekday=visit.weekday).first()


def copy_week(draft: BasePlan, source: int, target: int) -> None:
    """One week's visits in another, which has none."""
    copy_visits(list(with_content(draft.visits.filter(week=source))), draft, target)


def refuse_day(client: Client, first: date, today: date) -> None:
    """Raise Refused when a draft cannot take effect on `first`."""
    if first < today:
        raise Refused(f"Det som har varit ändras inte. Skriv {today} eller senare.")
    later = client.base_plans.settled().filter(valid_from__gt=first).order_by("valid_from").last()
    if later:
        raise Refused(
            f"En grundplanering är redan sparad från {later.valid_from}. Två kan inte gälla samma "
            f"dag: skriv {later.valid_from} eller senare."
        )


def last_planned_day(unit: Unit) -> date | None:
    """The last day for which the unit has a plan."""
    return DayPlan.objects.filter(planned_unit=unit).aggregate(last=Max("day"))["last"]


def regenerate(client: Client, first: date, act: Act, unit: Unit | None = None) -> int:
    """Bring a client's visits in line on the days that have plans, from `first` or today on, in a
    unit or in every unit that plans them. What has begun stays (DAY-02). Returns how many changed."""
    units = [unit] if unit else where.units_of(client)
    return sum(_regenerate(client, first, act, each) for each in units)


def _regenerate(client: Client, first: date, act: Act, unit: Unit) -> int:
    first, last = max(first, act.day), last_planned_day(unit)
    if last is None or last < first:
        return 0
    first = _with_its_night(client, first, unit)
    return generate(unit, first, last, act, [client.pk])


def _with_its_night(client: Client, first: date, unit: Unit) -> date:
    """The day before, when it has visits of the person after its midnight."""
    before = calendar.add_days(first, -1)
    night = Visit.objects.filter(
        client=client,
        plan__planned_unit=unit,
        plan__day=before,
        start__gte=daytime.from_wall(before, daytime.DAY),
    )
    return before if night.exists() else first


def in_words(count: int) -> str:
    """How many visits, as preview and receipt both say it."""
    return "1 planerat besök" if count == 1 else f"{count} planerade besök"


def preview_of(draft: BasePlan, first: date, at: datetime) -> list[preview.DayChange]:
    """What saving a draft from `first` at an instant would do to the days that are planned already:
    the same visits as `regenerate` changes then."""
    units = where.units_of(draft.client)
    days = (
        day for unit in units for day in _previewed(draft, max(first, local_date(at)), at, unit)
    )
    return sorted(days, key=lambda row: row.day)


def _previewed(
    draft: BasePlan, first: date, at: datetime, unit: Unit
) -> Iterator[preview.DayChange]:
    since = _with_its_night(draft.client, first, unit)
    plans = list(DayPlan.objects.filter(planned_unit=unit, day__gte=since).order_by("day"))
    if not plans:
        return
    base_plans = read_base_plans(unit, since, plans[-1].day, [draft.client_id])
    base_plans = _with_draft(base_plans, draft, first)
    for plan in plans:
        standing = standing_visits(plan, base_plans.lives)
        found = preview.told(plan.day, outcome(plan, base_plans, standing, at))
        if found.count:
            yield found


def _with_draft(base_plans: BasePlans, draft: BasePlan, first: date) -> BasePlans:
    """The base plans as they are when the draft holds from a day."""
    visits: dict[Any, Any] = dict(base_plans.visits)
    for visit in with_content(draft.visits.all()):
        visits.setdefault((draft.pk, visit.week, visit.weekday), []).append(visit)
    new = cycle_from(draft)
    new = Cycle(new.pk, new.weeks, new.cycle_monday, Period(first))
    held = preview.cut(base_plans.cycles.get(draft.client_id, ()), new)
    return BasePlans(base_plans.lives, {**base_plans.cycles, draft.client_id: held}, visits)
