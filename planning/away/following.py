"""Visits that no base plan makes follow a person who goes away and comes home.

Requirements PLN-09, PLN-19, DAY-02.

Those of base plans follow in `planning.baseplans.generation`; extra ones and those added by hand here.
"""

import uuid
from collections import defaultdict

from django.db.models import Q

from audit.act import Act
from cases import calendar
from clients.models import Client
from organisation.authority import Holding
from planning.models import Visit
from planning.plan.absences import away_of
from planning.plan.change import Wanted, change
from planning.plan.rules import Life, Period

AWAY = "Personen är borta"


def follow(client: Client, act: Act) -> int:
    """Take a person's extra and added visits away on days when they are away, and bring back those
    that went for that reason, from now on. In the caller's transaction. Returns how many."""
    life = _life(client)
    by_plan: dict[int, list[Wanted]] = defaultdict(list)
    for visit in _coming(client, act):
        if wanted := _wanted(visit, _may_have(life, visit)):
            by_plan[visit.plan_id].append(wanted)
    by = Holding("", "", None, act.on_behalf_of)
    for plan, rows in by_plan.items():
        change(plan, rows, act.user, key=uuid.uuid4().hex, at=act.at, name="follow_absence", by=by)
    return sum(map(len, by_plan.values()))


def _life(client: Client) -> Life:
    absences = [away_of(row) for row in client.absences.filter(cancelled_at=None)]
    return Life(Period(client.active_from, client.active_to), absences, client.is_dormant)


def _may_have(life: Life, visit: Visit) -> bool:
    return life.active.covers(visit.plan.day, visit.start) and life.allows(
        visit.plan.day, visit.start
    )


def _coming(client: Client, act: Act) -> list[Visit]:
    """The visits that may have to change and have not begun, locked in one order."""
    gone = Q(status=Visit.Status.REMOVED, status_reason=AWAY)
    rows = (
        Visit.objects.filter(Q(status=Visit.Status.PLANNED) | gone, client=client)
        .exclude(origin=Visit.Origin.BASE_PLAN)
        .filter(plan__day__gte=calendar.add_days(act.day, -1))  # a night's hours after midnight
        .select_for_update(of=("self",))
        .select_related("plan")
        .prefetch_related("needs")
        .order_by("plan__day", "pk")
    )
    return [row for row in rows if not row.has_begun(act.at)]


def _wanted(visit: Visit, is_home: bool) -> Wanted | None:
    stands = visit.status == Visit.Status.PLANNED
    if stands == is_home or (is_home and _has_lost_its_reason(visit)):
        return None
    status = Visit.Status.PLANNED if is_home else Visit.Status.REMOVED
    value = {"status": str(status), "reason": "" if is_home else AWAY}
    return Wanted(visit.pk, "status", value, visit.status_version)


def _has_lost_its_reason(visit: Visit) -> bool:
    """Whether it belonged to extra needs that have all ended meanwhile."""
    needs = list(visit.needs.all())
    return bool(needs) and all(need.ended_on for need in needs)
