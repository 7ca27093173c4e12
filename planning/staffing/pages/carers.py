"""Carers: the list, a carer's page, particulars, skills. PLN-12, CAP-18, BEY-05, SEC-02."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from door.filled import Filled
from organisation import swedish
from organisation.access import roles
from organisation.pages import changing, history
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from planning.models import Carer, CarerSkill
from planning.staffing import grid, reach, rules, schedule
from planning.staffing.commands import carers as commands
from planning.staffing.forms import CarerFilter, CarerForm, CarerSkillForm, LastDayForm
from planning.staffing.pages.trail import trail
from planning.staffing.reach import EDITORS, READERS

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Held(TypedDict):
        held: list[CarerSkill]

    Listed = WithAnnotations[Carer, _Held]

PER_PAGE = 50
DAYS_SHOWN = 28
COLUMNS = (
    ("Namn", 28), ("Användarnamn", 20), ("Enhet", 28), ("Arbetslag", 20), ("Titel", 16),
    ("Färdsätt", 10), ("Timmar per vecka", 16), ("Från och med", 14), ("Till och med", 14),
    ("Kompetenser", 60),
)  # fmt: skip


@roles(*READERS)
def carers(request: Request) -> HttpResponseBase:
    """The carers that one reaches, by name, unit, skill and what expires; also as Excel."""
    form, found = _filtered(request)
    if request.GET.get("format") == "xlsx":
        rows = (_line(carer) for carer in found)
        return workbook("Personal", COLUMNS, rows, f"personal-{request.today}.xlsx")
    asked = request.GET.copy()
    asked.pop("sida", None)
    pages: Paginator[Listed] = Paginator(found, PER_PAGE)
    page = pages.get_page(request.GET.get("sida"))
    for carer in page:
        _light(request, carer.held)
    context = {
        "filter": form,
        "page": page,
        "query": asked.urlencode(),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "may_edit": request.actor.has_role(*EDITORS),
        "tab": "carers",
    }
    return render(request, "planning/staffing/carers.html", context)


def _filtered(request: Request) -> "tuple[CarerFilter, QuerySet[Listed]]":
    form = CarerFilter(request.GET, units=reach.units(request))
    wanted = form.cleaned_data if form.is_valid() else {}
    found = reach.carers_within(request.actor, READERS)
    ended = Q(valid_to__lt=request.today)
    found = found.filter(ended) if wanted.get("visa") == "avslutade" else found.exclude(ended)
    if text := wanted.get("namn"):
        found = found.filter(swedish.containing(text, "name", "username"))
    if unit := wanted.get("enhet"):
        found = found.filter(unit__path__startswith=unit.path)
    held = CarerSkill.objects.filter(Q(valid_to=None) | Q(valid_to__gte=request.today))
    mine = held.filter(carer=OuterRef("pk"))
    if skill := wanted.get("kompetens"):
        found = found.filter(Exists(mine.filter(skill=skill)))
    if wanted.get("delegering"):
        soon = request.today + timedelta(days=rules.EXPIRY_DAYS)
        found = found.filter(Exists(mine.filter(valid_to__lte=soon)))
    skills = Prefetch("skills", held.select_related("skill"), to_attr="held")
    found = found.select_related("unit", "team").prefetch_related(skills)
    return form, found.defer("identity_number").order_by("name", "pk")


def _line(carer: "Listed") -> list[Any]:
    return [
        carer.name,
        carer.username,
        str(carer.unit),
        str(carer.team or ""),
        carer.get_title_display(),
        carer.get_mode_display(),
        carer.weekly_hours,
        carer.valid_from,
        carer.valid_to,
        ", ".join(str(row) for row in carer.held),
    ]


def _light(request: Request, skills: list[CarerSkill]) -> None:
    for row in skills:
        row.colour, row.text = rules.expiry_light(row.valid_to, request.today)


@roles(*READERS)
def carer(request: Request, pk: int) -> HttpResponse:
    """A carer: particulars, skills, the shifts of four weeks with breaches. The reading is logged."""
    row = reach.get(
        reach.carers_within(request.actor, READERS).select_related("unit", "team"), pk=pk
    )
    log_read(request, row.chain, "read_carer", row, READERS, row.unit.path)
    last = request.today + timedelta(days=DAYS_SHOWN - 1)
    breaches = schedule.breaches([row], request.today, last)[row.pk]
    wrong = {breach.shift for breach in breaches}
    skills = list(row.skills.select_related("skill").order_by("skill__name", "-valid_from"))
    _light(request, skills)
    context = {
        "carer": row,
        "skills": [held for held in skills if not _is_over(held, request)],
        "past": [held for held in skills if _is_over(held, request)],
        "cells": [
            grid.Cell(shift, str(shift.unit), shift.pk in wrong)
            for shift in schedule.shifts_of_carers([row], request.today, last)[row.pk]
        ],
        "breaches": breaches,
        "may_edit": reach.carers_within(request.actor, EDITORS).filter(pk=pk).exists(),
        "lines": history.of_chain(row.chain),
    }
    return render(request, "planning/staffing/carer.html", context)


def _is_over(held: CarerSkill, request: Request) -> bool:
    """Whether it ended longer ago than anybody would miss it."""
    return bool(held.valid_to and held.valid_to < request.today - timedelta(days=rules.EXPIRY_DAYS))


@roles(*EDITORS)
def add(request: Request) -> HttpResponse:
    """A new employee."""
    form = CarerForm(
        request.POST or None,
        units=reach.units(request, EDITORS),
        today=request.today,
        initial={"unit": request.GET.get("enhet")},
    )
    return changing.do_page(
        request,
        form.instance,
        commands.AddCarer,
        form,
        back=reverse("staffing:carers"),
        then=lambda done: _address(done.filled.instance),
        trail=trail(),
        button="Lägg upp",
    )


@roles(*EDITORS)
def change(request: Request, pk: int) -> HttpResponse:
    """A carer's particulars."""
    row = _mine(request, pk)
    form = CarerForm(
        request.POST or None,
        instance=row,
        units=reach.units(request, EDITORS),
        today=request.today,
    )
    return _page(request, row, commands.ChangeCarer, form)


@roles(*EDITORS)
def end(request: Request, pk: int) -> HttpResponse:
    """A carer's last day. Nothing is deleted."""
    row = _mine(request, pk)
    form = LastDayForm(request.POST or None, initial={"last_day": row.valid_to or request.today})
    return _page(
        request,
        row,
        commands.EndCarer,
        form,
        button="Avsluta",
        danger=True,
        lead="Personen finns kvar i det som har hänt.",
    )


@roles(*EDITORS)
def add_skill(request: Request, pk: int) -> HttpResponse:
    """Something that the carer can, or is delegated."""
    row = _mine(request, pk)
    form = CarerSkillForm(request.POST or None, instance=CarerSkill(carer=row), today=request.today)
    return _page(request, row, commands.AddSkill, form, button="Lägg till")


@roles(*EDITORS)
def end_skill(request: Request, pk: int, skill: int) -> HttpResponse:
    """The last day of a skill: taken back, or a delegation that is prolonged."""
    row = _mine(request, pk)
    held = reach.get(row.skills.select_related("skill"), pk=skill)
    form = LastDayForm(
        request.POST or None,
        first=held.valid_from,
        too_early=f"Det började gälla {held.valid_from.isoformat()}. Välj en senare dag.",
        initial={"last_day": held.valid_to or request.today},
    )
    return _page(request, row, commands.EndSkill, form, about={"held": held}, lead=str(held))


def _mine(request: Request, pk: int) -> Carer:
    """The carer, of a unit that one edits; else 404."""
    found = reach.carers_within(request.actor, EDITORS)
    return reach.get(found.select_related("unit", "team"), pk=pk)


def _address(row: Carer) -> str:
    return reverse("staffing:carer", args=[row.pk])


def _page(
    request: Request, row: Carer, command: type[Filled[Carer]], form: BaseForm, **more: Any
) -> HttpResponse:
    where = _address(row)
    path = trail((row.name, where))
    return changing.do_page(request, row, command, form, back=where, trail=path, **more)
