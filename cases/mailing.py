"""Mail as a party of the outbox: how a mail is given to the server. Requirement CAP-04."""

import smtplib
from datetime import timedelta
from email.utils import parseaddr

import requests
from django.conf import settings
from django.core.mail import EmailMessage

from cases.models import OutgoingMail
from cases.outbox import Bounced, NotAcknowledged, Party, Unreachable

NAME = OutgoingMail.message_kind
MAX_TRIES = 8


def party() -> Party:
    """The municipality's mail server. In demo mode a mail is shown, and leaves nothing behind."""
    return Party(
        OutgoingMail.message_kind,
        NAME,
        send=_send,
        is_shown=settings.DEMO_MODE,
        first_wait=timedelta(minutes=2),
        longest_wait=timedelta(minutes=128),
        most_tries=MAX_TRIES,
    )


def _send(mail: OutgoingMail, _session: requests.Session) -> None:
    """At-least-once: a mail whose server took it, but whose row could not be saved, is sent again."""
    try:
        _message(mail).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = ", ".join(str(code) for code, _ in error.recipients.values())
        raise Bounced(
            f"Mottagarens server tar inte emot brev till adressen (svar {codes}): "
            "rätta adressen hos mottagaren, så går nästa brev fram."
        ) from None
    except (smtplib.SMTPConnectError, smtplib.SMTPAuthenticationError) as error:
        raise Unreachable(
            f"E-postservern släpper inte in Kundval (svar {error.smtp_code}): "
            "be driften se över inställningarna."
        ) from None
    except smtplib.SMTPException as error:
        answer = getattr(error, "smtp_code", type(error).__name__)
        raise NotAcknowledged(
            f"E-postservern tog inte emot brevet (svar {answer}): nytt försök görs av sig självt."
        ) from None
    except OSError:
        raise Unreachable(
            "E-postservern går inte att nå: be driften se efter om den är igång."
        ) from None


def _message(mail: OutgoingMail) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    return EmailMessage(
        mail.subject,
        mail.body,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers={
            "Auto-Submitted": "auto-generated",
            "X-Kundval-Mail": str(mail.pk),
            "Message-ID": f"<{mail.key}@{domain}>",  # the same when it is sent again
        },
    )
