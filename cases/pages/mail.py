"""Outgoing mail: what is sent, what failed and why, and sending again. Requirement CAP-04."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.act import Act
from cases.models import OutgoingMail
from cases.pages.worklist import page_of
from door.command import Command, Kept
from door.refusals import Refused
from organisation.access import roles
from organisation.pages import changing
from organisation.request import Request
from organisation.roles import Role

READERS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR})
Status = OutgoingMail.Status
CAN_BE_SENT_AGAIN = (Status.FAILED, Status.BOUNCED)


class SendMailAgain(Command[OutgoingMail]):
    """A mail that failed or bounced stands in the queue again, with all its attempts."""

    label, roles = "Skicka igen", READERS

    def check(self, mail: OutgoingMail, act: Act) -> None:
        if mail.status not in CAN_BE_SENT_AGAIN:
            status = mail.get_status_display().lower()
            raise Refused(f"Brevet är inte misslyckat utan {status}.")

    def apply(self, mail: OutgoingMail, act: Act) -> Kept:
        before = mail.status
        mail.status, mail.attempts, mail.next_try_at = Status.QUEUED, 0, act.at
        mail.save(update_fields=["status", "attempts", "next_try_at"])
        return {"status": [before, mail.status]}


@roles(*READERS)
def outgoing(request: Request) -> HttpResponse:
    """Mails, newest first, by status."""
    wanted = request.GET.get("status", "")
    rows = OutgoingMail.objects.select_related("user").order_by("-pk")
    if wanted in Status.values:
        rows = rows.filter(status=wanted)
    page = page_of(request, rows)
    for mail in page.object_list:
        # A mail about no case may hold somebody's link for logging in.
        mail.shown_body = mail.body if settings.DEMO_MODE or mail.case_id else ""
    context = {
        "page": page,
        "wanted": wanted,
        "statuses": Status.choices,
        "again": CAN_BE_SENT_AGAIN,
    }
    return render(request, "cases/mail.html", context)


@roles(*READERS)
@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Put a mail that failed or bounced back in the queue, with all its attempts."""
    return changing.do(
        request,
        get_object_or_404(OutgoingMail, pk=pk),
        SendMailAgain(),
        reverse("cases:mail"),
        receipt="Brevet ligger i kön och skickas igen inom kort.",
    )
