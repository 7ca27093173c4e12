"""Outgoing mail: what is sent, what failed and why, and sending again. Requirement CAP-04."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import log
from cases.models import OutgoingMail
from cases.pages.worklist import page_of
from organisation.access import roles
from organisation.acting import act_of
from organisation.request import Request
from organisation.roles import Role

READERS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR})
Status = OutgoingMail.Status
CAN_BE_SENT_AGAIN = (Status.FAILED, Status.BOUNCED)


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
    with transaction.atomic():
        mail = get_object_or_404(OutgoingMail.objects.select_for_update(), pk=pk)
        if mail.status not in CAN_BE_SENT_AGAIN:
            messages.error(
                request, f"Brevet är inte misslyckat utan {mail.get_status_display().lower()}."
            )
            return redirect("cases:mail")
        before = mail.status
        mail.status, mail.attempts, mail.next_try_at = Status.QUEUED, 0, request.at
        mail.save(update_fields=["status", "attempts", "next_try_at"])
        log.record(
            "mail",
            "send_mail_again",
            act_of(request, READERS),
            subject=mail,
            values={"status": [before, mail.status]},
        )
    messages.success(request, "Brevet ligger i kön och skickas igen inom kort.")
    return redirect("cases:mail")
