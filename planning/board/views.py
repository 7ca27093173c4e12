"""Dagbild: a unit's day as a board and as a list, for several planners at once.

Requirements PLN-13, PLN-15, PLN-19, PLN-20; the screen in words: rows are staff, time runs right.
"""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from cases import calendar
from cases.dates import short_date
from clients import editing
from clients.models import READERS, Client
from door import entry
from door.performing import Outcome, perform
from door.refusals import Refused
from organisation.access import in_background, roles
from organisation.acting import act_of
from organisation.models import Unit
from organisation.pages import changing
from organisation.request import Request
from planning import daytime
from planning.baseplans.generation import generate
from planning.board import figures, following, moving, pieces, pulse, shown
from planning.board.commands import AcceptBreach
from planning.board.forms import AcceptForm, AddForm, RowField
from planning.extras import adding
from planning.extras.people import social_workers
from planning.extras.reading import needs_of_visit
from planning.extras.rules import contact_by, day_ten, listed, why_contact
from planning.models import DayPlan, Shift, Visit
from planning.plan import reading
from planning.plan.advice import advice
from planning.plan.change import PLANNERS, Clashed, Locked, Wanted, change, undo
from planning.plan.counts import count
from planning.plan.reach import (
    asked_day,
    get_plan,
    log_plan_read,
    may_plan,
    plan_to_change,
    unit_to_plan,
    units_of,
)
from planning.plan.words import told
from planning.publishing.reading import state_words


@roles(*READERS)
@require_GET
def board(request: Request) -> HttpResponse:
    """The board of a unit's day. Opening it is a read of those who stand on it (SEC-02)."""
    day = asked_day(request)
    units = list(units_of(request.actor, day))
    unit = next((u for u in units if str(u.pk) == request.GET.get("enhet")), None) or (
        units[0] if units else None
    )
    found = DayPlan.objects.select_related("unit", "planned_unit")
    plan = found.filter(planned_unit=unit, day=day).first() if unit else None
    context = {
        "units": units,
        "unit": unit,
        "day": day,
        "plan": plan,
        "spans": shown.SPANS.values(),
        "span": _span(request),
        "view": _view(request),
        "before": calendar.add_days(day, -1),
        "after": calendar.add_days(day, 1),
        "may_plan": unit is not None and may_plan(request.actor, unit),
        "links": _links(plan),
        "visits": pieces.visits_address(plan) if plan else "",
    }
    if plan:
        log_plan_read(request, plan)
        context |= _whole(request, plan)
    return render(request, "planning/board/board.html", context)


def _links(plan: DayPlan | None) -> list[dict[str, str]]:
    """What leads on from the board."""
    if plan is None:
        return []
    return [
        {
            "label": "Optimera",
            "icon": "route",
            "variant": "secondary",
            "url": reverse("optimizing:page", args=[plan.pk]),
        },
        {
            "label": "Publicera",
            "icon": "send",
            "variant": "",
            "url": reverse("publishing:page", args=[plan.pk]),
        },
    ]


def _span(request: Request) -> shown.Span:
    return shown.SPANS.get(request.GET.get("del", ""), shown.SPANS["dag"])


def _view(request: Request) -> str:
    asked = request.GET.get("visa", "")
    return asked if asked in ("lista", "karta") else "tavla"


def _whole(request: Request, plan: DayPlan) -> dict[str, Any]:
    """Everything that a board shows."""
    data = reading.read(plan)
    counts = count(data)
    everybody = following.who_is_there(plan.pk, request.at)
    there = following.others(everybody, request.user.pk)
    rows = shown.rows_of(data, _span(request), counts.found, following.held(there))
    return {
        "rows": rows,
        "there": [(short, name) for _, short, name, _ in there],
        "seq": plan.last_seq,
        "now": _now(request, plan),
        **pieces.beside(data, counts),
        "total": figures.total([row.figures for row in rows if row.shift.carer_id]),
        "state": state_words(plan),
        "map": _map(data, rows) if _view(request) == "karta" else None,
    }


def _now(request: Request, plan: DayPlan) -> int | None:
    minute = daytime.minute_of(plan.day, request.at)
    span = _span(request)
    return minute if span.first <= minute < span.last else None


def _map(data: reading.PlanData, rows: list[shown.Row]) -> list[tuple[shown.Row, str]]:
    """Each row's way as points of a drawing 1000 wide and high."""
    known = [place for v in data.standing if (place := reading.place_of(v.client))]
    if not known:
        return []
    low = [min(point[axis] for point in known) for axis in (0, 1)]
    size = [max(max(p[axis] for p in known) - low[axis], 1e-6) for axis in (0, 1)]

    def point(visit: Visit) -> str:
        place = reading.place_of(visit.client)
        if place is None or visit.client.has_protected_identity:
            return ""
        x, y = (place[1] - low[1]) / size[1] * 960 + 20, 980 - (place[0] - low[0]) / size[0] * 960
        return f"{x:.0f},{y:.0f}"

    return [
        (row, " ".join(text for item in row.visits if item.visit and (text := point(item.visit))))
        for row in rows
    ]


@roles(*PLANNERS)
@require_POST
def fetch(request: Request) -> HttpResponse:
    """Make the visits of a day from the base plans, or bring them up to date with them."""
    day = asked_day(request, request.POST)
    unit = unit_to_plan(request, request.POST.get("enhet"), day)
    if day < request.today:
        messages.error(request, "Dagen har varit. Besök hämtas för idag och senare.")
        return redirect(_board(unit, day))
    changed = generate(unit, day, day, act_of(request, PLANNERS, unit.path))
    said = (
        f"{changed} besök är hämtade ur grundplaneringen."
        if changed
        else ("Dagens besök stämmer redan med grundplaneringen.")
    )
    messages.success(request, said)
    return redirect(_board(unit, day))


def _board(unit: Unit, day: Any) -> str:
    return f"{reverse('board:board')}?enhet={unit.pk}&dag={day}"


@in_background
@pulse.quick
@roles(*READERS)
@require_GET
def follow(request: Request, pk: int) -> HttpResponse:
    """What happened after `efter`; 304 for nothing. The board asks all the time (PLN-15)."""
    plan = get_plan(request, pk)
    seen = entry.number(request.GET.get("efter"))
    following.be_here(plan, request.user, entry.whole_number(request.GET.get("haller")), request.at)
    everybody = following.who_is_there(plan.pk, request.at)
    there = following.others(everybody, request.user.pk)
    pulse.trust(request, plan.pk)
    answer: dict[str, Any] = {
        "seq": seen,
        "who": [row[1:] for row in there],
        "digest": following.digest(everybody, request.user.pk),
    }
    news = following.news_since(plan, seen)
    if news is None:
        if request.GET.get("dar") == answer["digest"]:
            return HttpResponseNotModified()
        return JsonResponse(answer)
    answer |= {
        "seq": news.seq,
        "reload": news.everything,
        "said": following.told(news, request.user),
    }
    if not news.everything:
        answer |= pieces.changed(
            plan,
            news,
            _span(request),
            following.held(there),
            may_plan=may_plan(request.actor, plan.unit),
            moment=int(request.at.timestamp()),
        )
    return JsonResponse(answer)


@roles(*READERS)
def visit(request: Request, pk: int, visit: int) -> HttpResponse:
    """A visit: what it is, where it can stand, and the forms that change it. A dialog on the board,
    a page of its own without script."""
    plan = get_plan(request, pk)
    row = get_object_or_404(
        Visit.objects.select_related("client", "plan").prefetch_related("staff__shift__carer"),
        pk=visit,
        plan=plan,
    )
    clashes, error, question, status = [], "", "", 200
    place = entry.whole_number(request.POST.get("plats") or request.GET.get("plats")) or 1
    if request.method == "POST":
        try:
            done = _act(request, plan, row)
        except Clashed as clash:
            clashes, status = clash.clashes, 409
        except Locked as locked:
            question, status = str(locked), 409
        except Refused as refusal:
            error, status = str(refusal), 422
        else:
            return _done(request, plan, done)
    context = {
        "plan": plan,
        "visit": row,
        "place": place,
        "stands": _stands(row, place),
        "clashes": [_clash_words(clash) for clash in clashes],
        "error": error,
        "question": question,
        "key": uuid.uuid4().hex,
        "locks": Visit.Lock.choices,
        "said": request.POST,
        "may_plan": may_plan(request.actor, plan.unit),
        "rows": _row_choices(plan),
        **_advice(plan, row, place),
        "changes": told(
            list(row.changes.select_related("visit__plan", "actor").order_by("-seq")[:10])
        ),
        "needs": needs_of_visit(row, request.today),
        "frame": "planning/board/bare.html" if _wants_piece(request) else "base.html",
    }
    return render(request, "planning/board/visit.html", context, status=status)


def _advice(plan: DayPlan, row: Visit, place: int) -> dict[str, Any]:
    """The best places for a visit that is to be done, or why there is none."""
    if row.status != Visit.Status.PLANNED or not any(p.place == place for p in row.staff.all()):
        return {}
    found = advice(plan, row, place)
    return {"suggestions": found.suggestions, "why": "" if found.suggestions else found.why}


def _stands(row: Visit, place: int) -> int | None:
    """The row on which a place of the visit stands."""
    return next((p.shift_id for p in row.staff.all() if p.place == place), None)


def _row_choices(plan: DayPlan) -> list[tuple[int, str]]:
    rows = Shift.objects.of(plan.planned_unit, plan.day).select_related("carer")
    label = RowField(rows).label_from_instance
    return [(row.pk, label(row)) for row in rows]


KEEP, UNLOCK = "behall", "las-upp"
"""What may be answered when a locked visit would be moved."""


def _wants_piece(request: Request) -> bool:
    return request.headers.get("X-Kundval") == "piece"


def _act(request: Request, plan: DayPlan, row: Visit) -> list[Any]:
    """Carry out what the form says. Raises Refused or Clashed."""
    said = request.POST
    wanted = _wanted(said, row)
    key = said.get("key") or uuid.uuid4().hex
    answered = said.get("last")
    if answered == UNLOCK:
        wanted.append(Wanted(row.pk, "lock", {"lock": Visit.Lock.NONE.value}, row.lock_version))
    return change(
        plan.pk, wanted, request.user, key=key, at=request.at, over_locks=answered in (KEEP, UNLOCK)
    )


def _wanted(said: Any, row: Visit) -> list[Wanted]:
    what = said.get("gor")
    seen = (
        entry.number(said.get("staff_version")),
        entry.number(said.get("time_version")),
    )
    place = entry.whole_number(said.get("plats")) or 1
    if what == "flytta" and said.get("forslag"):
        return _suggested(said, row, seen)
    if what == "flytta":
        wanted = moving.moved(
            row,
            place=place,
            shift=entry.whole_number(said.get("rad")),
            seen=seen,
            start=moving.start_of(row, said),
            lock="both" if said.get("las") else None,
        )
        return [one for one in wanted if one.group not in _left_alone(said)]
    if what == "av":
        return moving.moved(row, place=place, shift=None, start=None, seen=seen)
    if what == "tid":
        start = moving.wall_start(row, said.get("start", ""))
        minutes = entry.number(said.get("minuter"))
        return [Wanted(row.pk, "time", {"start": start, "minutes": minutes}, seen[1])]
    if what == "las":
        seen_lock = entry.number(said.get("lock_version"))
        return [Wanted(row.pk, "lock", {"lock": said.get("lock", "")}, seen_lock)]
    if what == "anteckning":
        seen_note = entry.number(said.get("note_version"))
        return [Wanted(row.pk, "note", {"note": said.get("note", "")}, seen_note)]
    if what in ("ta-bort", "tillbaka"):
        status = Visit.Status.REMOVED if what == "ta-bort" else Visit.Status.PLANNED
        value = {"status": str(status), "reason": said.get("skal", "")}
        return [Wanted(row.pk, "status", value, entry.number(said.get("status_version")))]
    raise Refused("Välj vad som ska göras.")


def _left_alone(said: Any) -> set[str]:
    """Groups that the form shows and the person has not touched: a colleague may change them."""
    shown = {"staff": ("rad", "var_rad"), "time": ("start", "var_start")}
    return {
        group
        for group, (name, was) in shown.items()
        if was in said and said.get(name, "").strip() == said[was]
    }


def _suggested(said: Any, row: Visit, seen: tuple[int, int]) -> list[Wanted]:
    """A suggestion: the visit to its rows, and everybody who makes room for it."""
    _refuse_stale(row, said["forslag"], entry.whole_number(said.get("sett")))
    rows, _, moves = said["forslag"].partition(" ")
    try:
        shifts = [
            None if shift is None else entry.integer(shift) for shift in entry.json_list(rows)
        ]
        times = [
            (entry.integer(pk), entry.integer(start), entry.integer(version))
            for pk, start, version in entry.json_list(moves)
        ]
    except (ValueError, TypeError) as error:
        raise Refused("Förslaget gick inte att läsa. Öppna besöket igen.") from error
    minutes = dict(
        Visit.objects.filter(plan=row.plan, pk__in=[pk for pk, _, _ in times]).values_list(
            "pk", "minutes"
        )
    )
    lock = [Wanted(row.pk, "lock", {"lock": "both"}, row.lock_version)] if said.get("las") else []
    return [Wanted(row.pk, "staff", {"shifts": shifts}, seen[0]), *lock] + [
        Wanted(pk, "time", {"start": start, "minutes": minutes.get(pk, 0)}, version)
        for pk, start, version in times
    ]


def _refuse_stale(row: Visit, suggestion: str, seen: int | None) -> None:
    """A suggestion holds for the rows as they were. Raises Refused when something has happened on
    them since the change of number `seen`."""
    if seen is None or (news := following.news_since(row.plan, seen)) is None:
        return
    rows = {int(number) for number in re.findall(r"\d+", suggestion.partition(" ")[0])}
    if news.everything or rows & news.shifts:
        raise Refused("Tavlan har ändrats sedan förslaget räknades fram. Här är nya förslag.")


def _clash_words(clash: Any) -> dict[str, Any]:
    """Both values, in words."""
    return {
        "group": clash.group,
        "version": clash.version,
        "by": clash.by,
        "mine": _in_words(clash.visit, clash.group, clash.mine),
        "theirs": _in_words(clash.visit, clash.group, clash.theirs),
    }


def _in_words(row: Visit, group: str, value: Any) -> str:
    if group == "time":
        return f"{daytime.wall(row.plan.day, value['start'])}, {value['minutes']} minuter"
    if group == "staff":
        known = {
            s.pk: s.name
            for s in Shift.objects.filter(pk__in=[p for p in value["shifts"] if p]).select_related(
                "carer"
            )
        }
        return ", ".join(known.get(pk, "Otilldelat") for pk in value["shifts"])
    if group == "lock":
        return str(Visit.Lock(value["lock"]).label)
    return str(next(iter(value.values()))) or "inget"


def _done(request: Request, plan: DayPlan, done: list[Any]) -> HttpResponse:
    if _wants_piece(request):
        return JsonResponse({"done": len(done)})
    if done:
        messages.success(request, "Ändringen är gjord.")
    return redirect(_board(plan.planned_unit, plan.day))


@roles(*READERS)
@require_GET
def unplaced(request: Request, pk: int) -> HttpResponse:
    """Every visit that lacks somebody, by risk."""
    plan = get_plan(request, pk)
    data = reading.read(plan)
    context = {
        "plan": plan,
        "visits": data.unplaced,
        "counts": count(data),
        "may_plan": may_plan(request.actor, plan.unit),
    }
    return render(request, "planning/board/unplaced.html", context)


@roles(*READERS)
@require_GET
def all_breaches(request: Request, pk: int) -> HttpResponse:
    """Every breach, and what has been accepted with its reason."""
    plan = get_plan(request, pk)
    data = reading.read(plan)
    context = {
        "plan": plan,
        "may_plan": may_plan(request.actor, plan.unit),
        **pieces.beside(data, count(data)),
        "accepted": plan.accepted.select_related("recorded_by"),
    }
    return render(request, "planning/board/breaches.html", context)


@roles(*PLANNERS)
@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    """Undo the person's own last change."""
    plan = plan_to_change(request, pk)
    key = request.POST.get("key") or uuid.uuid4().hex
    try:
        done = undo(plan.pk, request.user, key=key, at=request.at)
    except Refused as refusal:
        said = str(refusal)
        if isinstance(refusal, Clashed):
            said = "En kollega har ändrat samma sak sedan dess. Ändra för hand om det ska tillbaka."
        if _wants_piece(request):
            return JsonResponse({"error": said}, status=409)
        messages.error(request, said)
        return redirect(_board(plan.planned_unit, plan.day))
    if not done and not _wants_piece(request):
        messages.info(request, "Du har inget att ångra på den här dagen.")
    return _done(request, plan, done)


@roles(*PLANNERS)
def accept(request: Request, pk: int) -> HttpResponse:
    """Accept a breach for the day, with a reason; logged."""
    plan = plan_to_change(request, pk)
    first = {"code": request.GET.get("brott"), "about": request.GET.get("om")}
    form = AcceptForm(request.POST or None, initial=first)
    back = _board(plan.planned_unit, plan.day)
    return changing.do_page(
        request,
        plan,
        AcceptBreach,
        form,
        back=back,
        trail=((f"Dagbild {short_date(plan.day)}", back),),
        title="Godta regelbrottet",
        button="Godta för dagen",
    )


@roles(*PLANNERS)
def add(request: Request, pk: int) -> HttpResponse:
    """A visit that the base plan does not have, placed by nobody yet."""
    plan = plan_to_change(request, pk)
    form = AddForm(request.POST or None, plan=plan, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            outcome = _add(request, plan, form.cleaned_data | form.times)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell(request, outcome)
            return redirect(_board(plan.planned_unit, plan.day))
    context = {
        "plan": plan,
        "form": form,
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "contact_by": contact_by(request.today),
        "why": why_contact(request.today),
        "day_ten": day_ten(plan.day),
        "told": listed([user.name for user in social_workers(plan.unit, request.today)]),
    }
    status = 422 if form.errors else 200
    return render(request, "planning/board/add.html", context, status=status)


def _add(request: Request, plan: DayPlan, said: dict[str, Any]) -> Outcome[Client]:
    new = adding.NewVisit(**said)
    command = adding.AddVisit(plan=plan, new=new)
    key = request.POST.get("key")
    return perform(new.client, command, request.user, key=key, at=request.at)


def _tell(request: Request, outcome: Outcome[Client]) -> None:
    """Where the visit lies, and of each extra need whom to contact, by when and why (EXT-01)."""
    if outcome.repeated:
        messages.success(request, "Besöket är redan inlagt.")
        return
    started = adding.started_by(outcome.values)
    said = f"Besöket hos {outcome.subject.short_name} ligger i Otilldelade."
    if not started:
        said += " Det ryms i det som är beställt, så ingen kontakt behövs."
    messages.success(request, said)
    act = editing.act_of(request, outcome.subject, PLANNERS)
    for one in started:
        messages.warning(request, one.words(act))
