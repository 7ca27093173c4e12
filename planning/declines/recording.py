"""Recording that a visit was declined: it stays as declined, or is removed. PLN-08, PLN-19."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit import log
from audit.act import Act
from cases.dates import short_date
from door import entry
from door.refusals import Refused
from planning import daytime
from planning.declines.rules import stays
from planning.models import Decline, PlanChange, Visit
from planning.models.plans import LONGEST_KEY
from planning.plan.change import Wanted, change


@dataclass(frozen=True)
class Declined:
    """What somebody states of a visit that was declined."""

    declined_at: datetime
    staff_used: bool
    why: str


def decline(visit: Visit, said: Declined, seen: int, act: Act, key: str) -> Decline:
    """Take a visit away as declined or removed, in one transaction with its record.

    `seen` is the version of its status that the planner saw. The same `key` does it once. Raises
    Refused for what cannot be, and as `board.change.change`.
    """
    start = daytime.instant(visit.plan.day, visit.start)
    _check(visit, said, start, act)
    key = entry.key(key, LONGEST_KEY)
    kept = stays(start, said.declined_at, said.staff_used)
    status = Visit.Status.DECLINED if kept else Visit.Status.REMOVED
    value = {"status": str(status), "reason": f"Avböjt: {said.why}"}
    with transaction.atomic():
        if PlanChange.objects.filter(visit=visit, group="status", key=key).exists():
            return visit.declines.latest("pk")
        if Visit.objects.select_for_update().get(pk=visit.pk).status != Visit.Status.PLANNED:
            raise Refused("Besöket är redan avböjt eller borttaget. Ladda om sidan.")
        change(
            visit.plan_id,
            [Wanted(visit.pk, "status", value, seen)],
            act.user,
            key=key,
            at=act.at,
            name="decline_visit",
        )
        row = Decline.objects.create(
            visit=visit,
            declined_at=said.declined_at,
            staff_used=said.staff_used,
            why=said.why,
            stays=kept,
            **act.stamp,
        )
        log.record(
            f"client:{visit.client_id}",
            "decline_visit",
            act,
            subject=row,
            personal=True,
            values={"visit": visit.pk, "stays": kept, "staff_used": said.staff_used},
        )
    return row


def _check(visit: Visit, said: Declined, start: datetime, act: Act) -> None:
    at = f"{short_date(visit.on)} {daytime.wall(visit.plan.day, visit.start)}"
    if said.declined_at > act.at:
        raise Refused("Besöket kan inte ha avböjts i framtiden. Skriv när ni fick veta det.")
    if said.declined_at >= start:
        raise Refused(
            f"Besöket började {at}, innan det avböjdes. Det räknas som gjort; rapportera en avvikelse "
            "om det inte blev av."
        )
    if not said.why.strip():
        raise Refused("Skriv varför besöket avböjdes.")
