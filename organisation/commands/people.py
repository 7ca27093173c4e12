"""Whom a person acts on: others as their administrator, and themselves by no role. SEC-01, CAP-08."""

from typing import Generic, TypeVar

from door.actors import Actor, Holding
from door.command import Command
from door.models import Subject
from door.refusals import NotAllowed
from organisation import authority
from organisation.models import User
from organisation.roles import Role

S = TypeVar("S", bound=Subject)
ADMINISTRATORS = frozenset({Role.VIVA_ADMINISTRATOR})
NEVER_ONES_OWN = "Dina egna roller och din egen inloggning ändras av en annan systemförvaltare."


class OfAnother(Command[User]):
    """What an administrator does with somebody else's roles and log-in, and never with their own."""

    roles = ADMINISTRATORS

    @classmethod
    def holding(cls, subject: User, actor: Actor) -> Holding:
        if actor.user == subject:
            raise NotAllowed(NEVER_ONES_OWN)
        return super().holding(subject, actor)


class ByNoRole(Command[S], Generic[S]):
    """Anybody may do it, and does it for themselves: nobody does it in their stead."""

    @classmethod
    def holding(cls, subject: S, actor: Actor) -> Holding:
        return authority.Holding(role="", unit_path="", provider_id=None)


class OfOneself(ByNoRole[User]):
    """What each does with their own account alone."""

    @classmethod
    def holding(cls, subject: User, actor: Actor) -> Holding:
        if actor.user != subject:
            raise NotAllowed(f"”{cls.label}” gör var och en för sig själv.")
        return super().holding(subject, actor)
