"""Who logs in: added, changed, ended, opened again. Requirements SEC-01, SEC-02, SEC-04, CAP-05."""

from django.db.models import Q

from audit import log
from audit.act import Act
from door.command import Kept
from door.filled import ChangeRow, Filled, stated
from organisation.commands.logins import give_password
from organisation.commands.people import ADMINISTRATORS, OfAnother
from organisation.commands.user_roles import give_role
from organisation.ending import end_on
from organisation.forms import NewUserForm, RoleForm, UserForm, overlapping
from organisation.models import Substitution, User


class AddUser(Filled[User]):
    """A new person with their first role, and a temporary password."""

    label, roles = "Ny användare", ADMINISTRATORS
    filled: NewUserForm
    role: RoleForm
    password: str

    def apply(self, person: User, act: Act) -> None:
        give_password(person, self.password, act)
        held = give_role(self.role, person)
        values = {**stated(self.role), "role_id": held.pk}
        log.record(person.chain, "add_role", act, subject=person, values=values, personal=True)

    def receipt(self, person: User, values: Kept) -> str:
        return ""  # the answer shows the password


class ChangeUser(ChangeRow[User]):
    """Name, mail and telephone of a person."""

    label, roles, done = "Ändra uppgifter", ADMINISTRATORS, "Uppgifterna är sparade."
    filled: UserForm


class EndUser(OfAnother, Filled[User]):
    """A person's end: no more log-ins, roles and substitutions end today. Nothing is deleted."""

    label = "Avsluta användaren"

    @classmethod
    def fits(cls, person: User) -> bool:
        return person.is_active

    def apply(self, person: User, act: Act) -> Kept:
        lasting = overlapping(act.day, None)
        held = list(person.roles.filter(lasting).select_related("unit", "provider"))
        said = [str(row) for row in held]
        substitutions = Substitution.objects.filter(
            Q(absent=person) | Q(substitute=person), lasting
        )
        for row in (*held, *substitutions):
            end_on(row, act.day)
        person.is_active = False
        person.save(update_fields=["is_active"])
        return {"roles": said}

    def receipt(self, person: User, values: Kept) -> str:
        return f"{person} är avslutad och kan inte längre logga in."


class ReopenUser(OfAnother):
    """An ended person may log in again; roles are given anew."""

    label = "Öppna igen"

    @classmethod
    def fits(cls, person: User) -> bool:
        return not person.is_active

    def apply(self, person: User, act: Act) -> None:
        person.is_active = True
        person.save(update_fields=["is_active"])
