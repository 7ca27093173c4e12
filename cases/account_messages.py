"""Telling people of their accounts. The pages of accounts lie below and know nothing of messages."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.dispatch import receiver

from audit import clock
from cases import messages
from cases.dates import long_date
from cases.models import Notification
from organisation.accounts import password_given
from organisation.models import User

NEW = ("Kundval: ny användare", "Du har fått en användare i Kundval")
GIVEN = ("Kundval: nytt lösenord", "Du har fått ett nytt tillfälligt lösenord i Kundval")
"""(the mail's subject, what has happened)"""


@receiver(password_given)
def tell_of_password(user: User, by: User, at: datetime, is_new: bool, **kwargs: Any) -> None:
    """The owner of an account is told of a temporary password, and never the password (SEC-04)."""
    subject, what = NEW if is_new else GIVEN
    said = f"{what}. {by} skapade lösenordet"
    text = f"{said} {long_date(clock.local_date(at))}."
    Notification.objects.create(user=user, text=text, created_at=at)
    if user.email:
        messages.send_mail(user.email, subject, _body(said), at, user=user)


def _body(said: str) -> str:
    return (
        f"Hej!\n\n{said} och lämnar det till dig personligen. Det byts vid första inloggningen.\n"
        "Hör av dig till förvaltningen om du inte väntade dig det.\n\n"
        f"{settings.MUNICIPALITY['name']}, {settings.MUNICIPALITY['administration']}\n"
        "Det här brevet innehåller inget lösenord och kan inte besvaras.\n"
    )
