"""Telling people: a line in the inbox and a mail, both in the transaction of what they tell of."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db.models import QuerySet

from cases import mailing, outbox
from cases.models import Case, Notification, OutgoingMail
from organisation.models import User


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
    mails = [
        _mail(user.email, f"Kundval: ärende {case}", _reminder_body(user, case), user, case)
        for user in people
        if user.email
    ]
    outbox.put(mails, at)


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
    outbox.put([_mail(to, subject, body, user)], at)


def _mail(
    to: str, subject: str, body: str, user: User | None, case: Case | None = None
) -> OutgoingMail:
    return OutgoingMail(
        party=mailing.NAME,
        key=uuid4().hex,
        to=to,
        subject=subject,
        body=body,
        user=user,
        case=case,
    )


def _reminder_body(user: User, case: Case) -> str:
    return (
        f"Hej!\n\nDet finns något nytt att se till i ärende {case}.\n"
        "Logga in i Kundval och öppna Inkorg för att läsa vad det gäller.\n\n"
        f"{settings.MUNICIPALITY['name']}, {settings.MUNICIPALITY['administration']}\n"
        "Det här brevet innehåller inga uppgifter ur ärendet och kan inte besvaras.\n"
    )
