"""Base planning: the list, a client's matrix, the draft, and the daily list. PLN-03 to PLN-07, BEY-07."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases import calendar
from cases.dates import short_date
from clients import editing
from clients.defaults import FETCHES
from clients.editing import PLANNERS
from clients.models import READERS, Client
from door import entry
from door.performing import Outcome, perform
from door.refusals import Refused
from organisation.access import roles
from organisation.models import Unit
from organisation.pages import changing
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from planning import daytime
from planning.baseplans import balance, commands, drafts
from planning.baseplans.forms import FirstDayForm, NewVisitForm, UnitFilter, VisitForm, WeeksForm
from planning.baseplans.matrix import DAY_NAMES, PARTS, matrix, overlaps
from planning.baseplans.reading import cycle_from, read_base_plans
from planning.baseplans.standing import Standing, standings
from planning.models import BasePlan, BaseVisit, DayPlan
from planning.models.baseplans import MOST_WEEKS
from planning.plan.rules import Life, place_in_cycle

PER_PAGE = 100
COLUMNS = (
    ("Brukare", 28), ("Nyckel", 10), ("Enhet", 26), ("Ljus", 10), ("Vad", 80),
)  # fmt: skip
LIGHTS = {"red": "Röd", "amber": "Gul"}


@roles(*READERS)
def plans(request: Request) -> HttpResponse:
    """The clients of one's units with the state of their base plans; unread orders on top."""
    form, people = _of_unit(request)
    active = people.active(request.today, request.today)
    unread = active.filter(orders__read_on=None, orders__isnull=False).distinct()
    page = Paginator(active.in_order(), PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "filter": form,
        "page": page,
        "unread": standings(unread.in_order(), request.today),
        "rows": _in_page(page, request.today),
        "filtered": bool(request.GET.get("enhet")),
    }
    return render(request, "planning/baseplans/list.html", context)


def _of_unit(request: Request) -> tuple[UnitFilter, Any]:
    form = UnitFilter(request.GET, units=editing.units_of(request.actor))
    people = Client.objects.visible_to(request.actor)
    unit = form.cleaned_data.get("enhet") if form.is_valid() else None
    return form, people.filter(unit__path__startswith=unit.path) if unit else people


def _in_page(page: Any, day: date) -> list[Standing]:
    order = {row.pk: place for place, row in enumerate(page)}
    rows = standings(Client.objects.filter(pk__in=order), day)
    return sorted(rows, key=lambda row: order[row.client.pk])


@roles(*READERS)
def deviations(request: Request) -> HttpResponseBase:
    """What is to be seen to each day: granted and not planned, and the other way round (BEY-07)."""
    form, people = _of_unit(request)
    active = people.active(request.today, request.today).in_order()
    rows = [row for row in standings(active, request.today) if row.told]
    if request.GET.get("format") == "xlsx":
        return _export(request, rows)
    context = {
        "filter": form,
        "rows": rows,
        "filtered": bool(request.GET.get("enhet")),
        "query": request.GET.urlencode(),
    }
    return render(request, "planning/baseplans/deviations.html", context)


def _export(request: Request, rows: list[Standing]) -> HttpResponseBase:
    log_read(
        request,
        "clients",
        "export_clients",
        Unit.objects.get(parent=None),
        READERS,
        values={"clients": len(rows)},
    )
    lines = (
        (
            str(row.client),
            row.client.key_number,
            row.client.unit.name,
            LIGHTS[told.light],
            told.text,
        )
        for row in rows
        for told in row.told
    )
    return workbook("Avvikelser", COLUMNS, lines, f"avvikelser-{request.today.isoformat()}.xlsx")


@roles(*READERS)
def plan(request: Request, pk: int) -> HttpResponse:
    """A client's base plan as a matrix, with what is granted beside it. The reading is logged."""
    return _page(request, editing.client_of(request, pk))


@roles(*PLANNERS)
def visit(request: Request, pk: int) -> HttpResponse:
    """A visit of the matrix in the panel; what is written goes into the draft."""
    row = get_object_or_404(drafts.with_content(BaseVisit.objects.all()), pk=pk)
    client = editing.client_of(request, row.base_plan.client_id, PLANNERS)
    shown = _shown(client, request)
    if shown is None or row.base_plan_id != shown.pk:
        messages.info(
            request, "Grundplaneringen har ändrats sedan du öppnade besöket. Välj det igen."
        )
        return redirect("baseplans:plan", client.pk)
    form = VisitForm(
        request.POST or None,
        instance=row,
        base_plan=shown,
        client=client,
        week=row.week,
        weekday=row.weekday,
        granted=_granted(client, request.today),
    )
    wrote = "Besöket är ändrat i utkastet."
    if request.method == "POST" and (done := _wrote(request, form, row, (row.weekday,), wrote)):
        return done
    fresh = BaseVisit.objects.get(pk=pk)  # the form has written on its own
    title = f"{DAY_NAMES[row.weekday]} {daytime.shown(fresh.start)}, vecka {row.week}"
    return _page(request, client, form=form, title=title, chosen=row)


@roles(*PLANNERS)
def add_visit(request: Request, pk: int, week: int, weekday: int) -> HttpResponse:
    """A new visit on a day, or on several at once."""
    client = editing.client_of(request, pk, PLANNERS)
    shown = _shown(client, request)
    if weekday > 6 or not 1 <= week <= _weeks(shown):
        raise Http404
    part = next((row for row in PARTS if row.code == request.GET.get("tid")), PARTS[0])
    form = NewVisitForm(
        request.POST or None,
        instance=BaseVisit(week=week, weekday=weekday),
        base_plan=shown,
        client=client,
        week=week,
        weekday=weekday,
        granted=_granted(client, request.today),
        initial={
            "days": [weekday],
            "start": part.usual,
            "minutes": 30,
            "staff_needed": 1,
            "priority": 2,
        },
    )
    wrote = "Besöket är tillagt i utkastet."
    if request.method == "POST" and form.is_valid():
        days = tuple(form.cleaned_data["days"])
        if done := _wrote(request, form, BaseVisit(week=week, weekday=weekday), days, wrote):
            return done
    title = f"Nytt besök {DAY_NAMES[weekday].lower()}, vecka {week}"
    return _page(request, client, form=form, title=title)


def _wrote(
    request: Request, form: VisitForm, seen: BaseVisit, days: tuple[int, ...], said: str
) -> HttpResponse | None:
    """Write what the form says in the draft; None when it cannot be, which the form then says."""
    if not form.is_valid():
        return None
    command = commands.WriteBaseVisit(seen=seen, days=days, filled=form)
    try:
        done = _perform(request, form.client, command)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    return _back(request, form.client, _already(command) if done.repeated else said)


def _perform(request: Request, client: Client, command: commands.OfDraft) -> Outcome[Client]:
    return perform(client, command, request.user, key=request.POST.get("key"), at=request.at)


def _already(command: commands.OfDraft) -> str:
    return f"”{command.label}” var redan gjort."


@roles(*PLANNERS)
@require_POST
def remove_visit(request: Request, pk: int) -> HttpResponse:
    """Take a visit out of the draft."""
    row = get_object_or_404(BaseVisit.objects.select_related("base_plan"), pk=pk)
    client = editing.client_of(request, row.base_plan.client_id, PLANNERS)
    command = commands.RemoveBaseVisit(seen=row)
    return _button(request, client, command, "Besöket är borttaget ur utkastet.")


@roles(*PLANNERS)
@require_POST
def copy_week(request: Request, pk: int, source: int, target: int) -> HttpResponse:
    """One week like another."""
    client = editing.client_of(request, pk, PLANNERS)
    newest = drafts.base_plans_of(client).first()
    if source == target or not {source, target} <= set(range(1, _weeks(newest) + 1)):
        raise Http404
    command = commands.CopyBasePlanWeek(source=source, target=target)
    said = f"Vecka {source} är kopierad till vecka {target}."
    return _button(request, client, command, said)


def _weeks(shown: BasePlan | None) -> int:
    return shown.weeks if shown else 1


@roles(*PLANNERS)
@require_POST
def set_weeks(request: Request, pk: int) -> HttpResponse:
    """A cycle of another number of weeks."""
    client = editing.client_of(request, pk, PLANNERS)
    form = WeeksForm(request.POST)
    if not form.is_valid():
        return _page(request, client, weeks_form=form)
    weeks = form.cleaned_data["weeks"]
    command = commands.ChangeBasePlanWeeks(weeks=weeks)
    return _button(request, client, command, f"Grundplaneringen har nu {weeks} veckor.")


@roles(*PLANNERS)
@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    """Throw the draft away."""
    client = editing.client_of(request, pk, PLANNERS)
    said = "Ändringarna är kastade. Det som gällde gäller."
    back = reverse("baseplans:plan", args=[client.pk])
    return changing.do(request, client, commands.DiscardBasePlanDraft(), back, said)


@roles(*PLANNERS)
@require_POST
def save(request: Request, pk: int) -> HttpResponse:
    """The draft takes effect from a day, and then the days that are planned follow it."""
    client = editing.client_of(request, pk, PLANNERS)
    draft = client.base_plans.filter(is_draft=True).first()
    if draft is None:
        messages.info(request, "Det finns inget utkast att spara.")
        return redirect("baseplans:plan", client.pk)
    form = FirstDayForm(request.POST)
    if not form.is_valid():
        return _page(request, client, day_form=form)
    first = form.cleaned_data["fran"]
    try:
        _perform(request, client, commands.SaveBasePlan(draft=draft, first=first))
    except Refused as refusal:
        form.add_error("fran", str(refusal))
        return _page(request, client, day_form=form)
    count = drafts.regenerate(client, first, editing.act_of(request, client, PLANNERS))
    messages.success(
        request,
        f"Grundplaneringen gäller från {short_date(first)}. {drafts.in_words(count)} ändrades.",
    )
    return redirect("baseplans:plan", client.pk)


def _shown(client: Client, request: Request) -> BasePlan | None:
    """The base plan that the page shows: the draft, the one asked for, or the latest."""
    rows = list(drafts.base_plans_of(client))
    asked = entry.whole_number(request.GET.get("mall"))
    if asked is not None:
        return next((row for row in rows if row.pk == asked), None)
    return rows[0] if rows else None


def _granted(client: Client, day: date) -> dict[int, int]:
    """Minutes each time, by the service that is granted now or later."""
    held = client.orders.exclude(valid_to__lt=day)
    return dict(held.order_by("valid_from").values_list("service_id", "minutes"))


def _button(request: Request, client: Client, command: commands.OfDraft, said: str) -> HttpResponse:
    """A command on the draft that needs no form: carried out, or refused with a message, and back."""
    try:
        done = _perform(request, client, command)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("baseplans:plan", client.pk)
    return _back(request, client, _already(command) if done.repeated else said)


def _back(request: Request, client: Client, said: str) -> HttpResponse:
    messages.success(request, f"{said} Ingenting ändras i planeringen förrän du sparar.")
    for text in overlaps(
        BaseVisit.objects.filter(base_plan__client=client, base_plan__is_draft=True)
    ):
        messages.warning(request, f"{text} Flytta ett av dem om det inte är meningen.")
    return redirect("baseplans:plan", client.pk)


def _page(
    request: Request,
    client: Client,
    *,
    form: Any = None,
    title: str = "",
    chosen: BaseVisit | None = None,
    day_form: Any = None,
    weeks_form: Any = None,
) -> HttpResponse:
    """The matrix with its panels; `form` is the visit that is being edited."""
    editing.log_reading(request, client, "read_base_plan")
    shown = _shown(client, request)
    everything = list(drafts.base_plans_of(client))
    edits = editing.may(request, client, PLANNERS) and not request.GET.get("mall")
    visits = list(shown.visits.all()) if shown else []
    [row] = standings(Client.objects.filter(pk=client.pk), request.today)
    found = balance.granted_and_planned(
        row.orders, visits, _weeks(shown), _day_of(shown, request.today)
    )
    latest = next((one for one in everything if not one.is_draft), None)
    day_form = day_form or _asked_day(request)
    wrong = any(
        each is not None and each.is_bound and each.errors for each in (form, day_form, weeks_form)
    )
    context = {
        "client": client,
        "row": row,
        "shown": shown,
        "latest": latest,
        "edits": edits,
        "draft": shown if shown and shown.is_draft else None,
        "others": [one for one in everything if shown and one.pk != shown.pk],
        "weeks": matrix(cycle_from(shown), visits, request.today) if shown else [],
        "form": form,
        "title": title,
        "chosen": chosen,
        "balance": found,
        "share": min(100, round(100 * found.planned / found.granted)) if found.granted else 0,
        "warnings": _warnings(request, client, row, found, visits, shown),
        "changed": _changed_services(row),
        "contact": client.care_contacts.select_related("carer")
        .filter(valid_from__lte=request.today)
        .first(),
        "absences": client.absences.filter(cancelled_at=None)
        .exclude(last__lt=request.today)
        .order_by("first"),
        "day_form": day_form,
        "weeks_form": weeks_form or WeeksForm(initial={"weeks": _weeks(shown)}),
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "week_numbers": range(1, MOST_WEEKS + 1),
        **_preview(request, client, shown, day_form),
    }
    return render(request, "planning/baseplans/plan.html", context, status=422 if wrong else 200)


def _day_of(shown: BasePlan | None, today: date) -> date:
    """The day whose orders a base plan is held against: its first, if that has not come."""
    return max(today, shown.valid_from) if shown and not shown.is_draft else today


def _asked_day(request: Request) -> FirstDayForm:
    if request.method == "GET" and "fran" in request.GET:
        return FirstDayForm(request.GET)
    return FirstDayForm(initial={"fran": calendar.add_days(request.today, 1)})


def _preview(
    request: Request, client: Client, shown: BasePlan | None, form: FirstDayForm
) -> dict[str, Any]:
    """What a draft changes from the day asked for, on days that are planned already."""
    if shown is None or not shown.is_draft or not form.is_bound or not form.is_valid():
        return {}
    first = form.cleaned_data["fran"]
    try:
        drafts.refuse_day(client, first, request.today)
    except Refused as refusal:
        form.add_error("fran", str(refusal))
        return {}
    days = drafts.preview_of(shown, first, request.at)
    settled = DayPlan.objects.filter(
        planned_unit=client.unit_id, day__in=[row.day for row in days]
    ).exclude(state=DayPlan.State.PLANNING)
    visits = drafts.in_words(sum(row.count for row in days))
    return {"first": first, "days": days, "visits": visits, "settled": settled.count()}


def _changed_services(row: Standing) -> set[int]:
    return {order.service_id for order in row.unread}


def _warnings(
    request: Request,
    client: Client,
    row: Standing,
    found: balance.Balance,
    visits: list[BaseVisit],
    shown: BasePlan | None,
) -> list[balance.Told]:
    """What the planner is told of the base plan that is shown."""
    told = [] if client.is_surrounding else balance.warnings_of(found, client.is_dormant)
    needs_two = any(visit.staff_needed > 1 for visit in visits)
    double = balance.double_staffing_warning(row.documents, needs_two, request.today)
    told += [double] if double else []
    told += row.ending
    told += [balance.Told("amber", text) for text in overlaps(visits)]
    if client.is_surrounding and shown:
        told += _errands(client, shown, visits, request.today)
    return told


def _errands(
    client: Client, shown: BasePlan, visits: Iterable[BaseVisit], today: date
) -> list[balance.Told]:
    """Who lacks the hand-over after a laundry or pharmacy errand (PLN-07)."""
    served = {person.pk: person for visit in visits for person in visit.serves.all()}
    if not served:
        return []
    days = [calendar.add_days(today, ahead) for ahead in range(7 * MOST_WEEKS)]
    base_plans = read_base_plans(client.unit, days[0], calendar.add_days(days[-1], 6), list(served))
    cycle = cycle_from(shown)

    def visits_of(pk: int) -> Any:
        life = base_plans.lives.get(pk)
        plain = Life(life.active, (), life.is_dormant) if life else None

        def on(day: date) -> Iterable[BaseVisit]:
            place = place_in_cycle(base_plans.cycles.get(pk, ()), plain, day) if plain else None
            return base_plans.visits.get(place, ()) if place else ()

        return on

    told = []
    for visit in visits:
        codes = (service.code for service in visit.services.all())
        wanted = frozenset(FETCHES[code] for code in codes if code in FETCHES)
        when = [
            day
            for day in days
            if (cycle.week_of(day), day.weekday()) == (visit.week, visit.weekday)
        ]
        people = [(person.short_name, visits_of(person.pk)) for person in visit.serves.all()]
        lacking = (
            balance.lacking_handover(when, visit.start + visit.minutes, wanted, people)
            if (wanted)
            else []
        )
        if lacking:
            told.append(
                balance.Told(
                    "red",
                    f"Vecka {visit.week}, {DAY_NAMES[visit.weekday].lower()} {daytime.shown(visit.start)}: "
                    f"{', '.join(lacking)} saknar överlämning efter ärendet. Lägg till insatsen på ett "
                    "senare besök samma vecka.",
                )
            )
    return told
