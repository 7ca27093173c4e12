"""Skills, which all units share, and the teams of a unit. Requirement PLN-21."""

from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from organisation.access import roles
from organisation.pages import history
from organisation.request import Request
from planning.models import CarerSkill, Skill, Team
from planning.staffing import editing, reach
from planning.staffing.forms import LastDayForm, SkillForm, TeamForm
from planning.staffing.pages import forming
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
@transaction.atomic
def add_skill(request: Request) -> HttpResponse:
    """A new skill."""
    form = SkillForm(request.POST or None)

    def save() -> str:
        skill = form.save()
        said = {name: [None, value] for name, value in form.cleaned_data.items() if value}
        editing.record(
            editing.chain_of(skill), "add_kind_of_skill", skill, reach.act(request), said
        )
        return f"{skill} är tillagd."

    return forming.page(
        request,
        form,
        save,
        title="Ny kompetens",
        button="Lägg till",
        back=reverse("staffing:skills"),
        trail=_skill_trail(),
    )


@roles(*EDITORS)
@transaction.atomic
def change_skill(request: Request, pk: int) -> HttpResponse:
    """What a skill is called, and whether it is a delegation."""
    skill = reach.get(Skill.objects.select_for_update(), pk=pk)
    before = {"name": skill.name, "is_delegation": skill.is_delegation}
    form = SkillForm(request.POST or None, instance=skill)

    def save() -> str:
        form.save()
        values = {name: [before[name], form.cleaned_data[name]] for name in form.changed_data}
        if values:
            act = reach.act(request)
            editing.record(editing.chain_of(skill), "change_kind_of_skill", skill, act, values)
        return "Kompetensen är sparad."

    return forming.page(
        request,
        form,
        save,
        title="Ändra kompetens",
        back=reverse("staffing:skills"),
        trail=_skill_trail(),
    )


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
@transaction.atomic
def add_team(request: Request) -> HttpResponse:
    """A new team."""
    units = reach.units(request, EDITORS)
    form = TeamForm(request.POST or None, units=units, today=request.today)

    def save() -> str:
        team = form.save()
        said = {name: [None, value] for name, value in form.cleaned_data.items()}
        editing.record(
            editing.chain_of(team.unit), "add_team", team, reach.act(request, team.unit), said
        )
        return f"{team} är tillagt. Ändra arbetslag på personens sida."

    return forming.page(
        request,
        form,
        save,
        title="Nytt arbetslag",
        button="Lägg till",
        back=reverse("staffing:teams"),
        trail=_team_trail(),
    )


@roles(*EDITORS)
@transaction.atomic
def change_team(request: Request, pk: int) -> HttpResponse:
    """A team's name."""
    team = _team(request, pk)
    before = team.name
    units = reach.units(request, EDITORS)
    form = TeamForm(request.POST or None, instance=team, units=units, today=request.today)

    def save() -> str:
        form.save()
        if form.changed_data:
            values = {"name": [before, team.name]}
            act = reach.act(request, team.unit)
            editing.record(editing.chain_of(team.unit), "rename_team", team, act, values)
        return "Arbetslaget är sparat."

    return forming.page(
        request,
        form,
        save,
        title="Byt namn på arbetslag",
        back=reverse("staffing:teams"),
        trail=_team_trail(),
    )


@roles(*EDITORS)
@transaction.atomic
def end_team(request: Request, pk: int) -> HttpResponse:
    """A team's last day; its carers then have none."""
    team = _team(request, pk)
    form = LastDayForm(request.POST or None, initial={"last_day": request.today})
    if form.is_bound and form.is_valid() and form.cleaned_data["last_day"] < team.valid_from:
        form.add_error("last_day", f"Arbetslaget började {team.valid_from.isoformat()}.")

    def save() -> str:
        last_day = form.cleaned_data["last_day"]
        values = {"valid_to": [team.valid_to, last_day]}
        editing.record(
            editing.chain_of(team.unit), "end_team", team, reach.act(request, team.unit), values
        )
        team.valid_to = last_day
        team.save()
        return f"{team} slutar {last_day.isoformat()}."

    return forming.page(
        request,
        form,
        save,
        title="Avsluta arbetslaget",
        button="Avsluta",
        danger=True,
        lead=f"{team}, {team.unit}",
        back=reverse("staffing:teams"),
        trail=_team_trail(),
    )


def _team(request: Request, pk: int) -> Team:
    rows = Team.objects.filter(reach.within(request.actor, EDITORS, "unit"))
    return reach.get(rows.select_for_update(of=("self",)).select_related("unit"), pk=pk)


def _skill_trail():
    return forming.trail(("Kompetenser", reverse("staffing:skills")))


def _team_trail():
    return forming.trail(("Arbetslag", reverse("staffing:teams")))
