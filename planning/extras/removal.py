"""Taking away the visits of a need that has ended. EXT-04, PLN-19, DAY-02."""

import uuid
from collections import defaultdict
from datetime import date

from audit.act import Act
from cases import calendar
from organisation.authority import Holding
from planning.models import ExtraNeed, Visit
from planning.plan.change import Wanted, change

REASON = "Det extra behovet har upphört"


def take_away(need: ExtraNeed, since: date, act: Act) -> list[int]:
    """Take the need's planned visits from `since` on that have not begun off their plans, each
    change on record, inside a command of the need. Returns the visits.

    A visit that carries something else as well loses the service alone.
    """
    visits = [row for row in _planned(need, since) if not row.has_begun(act.at)]
    by_plan: dict[int, list[Wanted]] = defaultdict(list)
    for visit in visits:
        by_plan[visit.plan_id].append(_without(visit, need))
    for plan, wanted in by_plan.items():
        change(
            plan,
            wanted,
            act.user,
            key=uuid.uuid4().hex,
            at=act.at,
            name="end_extra_need",
            by=Holding("", "", None, act.on_behalf_of),
        )
    return [visit.pk for visit in visits]


def _planned(need: ExtraNeed, since: date) -> list[Visit]:
    night = calendar.add_days(since, -1)  # whose hours after midnight are of the day
    rows = Visit.objects.standing().filter(needs=need, plan__day__gte=night)
    locked = rows.select_for_update(of=("self",)).select_related("plan").order_by("plan__day", "pk")
    return [row for row in locked.prefetch_related("contents") if row.on >= since]


def _without(visit: Visit, need: ExtraNeed) -> Wanted:
    left = sorted(
        row.service_id for row in visit.contents.all() if row.service_id != need.service_id
    )
    if left:
        return Wanted(visit.pk, "services", {"services": left}, visit.services_version)
    value = {"status": str(Visit.Status.REMOVED), "reason": REASON}
    return Wanted(visit.pk, "status", value, visit.status_version)
