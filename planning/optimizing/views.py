"""Optimera: start a search, watch it, compare before and after, accept all or by row. PLN-20."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clients.models import Client
from door import entry
from door.performing import perform
from door.refusals import Refused
from organisation.access import in_background, roles
from organisation.pages import changing
from organisation.request import Request
from planning import daytime
from planning.models import DayPlan, OptimizerRun, Shift, Visit
from planning.optimizing import commands, runs
from planning.optimizing.tasks import optimize
from planning.plan.change import PLANNERS
from planning.plan.problem import PROFILES
from planning.plan.reach import plan_to_change

TWO_HOURS = 120
Status = OptimizerRun.Status
MEASURES = (
    ("unplaced", "Otilldelade besök", "fler", "färre", ""),
    ("travel", "Restid", "längre", "kortare", " min"),
    ("new_faces", "Nya ansikten", "fler", "färre", ""),
    ("off_time", "Besök mer än en kvart från önskad tid", "fler", "färre", ""),
    ("breaches", "Regelbrott", "fler", "färre", ""),
)
"""What is compared: the lower the better."""


class RunForm(forms.Form):
    """What is most important, and how long the search may take."""

    profile = forms.ChoiceField(
        label="Viktigast", choices=[(row.code, row.label) for row in PROFILES.values()]
    )
    seconds = forms.TypedChoiceField(
        label="Sök i",
        coerce=int,
        initial=60,
        choices=[(15, "15 sekunder"), (60, "En minut"), (180, "Tre minuter")],
    )
    freeze = forms.BooleanField(
        label="Lås de kommande två timmarna",
        required=False,
        help_text="Besök som börjar innan dess står kvar där de står.",
    )


@roles(*PLANNERS)
def page(request: Request, pk: int) -> HttpResponse:
    """The last run of a plan, and the form that starts the next."""
    plan = plan_to_change(request, pk)
    form = RunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _start(request, plan, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("optimizing:page", pk)
    runs.end_silent(plan)
    found = list(plan.runs.select_related("started_by")[:6])
    context = {
        "plan": plan,
        "form": form,
        "new_key": uuid.uuid4().hex,
        "run": found[0] if found else None,
        "earlier": found[1:],
        **(_shown(plan, found[0]) if found else {}),
    }
    status = 422 if form.errors else 200
    return render(request, "planning/optimizing/page.html", context, status=status)


def _start(request: Request, plan: DayPlan, said: dict[str, Any]) -> None:
    until = daytime.minute_of(plan.day, request.at) + TWO_HOURS
    command = commands.StartOptimizer(
        profile=said["profile"],
        seconds=said["seconds"],
        frozen_until=until if said["freeze"] and 0 < until <= daytime.LATEST else None,
    )
    key = request.POST.get("key")
    done = perform(plan, command, request.user, key=key, at=request.at)
    if not done.repeated:
        transaction.on_commit(lambda: optimize.delay(done.values["run"]))


def _shown(plan: DayPlan, run: OptimizerRun) -> dict[str, Any]:
    """A run as the page shows it."""
    return {
        "is_running": run.status in (Status.WAITING, Status.RUNNING),
        "percent": min(100, round(100 * run.progress.get("seconds", 0) / run.seconds)),
        "best": run.progress.get("points", [[0, 0, None]])[-1][2],
        "curve": _curve(run),
        "measures": list(_measures(run)),
        "rows": _rows(plan, run),
        "moves": len(run.proposal.get("moves", {})),
        "profile": PROFILES[run.profile].label,
        "changed": plan.changes.filter(seq__gt=run.seen_seq).count() if not run.accepted_at else 0,
        "key": uuid.uuid4().hex,
    }


def _curve(run: OptimizerRun) -> str:
    """The best cost over time as points of a drawing 300 wide and 100 high."""
    points = run.progress.get("points", [])
    if len(points) < 2:
        return ""
    costs = [point[1] for point in points]
    low, size = min(costs), (max(costs) - min(costs)) or 1

    def y(cost: float) -> str:
        return f"{90 - 80 * (cost - low) / size:.0f}"

    steps = []
    for earlier, later in zip([points[0], *points], points, strict=False):
        x = f"{min(300, 300 * later[0] / run.seconds):.0f}"
        steps += [f"{x},{y(earlier[1])}", f"{x},{y(later[1])}"]
    return " ".join(steps)


def _measures(run: OptimizerRun) -> Any:
    for name, label, more, fewer, unit in MEASURES:
        if name in run.before and name in run.after:
            before, after = run.before[name], run.after[name]
            less = before - after
            word = f"{abs(less)}{unit} {fewer if less > 0 else more}" if less else "oförändrat"
            yield label, f"{before}{unit}", f"{after}{unit}", less, word


def _rows(plan: DayPlan, run: OptimizerRun) -> list[tuple[Shift, list[str]]]:
    """What each row would get, and what would move on it, in words."""
    moves = {int(pk): said for pk, said in run.proposal.get("moves", {}).items()}
    if not moves:
        return []
    shifts = list(Shift.objects.of(plan.planned_unit, plan.day).select_related("carer"))
    visits = Visit.objects.in_bulk(moves)
    clients = dict(
        Visit.objects.filter(pk__in=moves).select_related("client").values_list("pk", "client")
    )
    names = {row.pk: row.short_name for row in _clients(clients.values())}
    told: dict[int, list[str]] = {row.pk: [] for row in shifts}
    for pk, said in sorted(moves.items(), key=lambda item: item[1]["start"]):
        if pk in visits:
            for shift in {s for s in said["shifts"] if s in told}:
                if shift not in said["was"] or said["start"] != said["was_start"]:
                    told[shift].append(_move(plan, names[clients[pk]], said, shift))
    return [(row, told[row.pk]) for row in shifts if told[row.pk]]


def _clients(keys: Any) -> Any:
    return Client.objects.filter(pk__in=set(keys))


def _move(plan: DayPlan, name: str, said: dict[str, Any], shift: int) -> str:
    start = daytime.wall(plan.day, said["start"])
    if shift in said["was"]:
        return f"{name} flyttas från {daytime.wall(plan.day, said['was_start'])} till {start}"
    return f"Får {name} {start}"


@in_background
@roles(*PLANNERS)
@require_GET
def progress(request: Request, pk: int, run: int) -> HttpResponse:
    """How a run goes, as a piece of the page."""
    plan = plan_to_change(request, pk)
    runs.end_silent(plan)
    row = get_object_or_404(OptimizerRun, pk=run, plan=plan)
    context = {"plan": plan, "run": row, **_shown(plan, row)}
    return render(request, "planning/optimizing/run.html", context)


@roles(*PLANNERS)
@require_POST
def stop(request: Request, pk: int, run: int) -> HttpResponse:
    """Stop the search and keep the best."""
    plan = plan_to_change(request, pk)
    command = commands.StopOptimizer(run=get_object_or_404(OptimizerRun, pk=run, plan=plan))
    said = "Sökningen stoppas och behåller det bästa hittills."
    return changing.do(request, plan, command, reverse("optimizing:page", args=[pk]), said)


@roles(*PLANNERS)
@require_POST
def accept(request: Request, pk: int, run: int) -> HttpResponse:
    """Carry out the proposal, whole or for the rows that were ticked."""
    plan = plan_to_change(request, pk)
    row = get_object_or_404(OptimizerRun, pk=run, plan=plan)
    ticked = (entry.whole_number(text) for text in request.POST.getlist("rad"))
    chosen = tuple(number for number in ticked if number is not None)
    everything = request.POST.get("allt") == "ja"
    if not everything and not chosen:
        messages.error(request, "Kryssa i minst en rad, eller godta allt.")
        return redirect("optimizing:page", pk)
    key = request.POST.get("key") or uuid.uuid4().hex
    command = commands.AcceptRun(run=row, shifts=None if everything else chosen, change_key=key)
    try:
        done = perform(plan, command, request.user, key=key, at=request.at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("optimizing:page", pk)
    said = (
        "Förslaget är redan godtaget."
        if done.repeated
        else f"{done.values['visits']} besök är ändrade enligt förslaget. Ångra finns i Dagbild."
    )
    messages.success(request, said)
    return redirect(f"/planering/dagbild/?enhet={plan.planned_unit_id}&dag={plan.day}")
