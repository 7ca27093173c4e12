"""What Kundval sends: what waits, what arrived, what failed and why, and sending again.

Requirements CAP-04, PLN-16, EXT-01, SEC-03.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.act import Act
from cases import calendar, outbox
from cases.forms import OutgoingFilter
from cases.models import Outgoing, OutgoingMail
from cases.pages.worklist import page_of
from door.command import Command, Kept
from door.refusals import Refused
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from organisation.roles import Role
from organisation.swedish import containing

READERS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR})
State = Outgoing.State
NO_ADDRESS = "Mottagaren har ingen adress i Kundval: be driften lägga in den, så skickas det."


class SendAgain(Command[Outgoing]):
    """A message that failed, bounced or waits for its next try is tried at once, and has all its tries
    again."""

    label, roles = "Skicka igen", READERS

    def check(self, message: Outgoing, act: Act) -> None:
        if not message.can_be_sent_again:
            state = message.get_state_display().lower()
            raise Refused(
                f"Inget försök att skicka meddelandet har misslyckats. Läget är: {state}."
            )
        if message.state == State.WAITING and _was_just_tried(message, act.at):
            raise Refused("Meddelandet skickas just nu. Vänta två minuter och se vad som hände.")

    def apply(self, message: Outgoing, act: Act) -> Kept:
        before = message.state
        message.state, message.tries, message.next_try_at = State.WAITING, 0, act.at
        message.save(update_fields=["state", "tries", "next_try_at"])
        return {"state": [before, message.state]}


def _was_just_tried(message: Outgoing, at: datetime) -> bool:
    """Whether somebody may be waiting for its answer."""
    return message.sent_at is not None and at < message.sent_at + outbox.TAKEN


@dataclass(frozen=True)
class Line:
    """A message as the page shows it."""

    row: Outgoing
    text: str
    mail: OutgoingMail | None
    shown_body: str
    error: str


@roles(*READERS)
def outgoing(request: Request) -> HttpResponse:
    """Messages of every kind, newest first, by party, state, day and the words of a mail."""
    form, found = _filtered(request)
    page = page_of(request, found.order_by("-created_at", "-pk"))
    context = {
        "filter": form,
        "filtered": any(request.GET.get(name) for name in form.fields),
        "page": page,
        "lines": _lines(list(page.object_list)),
        "key": uuid.uuid4().hex,
    }
    return render(request, "cases/outgoing.html", context)


def _filtered(request: Request) -> tuple[OutgoingFilter, QuerySet[Outgoing]]:
    form = OutgoingFilter(request.GET)
    found = Outgoing.objects.exclude(party="")
    if not form.is_valid():
        return form, found.none()
    wanted = form.cleaned_data
    if wanted["till"]:
        kind, _, party = wanted["till"].partition(":")
        found = found.filter(kind=kind, party=party)
    if wanted["lage"]:
        found = found.filter(state=wanted["lage"])
    if wanted["dag"]:
        found = found.filter(_written_on(wanted["dag"]))
    if wanted["ord"]:
        mails = OutgoingMail.objects.filter(containing(wanted["ord"], "subject", "to"))
        found = found.filter(pk__in=mails.values("pk"))
    return form, found


def _written_on(day: date) -> Q:
    first, last = (
        timezone.make_aware(datetime.combine(calendar.add_days(day, days), time.min))
        for days in (0, 1)
    )
    return Q(created_at__gte=first, created_at__lt=last)


def _lines(rows: Sequence[Outgoing]) -> list[Line]:
    """One query for each kind of message."""
    said: dict[int, Outgoing] = {}
    for kind in {row.kind for row in rows}:
        model = Outgoing.kinds[kind]
        of_kind = [row.pk for row in rows if row.kind == kind]
        said |= model._default_manager.select_related(*model.joined).in_bulk(of_kind)
    reached = {(party.kind, party.name) for party in outbox.parties() if party.send}
    return [_line(row, said[row.pk], (row.kind, row.party) in reached) for row in rows]


def _line(row: Outgoing, said: Outgoing, is_reached: bool) -> Line:
    mail = said if isinstance(said, OutgoingMail) else None
    # A mail about no case may hold somebody's link for logging in.
    is_shown = mail and (settings.DEMO_MODE or mail.case_id)
    error = row.error if is_reached or row.state != State.WAITING else NO_ADDRESS
    return Line(row, str(said), mail, mail.body if mail and is_shown else "", error)


@roles(*READERS)
@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Try a message at once that failed, bounced or waits."""
    return changing.do(
        request,
        get_object_or_404(Outgoing, pk=pk),
        SendAgain(),
        reverse("cases:mail"),
        receipt="Meddelandet skickas igen inom kort.",
    )
