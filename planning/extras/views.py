"""Extra needs: the list, and reporting what was done without planning. EXT-01 to EXT-05."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from cases.filters import add_next_deadline
from cases.models import Case
from clients import editing
from clients.editing import PLANNERS
from clients.models import READERS, Client
from door.performing import Outcome, perform
from door.refusals import Refused
from organisation import swedish
from organisation.access import roles
from organisation.models import Unit
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role
from planning import daytime
from planning.extras import adding, rules
from planning.extras import figures as year
from planning.extras.forms import NeedFilter, ReportForm
from planning.extras.people import social_workers
from planning.models import ExtraNeed

PER_PAGE = 50


@roles(*READERS)
def needs(request: Request) -> HttpResponse:
    """The extra needs that one sees, the most urgent first, with the person they concern (SEC-02)."""
    form = NeedFilter(request.GET, units=editing.units_of(request.actor))
    found = _filtered(request, form.cleaned_data if form.is_valid() else {})
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    add_next_deadline(page.object_list)
    for need in page.object_list:
        need.timer = rules.timer(need.first_day, request.today) if need.counts_days else ""
    root = Unit.objects.get(parent=None)
    log_read(
        request,
        "clients",
        "read_extra_needs",
        root,
        READERS,
        values={"needs": [need.pk for need in page.object_list]},
    )
    context = {
        "filter": form,
        "page": page,
        "filtered": any(request.GET.get(f) for f in form.fields),
        "may_report": request.actor.has_role(*PLANNERS),
        "may_count": request.actor.has_role(*FIGURE_READERS),
    }
    return render(request, "planning/extras/list.html", context)


def _filtered(request: Request, wanted: dict[str, Any]) -> QuerySet[ExtraNeed]:
    seen = Case.objects.filter(kind=ExtraNeed.case_kind).visible_to(request.actor)
    found = ExtraNeed.objects.filter(pk__in=seen.with_next_deadline().values("pk"))
    if unit := wanted.get("enhet"):
        found = found.filter(unit__path__startswith=unit.path)
    shown = wanted.get("visa", "")
    found = found.filter(is_running=shown != "avslutade")
    if shown == "forsenade":
        late = Q(deadlines__met_on=None, deadlines__cancelled_on=None)
        found = found.filter(late, deadlines__due__lt=request.today).distinct()
    if shown == "mina":
        found = found.filter(responsible__in=request.actor.acts_for)
    return (
        found.with_next_deadline()
        .select_related("client", "service", "responsible", "unit")
        .order_by(F("next_due").asc(nulls_last=True), "-closed_on", "-pk")
    )


@roles(*PLANNERS)
def report(request: Request) -> HttpResponse:
    """An extra visit that was done without planning begins the same need (EXT-01)."""
    units = editing.units_of(request.actor, PLANNERS)
    people = Client.objects.people().filter(unit__in=units, is_dormant=False)
    form = ReportForm(
        request.POST or None,
        people=people.select_related("unit"),
        today=request.today,
        initial={"day": request.today, "client": request.GET.get("brukare")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            outcome = _report(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error("client", str(refusal))
        else:
            return _told(request, outcome)
    told = {name for unit in units for name in social_workers(unit, request.today)}
    context = {
        "form": form,
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "contact_by": rules.contact_by(request.today),
        "why": rules.why_contact(request.today),
        "told": rules.listed(sorted((user.name for user in told), key=swedish.key)),
    }
    status = 422 if form.errors else 200
    return render(request, "planning/extras/report.html", context, status=status)


def _report(request: Request, said: dict[str, Any]) -> Outcome[Client]:
    start = daytime.from_wall(said["day"], said["start"])
    new = adding.NewVisit(
        client=said["client"],
        services=said["services"],
        start=start,
        minutes=said["minutes"],
        earliest=start,
        latest_end=start + said["minutes"],
        called_by=said["called_by"],
        note="Gjort utan planering",
    )
    command = adding.ReportVisit(day=said["day"], new=new, carer=said["carer"])
    key = request.POST.get("key")
    return perform(new.client, command, request.user, key=key, at=request.at)


def _told(request: Request, outcome: Outcome[Client]) -> HttpResponse:
    if outcome.repeated:
        messages.success(request, "Det extra besöket är redan registrerat.")
        return redirect("extras:list")
    started = adding.started_by(outcome.values)
    if not started:
        messages.success(
            request,
            "Besöket är registrerat. Det ryms i det som är beställt, så ingen kontakt behövs.",
        )
        return redirect("extras:list")
    messages.success(request, "Det extra besöket är registrerat.")
    act = editing.act_of(request, outcome.subject, PLANNERS)
    for one in started:
        messages.warning(request, one.words(act))
    return redirect("cases:case", started[0].need.pk)


FIGURE_READERS = frozenset({
    Role.DEPUTY_DIRECTOR, Role.DIRECTOR, Role.UNIT_MANAGER, Role.NIGHT_HEAD, Role.FIRST_SOCIAL_WORKER,
})  # fmt: skip
"""Who sees how extra needs go; no person stands in the figures."""
COLUMNS = (("Enhet", 34), ("Antal", 10), ("Längd, median dagar", 20), ("Upphörda i tid", 16),
           ("Sökta i tid", 14), ("Glömda", 10), ("Pågår", 10))  # fmt: skip


@roles(*FIGURE_READERS)
def figures(request: Request) -> HttpResponseBase:
    """How extra needs go per unit and month: how many, how long, ended, applied for, forgotten."""
    seen = Case.objects.filter(kind=ExtraNeed.case_kind).visible_to(request.actor).values("pk")
    found = year.figures_of(seen, request.today)
    if request.GET.get("format") == "xlsx":
        rows = [
            [r.label, r.total, r.median_days, r.ended, r.renewed, r.forgotten, r.running]
            for r in [*found.units, found.total]
        ]
        name = f"extra-insatser-{request.today.isoformat()}.xlsx"
        return workbook("Extra insatser", COLUMNS, rows, name)
    context = {"figures": found, "stacks": year.draw(found), "parts": year.PARTS}
    return render(request, "planning/extras/figures.html", context)
