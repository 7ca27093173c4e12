"""The roles that a person holds: given, ended, moved. Requirements SEC-01, SEC-02, CAP-05."""

from audit import clock
from audit.act import Act
from door.command import Kept
from door.filled import Filled, Values, plain
from organisation.commands.people import OfAnother
from organisation.ending import end_on
from organisation.forms import EndForm, MoveRoleForm, RoleForm
from organisation.models import RoleAssignment, User


class AddRole(OfAnother, Filled[User]):
    """One more role for a person."""

    label = "Lägg till roll"
    filled: RoleForm

    def apply(self, person: User, act: Act) -> Kept:
        return {"role_id": give_role(self.filled, person).pk}

    def receipt(self, person: User, values: Kept) -> str:
        return f"Rollen {self.filled.instance} är tillagd."


def give_role(form: RoleForm, person: User) -> RoleAssignment:
    """Let a person hold the role that a form says."""
    held = form.save(commit=False)
    held.user = person
    held.save()
    return held


class EndRole(OfAnother, Filled[User]):
    """A role's last day. One that never comes to hold is removed; the log keeps it."""

    label = "Avsluta roll"
    held: RoleAssignment
    filled: EndForm

    def stated(self) -> Kept:
        last_day = self.filled.cleaned_data["last_day"]
        ends = [plain(self.held.valid_to), plain(last_day)]
        return {**_described(self.held), "valid_to": ends}

    def apply(self, person: User, act: Act) -> None:
        end_on(self.held, self.filled.cleaned_data["last_day"])

    def receipt(self, person: User, values: Kept) -> str:
        return f"Rollen {self.held} slutar {plain(self.filled.cleaned_data['last_day'])}."


class MoveRole(OfAnother, Filled[User]):
    """The same role in another unit from a day; the old one ends the day before, in one step."""

    label = "Flytta roll"
    held: RoleAssignment
    filled: MoveRoleForm

    def stated(self) -> Kept:
        return {
            **_described(self.held),
            "unit": [str(self.held.unit), str(self.filled.cleaned_data["unit"])],
            "valid_from": [
                plain(self.held.valid_from),
                plain(self.filled.cleaned_data["valid_from"]),
            ],
        }

    def apply(self, person: User, act: Act) -> Kept:
        new = self._new(person)
        end_on(self.held, clock.day_before(new.valid_from))
        new.save()
        return {"new_role_id": new.pk}

    def _new(self, person: User) -> RoleAssignment:
        return RoleAssignment(
            user=person,
            role=self.held.role,
            unit=self.filled.cleaned_data["unit"],
            valid_from=self.filled.cleaned_data["valid_from"],
            valid_to=self.held.valid_to,
        )

    def receipt(self, person: User, values: Kept) -> str:
        return f"Rollen {self._new(person)} gäller från {plain(self.filled.cleaned_data['valid_from'])}."


def _described(held: RoleAssignment) -> Values:
    """What a role was, for the log."""
    where = {"unit": [str(held.unit)] * 2} if held.unit else {"provider": [str(held.provider)] * 2}
    return {"role": [held.role, held.role], **where, "role_id": held.pk}
