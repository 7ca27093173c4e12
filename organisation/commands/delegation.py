"""The delegation of authority, changed from a day. Requirements CAP-05, CAP-08, ESC-03."""

from audit.act import Act
from audit.clock import day_before
from door.command import Kept
from door.filled import AddRow, Filled, plain
from organisation.ending import end_on
from organisation.forms import DelegationForm, EndForm
from organisation.models import DelegationRule
from organisation.roles import Role

EDITORS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})


class AddDelegation(AddRow[DelegationRule]):
    """A new rule."""

    label, roles = "Ny delegation", EDITORS
    filled: DelegationForm

    def receipt(self, rule: DelegationRule, values: Kept) -> str:
        return f"{rule} gäller från {rule.valid_from}."


class ChangeDelegation(Filled[DelegationRule]):
    """Another delegate, wording or paragraph from a day: the old rule ends the day before."""

    label, roles = "Ändra delegation", EDITORS
    filled: DelegationForm

    def stated(self) -> Kept:
        return {}

    def apply(self, rule: DelegationRule, act: Act) -> Kept:
        said = self.filled.cleaned_data
        pairs = {name: [plain(getattr(rule, name)), plain(said[name])] for name in said}
        end_on(rule, day_before(said["valid_from"]))
        self.filled.save()
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def receipt(self, rule: DelegationRule, values: Kept) -> str:
        new = self.filled.instance
        return f"{new} gäller från {new.valid_from}."


class EndDelegation(Filled[DelegationRule]):
    """The last day of a rule, without another in its place."""

    label, roles = "Avsluta delegation", EDITORS
    filled: EndForm

    def stated(self) -> Kept:
        return {}

    def apply(self, rule: DelegationRule, act: Act) -> Kept:
        last_day = self.filled.cleaned_data["last_day"]
        values = {
            "label": [rule.label] * 2,
            "role": [rule.role] * 2,
            "valid_to": [plain(rule.valid_to), plain(last_day)],
        }
        end_on(rule, last_day)
        return values

    def receipt(self, rule: DelegationRule, values: Kept) -> str:
        return f"{rule} slutar {plain(self.filled.cleaned_data['last_day'])}."
