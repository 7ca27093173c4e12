"""Who stands in for whom. Requirements SEC-01, CAP-05, CAP-08."""

from audit.act import Act
from door.command import Kept
from door.filled import AddRow, Filled, plain
from organisation.ending import end_on
from organisation.forms import EndForm, SubstitutionForm
from organisation.models import Substitution
from organisation.roles import Role

APPOINTERS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})


class AddSubstitution(AddRow[Substitution]):
    """A substitute for a period."""

    label, roles = "Ny ersättare", APPOINTERS
    filled: SubstitutionForm

    def receipt(self, row: Substitution, values: Kept) -> str:
        return f"{row.substitute} är ersättare för {row.absent} till och med {row.valid_to}."


class EndSubstitution(Filled[Substitution]):
    """An earlier last day. What never comes to hold is removed; the log keeps it."""

    label, roles = "Avsluta ersättning", APPOINTERS
    filled: EndForm

    def stated(self) -> Kept:
        return {}

    def apply(self, row: Substitution, act: Act) -> Kept:
        last_day = self.filled.cleaned_data["last_day"]
        values = {
            "substitute": [str(row.substitute)] * 2,
            "absent": [str(row.absent)] * 2,
            "valid_to": [plain(row.valid_to), plain(last_day)],
        }
        end_on(row, last_day)
        return values

    def receipt(self, row: Substitution, values: Kept) -> str:
        return f"{row} slutar {plain(self.filled.cleaned_data['last_day'])}."
