"""Logins, failed ones and second factors in the event log. Requirements SEC-02, SEC-04.

The chain is the person's; failures that match nobody stand on a chain of their own, without the
typed name: people type passwords in that field.
"""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver

from audit import log
from audit.act import Act
from audit.models import Event
from door.performing import perform
from organisation.commands.logins import ChangePassword
from organisation.models import User
from organisation.request import Request


@receiver(user_logged_in)
def logged_in(request: Request, user: User, **kwargs: Any) -> None:
    """A person logged in."""
    _record(request, "logged_in", user, user)


@receiver(user_logged_out)
def logged_out(request: Request, user: User | None, **kwargs: Any) -> None:
    """A person logged out."""
    if user:
        _record(request, "logged_out", user, user)


@receiver(user_login_failed)
def login_failed(
    credentials: dict[str, Any], request: Request | None = None, **kwargs: Any
) -> None:
    """Somebody could not log in, by a wrong password or code or because of the lock."""
    username = credentials.get("username")
    person = User.objects.filter(username=username).first() if username else None
    locked = getattr(request, "axes_locked_out", False)
    _record(request, "login_locked" if locked else "login_failed", person, None, Event.Kind.REFUSAL)


@receiver(password_changed)
def changed_password(request: Request, user: User, **kwargs: Any) -> None:
    """A person changed their own password, which is a temporary one no more."""
    perform(User.objects.get(pk=user.pk), ChangePassword(), user, at=request.at)


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def changed_second_factor(
    signal: Any, request: Request, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """A person added, removed or renewed a code app, a key or the recovery codes."""
    names = {
        authenticator_added: "add_second_factor",
        authenticator_removed: "remove_second_factor",
        authenticator_reset: "renew_second_factor",
    }
    _record(request, names[signal], user, user, values={"type": str(authenticator.type)})


def _record(
    request: Request | None,
    name: str,
    person: User | None,
    actor: User | None,
    kind: str = Event.Kind.CHANGE,
    values: dict[str, Any] | None = None,
) -> None:
    if request is None or not hasattr(request, "at"):
        return  # a session made by a test or a command: nobody logged in
    with transaction.atomic():
        log.record(
            f"user:{person.pk}" if person else "login",
            name,
            Act.own(actor, request.at),
            subject=person or User(pk=0),
            kind=kind,
            values=values,
        )
