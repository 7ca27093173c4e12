"""A visit that the base plan does not have, with the extra needs that it begins. PLN-19, EXT-01."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from audit import log
from audit.act import Act
from clients.models import Client, Service
from door.command import Kept
from organisation.models import User
from planning.extras.opening import Started, begin
from planning.models import Carer, DayPlan, ExtraNeed, Shift, Visit, VisitService, VisitStaff
from planning.plan.commands import OfVisit
from planning.plan.opening import plan_for


@dataclass(frozen=True)
class NewVisit:
    """What is to be added. Times are minutes of the day."""

    client: Client
    services: Iterable[Service]
    start: int
    minutes: int
    earliest: int
    latest_end: int
    staff_needed: int = 1
    note: str = ""
    shift: Shift | None = None
    """Who has done it already; nobody is placed otherwise."""
    called_by: User | None = None
    """The nurse who called for it (EXT-02)."""


def add(plan: DayPlan, new: NewVisit, act: Act) -> tuple[Visit, list[Started]]:
    """Add a visit to a plan, and begin or join the needs of what nobody has granted, all or nothing.

    Raises Refused when the client cannot have a visit that day.
    """
    with transaction.atomic():
        # The client's row first: whoever ends a need of theirs meanwhile comes before or after.
        Client.objects.select_for_update(of=("self",), no_key=True).get(pk=new.client.pk)
        made = _make(plan, new)
        started = begin(made, act, new.called_by)
        event = log.record(
            plan.chain,
            "add_visit",
            act,
            subject=plan,
            personal=True,
            values={
                "visit": made.pk,
                "start": made.start,
                "earliest": made.earliest,
                "latest_end": made.latest_end,
                "minutes": made.minutes,
                "needs": [one.need.pk for one in started],
            },
        )
        DayPlan.objects.filter(pk=plan.pk).update(last_seq=event.seq, reload_seq=event.seq)
    return made, started


def _make(plan: DayPlan, new: NewVisit) -> Visit:
    made = Visit.objects.create(
        plan=plan,
        client=new.client,
        origin=Visit.Origin.BY_HAND,
        start=new.start,
        minutes=new.minutes,
        earliest=new.earliest,
        latest_end=new.latest_end,
        staff_needed=new.staff_needed,
        note=new.note,
        priority=1,
    )
    VisitStaff.objects.bulk_create(
        VisitStaff(visit=made, place=place, shift=new.shift if place == 1 else None)
        for place in range(1, made.staff_needed + 1)
    )
    VisitService.objects.bulk_create(
        VisitService(visit=made, service=service) for service in new.services
    )
    return made


class AddVisit(OfVisit):
    """A visit that the base plan does not have, placed by nobody yet (PLN-20)."""

    label = "Nytt besök"
    plan: DayPlan
    new: NewVisit

    def stated(self) -> Kept:
        return {}

    def apply(self, client: Client, act: Act) -> Kept:
        return _kept(*add(self.plan, self.new, act))


class ReportVisit(OfVisit):
    """An extra visit that was done without planning begins the same need (EXT-01)."""

    label = "Rapportera extra insats"
    day: date
    new: NewVisit
    carer: Carer | None
    """Who did it, when they had a row that day."""

    def stated(self) -> Kept:
        return {"day": str(self.day)}

    def apply(self, client: Client, act: Act) -> Kept:
        plan = plan_for(client, self.day, act)
        rows = Shift.objects.of(plan.planned_unit, self.day)
        shift = rows.filter(carer=self.carer).first() if self.carer else None
        return _kept(*add(plan, replace(self.new, shift=shift), act))


def _kept(made: Visit, started: Iterable[Started]) -> Mapping[str, Any]:
    needs = list(started)
    return {
        "visit": made.pk,
        "needs": [one.need.pk for one in needs],
        "begun": [one.need.pk for one in needs if one.is_new],
    }


def started_by(values: Mapping[str, Any]) -> list[Started]:
    """The needs that an added visit began or joined, of what its event keeps."""
    found = ExtraNeed.objects.filter(pk__in=values["needs"])
    rows = found.select_related("service", "unit", "responsible").order_by("pk")
    return [Started(need, need.pk in values["begun"]) for need in rows]
