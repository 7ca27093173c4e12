"""The committee's pages: meetings, agenda, packet, minutes and members. Requirement CAP-09."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from cases import committee, committee_commands, deadlines, documents
from cases.committee_commands import EDITORS, FREEZERS
from cases.committee_forms import (
    MatterForm,
    MeetingForm,
    MemberEndForm,
    MemberForm,
    MinutesForm,
)
from cases.dates import full_date
from cases.leading import leading_command
from cases.models import AgendaItem, Case, CommitteeMeeting, CommitteeMember, Deadline
from cases.process import processes
from cases.views import actions
from door import entry
from organisation.access import roles
from organisation.pages import changing
from organisation.pages.doing import hidden, press, send
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import ADMINISTRATION

REVISE = "revise_proposal_text"
ON_THE_AGENDA = (REVISE, "take_off_agenda")
"""Commands of a case that the page offers beside its document."""
PAST_SHOWN = 12


@roles(*ADMINISTRATION)
def meetings(request: Request) -> HttpResponse:
    """Coming meetings and the latest past ones; the secretary plans new ones here."""
    may_edit = request.actor.has_role(*EDITORS)
    form = MeetingForm(request.POST or None, day=request.today)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied("Sammanträden läggs in av nämndsekreteraren.")
    sent = send(request, form.instance, committee_commands.MeetingPlanned, form)
    if sent.outcome:
        return redirect("committee:meeting", sent.outcome.subject.pk)
    rows = CommitteeMeeting.objects.annotate(
        standing=Count("items", filter=Q(items__withdrawn_on=None)),
        late=Count("items", filter=Q(items__withdrawn_on=None, items__is_late=True)),
    )
    context = {
        "coming": [
            (row, _light(row, request))
            for row in rows.filter(held_on__gte=request.today).order_by("held_on")
        ],
        "past": rows.filter(held_on__lt=request.today).order_by("-held_on")[:PAST_SHOWN],
        "form": form if may_edit else None,
        **hidden(request, form.instance, sent.status),
    }
    return render(request, "cases/committee/meetings.html", context, status=sent.status)


@roles(*EDITORS)
def change_meeting(request: Request, pk: int) -> HttpResponse:
    """Another day or place, as long as no case stands on the agenda."""
    found = get_object_or_404(CommitteeMeeting, pk=pk)
    form = MeetingForm(request.POST or None, instance=found, day=request.today)
    return changing.do_page(
        request,
        found,
        committee_commands.MeetingChanged,
        form,
        back=_address(found),
        trail=[("Nämnd", reverse("committee:meetings"))],
    )


@roles(*ADMINISTRATION)
def meeting(request: Request, pk: int) -> HttpResponse:
    """A meeting: its agenda, the document of the item that is picked, and what came of it."""
    return _meeting_page(request, get_object_or_404(CommitteeMeeting, pk=pk))


@roles(*ADMINISTRATION)
def packet(request: Request, pk: int) -> HttpResponse:
    """The whole packet as one PDF. The reading is logged (SEC-02)."""
    found = get_object_or_404(CommitteeMeeting, pk=pk)
    cases = set(
        found.items.filter(withdrawn_on=None, case__isnull=False).values_list("case", flat=True)
    )
    if cases - _seen(request, cases):
        raise PermissionDenied("Utskicket innehåller ärenden som du inte har tillgång till.")
    log_read(
        request,
        f"meeting:{found.pk}",
        "read_packet",
        found,
        ADMINISTRATION,
        values={"cases": sorted(cases)},
    )
    response = HttpResponse(committee.packet(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="utskick-{found.held_on}.pdf"'
    return response


@roles(*FREEZERS)
@require_POST
def freeze(request: Request, pk: int) -> HttpResponse:
    """Lock every document on the agenda."""
    found = get_object_or_404(CommitteeMeeting, pk=pk)
    if outcome := press(request, found, committee_commands.PacketFrozen()):
        messages.success(request, _locked(outcome.values.get("documents", ())))
    return redirect(_address(found, request.POST.get("punkt")))


def _locked(documents: Sequence[int]) -> str:
    count = "1 handling" if len(documents) == 1 else f"{len(documents)} handlingar"
    return f"Utskicket är låst: {count}."


@roles(*EDITORS)
@require_POST
def adjust_minutes(request: Request, pk: int) -> HttpResponse:
    """Record the day the minutes were adjusted."""
    found = get_object_or_404(CommitteeMeeting, pk=pk)
    form = MinutesForm(request.POST)
    sent = send(request, found, committee_commands.MinutesAdjusted, form)
    if sent.outcome:
        return redirect(_address(found))
    return _meeting_page(request, found, sent.status, minutes=form)


@roles(*EDITORS)
@require_POST
def add_matter(request: Request, pk: int) -> HttpResponse:
    """Put a matter in words on the agenda."""
    found = get_object_or_404(CommitteeMeeting, pk=pk)
    form = MatterForm(request.POST)
    sent = send(request, found, committee_commands.AgendaItemAdded, form)
    if sent.outcome:
        return redirect(_address(found, sent.outcome.values.get("item")))
    return _meeting_page(request, found, sent.status, matter=form)


@roles(*EDITORS)
@require_POST
def move_item(request: Request, pk: int) -> HttpResponse:
    """Move a line of the agenda one place up or down."""
    item = get_object_or_404(AgendaItem, pk=pk, withdrawn_on=None)
    step = -1 if request.POST.get("step") == "up" else 1
    press(request, item.meeting, committee_commands.AgendaItemMoved(item=item, step=step))
    return redirect(_address(item.meeting, request.POST.get("punkt")))


@roles(*EDITORS)
@require_POST
def remove_matter(request: Request, pk: int) -> HttpResponse:
    """Take a matter in words off the agenda."""
    item = get_object_or_404(AgendaItem, pk=pk, withdrawn_on=None)
    return changing.do(
        request,
        item.meeting,
        committee_commands.AgendaItemRemoved(item=item),
        _address(item.meeting),
        receipt=f"Borttaget från listan: {item.title}.",
    )


@roles(*ADMINISTRATION)
def members(request: Request) -> HttpResponse:
    """The committee's members, with the days they serve."""
    may_edit = request.actor.has_role(*EDITORS)
    form = MemberForm(request.POST or None, initial={"valid_from": request.today})
    if request.method == "POST" and not may_edit:
        raise PermissionDenied("Ledamöter läggs in av nämndsekreteraren.")
    sent = send(request, form.instance, committee_commands.MemberAdded, form)
    if sent.outcome:
        return redirect("committee:members")
    everybody = CommitteeMember.objects.order_by("name")
    context = {
        "serving": everybody.filter(Q(valid_to=None) | Q(valid_to__gte=request.today)),
        "former": everybody.filter(valid_to__lt=request.today),
        "form": form if may_edit else None,
        **hidden(request, form.instance, sent.status),
    }
    return render(request, "cases/committee/members.html", context, status=sent.status)


@roles(*EDITORS)
def end_member(request: Request, pk: int) -> HttpResponse:
    """The last day of a member."""
    found = get_object_or_404(CommitteeMember, pk=pk)
    form = MemberEndForm(request.POST or None, instance=found)
    return changing.do_page(
        request,
        found,
        committee_commands.MemberEnded,
        form,
        back=reverse("committee:members"),
        title=f"Avsluta uppdraget för {found}",
        trail=[("Nämnd", reverse("committee:meetings"))],
    )


def _meeting_page(
    request: Request, found: CommitteeMeeting, status: int = 200, **bound: Any
) -> HttpResponse:
    items = list(_standing(found).select_related("document", "case__unit", "case__responsible"))
    seen = _seen(request, {item.case_id for item in items} - {None})
    picked = _picked(request, items)
    others = CommitteeMeeting.objects.exclude(pk=found.pk)
    previous = others.filter(held_on__lt=found.held_on).last()
    has_come = found.held_on <= request.today
    context = {
        "meeting": found,
        "title": _title(found, request),
        "light": _light(found, request),
        "items": [(item, *_word(item)) for item in items],
        "ready": sum(_word(item)[0] == "green" for item in items),
        "to_lock": sum(bool(item.document and not item.document.locked_at) for item in items),
        "previous": previous,
        "next": others.filter(held_on__gt=found.held_on).first(),
        "left_over": _left_over(previous, request) if previous and not has_come else [],
        "picked": picked,
        "document": (
            _document(request, picked, picked.case)
            if picked and picked.case and picked.case_id in seen
            else None
        ),
        "is_hidden": bool(picked and picked.case_id and picked.case_id not in seen),
        "after": _after(
            request, [i for i in items if i.case_id in seen and (has_come or i.decided_on)]
        ),
        "has_come": has_come,
        "may_edit": request.actor.has_role(*EDITORS),
        "may_freeze": request.actor.has_role(*FREEZERS),
        "matter": MatterForm(),
        "minutes": MinutesForm(initial={"adjusted_on": found.minutes_adjusted_on or request.today}),
        **hidden(request, found, status),
        **bound,
    }
    return render(request, "cases/committee/meeting.html", context, status=status)


def _standing(found: CommitteeMeeting) -> Any:
    return found.items.filter(withdrawn_on=None).order_by("order", "pk")


def _seen(request: Request, cases: set[int]) -> set[int]:
    """Those of the cases that the person may see."""
    visible = Case.objects.visible_to(request.actor).filter(pk__in=cases)
    return set(visible.values_list("pk", flat=True))


def _picked(request: Request, items: list[AgendaItem]) -> AgendaItem | None:
    """The item in the address, else the first whose document is to be locked, else the first."""
    wanted = request.GET.get("punkt") or request.POST.get("punkt")
    if not wanted:
        unlocked = (i for i in items if i.document and not i.document.locked_at)
        return next(unlocked, items[0] if items else None)
    found = next((item for item in items if str(item.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def _title(found: CommitteeMeeting, request: Request) -> str:
    day = full_date(found.held_on)
    return day.rsplit(" ", 1)[0] if found.held_on.year == request.today.year else day


def _light(found: CommitteeMeeting, request: Request) -> tuple[str, str]:
    """The light of the last day for documents, and its text."""
    if found.packet_frozen_at:
        return "green", "Utskicket är låst"
    if found.held_on < request.today:
        return "none", "Utskicket låstes inte"
    return deadlines.light(found.documents_due, request.today, 7)


def _word(item: AgendaItem) -> tuple[str, str]:
    """An item's light and word."""
    if item.decided_on:
        return "green", "Beslutad"
    if item.case_id is None:
        return "none", "Ingen handling"
    if item.document is None:
        return "amber", "Handling saknas"
    return ("green", "Klar och låst") if item.document.locked_at else ("amber", "Inte låst än")


def _document(request: Request, item: AgendaItem, on_agenda: Case) -> dict[str, Any]:
    """The document of an item: what is missing, what may be done, and where it is shown."""
    case = on_agenda.concrete()
    made = item.document
    locked = bool(made and made.locked_at)
    lacking = (
        []
        if locked or item.decided_on
        else [
            gap
            for gap in leading_command(case, request)["missing"]
            if gap.command != "freeze_packet"
        ]
    )
    gaps = documents.gaps(case, made.kind) if made and not locked else []
    return {
        "case": case,
        "locked": locked,
        "gaps": gaps,
        "missing": lacking,
        "outdated": bool(made and not locked and not gaps and _is_outdated(case, made)),
        "url": (
            reverse("cases:document", args=[made.pk])
            if made and locked
            else reverse("cases:preview", args=[case.pk, made.kind])
            if made
            else ""
        ),
        "actions": [
            (a["name"], a["command"].label)
            for a in actions(case, request.actor)
            if a["name"] in ON_THE_AGENDA and not (locked and a["name"] == REVISE)
        ],
    }


def _is_outdated(case: Any, made: Any) -> bool:
    """Whether the case's facts have changed since the document was written."""
    now = json.loads(json.dumps(documents.facts_of(case, made.kind), cls=DjangoJSONEncoder))
    return any(made.facts.get(name) != value for name, value in now.items())


def _after(request: Request, items: list[AgendaItem]) -> list[tuple[AgendaItem, SafeString]]:
    """Each item after the meeting, as its kind of case shows it."""
    shown: dict[int, SafeString] = {}
    for process in processes():
        mine = [item for item in items if item.case and item.case.kind == process.case.case_kind]
        if process.agenda and mine:
            shown |= process.agenda(mine, request)
    return [(item, shown[item.pk]) for item in items if item.pk in shown]


def _left_over(previous: CommitteeMeeting, request: Request) -> list[AgendaItem]:
    """The cases of the meeting before, with what still runs of their deadlines."""
    rows = (
        _standing(previous)
        .filter(case__isnull=False)
        .select_related("case")
        .prefetch_related(
            Prefetch("case__deadlines", Deadline.objects.running(), to_attr="running")
        )
    )
    seen = _seen(request, {row.case_id for row in rows})
    return [row for row in rows if row.case_id in seen]


def _address(found: CommitteeMeeting, item: Any = None) -> str:
    address = reverse("committee:meeting", args=[found.pk])
    number = entry.whole_number(str(item or ""))
    return f"{address}?punkt={number}" if number else address
