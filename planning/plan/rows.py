"""What a change of the rows does to a plan's board. PLN-13, PLN-14."""

import uuid
from collections import defaultdict

from audit import log
from audit.act import Act
from organisation.authority import Holding
from planning.models import DayPlan, Shift, VisitStaff
from planning.plan.change import Wanted, change


def make_loose(places: list[VisitStaff], act: Act, by: Holding | None = None) -> None:
    """Take visits off their rows, each change on record, in the caller's transaction. `by` lets
    somebody do it who is no planner."""
    by_plan: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for place in places:
        by_plan[place.visit.plan_id][place.visit_id].add(place.place)
    for plan, visits in by_plan.items():
        wanted = [
            _without(place.visit, gone)
            for place in _first(places, plan)
            for gone in [visits[place.visit_id]]
        ]
        change(
            plan,
            wanted,
            act.user,
            key=uuid.uuid4().hex,
            at=act.at,
            name="make_loose",
            by=by,
            over_locks=True,
        )


def _first(places: list[VisitStaff], plan: int) -> list[VisitStaff]:
    """One place of each visit of a plan."""
    return list({row.visit_id: row for row in places if row.visit.plan_id == plan}.values())


def _without(visit, gone: set[int]) -> Wanted:
    rows = visit.staff.order_by("place").values_list("place", "shift")
    shifts = [None if place in gone else shift for place, shift in rows]
    return Wanted(visit.pk, "staff", {"shifts": shifts}, visit.staff_version)


def tell(shift: Shift, act: Act) -> None:
    """Let open boards read the day anew, in the caller's transaction: a row has changed."""
    plan = DayPlan.objects.filter(planned_unit=shift.unit_id, day=shift.day).first()
    if plan:
        event = log.record(plan.chain, "change_row", act, subject=plan, values={"shift": shift.pk})
        DayPlan.objects.filter(pk=plan.pk).update(last_seq=event.seq, reload_seq=event.seq)
