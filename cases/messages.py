"""Telling people: a line in the inbox and a mail, both in the transaction of what they tell of."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet

from cases.models import Case, Notification, OutgoingMail
from organisation.models import User

MAX_ATTEMPTS = 8


def notify(
    users: Iterable[User],
    case: Case,
    text: str,
    at: datetime,
    *,
    urgent: bool = False,
    leads_to: str = "",
    opens: bool = True,
) -> None:
    """Put `text` in each person's inbox, and send a mail that names the case by number alone.

    Whoever is told may open what it leads to: the case's page, or the address `leads_to` for those
    whose task in the case has a page of its own (SEC-01). Who is told that they have no more to do
    with the case has nothing to open: `opens` is then False.
    """
    people = list({user.pk: user for user in users}.values())
    Notification.objects.bulk_create(
        Notification(
            user=user,
            case=case if opens else None,
            text=text,
            urgent=urgent,
            created_at=at,
            leads_to=leads_to,
        )
        for user in people
    )
    OutgoingMail.objects.bulk_create(
        _mail(
            user.email,
            f"Kundval: ärende {case}",
            _reminder_body(user, case),
            at,
            user=user,
            case=case,
        )
        for user in people
        if user.email
    )


def people_of(case: Case) -> QuerySet[User]:
    """The company's people who see the case: its representatives, and those it was given to."""
    people = User.objects.filter(
        is_active=True, caseuserobjectpermission__content_object_id=case.pk
    )
    if case.provider_id:
        people |= User.objects.filter(
            is_active=True,
            representations__provider_id=case.provider_id,
            representations__approved_on__isnull=False,
            representations__ended_on=None,
        )
    return people.distinct()


def send_mail(to: str, subject: str, body: str, at: datetime, *, user: User | None = None) -> None:
    """Queue a mail about no case (for example a confirmation of a mail address)."""
    _mail(to, subject, body, at, user=user).save()


def send_queued(at: datetime) -> int:
    """Send the mails whose time has come; one that fails is tried again later. Returns the count.

    At-least-once: a mail whose server accepted it, but whose row could not be saved, is sent again.
    """
    sent = 0
    due = OutgoingMail.objects.filter(
        status=OutgoingMail.Status.QUEUED, next_try_at__lte=at
    ).values_list("pk", flat=True)
    for pk in list(due):
        with transaction.atomic():
            locked = OutgoingMail.objects.select_for_update(skip_locked=_can_skip_locked()).filter(
                pk=pk, status=OutgoingMail.Status.QUEUED
            )
            if mail := locked.first():
                _send(mail, at)
                sent += mail.status != OutgoingMail.Status.QUEUED
    return sent


def _send(mail: OutgoingMail, at: datetime) -> None:
    mail.attempts += 1
    if settings.DEMO_MODE:
        mail.status, mail.sent_at = OutgoingMail.Status.SHOWN, at
    else:
        try:
            _deliver(mail)
            mail.status, mail.sent_at, mail.last_error = OutgoingMail.Status.SENT, at, ""
        except Exception as error:
            _postpone(mail, error, at)
    mail.save()


def _deliver(mail: OutgoingMail) -> None:
    EmailMessage(
        mail.subject,
        mail.body,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers={"Auto-Submitted": "auto-generated", "X-Kundval-Mail": str(mail.pk)},
    ).send()


def _postpone(mail: OutgoingMail, error: Exception, at: datetime) -> None:
    """A refused recipient has bounced; anything else is tried again, each wait twice as long."""
    mail.last_error = f"{type(error).__name__}: {error}"[:240]
    if type(error).__name__ == "SMTPRecipientsRefused":
        mail.status = OutgoingMail.Status.BOUNCED
    elif mail.attempts >= MAX_ATTEMPTS:
        mail.status = OutgoingMail.Status.FAILED
    else:
        mail.next_try_at = at + timedelta(minutes=2**mail.attempts)


def _mail(to: str, subject: str, body: str, at: datetime, **links: object) -> OutgoingMail:
    return OutgoingMail(to=to, subject=subject, body=body, created_at=at, next_try_at=at, **links)


def _reminder_body(user: User, case: Case) -> str:
    return (
        f"Hej!\n\nDet finns något nytt att se till i ärende {case}.\n"
        "Logga in i Kundval och öppna Inkorg för att läsa vad det gäller.\n\n"
        f"{settings.MUNICIPALITY['name']}, {settings.MUNICIPALITY['administration']}\n"
        "Det här brevet innehåller inga uppgifter ur ärendet och kan inte besvaras.\n"
    )


def _can_skip_locked() -> bool:
    return transaction.get_connection().features.has_select_for_update_skip_locked
