"""Övning: copies of units to learn in, and who has been trained by whom. BEY-17."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clients.models import Client
from door.performing import perform
from door.refusals import Refused
from organisation.access import logged_in, roles
from organisation.middleware import PRACTISING
from organisation.models import Unit
from organisation.pages import changing
from organisation.request import Request
from planning.models import Practice, Training
from planning.practice import making
from planning.practice.commands import (
    EndPractice,
    EnterPractice,
    RegisterTraining,
    StartPractice,
)
from planning.practice.forms import TrainingForm
from planning.staffing import reach
from planning.staffing.reach import EDITORS


@roles(*EDITORS)
@require_GET
def practices(request: Request) -> HttpResponse:
    """The units that one plans, each with its practice unit, and the trainings of them."""
    units = _units(request)
    last = {
        row.original_id: row
        for row in Practice.objects.filter(original__in=units, ended_at=None).select_related(
            "unit", "made_by"
        )
    }
    rows = []
    for unit in units:
        made = last.get(unit.pk)
        rows.append((unit, made, made is not None and making.is_broken(made, request.at)))
    context = {
        "rows": rows,
        "is_waiting": any(made and not broken and not made.ready_at for _, made, broken in rows),
        "trainings": Training.objects.filter(unit__in=units).select_related(
            "unit", "trainee", "trainer"
        )[:50],
    }
    return render(request, "planning/practice/list.html", context)


def _units(request: Request) -> QuerySet[Unit]:
    """The real units with clients that the person plans; none while practising."""
    planned = reach.units(request, EDITORS).filter(practice_of=None)
    return planned.filter(pk__in=Client.objects.values("unit")).order_by("path")


@roles(*EDITORS)
@require_POST
def make(request: Request, unit: int) -> HttpResponse:
    """Have a unit copied."""
    original = get_object_or_404(_units(request), pk=unit)
    told = "Övningsenheten görs. Det tar någon minut."
    practice = Practice(original=original)
    return changing.do(request, practice, StartPractice(), reverse("practice:list"), told)


def _practice(request: Request, pk: int) -> Practice:
    found = Practice.objects.filter(original__in=_units(request), ended_at=None)
    return get_object_or_404(found.select_related("unit", "original"), pk=pk)


@roles(*EDITORS)
@require_POST
def enter(request: Request, pk: int) -> HttpResponse:
    """Step into the practice unit: from here on the person sees nothing else."""
    made = _practice(request, pk)
    try:
        perform(made, EnterPractice(), request.user, at=request.at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("practice:list")
    request.session[PRACTISING] = True
    return redirect("board:board")


@logged_in
@require_POST
def leave(request: Request) -> HttpResponse:
    """Back to what is real."""
    request.session.pop(PRACTISING, None)
    return redirect("start")


@roles(*EDITORS)
@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Take a practice unit away; another can then be made."""
    made = _practice(request, pk)
    told = f"Övningsenheten för {made.original} är borttagen."
    return changing.do(request, made, EndPractice(), reverse("practice:list"), told)


@roles(*EDITORS)
def train(request: Request) -> HttpResponse:
    """Note that somebody has been trained."""
    form = TrainingForm(
        request.POST or None,
        units=_units(request),
        today=request.today,
        initial={"day": request.today, "trainer": request.user.pk},
    )
    back = reverse("practice:list")
    return changing.do_page(
        request,
        form.instance,
        RegisterTraining,
        form,
        back=back,
        button="Registrera",
        trail=(("Övning", back),),
        lead="Introduktionen ges av den som redan planerar enheten.",
    )
