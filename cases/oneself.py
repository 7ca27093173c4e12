"""What a person does by no role: with their own account, or before they have any. Requirement CAP-08."""

from typing import Generic, TypeVar

from door.command import Command
from door.models import Subject
from door.refusals import NotAllowed
from organisation.authority import Actor, Holding
from organisation.models import User

S = TypeVar("S", bound=Subject)


class ByNoRole(Command[S], Generic[S]):
    """Anybody may do it, and does it for themselves: nobody does it in their stead."""

    @classmethod
    def holding(cls, subject: S, actor: Actor) -> Holding:  # type: ignore[override]
        return Holding(role="", unit_path="", provider_id=None)


class WithOwnAccount(ByNoRole[User]):
    """What each does with their own account alone."""

    @classmethod
    def holding(cls, subject: User, actor: Actor) -> Holding:  # type: ignore[override]
        if actor.user.pk != subject.pk:
            raise NotAllowed(f"”{cls.label}” gör var och en för sig själv.")
        return super().holding(subject, actor)
