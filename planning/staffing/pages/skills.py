"""Skills, which all units share, and the teams of a unit. Requirement PLN-21."""

from typing import Any

from django.db.models import Count, Q
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from door.filled import Filled
from organisation.access import roles
from organisation.pages import changing, history
from organisation.request import Request
from planning.models import CarerSkill, Skill, Team
from planning.staffing import reach
from planning.staffing.commands import skills as commands
from planning.staffing.forms import LastDayForm, SkillForm, TeamForm
from planning.staffing.pages.trail import trail
from planning.staffing.reach import EDITORS, READERS


@roles(*READERS)
def skills(request: Request) -> HttpResponse:
    """Every skill, with how many in the units that one reaches have it today."""
    held = CarerSkill.objects.on(request.today).filter(
        reach.within(request.actor, READERS, "carer__unit")
    )
    today = Q(carerskill__in=held)
    context = {
        "skills": Skill.objects.annotate(
            count=Count("carerskill__carer", filter=today, distinct=True)
        ),
        "may_edit": request.actor.has_role(*EDITORS),
        "tab": "skills",
        "lines": history.of_chain("skills"),
    }
    return render(request, "planning/staffing/skills.html", context)


@roles(*EDITORS)
def add_skill(request: Request) -> HttpResponse:
    """A new skill."""
    form = SkillForm(request.POST or None)
    return _skill_page(request, form, commands.AddKindOfSkill, button="Lägg till")


@roles(*EDITORS)
def change_skill(request: Request, pk: int) -> HttpResponse:
    """What a skill is called, and whether it is a delegation."""
    form = SkillForm(request.POST or None, instance=reach.get(Skill.objects.all(), pk=pk))
    return _skill_page(request, form, commands.ChangeKindOfSkill)


def _skill_page(
    request: Request, form: SkillForm, command: type[Filled[Skill]], **more: Any
) -> HttpResponse:
    back = reverse("staffing:skills")
    path = trail(("Kompetenser", back))
    return changing.do_page(request, form.instance, command, form, back=back, trail=path, **more)


@roles(*READERS)
def teams(request: Request) -> HttpResponse:
    """The teams of the units that one reaches, with how many are in each."""
    held = Q(carer__valid_to=None) | Q(carer__valid_to__gte=request.today)
    rows = Team.objects.filter(reach.within(request.actor, READERS, "unit"))
    edited = set(reach.units(request, EDITORS).values_list("pk", flat=True))
    shown = (
        rows.exclude(valid_to__lt=request.today)
        .select_related("unit")
        .annotate(count=Count("carer", filter=held))
        .order_by("unit__path", "name")
    )
    context = {
        "teams": [(row, row.unit_id in edited) for row in shown],
        "may_edit": bool(edited),
        "tab": "teams",
    }
    return render(request, "planning/staffing/teams.html", context)


@roles(*EDITORS)
def add_team(request: Request) -> HttpResponse:
    """A new team."""
    units = reach.units(request, EDITORS)
    form = TeamForm(request.POST or None, units=units, today=request.today)
    return _team_page(request, form.instance, commands.AddTeam, form, button="Lägg till")


@roles(*EDITORS)
def change_team(request: Request, pk: int) -> HttpResponse:
    """A team's name."""
    team = _team(request, pk)
    units = reach.units(request, EDITORS)
    form = TeamForm(request.POST or None, instance=team, units=units, today=request.today)
    return _team_page(request, team, commands.RenameTeam, form)


@roles(*EDITORS)
def end_team(request: Request, pk: int) -> HttpResponse:
    """A team's last day; its carers then have none."""
    team = _team(request, pk)
    form = LastDayForm(
        request.POST or None,
        first=team.valid_from,
        too_early=f"Arbetslaget började {team.valid_from.isoformat()}.",
        initial={"last_day": request.today},
    )
    return _team_page(
        request,
        team,
        commands.EndTeam,
        form,
        button="Avsluta",
        danger=True,
        lead=f"{team}, {team.unit}",
    )


def _team(request: Request, pk: int) -> Team:
    rows = Team.objects.filter(reach.within(request.actor, EDITORS, "unit"))
    return reach.get(rows.select_related("unit"), pk=pk)


def _team_page(
    request: Request, team: Team, command: type[Filled[Team]], form: BaseForm, **more: Any
) -> HttpResponse:
    back = reverse("staffing:teams")
    path = trail(("Arbetslag", back))
    return changing.do_page(request, team, command, form, back=back, trail=path, **more)
