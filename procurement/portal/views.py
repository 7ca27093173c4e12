"""The provider portal: registering, applying, following the case. A company sees its own alone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import log
from cases.models import Case, JournalNote
from cases.views import deadlines_of, get_case
from organisation.access import logged_in, public
from organisation.models import Representation, Unit
from procurement.applications.commands.intake import DraftForm, open_draft
from procurement.applications.models import ProviderApplication
from procurement.applications.panel import checklist
from procurement.portal.forms import RegistrationForm
from procurement.portal.registration import Registration, confirm, register
from procurement.specifications.models import SpecificationVersion

State = ProviderApplication.State
SHOWN_DEADLINES = ("completion_answer", "decision_time", "correction")
"""What a company is told of time; the administration's own goals are its own."""


@public
def register_company(request: HttpRequest) -> HttpResponse:
    """A company registers itself; the answer is the same whatever is already known."""
    form = RegistrationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        site = request.build_absolute_uri("/").rstrip("/")
        path = register(Registration(**form.cleaned_data), request.at, site)
        shown = path if settings.DEMO_MODE else ""
        return render(request, "procurement/portal/registered.html", {"link": shown})
    status = 422 if form.errors else 200
    return render(request, "procurement/portal/register.html", {"form": form}, status=status)


@public
def confirm_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail; opened by a button, so that a mail scanner does not confirm."""
    done = confirm(token, request.at) if request.method == "POST" else None
    tried = request.method == "POST"
    return render(
        request,
        "procurement/portal/confirm.html",
        {"done": done, "tried": tried},
        status=410 if tried and not done else 200,
    )


@logged_in
def home(request: HttpRequest) -> HttpResponse:
    """The company's applications, and whether the person's authority is approved."""
    cases = (
        Case.objects.visible_to(request.actor)
        .with_next_deadline()
        .select_related("responsible")
        .order_by("-opened_at")
    )
    context = {
        "cases": cases,
        "representations": _representations(request),
    }
    return render(request, "procurement/portal/home.html", context)


@logged_in
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Begin a draft for one of the companies that the person represents."""
    representation = get_object_or_404(
        _representations(request), provider_id=request.POST.get("provider") or 0
    )
    unit = Unit.objects.get(parent=None)
    application = open_draft(representation.provider, unit, request.user, request.at)
    return redirect("portal:case", application.pk)


@logged_in
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A company's own case: what it has to do, its checklist, messages, and how it goes on."""
    row = get_case(request, pk)
    log.record_read(row.chain, "read_case", at=request.at, actor=request.user, subject=row)
    application = row.concrete()
    rows = checklist(application, request.today)
    context = {
        "case": application,
        "specification": application.specification
        or SpecificationVersion.objects.in_force(request.today),
        "rows": rows,
        "may_attach": application.state
        in {State.DRAFT, State.RECEIVED, State.COMPLETION, State.HANDLING},
        "other_files": application.attachments.filter(requirement="", removed_on=None),
        "round": _round(application, rows),
        "earlier": application.completions.filter(closed_on__isnull=False),
        "deadlines": [d for d in deadlines_of(row) if d.rule in SHOWN_DEADLINES],
        "thread": application.notes.filter(kind=JournalNote.Kind.MESSAGE)
        .select_related("author")
        .order_by("written_at"),
        "documents": application.documents.filter(shown_to_company=True),
        "decision": application.decision(),
        "line": _line(application),
    }
    if application.state == State.DRAFT:
        context["form"] = DraftForm(case=application, actor=request.actor, day=request.today)
    return render(request, "procurement/portal/case.html", context)


def _representations(request: HttpRequest) -> Any:
    return Representation.objects.filter(user=request.user, ended_on=None).select_related(
        "provider"
    )


def _round(application: ProviderApplication, rows: list) -> dict[str, Any] | None:
    """The completion that the company has to answer, with the rows that are asked for."""
    waiting = application.open_completion()
    if waiting is None:
        return None
    return {
        "request": waiting,
        "deadline": application.deadlines.running().filter(rule="completion_answer").first(),
        "rows": [row for row in rows if row.code in waiting.requirements],
    }


def _line(application: ProviderApplication) -> list[tuple[str, str, Any]]:
    """How it goes: (status, step, when), in the company's words."""
    order = [State.DRAFT, State.RECEIVED, State.COMPLETION, State.HANDLING, State.ASSESSMENT,
             State.MBL, State.COMMITTEE, State.DECIDED]  # fmt: skip
    place = order.index(application.state) if application.state in order else len(order)
    decision = application.decision()
    steps = (
        ("Ansökan inkom", 0, application.arrived_on),
        ("Granskning och komplettering", 3, application.complete_on),
        ("Handläggning, helst inom fyra veckor", 6, None),
        ("Beslut i nämnden", 7, decision.decided_on if decision else None),
        ("Underrättelse om beslutet", 8, decision.notice.given_on if _told(decision) else None),
    )
    shown, before = [], -1
    for title, ends, when in steps:
        status = "done" if place > ends else "now" if place > before else "ahead"
        shown.append((status, title, when))
        before = ends
    return shown


def _told(decision: Any) -> bool:
    return bool(decision) and hasattr(decision, "notice")
