"""Review of the log (*loggkontroll*): reads, refused attempts, changed personal data. SEC-02."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.models import Chain, Event
from audit.words import event_name
from door import entry
from door.performing import perform
from door.refusals import Refused
from organisation import identity
from organisation.access import roles
from organisation.commands.log_control import REVIEWERS, CheckLog, VerifyLog
from organisation.forms import LogCheckForm, LogFilter
from organisation.models import LogControl, User
from organisation.pages import changing
from organisation.pages.excel import workbook
from organisation.reading import READ_PEOPLE, log_read
from organisation.request import Request

PER_PAGE = 50
EXPORTED_AT_MOST = 5_000
VERIFIED_AT_ONCE = 200_000
CHECKS_SHOWN = 50
CHAIN = LogControl.CHAIN
_CLIENT = re.compile(r"brukare ([1-9][0-9]{0,11})", re.IGNORECASE)
REVIEWED = (
    Q(kind=Event.Kind.READ) | Q(kind=Event.Kind.REFUSAL) | Q(kind=Event.Kind.CHANGE, personal=True)
)
ABOUT = {
    "unit": "Enhet",
    "substitution": "Ersättning",
    "responsibility": "Ansvarsmatrisen, rad",
    "delegation": "Delegation",
    "meeting": "Sammanträde",
    "client": "Brukare",
}


@dataclass(frozen=True)
class Line:
    """An event as the reviewer reads it."""

    event: Event
    what: str
    about: str


@roles(*REVIEWERS)
def access_log(request: Request) -> HttpResponse:
    """The filtered log, the latest first; made checks; whether the log is whole.

    Pages go by the event's id, not by count, so that a million events cost no more than a hundred.
    """
    form, found = _filtered(request)
    before = entry.whole_number(request.GET.get("fore"))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PER_PAGE + 1])
    asked = _asked(request)
    context = {
        "filter": form,
        "filtered": any(asked.values()),
        "query": asked.urlencode(),
        "lines": _lines(rows[:PER_PAGE]),
        "older": rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None,
        "paged": before is not None,
        **_control(),
    }
    return render(request, "organisation/access_log.html", context)


@roles(*REVIEWERS)
@require_POST
def client(request: Request) -> HttpResponse:
    """Who has read about a client, found by their number, which never stands in an address."""
    address = reverse("organisation:access_log")
    try:
        digits = identity.parse(request.POST.get("nummer", "")).digits
    except ValueError as fault:
        messages.error(request, str(fault))
        return redirect(address)
    # This app is below the clients' and cannot import it.
    found = apps.get_model("clients", "Client").with_number(digits)
    if found is None:
        messages.error(request, "Ingen brukare har eller har haft det personnumret.")
        return redirect(address)
    return redirect(f"{address}?{urlencode({'objekt': f'brukare {found.pk}'})}")


@roles(*REVIEWERS)
def export(request: Request) -> FileResponse:
    """The filtered log as an Excel file, the latest first; taking it out is itself logged."""
    found = list(_filtered(request)[1][:EXPORTED_AT_MOST])
    log_read(
        request,
        CHAIN,
        "export_log",
        LogControl.one(),
        REVIEWERS,
        values={"events": len(found), **{n: v for n, v in _asked(request).items() if v}},
    )
    columns = (("När", 18), ("Vem", 30), ("För", 30), ("Slag", 12), ("Vad", 60), ("Gäller", 34))
    rows: list[tuple[Any, ...]] = [
        (
            line.event.at,
            str(line.event.actor or "Kundval"),
            str(line.event.on_behalf_of or ""),
            line.event.get_kind_display(),
            line.what,
            line.about,
        )
        for line in _lines(found)
    ]
    if len(found) == EXPORTED_AT_MOST:
        rows.append((f"Bara de {EXPORTED_AT_MOST} senaste händelserna. Avgränsa med filtret.",))
    return workbook("Loggkontroll", columns, rows, f"loggkontroll-{request.today}.xlsx")


@roles(*REVIEWERS)
def check(request: Request) -> HttpResponse:
    """Note that a check was made: period, sample, outcome."""
    address = reverse("organisation:access_log")
    return changing.do_page(
        request,
        LogControl.one(),
        CheckLog,
        LogCheckForm(request.POST or None, today=request.today),
        button="Anteckna",
        back=address + "#kontroller",
        trail=[("Loggkontroll", address)],
    )


@roles(*REVIEWERS)
@require_POST
def verify(request: Request) -> HttpResponse:
    """Walk the chains and seals, and note what was found. On a big log the command does it."""
    back = redirect(reverse("organisation:access_log") + "#hel")
    if _length() >= VERIFIED_AT_ONCE:
        messages.warning(request, "Loggen är stor. Kör kommandot manage.py verify_log i stället.")
        return back
    try:
        found = perform(LogControl.one(), VerifyLog(), request.user, at=request.at).values
    except Refused as refusal:
        messages.error(request, str(refusal))
        return back
    if found["fault_count"]:
        messages.error(request, "Loggen stämmer inte. Se vad som är fel under Är loggen hel?")
    else:
        messages.success(request, f"Loggen är hel: {found['events']} händelser kontrollerade.")
    return back


def _filtered(request: Request) -> tuple[LogFilter, QuerySet[Event]]:
    form = LogFilter(request.GET)
    found: QuerySet[Event] = Event.objects.filter(REVIEWED).order_by("-pk")
    if not form.is_valid():
        return form, found.none()
    wanted = form.cleaned_data
    if wanted["slag"]:
        found = found.filter(kind=wanted["slag"])
    if wanted["person"]:
        found = found.filter(actor=wanted["person"])
    if wanted["objekt"]:
        found = _about_what(found, wanted["objekt"].strip())
    if wanted["fran"]:
        found = found.filter(at__gte=_moment(wanted["fran"], time.min))
    if wanted["till"]:
        found = found.filter(at__lte=_moment(wanted["till"], time.max))
    return form, found.select_related("actor", "on_behalf_of", "chain", "showing", "values")


def _asked(request: Request) -> Any:
    asked = request.GET.copy()
    asked.pop("fore", None)
    return asked


def _moment(day: Any, clock_time: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock_time))


def _cases() -> Any:
    # The log is told of cases by their number, but this app is below theirs and cannot import it.
    return apps.get_model("cases", "Case").objects


def _about_what(found: QuerySet[Event], text: str) -> QuerySet[Event]:
    """The events about the case, the user, or the client ("brukare 12"), whom lists show as well."""
    if not (said := _CLIENT.fullmatch(text)):
        return found.filter(chain__name__in=_chains_about(text))
    showing = Event.objects.filter(showing__shown__person=int(said[1]))
    about = Event.objects.filter(chain__name=f"client:{said[1]}")
    # Two questions with an index each; asked as one, the whole log would be read.
    return found.filter(pk__in=showing.values("pk").union(about.values("pk")))


def _chains_about(text: str) -> list[str]:
    """The chains of the case with the number, or of the person with the user name."""
    cases = _cases().filter(number__iexact=text).values_list("pk", flat=True)
    people = User.objects.filter(username__iexact=text).values_list("pk", flat=True)
    return [f"case:{pk}" for pk in cases] + [f"user:{pk}" for pk in people]


def _lines(events: Sequence[Event]) -> list[Line]:
    """Events with their text: two queries for the names of what they are about."""
    names = [event.chain.name.partition(":") for event in events]
    cases = _cases().in_bulk({int(pk) for prefix, _, pk in names if prefix == "case"})
    people = User.objects.in_bulk(
        {int(pk) for prefix, _, pk in names if prefix in ("user", "reads")}
    )
    return [
        Line(event, _what(event), _about(prefix, pk, cases, people) + _how_many(event))
        for event, (prefix, _, pk) in zip(events, names, strict=True)
    ]


def _what(event: Event) -> str:
    values = event.values.values if hasattr(event, "values") else {}
    if event.kind == Event.Kind.REFUSAL:
        # The refusal's own words; they are disposed of with the case.
        return values.get("message") or event_name(event.name)
    if event.name == READ_PEOPLE:
        return f"{event_name(event.name)}: {values.get('page', '')}"
    return event_name(event.name)


def _how_many(event: Event) -> str:
    """Of a read that showed several clients."""
    count = event.showing.count if event.showing else 0
    return f", {count} brukare" if count > 1 else ""


def _about(prefix: str, pk: str, cases: dict, people: dict) -> str:
    if prefix == "case":
        return f"Ärende {cases[int(pk)]}" if int(pk) in cases else f"Gallrat ärende ({pk})"
    if prefix in ("user", "reads"):
        return f"Användare {people[int(pk)].username}" if int(pk) in people else f"Användare {pk}"
    return "Loggen" if prefix == CHAIN else f"{ABOUT.get(prefix, prefix)} {pk}".strip()


def _control() -> dict[str, Any]:
    """Made checks and the latest verification."""
    events = Event.objects.filter(chain__name=CHAIN).select_related(
        "actor", "on_behalf_of", "values"
    )
    length = _length()
    return {
        "checks": events.filter(name="check_log").order_by("-seq")[:CHECKS_SHOWN],
        "outcomes": dict(LogCheckForm.OUTCOMES),
        "verification": events.filter(name="verify_log").order_by("-seq").first(),
        "log_length": length,
        "anchor": settings.SEAL_ANCHOR,
        "anchor_mail": settings.SEAL_MAIL,
        "can_verify": length < VERIFIED_AT_ONCE,
    }


def _length() -> int:
    return Chain.objects.aggregate(length=Sum("length"))["length"] or 0
