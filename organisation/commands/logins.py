"""How a person logs in: passwords, the lock after failures, second factors. SEC-02, SEC-04, CAP-05."""

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.utils.crypto import get_random_string

from audit.act import Act
from door.command import Command, Kept
from door.filled import Filled
from organisation.accounts import folded, password_given
from organisation.commands.people import ADMINISTRATORS, OfAnother, OfOneself
from organisation.models import User

UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Signs of a temporary password: none that is read as another."""


class UnlockUser(Command[User]):
    """Forget a person's failed log-ins."""

    label, roles = "Lås upp", ADMINISTRATORS

    def apply(self, person: User, act: Act) -> None:
        reset(username=folded(person.username))


class ResetPassword(OfAnother, Filled[User]):
    """A new temporary password; open sessions end by it."""

    label = "Nytt lösenord"
    password: str

    def stated(self) -> Kept:
        return {}

    def apply(self, person: User, act: Act) -> None:
        give_password(person, self.password, act)

    def receipt(self, person: User, values: Kept) -> str:
        return ""  # the answer shows the password


def temporary_password() -> str:
    """Sixteen signs that can be read out, in groups of four: about 79 bits."""
    return "-".join(get_random_string(4, UNMISTAKABLE) for _ in range(4))


def give_password(person: User, password: str, act: Act) -> None:
    """Give a person, new or known, a password that they must change at the first login (SEC-04)."""
    is_new = person.pk is None
    person.set_password(password)
    person.must_change_password = True
    person.save()
    password_given.send(sender=__name__, user=person, by=act.user, at=act.at, is_new=is_new)


class ChangePassword(OfOneself):
    """A person has changed their own password, which is a temporary one no more."""

    label = "Byt lösenord"

    def apply(self, person: User, act: Act) -> None:
        person.must_change_password = False
        person.save(update_fields=["must_change_password"])


class ResetSecondFactor(OfAnother, Filled[User]):
    """Take away a lost second factor, so that the person can set up a new one."""

    label = "Ta bort tvåstegsverifiering"
    done = "Tvåstegsverifieringen är borttagen. Personen lägger upp en ny vid inloggningen."

    def apply(self, person: User, act: Act) -> None:
        Authenticator.objects.filter(user=person).delete()
