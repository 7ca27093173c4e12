"""Worklist, inbox, search, what is to be registered, and the calendar feed. CAP-14, CAP-04."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import icalendar
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from audit.act import Act
from cases import awaiting, calendar
from cases.actions import ChangeResponsible, RegisterNote
from cases.export import MOST_ROWS, case_list
from cases.filters import Sorting, add_next_deadline, any_text, counts, filtered, known_query
from cases.models import Case, Deadline, JournalNote, Notification, SavedFilter
from cases.views import CASE_READERS, back_to
from door import entry
from door.command import Kept
from door.performing import perform
from door.refusals import Refused
from organisation.access import logged_in, public, roles
from organisation.authority import Actor, actor_on
from organisation.commands.people import OfOneself
from organisation.models import RoleAssignment, User
from organisation.pages import changing
from organisation.pages.doing import press
from organisation.request import Request
from organisation.roles import Role

PER_PAGE = 50
MOST_HITS = 50
LONGEST_NAME, LONGEST_QUERY = 60, 400
"""As the columns of `SavedFilter`."""
HEADINGS = (
    ("foretag", "Företag"),
    ("lage", "Läge"),
    ("frist", "Nästa tidsfrist"),
    ("ansvarig", "Ansvarig"),
)
PERFORMERS = (Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR)
"""Who a case can be given to (LOV-14)."""


def page_of(request: Request, rows: Any, per_page: int = PER_PAGE) -> Page:
    """The page that the address asks for; the nearest one when there is no such page."""
    return Paginator(rows, per_page).get_page(request.GET.get("sida"))


# ------------------------------------------------------------------ the list


@roles(*CASE_READERS)
def worklist(request: Request) -> HttpResponse:
    """Cases as a table, filtered and sorted by the address."""
    found = filtered(request)
    page = page_of(request, found.qs)
    page.object_list = add_next_deadline(page.object_list)
    awaiting.show(page.object_list)
    may_give = request.actor.has_role(*ChangeResponsible.roles)
    context = {
        "filter": found,
        "counts": counts(request, found),
        "page": page,
        "headings": _headings(request),
        "saved": request.user.saved_filters.all(),
        "people": performers(request.actor) if may_give else [],
        "key": uuid.uuid4().hex,
        "most_rows": MOST_ROWS,
    }
    return render(request, "cases/worklist.html", context)


def _headings(request: Request) -> list[dict[str, str]]:
    """The table's headings with the order that a click gives, and the order that holds."""
    holds = request.GET.get("sortera", "frist")
    if holds.lstrip("-") not in Sorting.FIELDS:
        holds = "frist"
    return [
        {
            "label": label,
            "word": f"-{word}" if holds == word else word,
            "order": {word: "ascending", f"-{word}": "descending"}.get(holds, ""),
        }
        for word, label in HEADINGS
    ]


def performers(actor: Actor) -> QuerySet[User]:
    """The people who may be given a case somewhere in the actor's units."""
    paths = actor.unit_paths(ChangeResponsible.roles)
    above = {path[: place + 1] for path in paths for place, sign in enumerate(path) if sign == "/"}
    where = Q(unit__path__in=above)
    for path in paths:
        where |= Q(unit__path__startswith=path)
    held = RoleAssignment.objects.on(actor.day).filter(where, role__in=PERFORMERS)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id"))


@roles(*CASE_READERS)
def export(request: Request) -> FileResponse:
    """The same list as an Excel file."""
    return case_list(filtered(request).qs, request.today)


@roles(*CASE_READERS)
@require_POST
def save_filter(request: Request) -> HttpResponse:
    """Keep the list's filter under a name; the same name again replaces it."""
    name = entry.line(request.POST.get("name", ""))
    query = known_query(request.POST.get("query", ""))
    back = f"{reverse('cases:worklist')}?{query}"
    if not 0 < len(name) <= LONGEST_NAME:
        messages.error(
            request, f"Filtret sparades inte. Skriv ett namn på högst {LONGEST_NAME} tecken."
        )
    elif len(query) > LONGEST_QUERY:
        messages.error(request, "Filtret sparades inte. Välj färre lägen eller en kortare text.")
    else:
        SavedFilter.objects.update_or_create(
            user=request.user, name=name, defaults={"query": query}
        )
        messages.success(request, f"Filtret ”{name}” är sparat.")
    return redirect(back)


@roles(*CASE_READERS)
@require_POST
def remove_filter(request: Request, pk: int) -> HttpResponse:
    """Remove one of the person's own saved filters."""
    row = get_object_or_404(request.user.saved_filters, pk=pk)
    row.delete()
    messages.success(request, f"Filtret ”{row.name}” är borttaget.")
    return redirect("cases:worklist")


# ------------------------------------------------------------------ many at once


@dataclass
class Done:
    """A case of a bulk action, and why it was skipped (empty: it was carried out)."""

    case: Case
    why: str = ""


@roles(*ChangeResponsible.roles)
@require_POST
def bulk(request: Request) -> HttpResponse:
    """Give the chosen cases to a person, one command each; what is skipped is named with why.

    Sent twice, the key of the form makes sure that it is done once.
    """
    shown = _shown_versions(request.POST.getlist("fall")[:PER_PAGE])
    number = entry.number(request.POST.get("ansvarig"))
    person = performers(request.actor).filter(pk=number).first()
    if not shown or person is None:
        messages.error(request, "Inget ändrades. Välj minst ett ärende och en handläggare.")
        return redirect(_safe(request, request.POST.get("back", ""), reverse("cases:worklist")))
    cases = Case.objects.visible_to(request.actor).filter(pk__in=shown).order_by("number")
    done = [_give(request, case, person, shown[case.pk]) for case in cases]
    context = {
        "person": person,
        "done": [each for each in done if not each.why],
        "skipped": [each for each in done if each.why],
        "back": _safe(request, request.POST.get("back", ""), reverse("cases:worklist")),
    }
    return render(request, "cases/bulk.html", context)


def _give(request: Request, case: Case, person: User, version: int) -> Done:
    concrete = case.concrete()
    form = ChangeResponsible.form(
        {"user": person.pk}, row=concrete, actor=request.actor, day=request.today
    )
    if not form.is_valid():
        return Done(case, f"{person} kan inte vara handläggare i ärendet.")
    try:
        perform(
            case,
            ChangeResponsible(user=person),
            request.user,
            expected_version=version,
            key=f"{request.POST.get('key', '')[:32]}-{case.pk}",
            at=request.at,
        )
    except Refused as refusal:
        return Done(case, str(refusal))
    return Done(case)


def _shown_versions(chosen: Iterable[str]) -> dict[int, int]:
    """Case -> version at display, from "pk:version"."""
    pairs = [text.partition(":") for text in chosen]
    return {
        case: entry.number(version) for pk, _, version in pairs if (case := entry.whole_number(pk))
    }


def _safe(request: Request, address: str, otherwise: str) -> str:
    """`address` when it lies in the product itself."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, None)
    return address if is_ours else otherwise


# ------------------------------------------------------------------ calendar


class MakeCalendarAddress(OfOneself):
    """A secret address of the person's calendar feed; one that there was opens nothing any more."""

    label = "Skapa kalenderadress"
    key_hash: str

    def stated(self) -> Kept:
        return {}

    def apply(self, person: User, act: Act) -> None:
        person.calendar_key_hash = self.key_hash
        person.save(update_fields=["calendar_key_hash"])


class RemoveCalendarAddress(OfOneself):
    """The address of the person's calendar feed opens nothing any more."""

    label = "Ta bort kalenderadressen"

    def apply(self, person: User, act: Act) -> None:
        person.calendar_key_hash = ""
        person.save(update_fields=["calendar_key_hash"])


@roles(*CASE_READERS)
def calendar_address(request: Request) -> HttpResponse:
    """The secret address of the person's calendar feed: make, renew, remove. It is shown on the
    answer to its making and never again."""
    if request.method == "POST" and request.POST.get("do") == "remove":
        back = reverse("cases:calendar_address")
        gone = "Adressen är borttagen."
        return changing.do(request, request.user, RemoveCalendarAddress(), back, receipt=gone)
    address = ""
    if request.method == "POST":
        key = secrets.token_urlsafe(32)
        made = press(request, request.user, MakeCalendarAddress(key_hash=_hashed(key)))
        if made is None or made.repeated:
            return redirect("cases:calendar_address")
        address = request.build_absolute_uri(reverse("cases:calendar_feed", args=[key]))
    context = {"address": address, "has_address": bool(request.user.calendar_key_hash)}
    return render(request, "cases/calendar_address.html", context)


def _hashed(key: str) -> str:
    """What a key is recognised by: it is long and random, so one round of SHA-256 keeps it."""
    return hashlib.sha256(key.encode()).hexdigest()


@public
def calendar_feed(request: Request, key: str) -> HttpResponse:
    """The running deadlines of the cases a person is responsible for, as all-day events.

    The key is the only proof of who asks. Case number and deadline alone: no names (SEC-03).
    """
    person = User.objects.filter(calendar_key_hash=_hashed(key), is_active=True).first()
    if person is None:
        raise Http404
    mine = Case.objects.listed().visible_to(actor_on(person, request.today)).open()
    rows = Deadline.objects.running().filter(case__in=mine.filter(responsible=person))
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Kundval//Tidsfrister//SV")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", "Kundval, mina tidsfrister")
    for row in rows.select_related("case"):
        feed.add_component(_event(request, row))
    response = HttpResponse(feed.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="kundval.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _event(request: Request, row: Deadline) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"tidsfrist-{row.pk}@kundval")
    event.add("dtstamp", request.at)
    event.add("dtstart", row.due)
    event.add("dtend", calendar.add_days(row.due, 1))
    event.add("summary", f"{row.case}: {row.label}")
    event.add("url", request.build_absolute_uri(reverse("cases:case", args=[row.case_id])))
    event.add("transp", "TRANSPARENT")
    return event


# ------------------------------------------------------------------ inbox


@logged_in
def inbox(request: Request) -> HttpResponse:
    """What the person has been told, newest first; here it is marked as read."""
    mine = Notification.objects.filter(user=request.user)
    if request.method == "POST":
        return _mark(request, mine)
    unread_only = request.GET.get("visa") == "olasta"
    rows = mine.filter(read_at=None) if unread_only else mine
    page = page_of(request, rows.select_related("case"))
    page.object_list = with_doors(request, page.object_list)
    context = {
        "page": page,
        "unread": mine.filter(read_at=None).count(),
        "unread_only": unread_only,
    }
    return render(request, "cases/inbox.html", context)


def with_doors(request: Request, notices: Iterable[Notification]) -> list[Notification]:
    """The notices, each with whether the person still may open what it leads to: `opens`."""
    found = list(notices)
    cases = Case.objects.filter(pk__in={notice.case_id for notice in found})
    seen = set(cases.visible_to(request.actor).values_list("pk", flat=True))
    for notice in found:
        notice.opens = bool(notice.leads_to) or notice.case_id in seen
    return found


def _mark(request: Request, mine: QuerySet[Notification]) -> HttpResponse:
    unread = mine.filter(read_at=None)
    back = _safe(request, request.POST.get("back", ""), reverse("cases:inbox"))
    if "open" in request.POST:
        row = get_object_or_404(
            mine.select_related("case"), pk=entry.whole_number(request.POST["open"])
        )
        if not with_doors(request, [row])[0].opens:
            unread.filter(pk=row.pk).update(read_at=request.at)
            return redirect(back)
        # Who opens a case has also seen what was said of it before.
        unread.filter(case=row.case, created_at__lte=row.created_at).update(read_at=request.at)
        if row.leads_to:
            return redirect(row.leads_to)
        assert row.case  # what opens leads to a page or to a case
        return redirect(back_to(request, row.case))
    if "read" in request.POST:
        unread = unread.filter(pk=entry.number(request.POST["read"]))
    elif "all" not in request.POST:
        return redirect(back)
    unread.update(read_at=request.at)
    return redirect(back)


# ------------------------------------------------------------------ search


@roles(*CASE_READERS)
def search(request: Request) -> HttpResponse:
    """Cases by number, registry number or company; a whole number leads straight to its case."""
    text = entry.sought(request.GET.get("q"))
    visible = Case.objects.listed().visible_to(request.actor)
    if text and (exact := visible.filter(number__iexact=text).first()):
        return redirect("cases:case", exact.pk)
    hits: list[Case] = []
    if text:
        found = visible.filter(any_text(text)).select_related("responsible", "unit")
        newest = F("closed_on").desc(nulls_first=True)  # open ones before all
        hits = list(found.order_by(newest, "-pk")[: MOST_HITS + 1])
    context = {"text": text, "hits": hits[:MOST_HITS], "more": len(hits) > MOST_HITS}
    return render(request, "cases/search.html", context)


# ------------------------------------------------------------------ to register


@roles(*RegisterNote.roles)
def to_register(request: Request) -> HttpResponse:
    """Official notes that are not yet registered in the case-registration system (LOV-13)."""
    rows = (
        JournalNote.objects.filter(
            kind=JournalNote.Kind.OFFICIAL,
            registered_on=None,
            case__in=Case.objects.visible_to(request.actor),
        )
        .select_related("case", "author", "document")
        .order_by("written_at", "pk")
    )
    return render(request, "cases/to_register.html", {"page": page_of(request, rows)})
