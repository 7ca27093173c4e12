"""What only the demo has: another date, another role, a fresh start. 404 outside demo mode."""

import datetime
from dataclasses import dataclass
from functools import wraps
from io import StringIO
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.management import call_command
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from audit import clock
from cases import calendar, flows, ledger, mailing, outbox
from cases.dates import long_date
from cases.views import CASE_READERS
from config.demo.loading import sign
from config.demo.people import demo_logins
from config.views import BEGIN_HERE
from organisation.access import View, public
from organisation.models import User
from organisation.request import Request
from organisation.roles import OUTSIDE_ROLES, Role
from planning.baseplans.generation import generate_coming
from planning.units import due
from procurement.applications import jobs
from procurement.duties import jobs as duties

MAX_DAYS = 400
PLANNED_DAYS = 14
"""How far ahead the demo has visits; the nightly job of an installation makes six weeks."""
"""As far as *Demodatum* moves in one step."""


@dataclass(frozen=True)
class Login:
    """A demo login as the pages show it."""

    username: str
    name: str
    role: str

    @property
    def tasks(self) -> str:
        """Where the role begins, in words; empty when it has nothing of its own to do yet."""
        role = next((role for role in Role if role.label == self.role), None)
        if role in OUTSIDE_ROLES:
            return "Ansöker och följer sitt ärende i portalen"
        return "; ".join(label for label, *_ in BEGIN_HERE.get(role, ())) if role else ""

    @property
    def reads(self) -> str:
        """What a role without tasks of its own can do."""
        readers = {Role(role).label for role in CASE_READERS}
        return "Läser ärenden och sin inkorg" if self.role in readers else "Läser sin inkorg"


def logins() -> list[Login]:
    """The demo logins that there are; those with something to do come first."""
    known = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    rows = [Login(*row) for row in demo_logins() if row[0] in known]
    return sorted(rows, key=lambda login: not login.tasks)


def demo_only(view: View) -> View:
    """Anybody in demo mode; outside it there is no such page."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO_MODE:
            raise Http404
        return view(request, *args, **kwargs)

    return public(guarded)


class AdvanceForm(forms.Form):
    """A number of days, or a date."""

    days = forms.IntegerField(required=False, min_value=1, max_value=MAX_DAYS)
    date = forms.DateField(required=False)

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if not self.errors and not cleaned.get("days"):
            day = cleaned.get("date")
            cleaned["days"] = calendar.days_between(self.today, day) if day else 0
            if not 1 <= cleaned["days"] <= MAX_DAYS:
                raise forms.ValidationError("date")
        return cleaned


@demo_only
@require_POST
def advance(request: Request) -> HttpResponse:
    """Move *Demodatum* ahead, and do day by day what the scheduled jobs would have done."""
    form = AdvanceForm(request.POST, today=request.today)
    if form.is_valid():
        done = [_live_through_next_day() for _ in range(form.cleaned_data["days"])]
        generate_coming(clock.now(), PLANNED_DAYS)
        flows.refresh(clock.today())
        messages.success(request, _told(*map(sum, zip(*done, strict=True))))
    else:
        last = calendar.add_days(request.today, MAX_DAYS)
        messages.error(
            request,
            f"Välj ett datum efter {long_date(request.today)} och senast {long_date(last)}.",
        )
    return redirect(_page_before(request))


def _live_through_next_day() -> tuple[int, int, int, int]:
    """One day ahead. Returns how many reminders, ended and new cases and mails it brought."""
    clock.set_demo_days(clock.demo_days() + 1)
    at = clock.now()
    due.carry_out_due(at)
    opened = duties.run(at)[1]
    ended = jobs.end_passed_correction_periods(at)
    return ledger.sweep(at), ended, opened, _mails(at)


def _mails(at: datetime.datetime) -> int:
    return outbox.send_waiting(lambda: at, mailing.NAME)


def _told(reminders: int, ended: int, opened: int, mails: int) -> str:
    parts = [
        _counted(reminders, "påminnelse skickades", "påminnelser skickades"),
        _counted(ended, "ärende avslutades", "ärenden avslutades"),
        _counted(
            opened, "uppgift i årshjulet blev ett ärende", "uppgifter i årshjulet blev ärenden"
        ),
        _counted(mails, "brev lades i Utgående", "brev lades i Utgående"),
    ]
    happened = ", ".join(part for part in parts if part) or "Inget hände"
    return f"Demodatum är nu {long_date(clock.today())}. {happened}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""


def _page_before(request: Request) -> str:
    """The page that the visitor came from, if it is one of ours."""
    page = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    is_ours = "/" in page and url_has_allowed_host_and_scheme(page, hosts, request.is_secure())
    return page if is_ours else "start"


@demo_only
@require_http_methods(["GET", "POST"])
def roles(request: Request) -> HttpResponse:
    """The demo logins with what each can do, and a change to one of them without a password."""
    if request.method == "GET":
        return render(request, "demo/roles.html", {"logins": logins()})
    names = {username for username, *_ in demo_logins()}
    wanted = request.POST.get("username", "")
    user = get_object_or_404(User, username=wanted if wanted in names else None, is_active=True)
    logout(request)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return redirect("home")


@demo_only
@require_http_methods(["GET", "POST"])
def reset(request: Request) -> HttpResponse:
    """The demo as it was on the first day."""
    if request.method == "GET":
        return render(request, "demo/reset.html")
    if sign().exists():
        messages.error(request, "Demokommunen laddas fortfarande. Vänta en stund och försök igen.")
        return redirect("start")
    logout(request)
    call_command("demo", reset=True, stdout=StringIO())
    messages.success(request, "Demon är återställd. Logga in för att börja.")
    return redirect("start")
