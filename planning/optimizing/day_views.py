"""Optimera flera dagar: started together, watched together, accepted together. PLN-20."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from door.performing import perform
from door.refusals import Refused
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from planning.models import DayPlan, OptimizerRun
from planning.optimizing import commands, days, runs
from planning.optimizing.tasks import optimize_days
from planning.plan.change import PLANNERS
from planning.plan.problem import PROFILES
from planning.plan.reach import plan_to_change


class DaysForm(forms.Form):
    """How many days, what is most important, and how long each may take."""

    count = forms.TypedChoiceField(
        label="Dagar", coerce=int, initial=14, choices=[(7, "En vecka"), (14, "Två veckor")]
    )
    profile = forms.ChoiceField(
        label="Viktigast",
        initial="faces",
        choices=[(row.code, row.label) for row in PROFILES.values()],
    )
    seconds = forms.TypedChoiceField(
        label="Sök per dag i", coerce=int, choices=[(15, "15 sekunder"), (60, "En minut")]
    )


@roles(*PLANNERS)
def page(request: Request, pk: int) -> HttpResponse:
    """The last run of several days that this day was part of, and the form that starts the next."""
    plan = plan_to_change(request, pk)
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _start(request, plan, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("optimizing:days", pk)
    runs.end_silent(plan)
    last = plan.runs.exclude(group=None).first()
    shown = last.group if last else None
    context = {
        "plan": plan,
        "form": form,
        "new_key": uuid.uuid4().hex,
        **(_shown(plan, days.of(shown)) if shown else {}),
    }
    status = 422 if form.errors else 200
    return render(request, "planning/optimizing/days.html", context, status=status)


def _start(request: Request, plan: DayPlan, said: dict[str, Any]) -> None:
    command = commands.StartOptimizerDays(group=uuid.uuid4(), **said)
    key = request.POST.get("key")
    done = perform(plan, command, request.user, key=key, at=request.at)
    if not done.repeated:
        transaction.on_commit(lambda: optimize_days.delay(str(command.group)))


def _shown(plan: DayPlan, group: list[OptimizerRun]) -> dict[str, Any]:
    """A group of runs as the page shows it."""
    now, then = days.faces(group)
    done = sum(run.status not in days.ACTIVE for run in group)
    return {
        "plan": plan,
        "group": group[0].group,
        "runs": group,
        "key": uuid.uuid4().hex,
        "is_running": done < len(group),
        "done": done,
        "faces_before": days.mean(now),
        "faces_after": days.mean(then),
        "moves": sum(len(run.proposal.get("moves", {})) for run in group if not run.accepted_at),
        "is_accepted": all(run.accepted_at for run in group if run.proposal),
    }


def _group(plan: DayPlan, group: uuid.UUID) -> list[OptimizerRun]:
    """The runs of a group that began on the plan's unit; else 404."""
    found = days.of(group)
    if not any(run.plan_id == plan.pk for run in found):
        raise Http404
    return found


@roles(*PLANNERS)
@require_GET
def progress(request: Request, pk: int, group: uuid.UUID) -> HttpResponse:
    """How the days go, as a piece of the page."""
    plan = plan_to_change(request, pk)
    return render(request, "planning/optimizing/days_run.html", _shown(plan, _group(plan, group)))


@roles(*PLANNERS)
@require_POST
def stop(request: Request, pk: int, group: uuid.UUID) -> HttpResponse:
    """Stop, and keep what has been found."""
    first = _group(plan_to_change(request, pk), group)[0].plan
    said = "Sökningen stoppas. Dagar som är färdiga behåller sitt förslag."
    back = reverse("optimizing:days", args=[pk])
    return changing.do(request, first, commands.StopOptimizerDays(group=group), back, said)


@roles(*PLANNERS)
@require_POST
def accept(request: Request, pk: int, group: uuid.UUID) -> HttpResponse:
    """Carry out the proposals of all the days."""
    # The first day's, whichever is shown: all who hold several plans hold them day by day.
    first = _group(plan_to_change(request, pk), group)[0].plan
    key = request.POST.get("key") or uuid.uuid4().hex
    command = commands.AcceptRunDays(group=group, change_key=key)
    try:
        done = perform(first, command, request.user, key=key, at=request.at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            "Förslagen är redan godtagna."
            if done.repeated
            else f"{done.values['visits']} besök är ändrade enligt förslagen."
        )
        messages.success(request, said)
    return redirect("optimizing:days", pk)
