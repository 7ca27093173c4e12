"""Whether a loaded demo is what it promises, as of a day. Requirement DAY-01."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from io import StringIO
from itertools import pairwise
from unittest import mock

from django.apps import apps
from django.core.management import call_command
from django.db.models import DateField, DateTimeField, Max, Model
from django.test import Client as Browser
from django.urls import reverse

from audit import clock, sealing
from audit.models import DemoDate, Event
from cases import calendar, documents
from cases.models import CommitteeMeeting
from config.demo import people
from config.demo.planning import DAYS, FIRST_DAYS
from config.demo.timeline import STOCKHOLM
from organisation.models import User
from planning.extras import rules
from planning.models import Decline, ExtraNeed, Shift, Visit
from procurement.applications.models import ProviderApplication
from procurement.contracts.models import Contract
from procurement.escalations.models import Deviation, SanctionStep
from procurement.followups.models import FollowUp
from procurement.introductions.models import Introduction
from procurement.meetings.models import Meeting
from procurement.tenders.models import Tender

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TO_COME = frozenset({
    "answers_close_on", "booked_at", "due_on", "ends_on", "expires_on", "follow_on",
    "may_start_on", "next_rung_on", "next_try_at", "questions_close_on", "review_on",
    "schedules_in_on", "starts_on", "tenders_close_on",
})  # fmt: skip
"""Dates and times that say what is to happen."""
OTHER = frozenset({
    "audit.Event.recorded_at", "cases.CommitteeMeeting.held_on", "organisation.User.date_joined",
    "organisation.User.last_login", "planning.SchedulePeriod.planned_on",
})  # fmt: skip
"""What is the machine's own time, or a plan, by another name than those."""
MAY_COME = {"CommitteeMeeting": 1, "ProviderApplication": 1, "User": 1}
"""So many that are new may come with a later loading."""
OWN = {"audit", "cases", "clients", "door", "organisation", "planning", "procurement"}


class AskedTheClock(AssertionError):
    """Loading as of a day asked what day it is."""


def load(day: date, *, essential: bool = False) -> None:
    """The demo as of a day. Documents are laid out but not drawn: no day changes how.

    Raises AskedTheClock, or whatever stops the loading.
    """
    with (
        mock.patch.object(clock, "now", side_effect=AskedTheClock),
        mock.patch.object(documents, "html_to_pdf", return_value=[b"%PDF-1.7\n"] * 2),
    ):
        only = "essential" if essential else None
        call_command("demo", as_of=day, only=only, stdout=StringIO())


def living_on(day: date) -> AbstractContextManager:
    """The product's clock stands at ten o'clock on a day, whatever *Demodatum* said."""
    DemoDate.objects.all().delete()
    at = datetime.combine(day, time(10), tzinfo=STOCKHOLM).astimezone(UTC)
    return mock.patch.object(clock, "real_now", return_value=at)


def faults(day: date, *, essential: bool = False) -> list[str]:
    """What is wrong with the demo as loaded for a day, in words; empty when nothing is."""
    with living_on(day):
        return [
            *_dated_later(day),
            *_out_of_order(),
            *_unkept(day, FIRST_DAYS if essential else DAYS),
            *_pages(day),
            *sealing.verify().faults,
        ]


def counts() -> dict[str, int]:
    """How many there are of what a second loading must not double."""
    models = (
        CommitteeMeeting,
        Contract,
        Deviation,
        ExtraNeed,
        FollowUp,
        Introduction,
        ProviderApplication,
        Tender,
        User,
    )
    return {model.__name__: model.objects.count() for model in models}


def _dated_later(day: date) -> Iterator[str]:
    """Facts that would not have happened yet."""
    for model in apps.get_models():
        if model._meta.app_label in OWN:
            yield from _later_in(model, day)


def _later_in(model: type[Model], day: date) -> Iterator[str]:
    for field in model._meta.local_concrete_fields:
        name = f"{model._meta.label}.{field.name}"
        is_moment = isinstance(field, DateTimeField)
        is_fact = is_moment or (isinstance(field, DateField) and field.name.endswith("_on"))
        if not is_fact or field.name in TO_COME or name in OTHER:
            continue
        last = model._default_manager.aggregate(last=Max(field.name))["last"]
        if last and (clock.local_date(last) if is_moment else last) > day:
            yield f"{name} is {last}, after the day"


def _out_of_order() -> Iterator[str]:
    """Events of a case that come before the one they follow."""
    rows = Event.objects.filter(chain__name__startswith="case:").order_by("chain", "seq")
    events = rows.values_list("chain__name", "name", "at")
    for (chain, before, earlier), (same, name, at) in pairwise(events):
        if chain == same and at < earlier:
            yield f"{chain}: {name} {at} follows {before} {earlier}"


def _unkept(day: date, planned_days: int) -> Iterator[str]:
    """States that the demo has something to show in, and the coming days."""
    for what, states, wanted in (
        ("application", _states(ProviderApplication), set(ProviderApplication.State.values)),
        ("introduction", _states(Introduction), {"before_contract", "programme", "finished"}),
        ("contract", _states(Contract), {"in_force"}),
        ("follow-up", _states(FollowUp), {"planned", "asked", "documented"}),
        (
            "meeting",
            _states(Meeting),
            {"held"},
        ),  # the next comes up a month before the quarter ends
        ("deviation", _states(Deviation), {"reported", "handling"}),
        ("tender", _states(Tender), {"published"}),
        ("extra need", _states(ExtraNeed), set(ExtraNeed.State.values)),
    ):
        if wanted - states:
            yield f"no {what} is {', '.join(sorted(wanted - states))}"
    coming = CommitteeMeeting.objects.filter(held_on__gt=day).order_by("held_on")
    items = [item for meeting in coming for item in meeting.items.exclude(case=None)]
    if not items or any(item.is_late for item in items):
        yield "no application stands in time on the next agenda"
    held = {calendar.is_working_day(row.held_on) for row in CommitteeMeeting.objects.all()}
    if held != {True}:
        yield "the committee meets on a holiday"
    if not SanctionStep.objects.filter(decided_on=None, declined_on=None).exists():
        yield "no warning waits"
    if not Decline.objects.exists():
        yield "no visit was declined"
    running = ExtraNeed.objects.filter(is_running=True).values_list("first_day", flat=True)
    numbers = {rules.day_number(first, day) for first in running}
    if not {0, 1, 4, 9, 13} <= numbers:
        yield f"extra needs run on their days {sorted(numbers)} alone"
    for unit in people.home_care():
        for ahead in range(planned_days + 1):
            coming_day = calendar.add_days(day, ahead)
            if Visit.objects.filter(plan__planned_unit=unit, plan__day=coming_day).count() < 100:
                yield f"{unit} has no visits on {coming_day}"
        if Shift.objects.filter(unit=unit, day=day).count() < 10:
            yield f"{unit} has no shifts"


def _states(model: type[Model]) -> set[str]:
    return set(model._default_manager.values_list("state", flat=True))


def _pages(day: date) -> Iterator[str]:
    """Main pages that do not answer 200, as those who read them."""
    boards = [
        f"{reverse('board:board')}?enhet={unit.pk}&dag={day_shown}"
        for unit in people.home_care()
        for day_shown in (day, calendar.add_days(day, 1))
    ]
    agenda = CommitteeMeeting.objects.filter(held_on__gt=day).earliest("held_on")
    seen = ProviderApplication.objects.exclude(state=ProviderApplication.State.DRAFT)
    one_of_each = {row.state: row for row in seen}.values()
    cases = [reverse("cases:case", args=[row.pk]) for row in one_of_each]
    for who, paths in {
        "": ["/", "/utforare/valj/", "/underlag/gallande/", "/upphandlingar/"],
        "deputy-director": ["/hem/", "/arenden/", "/arenden/lista/", "/arshjul/", *cases],
        "committee-secretary": [reverse("committee:meeting", args=[agenda.pk])],
        "planner": ["/hem/", "/extra/", "/personal/", "/ej-verkstallda/", *boards],
        "social-worker": ["/hem/", "/extra/"],
        "provider-manager": ["/portal/"],
    }.items():
        browser = Browser(SERVER_NAME="localhost")
        if who:
            browser.force_login(User.objects.get(username=who), BACKEND)
        for path in paths:
            status = browser.get(path).status_code
            if status != 200:
                yield f"{path} answers {status} to {who or 'anybody'}"
