"""The register of providers, the entry of an own unit, and the page for those who choose."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, Min, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from cases import calendar, preferences
from cases.commands import open_once
from cases.models import Case, Deadline
from door import entry
from door.fields import Day
from organisation import swedish
from organisation.access import public, roles
from organisation.acting import act_of
from organisation.models import Responsibility, Unit
from organisation.pages.excel import workbook
from organisation.request import Request
from organisation.roles import Role
from procurement.contracts import rules
from procurement.contracts.commands import Agreed, open_own_unit, stop_of, taken_hours
from procurement.contracts.models import Contract, ContractVersion, PublicInformation
from procurement.specifications.models import Assignment, ServiceArea

READERS = Contract.reader_roles
ENTERS = frozenset({Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
NO_CHOICE = {
    "in_house": "Om du inte väljer får du hemtjänst av kommunens egen regi i området",
    "in_turn": "Om du inte väljer får du hemtjänst av utförarna i området i turordning",
    "nearest": "Om du inte väljer får du hemtjänst av den utförare som har flest personer i närheten",
}
"""The preference `no_choice` as it is said to the person themselves (LOV 9:2)."""
COLUMNS = (
    ("Utförare", 32), ("Slag", 12), ("Avtal", 16), ("Uppdrag", 24), ("Områden", 40),
    ("Kapacitet, timmar per månad", 16), ("Verksamhetsansvarig", 26), ("Gäller från", 14),
    ("Gäller till", 14), ("Handläggare", 26), ("Nästa tidsfrist", 30), ("Förfaller", 14),
)  # fmt: skip


@roles(*READERS)
def register(request: Request) -> HttpResponseBase:
    """Every provider with its contract: what, where, how much, and what runs out next."""
    rows = _rows(request)
    if request.GET.get("format") == "xlsx":
        return workbook(
            "Utförare",
            COLUMNS,
            [_line(row) for row in rows],
            f"utforare-{request.today.isoformat()}.xlsx",
        )
    context = {
        "rows": rows,
        "areas": ServiceArea.objects.all(),
        "assignments": Assignment,
        "asked": request.GET,
        "may_enter": request.actor.has_role(*ENTERS),
    }
    return render(request, "procurement/contracts/register.html", context)


def _rows(request: Request) -> list[Contract]:
    """The contracts that were asked for, each with what holds today and what is watched next."""
    visible = Case.objects.visible_to(request.actor).filter(kind=Contract.case_kind)
    contracts = Contract.objects.filter(pk__in=visible.values("pk"))
    ended = request.GET.get("visa") == "upphorda"
    contracts = contracts.filter(state=Contract.State.ENDED if ended else Contract.State.IN_FORCE)
    if text := entry.sought(request.GET.get("namn")):
        contracts = contracts.filter(swedish.containing(text, "title"))
    for name, lookup in (("omrade", "versions__areas"), ("uppdrag", "versions__assignment")):
        if wanted := request.GET.get(name, ""):
            contracts = contracts.filter(**{lookup: wanted}) if _known(name, wanted) else contracts
    if request.GET.get("intyg") == "snart":
        contracts = contracts.filter(Exists(_expiring(request)))
    return _with_parts(contracts.distinct().order_by("title"), request.today)


def _known(name: str, wanted: str) -> bool:
    if name == "omrade":
        return entry.whole_number(wanted) is not None
    return wanted in Assignment


def _expiring(request: Request) -> QuerySet[Deadline]:
    running = Deadline.objects.running().filter(case=OuterRef("pk"), rule=rules.EXPIRY.code)
    return running.filter(due__lte=calendar.add_days(request.today, rules.EXPIRY.amber_days))


def _with_parts(contracts: QuerySet[Contract], day: date) -> list[Contract]:
    versions = ContractVersion.objects.prefetch_related("areas").order_by("number")
    rows = contracts.select_related("provider", "responsible").prefetch_related(
        Prefetch("versions", versions, to_attr="held"),
        Prefetch("deadlines", Deadline.objects.running().order_by("due"), to_attr="running"),
    )
    for row in rows:
        row.now = _holding(row.held, day)
        row.first_deadline = row.running[0] if row.running else None
    return list(rows)


def _holding(versions: list[ContractVersion], day: Any) -> ContractVersion | None:
    begun = [version for version in versions if version.valid_from <= day]
    held = begun or versions
    return held[-1] if held else None


def _line(row: Any) -> list[Any]:
    now, first = row.now, row.first_deadline
    return [
        row.title,
        row.provider.get_kind_display(),
        row.number,
        "Särskilt boende" if row.is_residential else now.get_assignment_display(),
        ", ".join(area.name for area in now.areas.all()),
        f"{now.places} platser" if now.places else now.capacity_ceiling_hours,
        now.operations_manager,
        now.valid_from,
        now.valid_to,
        row.responsible.name if row.responsible else None,
        first and first.label,
        first and first.due,
    ]


class OwnUnitForm(forms.Form):
    """The municipality's own provider, in the same form as a company."""

    name = forms.CharField(label="Namn", max_length=160, help_text="Till exempel: Hemtjänst Norr")
    unit = forms.ModelChoiceField(Unit.objects.all(), label="Enhet")
    table = forms.ChoiceField(
        label="Gäller",
        choices=Responsibility.Table.choices,
        widget=forms.RadioSelect,
        initial=Responsibility.Table.HOME_CARE,
    )
    valid_from = Day(label="Gäller från", back=40)
    assignment = forms.ChoiceField(
        label="Uppdrag",
        choices=Assignment.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text="För hemtjänst.",
    )
    areas = forms.ModelMultipleChoiceField(
        ServiceArea.objects.all(),
        label="Områden",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="För hemtjänst.",
    )
    capacity_ceiling_hours = forms.IntegerField(
        label="Kapacitetstak, timmar per månad",
        min_value=1,
        max_value=100000,
        required=False,
        help_text="För hemtjänst.",
    )
    places = forms.IntegerField(
        label="Platser",
        min_value=1,
        max_value=1000,
        required=False,
        help_text="För särskilt boende.",
    )
    operations_manager = forms.CharField(label="Verksamhetsansvarig", max_length=120)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        home_care = data.get("table") == Responsibility.Table.HOME_CARE
        wanted = ("assignment", "areas", "capacity_ceiling_hours") if home_care else ("places",)
        for name in wanted:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, "Fyll i det här.")
        if home_care:
            data["places"] = None
        else:
            data.update(assignment="", areas=[], capacity_ceiling_hours=0)
        return data


@roles(*ENTERS)
def own_unit(request: Request) -> HttpResponse:
    """Enter an own unit, so that it is followed up as the companies are."""
    form = OwnUnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        stated = dict(form.cleaned_data)
        name, unit, table = (stated.pop(field) for field in ("name", "unit", "table"))
        act = act_of(request, ENTERS, unit.path)
        agreed = Agreed(valid_to=None, **stated)
        contract = open_once(
            request.POST.get("key", ""),
            "open_own_unit",
            lambda: open_own_unit(unit, name, table, agreed, act),
        )
        messages.success(request, f"{contract.title} följs nu upp som andra utförare.")
        return redirect("cases:case", contract.pk)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    status = 422 if form.errors else 200
    return render(request, "procurement/contracts/own_unit.html", context, status=status)


@public
def choose(request: Request) -> HttpResponse:
    """Every provider that can be chosen, in neutral order and the same form (LOV 9:1, BEY-01)."""
    versions = ContractVersion.objects.prefetch_related("areas")
    published = PublicInformation.objects.exclude(published_on=None)
    contracts = (
        Contract.objects.filter(state=Contract.State.IN_FORCE, table=Responsibility.Table.HOME_CARE)
        .annotate(first=Min("versions__valid_from"))
        .filter(first__lte=request.today)
        .select_related("provider", "introduced_by")
        .prefetch_related(Prefetch("information", published, to_attr="published"))
        .prefetch_related(Prefetch("versions", versions, to_attr="held"), "stops")
    )
    area = entry.whole_number(request.GET.get("omrade"))
    taken = taken_hours()
    shown = []
    for contract in contracts:
        version = _holding(contract.held, request.today)
        if version is None or (version.valid_to and version.valid_to < request.today):
            continue
        if area is not None and area not in {row.pk for row in version.areas.all()}:
            continue
        told = contract.published[-1] if contract.published else None
        shown.append(_shown(contract, version, taken.get(contract.pk, 0), told))
    by_name = request.GET.get("ordning") == "namn"
    if by_name:
        shown.sort(key=lambda row: swedish.key(row["name"]))
    else:
        drawn = rules.neutral_order([row["name"] for row in shown], request.today)
        shown = [shown[place] for place in drawn]
    context = {
        "providers": shown,
        "areas": ServiceArea.objects.all(),
        "area": area,
        "by_name": by_name,
        "no_choice": NO_CHOICE[preferences.chosen("no_choice")],
        "change_days": preferences.chosen("provider_change_days"),
    }
    return render(request, "procurement/contracts/choose.html", context)


def _shown(
    contract: Contract, version: ContractVersion, taken: int, told: PublicInformation | None
) -> dict[str, Any]:
    """What the law lets be shown of a provider: facts, the same of each, and nothing of control."""
    if stop_of(contract):
        room = "Tar inte emot nya personer just nu"
    elif taken >= version.capacity_ceiling_hours:
        room = "Har kö"
    else:
        room = "Tar emot nya personer"
    return {
        "name": contract.company.name,
        "kind": "Kommunens egen regi" if contract.is_own else "Privat utförare",
        "is_own": contract.is_own,
        "assignment": version.get_assignment_display(),
        "areas": [row.name for row in version.areas.all()],
        "since": contract.signed_on,
        "room": room,
        "information": told,
    }
