"""What is done with a carer: employed, changed, ended; what they can. PLN-12, CAP-18, SEC-02."""

from django.db import IntegrityError, transaction
from django.forms.models import construct_instance

from audit.act import Act
from door.command import Kept
from door.filled import Filled, Values, plain
from door.refusals import Refused
from planning.models import Carer, CarerSkill
from planning.staffing.forms import CarerForm, CarerSkillForm, LastDayForm
from planning.staffing.reach import EDITORS

TAKEN = "Personnumret eller användarnamnet lades nyss upp av någon annan. Sök personen i listan."


class AddCarer(Filled[Carer]):
    """A new employee, as a form of their own says, or a row among pasted ones."""

    label, roles = "Ny anställd", EDITORS

    def stated(self) -> Kept:
        return {}  # the number is in the form; see `described`

    def apply(self, carer: Carer, act: Act) -> Kept:
        _save(carer)
        said = described(carer)
        return {name: [None, value] for name, value in said.items() if value is not None}

    def receipt(self, carer: Carer, values: Kept) -> str:
        return ""  # the carer's page says it


class ChangeCarer(Filled[Carer]):
    """A carer's particulars."""

    label, roles, done = "Ändra uppgifter", EDITORS, "Uppgifterna är sparade."
    filled: CarerForm

    def stated(self) -> Kept:
        return {}

    def apply(self, carer: Carer, act: Act) -> Kept:
        before, number = described(carer), carer.identity_number
        construct_instance(self.filled, carer, CarerForm.Meta.fields)
        _save(carer)
        after = described(carer)
        changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
        if carer.identity_number != number:
            changed["identity_number"] = [before["identity_number"], "bytt"]
        return changed


def _save(carer: Carer) -> None:
    """Save, unless the number or user name was taken since it was looked up. Raises Refused."""
    try:
        with transaction.atomic():
            carer.save()
    except IntegrityError:
        raise Refused(TAKEN) from None


def described(carer: Carer) -> Values:
    """What is known of a carer, as the log keeps it: of the number, only that there is one."""
    return {
        "identity_number": "inlagt" if carer.identity_number else None,
        "name": carer.name,
        "username": carer.username,
        "unit": str(carer.unit),
        "team": str(carer.team) if carer.team else None,
        "title": carer.get_title_display(),
        "mode": carer.get_mode_display(),
        "weekly_hours": str(carer.weekly_hours),
        "valid_from": plain(carer.valid_from),
    }


class EndCarer(Filled[Carer]):
    """A carer's last day, with no shift after it. Nothing is deleted."""

    label, roles = "Avsluta anställningen", EDITORS
    filled: LastDayForm

    def stated(self) -> Kept:
        return {}

    def check(self, carer: Carer, act: Act) -> None:
        last_day = self.filled.cleaned_data["last_day"]
        if last_day < carer.valid_from:
            raise Refused(
                f"{carer} började {carer.valid_from.isoformat()}. Välj den dagen eller senare."
            )
        if later := carer.shifts.filter(day__gt=last_day).count():
            raise Refused(
                f"{later} pass ligger efter den dagen. Ta bort dem i schemat, eller välj en "
                "senare dag."
            )

    def apply(self, carer: Carer, act: Act) -> Kept:
        before, carer.valid_to = carer.valid_to, self.filled.cleaned_data["last_day"]
        carer.save()
        return {"valid_to": [plain(before), plain(carer.valid_to)]}

    def receipt(self, carer: Carer, values: Kept) -> str:
        return f"{carer} slutar {plain(self.filled.cleaned_data['last_day'])}."


class AddSkill(Filled[Carer]):
    """Something that the carer can, or is delegated."""

    label, roles = "Lägg till kompetens", EDITORS
    filled: CarerSkillForm

    def apply(self, carer: Carer, act: Act) -> None:
        self.filled.save()

    def receipt(self, carer: Carer, values: Kept) -> str:
        return f"{self.filled.instance} är tillagd."


class EndSkill(Filled[Carer]):
    """The last day of a skill: taken back, or a delegation that is prolonged."""

    label, roles = "Ändra sista dag", EDITORS
    held: CarerSkill
    filled: LastDayForm

    def stated(self) -> Kept:
        last_day = self.filled.cleaned_data["last_day"]
        return {
            "skill": [str(self.held), str(self.held)],
            "valid_to": [plain(self.held.valid_to), plain(last_day)],
        }

    def apply(self, carer: Carer, act: Act) -> None:
        self.held.valid_to = self.filled.cleaned_data["last_day"]
        self.held.save(update_fields=["valid_to"])

    def receipt(self, carer: Carer, values: Kept) -> str:
        return f"{self.held} gäller till och med {self.held.valid_to}."
