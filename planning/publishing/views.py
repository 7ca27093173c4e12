"""Fastställ och publicera: what differs by person, what stops it, who has received what. PLN-16."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from cases.commands import CaseCommand
from clients.models import READERS
from door import entry
from door.performing import perform
from door.refusals import Refused
from organisation.access import roles
from organisation.request import Request
from planning.models import DayPlan, Delivery, Visit
from planning.plan import reading as board
from planning.plan.change import PLANNERS
from planning.plan.counts import count
from planning.plan.reach import get_plan, log_plan_read, may_plan, plan_to_change
from planning.publishing import commands, packs, reading, rules, words


@dataclass(frozen=True)
class Receiver:
    """How far a receiver has come with a day."""

    name: str
    sent: int
    waiting: int
    last: datetime | None
    error: str


@roles(*READERS)
@require_GET
def page(request: Request, pk: int) -> HttpResponse:
    """What a publication would tell, what stops it, and what has gone out."""
    plan = get_plan(request, pk)
    found, counts = reading.pending(plan), count(board.read(plan))
    versions = list(plan.versions.select_related("recorded_by").order_by("-number"))
    published = next((row for row in versions if row.published_at), None)
    context = {
        "plan": plan,
        "found": found,
        "people": words.by_person(found),
        "counts": counts,
        "breaches": counts.hard,
        "versions": versions,
        "published": published,
        "declined": plan.visits.filter(status=Visit.Status.DECLINED).count(),
        "state": reading.state_words(plan),
        "receivers": receivers(plan),
        "may_plan": may_plan(request.actor, plan.unit),
        "version": plan.version,
        "key": uuid.uuid4().hex,
    }
    return render(request, "planning/publishing/page.html", context)


def receivers(plan: DayPlan) -> list[Receiver]:
    """Each receiver with what it has acknowledged of the day, and what it waits for. Two queries."""
    rows = Delivery.objects.filter(visit__plan=plan)
    waits = Q(acknowledged_at=None)
    counted = {
        row["party"]: (row["sent"], row["waiting"], row["last"])
        for row in rows.values("party").annotate(
            sent=Count("pk", filter=~waits),
            waiting=Count("pk", filter=waits),
            last=Max("acknowledged_at"),
        )
    }
    errors = dict(rows.filter(waits).exclude(error="").values_list("party", "error"))
    return [
        Receiver(name, *counted.get(name, (0, 0, None)), errors.get(name, ""))
        for name in settings.RECEIVERS
    ]


@roles(*PLANNERS)
@require_POST
def do(request: Request, pk: int) -> HttpResponse:
    """Settle, publish or restore."""
    plan = plan_to_change(request, pk)
    said = request.POST
    wanted: dict[str, CaseCommand] = {
        "faststall": commands.SettlePlan(),
        "publicera": commands.PublishPlan(),
        "aterstall": commands.RestoreVersion(number=entry.number(said.get("nummer"))),
    }
    command = wanted.get(said.get("gor", ""))
    try:
        if command is None:
            raise Refused("Välj vad som ska göras.")
        outcome = perform(
            plan,
            command,
            request.user,
            expected_version=entry.number(said.get("version")),
            key=said.get("key") or None,
            at=request.at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Redan gjort." if outcome.repeated else _told(plan, command))
    return redirect("publishing:page", pk)


def _told(plan: DayPlan, command: CaseCommand) -> str:
    if isinstance(command, commands.RestoreVersion):
        return f"Tavlan är tillbaka i version {command.number}. Ingenting skickas förrän du publicerar."
    if isinstance(command, commands.SettlePlan):
        return "Planen är fastställd. Publicera när den ska gå ut."
    counts = count(board.read(plan))
    return (
        f"Planen är publicerad. Den har {counts.visits} besök, {counts.unplaced} otilldelade och "
        f"{counts.breaches} regelbrott. Dagplanen för utskrift skrivs till enhetens mapp."
    )


@roles(*READERS)
@require_GET
def version(request: Request, pk: int, number: int) -> HttpResponse:
    """An earlier version: what the board would become if it were restored."""
    plan = get_plan(request, pk)
    row = get_object_or_404(plan.versions.select_related("recorded_by"), number=number)
    now = reading.sent(reading.snapshot(plan))
    kept = reading.known(row, now)
    context = {
        "plan": plan,
        "row": row,
        "may_plan": may_plan(request.actor, plan.unit),
        "people": words.by_person(
            rules.difference(
                rules.to_come(now, kept, request.at), rules.to_come(kept, now, request.at)
            )
        ),
        "visits": sum(said["status"] == Visit.Status.PLANNED for said in kept.values()),
        "version": plan.version,
        "key": uuid.uuid4().hex,
    }
    return render(request, "planning/publishing/version.html", context)


@roles(*READERS)
@require_GET
def pack(request: Request, pk: int) -> FileResponse:
    """The printable pack as it would be now: the last publication, else the board as it stands."""
    plan = get_plan(request, pk)
    whole = packs.pack_of(plan, reading.published_version(plan))
    log_plan_read(request, plan, "read_pack")
    wanted = request.GET.get("rad")
    sheets = [row for row in whole.sheets if str(row.number) == wanted] if wanted else None
    name = f"dagplan-{plan.day.isoformat()}{f'-rad-{wanted}' if sheets else ''}.pdf"
    content = packs.pdf(whole, request.at, sheets or None)
    return FileResponse(BytesIO(content), filename=name, content_type="application/pdf")
