"""Changing a base plan: collected in a draft, taking effect from a day. PLN-03, PLN-09, DAY-02."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Prefetch, QuerySet

from audit.act import Act
from audit.clock import local_date
from cases import calendar
from clients import editing
from clients.models import Client
from organisation.models import Unit
from organisation.pages.changing import end_on
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
    """The client's draft: the one there is, or a copy of the latest one. In a transaction."""
    Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
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


def copy_week(draft: BasePlan, source: int, target: int, act: Act) -> None:
    """One week's visits instead of another's."""
    draft.visits.filter(week=target).delete()
    copy_visits(list(with_content(draft.visits.filter(week=source))), draft, target)
    editing.record(draft.client, act, "copy_base_plan_week", {"week": [source, target]}, draft)


def set_weeks(draft: BasePlan, weeks: int, act: Act) -> None:
    """A longer or shorter cycle. New weeks are like the first, so that nothing falls away."""
    before = draft.weeks
    draft.weeks = weeks
    draft.save(update_fields=["weeks"])
    draft.visits.filter(week__gt=weeks).delete()
    for week in range(before + 1, weeks + 1):
        copy_visits(list(with_content(draft.visits.filter(week=1))), draft, week)
    editing.record(draft.client, act, "change_base_plan_weeks", {"weeks": [before, weeks]}, draft)


def discard(draft: BasePlan, act: Act) -> None:
    """Throw the draft away."""
    editing.record(draft.client, act, "discard_base_plan_draft", subject=draft)
    draft.delete()


def refuse_day(client: Client, first: date, today: date) -> None:
    """Raises ValidationError when a draft cannot take effect on `first`."""
    if first < today:
        raise ValidationError(f"Det som har varit ändras inte. Skriv {today} eller senare.")
    later = client.base_plans.settled().filter(valid_from__gt=first).order_by("valid_from").last()
    if later:
        raise ValidationError(
            f"En grundplanering är redan sparad från {later.valid_from}. Två kan inte gälla samma "
            f"dag: skriv {later.valid_from} eller senare."
        )


def take_effect(draft: BasePlan, first: date, act: Act) -> int:
    """The draft becomes the client's base plan from `first`, and the visits follow.

    Returns how many visits changed. Raises ValidationError as `refuse_day`.
    """
    with transaction.atomic():
        client = Client.objects.select_for_update(of=("self",)).get(pk=draft.client_id)
        if not client.base_plans.filter(pk=draft.pk, is_draft=True).exists():
            raise ValidationError("Utkastet är redan sparat eller kastat av någon annan.")
        refuse_day(client, first, act.day)
        before = calendar.add_days(first, -1)
        holding = client.base_plans.settled().exclude(valid_to__lte=before)
        for row in holding:
            end_on(row, before)
        draft.is_draft, draft.valid_from, draft.valid_to = False, first, None
        for name, value in act.stamp.items():
            setattr(draft, name, value)
        draft.save()
        editing.record(
            client,
            act,
            "save_base_plan",
            {
                "valid_from": [None, str(first)],
                "weeks": [None, draft.weeks],
                "visits": [None, draft.visits.count()],
            },
            draft,
        )
    return regenerate(client, first, act)


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
    the same visits as `take_effect` changes."""
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


def write_visit(draft: BasePlan, row: BaseVisit, data: dict[str, Any], act: Act) -> BaseVisit:
    """A visit of the draft as a form says it. What it follows is found among the draft's own rows."""
    before = preview.described(row) if row.pk else ""
    row.base_plan = draft
    for name in (
        "start",
        "minutes",
        "earliest",
        "latest_end",
        "staff_needed",
        "priority",
        "lag_min",
        "lag_max",
        "note",
    ):
        setattr(row, name, data[name])
    row.after = in_draft(draft, data["after"]) if data["after"] else None
    row.save()
    for name in ("services", "skills", "serves"):
        if name in data:
            getattr(row, name).set(data[name])
    said = {"visit": [before, preview.described(row)], "week": row.week, "weekday": row.weekday}
    editing.record(draft.client, act, "write_base_visit", said, draft)
    return row


def remove_visit(draft: BasePlan, row: BaseVisit, act: Act) -> None:
    """Take a visit out of the draft."""
    said = {"visit": [preview.described(row), ""], "week": row.week, "weekday": row.weekday}
    editing.record(draft.client, act, "remove_base_visit", said, draft)
    row.delete()
