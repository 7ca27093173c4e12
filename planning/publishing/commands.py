"""The verbs of a day's plan: settle, publish, restore. PLN-15, PLN-16, PLN-18, CAP-05."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from audit.act import Act
from cases.commands import CaseCommand
from cases.tasks import send_outgoing
from door.command import Kept
from door.refusals import Blocked, Missing, Refused
from planning import daytime
from planning.models import DayPlan, Delivery, PlanVersion, Shift, Visit
from planning.plan import breaches, groups
from planning.plan import reading as board
from planning.plan.change import PLANNERS, Wanted, change
from planning.plan.counts import count
from planning.publishing import delivery, reading, rules, tasks

State = DayPlan.State


def hard_breaches(plan: DayPlan) -> list[breaches.Breach]:
    """What stops the plan from being settled: hard, and accepted by nobody."""
    return count(board.read(plan)).hard


class SettlePlan(CaseCommand[DayPlan]):
    """What stands on the board is fixed as the next version. Hard breaches stop it."""

    label = "Fastställ"
    roles = PLANNERS
    transition = "settle"

    def apply(self, case: DayPlan, act: Act) -> Kept:
        now, last = reading.snapshot(case), reading.last_version(case)
        if last and last.content == now:
            raise Refused(
                f"Inget har ändrats sedan version {last.number} fastställdes. Den gäller redan."
            )
        version = _settle(case, act, now)
        case.settle(on=act.day)
        return {"plan_version": version.number}


def _settle(plan: DayPlan, act: Act, now: Mapping[str, Any]) -> PlanVersion:
    """The next version, of what stands. Raises Blocked."""
    if found := hard_breaches(plan):
        counted = Counter(breach.what for breach in found)
        raise Blocked(
            [
                Missing(f"åtgärd för {what.lower()} ({count})", "Åtgärda eller godta på tavlan.")
                for what, count in counted.items()
            ]
        )
    last = reading.last_version(plan)
    return PlanVersion.objects.create(
        plan=plan, number=last.number + 1 if last else 1, content=now, **act.stamp
    )


class PublishPlan(CaseCommand[DayPlan]):
    """What has changed goes out to every receiver, and the printable pack is made.

    Changes since the plan was settled are settled with it.
    """

    label = "Publicera"
    roles = PLANNERS
    transition = "publish"

    @classmethod
    def fits(cls, case: DayPlan) -> bool:
        return True  # what is not settled yet is settled first

    def apply(self, case: DayPlan, act: Act) -> Kept:
        now, last = reading.snapshot(case), reading.last_version(case)
        published = reading.published_version(case)
        told = reading.sent(now)
        changes = rules.difference(reading.known(published, told), told)
        due = delivery.due(case, told)
        if not changes and not due and (published or not told):
            raise Refused(
                "Det finns inget att publicera. Alla har redan planen som den står på tavlan."
            )
        version = last if last and last.content == now else _settle(case, act, now)
        delivery.queue(due, version, act.at)
        self._finish(case, version, act)
        return {
            "plan_version": version.number,
            "new": len(changes.new),
            "changed": len(changes.changed),
            "removed": len(changes.removed),
            "sent": len(due),
        }

    def _finish(self, case: DayPlan, version: PlanVersion, act: Act) -> None:
        version.published_at = act.at
        version.save()
        if case.state == State.PLANNING:
            case.settle(on=act.day)
        case.publish(on=act.day)
        # A job that could not be queued is no loss: both come by the clock as well.
        transaction.on_commit(partial(send_outgoing.delay, Delivery.message_kind), robust=True)
        transaction.on_commit(lambda: tasks.write_pack.delay(case.pk), robust=True)


class RestoreVersion(CaseCommand[DayPlan]):
    """The board goes back to an earlier version, by the door through which all changes go.

    Later versions stay in the history, and nothing goes out until the plan is published.
    """

    label = "Återställ version"
    roles = PLANNERS
    number: int

    def apply(self, case: DayPlan, act: Act) -> Kept:
        version = case.versions.filter(number=self.number).first()
        if version is None:
            raise Refused("Versionen finns inte. Ladda om sidan.")
        wanted = list(_back_to(case, version, act.at))
        if not wanted:
            raise Refused(f"Planen ser redan ut som i version {self.number}.")
        done = change(
            case.pk,
            wanted,
            act.user,
            key=uuid.uuid4().hex,
            at=act.at,
            name="restore_visits",
            over_locks=True,
        )
        return {"changes": len(done)}


def _back_to(plan: DayPlan, version: PlanVersion, at: datetime) -> Iterator[Wanted]:
    """What has to change on the board for it to say what the version says. What has begun stays, and
    nothing goes back to a time that has been (DAY-02)."""
    on_day = list(Shift.objects.filter(unit=plan.planned_unit_id, day=plan.day))
    for visit in reading.visits_of(plan):
        kept = version.content.get(str(visit.pk))
        start = kept["groups"]["time"]["start"] if kept else visit.start
        if visit.has_begun(at) or daytime.has_begun(plan.day, start, at):
            continue
        for group, value in (kept["groups"] if kept else _gone(visit, version)).items():
            wanted = value
            if kept and group == "staff":
                wanted = _with_rows(visit, value, _rows_at(on_day, kept["groups"]["time"]))
            if groups.read(visit, group) != wanted:
                yield Wanted(visit.pk, group, wanted, groups.version_of(visit, group))


def _gone(visit: Visit, version: PlanVersion) -> dict[str, dict[str, Any]]:
    """A visit that came later is taken away."""
    if visit.status != Visit.Status.PLANNED:
        return {}
    reason = f"Fanns inte i version {version.number}"
    return {"status": {"status": str(Visit.Status.REMOVED), "reason": reason}}


def _rows_at(rows: Iterable[Shift], time: Mapping[str, int]) -> set[int]:
    """The rows that are not reported sick at a visit's time."""
    end = time["start"] + time["minutes"]
    return {row.pk for row in rows if row.absent_from is None or end <= row.absent_from}


def _with_rows(visit: Visit, value: Mapping[str, Any], rows: set[int]) -> dict[str, Any]:
    """Who stood on the visit, of the rows that are still there, in the places that it has now."""
    shifts = [shift if shift in rows else None for shift in value["shifts"]]
    places = visit.staff_needed
    return {"shifts": (shifts + [None] * places)[:places]}


COMMANDS = (SettlePlan, PublishPlan, RestoreVersion)
