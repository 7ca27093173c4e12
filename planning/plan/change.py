"""The one door through which a visit of a plan changes, for one planner or several at once.

Requirements PLN-15, PLN-19, CAP-05. Different groups of fields merge without a word. The same group,
changed by somebody else since it was seen, is a `Clash` that says both values; nothing is done then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import clock, log
from audit.act import Act
from door import entry
from door.refusals import NotAllowed, Refused
from organisation.authority import Holding, actor_on
from organisation.models import User
from organisation.roles import Role
from planning import daytime
from planning.models import DayPlan, PlanChange, Shift, Visit
from planning.models.plans import LONGEST_KEY
from planning.plan import groups

PLANNERS = frozenset({Role.PLANNER, Role.UNIT_MANAGER, Role.NIGHT_HEAD})
"""Who changes the plans of their unit."""
MANY = 40
"""So many changes at once are not told one by one: boards read everything."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants a group of fields of a visit to say, and the version that they saw."""

    visit: int
    group: str
    value: Mapping[str, Any]
    seen: int


@dataclass(frozen=True)
class Clash:
    """A group that a colleague changed meanwhile: both values, and who did it when."""

    visit: Visit
    group: str
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
    version: int
    by: PlanChange | None


class Clashed(Refused):
    """Somebody changed the same thing; `clashes` says what. Wanted again with the new version, it
    is done."""

    reason_code = "clash"

    def __init__(self, clashes: Sequence[Clash]):
        self.clashes = list(clashes)
        super().__init__("En kollega har ändrat samma sak. Välj vilket som ska gälla.")


class Locked(Refused):
    """What is locked would be changed; wanted again with `over_locks`, it is done."""

    reason_code = "locked"

    def __init__(self, visits: Sequence[Visit]):
        one = visits[0]
        super().__init__(
            f"Besöket är låst ({one.locked}). Flytta ändå?"
            if len(visits) == 1
            else f"{len(visits)} av besöken är låsta. Flytta ändå?"
        )


def change(
    plan: int,
    wanted: Sequence[Wanted],
    user: User | None,
    *,
    key: str,
    at: datetime,
    name: str = "change_visits",
    skip_clashes: bool = False,
    undoes: Mapping[Any, int] | None = None,
    by: Holding | None = None,
    over_locks: bool = False,
) -> list[PlanChange]:
    """Change visits of a plan, all or nothing. Returns what was changed.

    The same `key` again gives what was done the first time. With `skip_clashes`, what a colleague
    has changed is left as they want it (an optimizer's proposal). `by` is the holding that lets a
    person who is no planner do it, when a command has judged that. `over_locks`: what is locked is
    changed too, since somebody has said so. Raises NotAllowed, Refused, Clashed or Locked.
    """
    key = entry.key(key, LONGEST_KEY)
    with transaction.atomic():
        if done := list(PlanChange.objects.filter(plan=plan, key=key)):
            return done
        visits = _locked(plan, {row.visit for row in wanted})
        act = Act(user, by.on_behalf_of, at) if by else _authority(visits, user, at)
        due = list(_due(visits, wanted, skip_clashes))
        _refuse_sick_rows(visits, due)
        locked = {
            row.visit for row in due if groups.breaks_lock(visits[row.visit], row.group, row.value)
        }
        if locked and not over_locks:
            raise Locked([visits[pk] for pk in sorted(locked)])
        return _carry_out(plan, visits, due, _Doer(act, key, name), undoes or {})


@dataclass(frozen=True)
class _Doer:
    act: Act
    key: str
    name: str


def _locked(plan: int, keys: Iterable[int]) -> dict[int, Visit]:
    """The visits, locked in one order, so that two who want the same ones wait and never die.

    Their keys stay free: what points at a visit (a delivery of a publication) waits for nobody.
    """
    wanted = set(keys)
    rows = (
        Visit.objects.select_for_update(of=("self",), no_key=True)
        .filter(plan=plan, pk__in=wanted)
        .select_related("plan", "plan__unit", "client")
        .prefetch_related("staff", "contents")
        .order_by("pk")
    )
    found = {row.pk: row for row in rows}
    if len(found) != len(wanted):
        raise Refused("Besöket finns inte i dagens plan. Ladda om sidan.")
    return found


def authority(plan: DayPlan, user: User | None, at: datetime) -> Act:
    """What a person (None: the system itself) does with a plan, and for whom. Raises NotAllowed."""
    if user is None:
        return Act.by_system(at)
    held = actor_on(user, clock.local_date(at)).holding(PLANNERS, plan.unit.path)
    if held is None:
        raise NotAllowed("Planen ändras av enhetens planerare.")
    return Act(user, held.on_behalf_of, at)


def _authority(visits: Mapping[int, Visit], user: User | None, at: datetime) -> Act:
    """As which act the person changes the plan of the visits. Raises NotAllowed."""
    act = Act.own(user, at)
    for plan in {visit.plan for visit in visits.values()}:
        act = authority(plan, user, at)
    return act


def _due(
    visits: Mapping[int, Visit], wanted: Sequence[Wanted], skip_clashes: bool
) -> Iterable[Wanted]:
    """What is to be written: not what says so already. Raises Refused or Clashed."""
    clashes = []
    for row in wanted:
        visit = visits[row.visit]
        groups.check(visit, row.group, row.value)
        now = groups.read(visit, row.group)
        if now == dict(row.value):
            continue
        if groups.version_of(visit, row.group) == row.seen:
            yield row
        elif not skip_clashes:
            clashes.append(_clash(visit, row, now))
    if clashes:
        raise Clashed(clashes)


def _refuse_sick_rows(visits: Mapping[int, Visit], due: Sequence[Wanted]) -> None:
    """Nobody who is reported sick is given a visit, by any road. Raises Refused."""
    said = {(row.visit, row.group): row.value for row in due}
    rows = {pk for (_, group), value in said.items() if group == "staff" for pk in value["shifts"]}
    moved = [visits[pk] for pk, group in said if group == "time"]
    rows |= {place.shift_id for visit in moved for place in visit.staff.all()}
    sick = Shift.objects.filter(pk__in=rows - {None}).exclude(absent_from=None)
    sick_rows = {row.pk: row for row in sick.select_related("carer")}
    for pk in {pk for pk, _ in said} if sick_rows else ():
        visit = visits[pk]
        now = {place.shift_id for place in visit.staff.all()}
        shifts = set(said.get((pk, "staff"), {"shifts": now})["shifts"])
        time = said.get((pk, "time"))
        end = time["start"] + time["minutes"] if time else visit.end
        for row in sick_rows.keys() & (shifts if time else shifts - now):
            if end > (since := sick_rows[row].works_until):
                raise Refused(
                    f"{sick_rows[row].name} är sjukanmäld från {daytime.wall(visit.plan.day, since)}. "
                    "Välj en annan rad."
                )


def _clash(visit: Visit, row: Wanted, now: Mapping[str, Any]) -> Clash:
    by = visit.changes.filter(group=row.group).select_related("actor").order_by("pk").last()
    return Clash(visit, row.group, row.value, now, groups.version_of(visit, row.group), by)


def _carry_out(
    plan: int,
    visits: Mapping[int, Visit],
    due: Sequence[Wanted],
    doer: _Doer,
    undoes: Mapping[Any, int],
) -> list[PlanChange]:
    if not due:
        return []
    rows = [_write(visits[row.visit], row, doer) for row in due]
    for visit in {row.visit_id: row.visit for row in rows}.values():
        visit.save()
    event = log.record(
        f"case:{plan}",
        doer.name,
        doer.act,
        subject=rows[0].visit.plan,
        personal=True,
        values={"changes": [[r.visit_id, r.group, r.before, r.after] for r in rows]},
    )
    for row in rows:
        row.plan_id, row.seq, row.on_behalf_of = plan, event.seq, doer.act.on_behalf_of
        row.undoes_id = undoes.get((row.visit_id, row.group))
    PlanChange.objects.bulk_create(rows)
    # Not by saving the plan: its row belongs to `perform`, and the number only grows.
    numbers = {"last_seq": event.seq} | ({"reload_seq": event.seq} if len(rows) > MANY else {})
    DayPlan.objects.filter(pk=plan).update(**numbers)
    return rows


def _write(visit: Visit, row: Wanted, doer: _Doer) -> PlanChange:
    before = groups.read(visit, row.group)
    groups.write(visit, row.group, row.value)
    return PlanChange(
        visit=visit,
        group=row.group,
        before=before,
        after=dict(row.value),
        version=groups.version_of(visit, row.group),
        key=doer.key,
        actor=doer.act.user,
        at=doer.act.at,
    )


def undo(plan: int, user: User, *, key: str, at: datetime) -> list[PlanChange]:
    """Take back the person's own last change of a plan; what a colleague did since is a clash.

    Returns what was changed back; nothing when there is nothing to undo.
    """
    mine = PlanChange.objects.filter(plan=plan, actor=user, undoes=None, undone_by=None)
    last = mine.order_by("seq").last()
    if last is None:
        return []
    rows = list(mine.filter(seq=last.seq))
    wanted = [Wanted(row.visit_id, row.group, row.before, row.version) for row in rows]
    undoes = {(row.visit_id, row.group): row.pk for row in rows}
    return change(
        plan, wanted, user, key=key, at=at, name="undo_change", undoes=undoes, over_locks=True
    )
