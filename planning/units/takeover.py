"""What is planned goes over from one unit's plans to another's. PLN-21, PLN-15, DAY-02.

Visits and rows keep their ids, versions and history. Who holds the clients and the units locks here
the rows of the schedule, then the visits, then both plans' chains: the order of every other change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db import transaction
from django.db.models import F, Q, QuerySet

from audit import clock, log
from audit.act import Act
from organisation.authority import Holding
from organisation.models import Unit
from planning.models import AcceptedBreach, DayPlan, Shift, Visit, VisitStaff
from planning.models.baseplans import new_slot
from planning.plan.opening import plan_of
from planning.plan.rows import make_loose
from planning.publishing.tasks import write_pack
from planning.staffing.commands.shifts import next_row


@dataclass(frozen=True)
class TakeOver:
    """What goes from the plans of a unit to those of another, from a day on. A visit that has begun
    stays where it is, with whoever does it or has done it."""

    source: Unit
    target: Unit
    first_day: date
    clients: Collection[int] | None
    """None: everybody's visits."""
    shifts: Collection[int]
    at: datetime

    @cached_property
    def begun(self) -> list[int]:
        """The visits from the first day on that are under way or done. One query."""
        until = clock.local_date(self.at)
        rows = Visit.objects.filter(
            plan__planned_unit=self.source, plan__day__range=(self.first_day, until)
        )
        return [row.pk for row in rows.select_related("plan") if row.has_begun(self.at)]

    @property
    def going(self) -> Q:
        """Which visits of the source's plans go."""
        whose = Q() if self.clients is None else Q(client__in=self.clients)
        return whose & ~Q(pk__in=self.begun)

    @property
    def apart(self) -> Q:
        """Which places' visit and row would come to stand in different units."""
        placed = Q(shift__isnull=False) & ~Q(visit__in=self.begun)
        row_goes = Q(shift__in=self.shifts)
        if self.clients is None:
            return placed & ~row_goes
        visit_goes = Q(visit__client__in=self.clients)
        return placed & (visit_goes & ~row_goes | row_goes & ~visit_goes)

    def carry_out(self, act: Act, by: Holding | None) -> int:
        """Let it go over, in the caller's transaction. Returns how many visits went."""
        rows = Shift.objects.filter(pk__in=self.shifts, unit=self.source, day__gte=self.first_day)
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        plans = DayPlan.objects.filter(planned_unit=self.source, day__gte=self.first_day)
        moved = sum(self._day(plan, act, by) for plan in plans.order_by("day"))
        self._rows(rows)
        return moved

    def _day(self, plan: DayPlan, act: Act, by: Holding | None) -> int:
        visits = Visit.objects.filter(self.going, plan=plan)
        keys = list(
            visits.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
        )
        rows = Shift.objects.filter(pk__in=self.shifts, day=plan.day).values_list("pk", flat=True)
        if not keys and not rows:
            return 0
        apart = VisitStaff.objects.filter(self.apart, visit__plan=plan)
        make_loose(list(apart.select_related("visit").order_by("visit", "place")), act, by)
        other = plan_of(self.target, plan.day, act)
        values = {"visits": keys, "shifts": list(rows)}
        _record(plan, "move_visits_out", act, {"to": str(self.target), **values})
        _record(other, "move_visits_in", act, {"from": str(self.source), **values})
        _give_way(other, keys)
        Visit.objects.filter(pk__in=keys).update(plan=other)
        _accepted(plan, other, keys)
        if plan.state == DayPlan.State.PUBLISHED:
            self._print_anew(plan)
        return len(keys)

    def _print_anew(self, plan: DayPlan) -> None:
        """The unit's folder no longer holds what it does not do."""
        transaction.on_commit(lambda: write_pack.delay(plan.pk), robust=True)

    def _rows(self, rows: QuerySet[Shift]) -> None:
        """The rows of the schedule; a substitute row whose name is taken gets the next one."""
        for row in rows.exclude(row="").order_by("day", "pk"):
            if Shift.objects.filter(unit=self.target, day=row.day, row=row.row).exists():
                Shift.objects.filter(pk=row.pk).update(row=next_row(self.target, row.day))
            Shift.objects.filter(pk=row.pk).update(unit=self.target, version=F("version") + 1)
        rows.update(unit=self.target, version=F("version") + 1)


def _record(plan: DayPlan, name: str, act: Act, values: dict) -> None:
    """A line in the plan's log; open boards read everything anew."""
    event = log.record(plan.chain, name, act, subject=plan, values=values)
    DayPlan.objects.filter(pk=plan.pk).update(last_seq=event.seq, reload_seq=event.seq)


def _give_way(plan: DayPlan, coming: Collection[int]) -> None:
    """A person who was planned in the unit before may have left a removed visit in the same slot."""
    slots = set(Visit.objects.filter(pk__in=coming).values_list("client", "slot"))
    left = plan.visits.filter(client__in={client for client, _ in slots})
    for visit in left:
        if (visit.client_id, visit.slot) in slots:
            Visit.objects.filter(pk=visit.pk).update(slot=new_slot())


def _accepted(plan: DayPlan, other: DayPlan, moved: Collection[int]) -> None:
    """What was accepted of the visits that went stays accepted."""
    keys = {str(pk) for pk in moved}
    about = [row.pk for row in plan.accepted.all() if row.about.partition(":")[0] in keys]
    AcceptedBreach.objects.filter(pk__in=about).update(plan=other)
