"""Declining a visit, and the hole that it leaves. PLN-08."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from door import entry
from door.performing import perform
from door.refusals import Refused
from organisation.access import roles
from organisation.request import Request
from planning.declines.commands import DeclineVisit
from planning.declines.forms import DeclineForm
from planning.declines.holes import holes_of
from planning.models import DayPlan, Decline, Visit
from planning.plan.change import PLANNERS
from planning.plan.reach import plan_to_change


@roles(*PLANNERS)
def declined(request: Request, pk: int, visit: int) -> HttpResponse:
    """A visit is declined: by the rule of 24 hours it stays as declined, or is removed."""
    plan = plan_to_change(request, pk)
    row = _visit(plan, visit)
    form = DeclineForm(request.POST or None, now=request.at)
    if request.method == "POST" and form.is_valid():
        try:
            done = _decline(request, row, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _told(done))
            return redirect("declines:hole", plan.pk, row.pk)
    context = {"plan": plan, "visit": row, "form": form, "key": uuid.uuid4().hex}
    return render(
        request, "planning/declines/decline.html", context, status=422 if form.errors else 200
    )


def _visit(plan: DayPlan, pk: int) -> Visit:
    found = Visit.objects.select_related("client__unit", "plan__planned_unit")
    return get_object_or_404(found, pk=pk, plan=plan)


def _decline(request: Request, row: Visit, form: DeclineForm) -> Decline:
    key = request.POST.get("key") or uuid.uuid4().hex
    command = DeclineVisit(
        visit=row,
        declined_at=form.declined_at,
        staff_used=form.cleaned_data["staff_used"],
        why=form.cleaned_data["why"],
        seen=entry.number(request.POST.get("status_version")),
        change_key=key,
    )
    perform(row.client, command, request.user, key=key, at=request.at)
    return row.declines.latest("pk")


def _told(done: Decline) -> str:
    if done.stays:
        return "Besöket ligger kvar som avböjt och ersätts."
    why = "personalen gjorde annat" if done.staff_used else "det är mer än 24 timmar kvar"
    return f"Besöket är borttaget: {why}."


@roles(*PLANNERS)
def hole(request: Request, pk: int, visit: int) -> HttpResponse:
    """What fits where a visit stood that is not to be done any more."""
    plan = plan_to_change(request, pk)
    row = _visit(plan, visit)
    context = {
        "plan": plan,
        "visit": row,
        "key": uuid.uuid4().hex,
        "holes": holes_of(row) if row.status != Visit.Status.PLANNED else [],
    }
    return render(request, "planning/declines/hole.html", context)
