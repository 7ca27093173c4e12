"""The provider portal: registering, applying, following the case. A company sees its own alone."""

import uuid
from datetime import date
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit.act import Act
from cases import ledger
from cases.commands import open_once
from cases.models import Case, Deadline, JournalNote
from cases.process import Page, process_of, processes
from cases.views import actions, deadlines_of, get_case
from door import entry
from organisation.access import logged_in, public
from organisation.models import Representation, Unit
from organisation.request import Request
from procurement.applications.commands.intake import open_draft
from procurement.applications.models import CommitteeDecision, ProviderApplication
from procurement.applications.panel import checklist
from procurement.applications.registration import Registration, confirm, register
from procurement.introductions.models import Introduction
from procurement.portal.forms import RegistrationForm
from procurement.portal.sheet import Sheet
from procurement.specifications.models import SpecificationVersion

State = ProviderApplication.State


@public
def register_company(request: Request) -> HttpResponse:
    """A company registers itself; the answer is the same whatever is already known."""
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _not_too_often(request, form):
        site = request.build_absolute_uri("/").rstrip("/")
        path = register(Registration(**form.cleaned_data), request.at, site)
        shown = path if settings.DEMO_MODE else ""
        return render(request, "procurement/portal/registered.html", {"link": shown})
    status = 422 if form.errors else 200
    return render(request, "procurement/portal/register.html", {"form": form}, status=status)


@public
def confirm_mail(request: Request, token: str) -> HttpResponse:
    """The link of the mail; opened by a button, so that a mail scanner does not confirm."""
    tried = request.method == "POST"
    if tried and not ratelimit.consume(request, action="confirm_mail"):
        return ratelimit.respond_429(request)
    done = confirm(token, request.at) if tried else None
    return render(
        request,
        "procurement/portal/confirm.html",
        {"done": done, "tried": tried},
        status=410 if tried and not done else 200,
    )


def _not_too_often(request: Request, form: RegistrationForm) -> bool:
    """Whether a mail may be sent once more, to this address or from this place; else the form says."""
    if ratelimit.consume(
        request, action="register_company", key=form.cleaned_data["mail"].casefold()
    ):
        return True
    form.add_error(
        None,
        "Många registreringar har kommit härifrån eller med samma e-postadress. Vänta en timme och "
        "försök igen. Titta också i skräpposten efter brevet från Kundval.",
    )
    return False


@logged_in
def home(request: Request) -> HttpResponse:
    """The company's applications, and whether the person's authority is approved."""
    representations = list(_representations(request))
    companies = request.actor.provider_ids | {row.provider_id for row in representations}
    shown = Deadline.objects.running().filter(rule__in=ledger.shown_to_company()).order_by("due")
    kinds = [process.case.case_kind for process in processes() if process.portal]
    cases = (
        Case.objects.visible_to(request.actor)
        .filter(provider_id__in=companies, kind__in=[ProviderApplication.case_kind, *kinds])
        .exclude(
            Q(kind=Introduction.case_kind, introduction__application__isnull=False)
            & ~Q(introduction__application__state=State.APPROVED)
        )
        .select_related("responsible")
        .prefetch_related(Prefetch("deadlines", shown, to_attr="shown_deadlines"))
        .order_by("-opened_at")
    )
    context = {"cases": cases, "representations": representations, "key": uuid.uuid4().hex}
    return render(request, "procurement/portal/home.html", context)


@logged_in
@require_POST
def new(request: Request) -> HttpResponse:
    """Begin a draft for one of the companies that the person represents; once per key."""
    row = get_object_or_404(
        _representations(request), provider_id=entry.whole_number(request.POST.get("provider"))
    )
    unit = Unit.objects.get(parent=None)
    title = row.provider.name if row.approved_on else row.claimed_name
    application = open_once(
        request.POST.get("key", ""),
        "open_draft",
        lambda: open_draft(row.provider, unit, Act.own(request.user, request.at), title),
    )
    return redirect("portal:case", application.pk)


@logged_in
def case(request: Request, pk: int) -> HttpResponse:
    """A company's own case: what it has to do, its checklist, messages, and how it goes on.

    One form takes particulars, files and the answer to a completion, so that nothing that was
    written is lost whichever of its buttons is pressed.
    """
    row = get_case(request, pk)
    if page := process_of(row.kind).portal:
        return _process(request, row, page)
    if row.kind != ProviderApplication.case_kind:
        raise Http404
    application = ProviderApplication.from_case(row)
    sheet = Sheet(request, application)
    if request.method == "POST" and sheet.take_in():
        messages.success(request, sheet.said)
        return redirect("portal:case", pk)
    if sheet.sent:
        again = Case.objects.select_related("responsible").get(pk=pk)
        application = ProviderApplication.from_case(again)
    asked, rows = _rows(application, sheet, request.today)
    context = {
        "case": application,
        "sheet": sheet,
        "specification": application.specification
        or SpecificationVersion.objects.in_force(request.today),
        "rows": rows,
        "other_files": application.attachments.filter(requirement="", removed_on=None),
        "round": _round(application, asked),
        "earlier": application.completions.filter(closed_on__isnull=False),
        **_shared(row),
        "line": _line(application),
    }
    status = 422 if sheet.sent else 200
    return render(request, "procurement/portal/case.html", context, status=status)


def _process(request: Request, row: Case, page: Page) -> HttpResponse:
    """A case of another process, as the company sees it: its own part, and what it can do."""
    concrete = row.concrete()
    context = {
        "case": concrete,
        "actions": actions(concrete, request.actor),
        **_shared(row),
        **page.more(concrete, request),
    }
    return render(request, page.template, context)


def _shared(row: Case) -> dict[str, Any]:
    """What the company sees of every case: its deadlines, the messages, documents sent to it."""
    codes = ledger.shown_to_company()
    return {
        "deadlines": [deadline for deadline in deadlines_of(row) if deadline.rule in codes],
        "thread": row.notes.filter(kind=JournalNote.Kind.MESSAGE)
        .select_related("author")
        .order_by("written_at"),
        "documents": row.documents.filter(shown_to_company=True),
    }


def _representations(request: Request) -> Any:
    return Representation.objects.filter(user=request.user, ended_on=None).select_related(
        "provider"
    )


def _rows(application: ProviderApplication, sheet: Sheet, day: Any) -> tuple[list, list]:
    """The checklist, each row with what was just sent for it: what a completion asks for, the rest."""
    waiting = application.open_completion()
    wanted = waiting.requirements if waiting else ()
    rows = [(row, sheet.uploads.get(row.code)) for row in checklist(application, day)]
    return (
        [pair for pair in rows if pair[0].code in wanted],
        [pair for pair in rows if pair[0].code not in wanted],
    )


def _round(application: ProviderApplication, rows: list) -> dict[str, Any] | None:
    """The completion that the company has to answer, with the rows that are asked for."""
    waiting = application.open_completion()
    if waiting is None:
        return None
    return {
        "request": waiting,
        "deadline": application.deadlines.running().filter(rule="completion_answer").first(),
        "rows": rows,
    }


def _line(application: ProviderApplication) -> list[tuple[str, str, Any]]:
    """How it goes: (status, step, when), in the company's words."""
    if application.state == State.WITHDRAWN:
        return [
            ("done", "Ansökan inkom", application.arrived_on),
            ("done", "Ansökan återkallad", application.closed_on),
        ]
    order = [
        State.DRAFT,
        State.RECEIVED,
        State.COMPLETION,
        State.HANDLING,
        State.ASSESSMENT,
        State.MBL,
        State.COMMITTEE,
        State.DECIDED,
    ]
    place = order.index(application.state) if application.state in order else len(order)
    decision = application.decision()
    steps = (
        (
            "Ansökan inkom" if application.arrived_on else "Ansökan skrivs",
            0,
            application.arrived_on,
        ),
        ("Granskning och komplettering", 2, application.complete_on),
        ("Handläggning, helst inom fyra veckor", 5, None),
        ("Beslut i nämnden", 6, decision.decided_on if decision else None),
        ("Underrättelse om beslutet", 7, _told_on(decision)),
    )
    shown, before = [], -1
    for title, last, when in steps:
        status = "done" if place > last else "now" if place > before else "ahead"
        shown.append((status, title, when))
        before = last
    return shown


def _told_on(decision: CommitteeDecision | None) -> date | None:
    return decision.notice.given_on if decision and hasattr(decision, "notice") else None
