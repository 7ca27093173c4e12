"""The rows of the responsibility matrix. Requirements FUP-01, CAP-05."""

from audit.act import Act
from door.command import Kept
from door.filled import AddRow, ChangeRow, Filled
from organisation.forms import ResponsibilityForm
from organisation.models import Responsibility
from organisation.roles import Role

EDITORS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})


class AddResponsibility(AddRow[Responsibility]):
    """A row at the end of a table."""

    label, roles = "Ny rad", EDITORS
    filled: ResponsibilityForm

    def stated(self) -> Kept:
        return {**super().stated(), "table": self.filled.instance.table}

    def receipt(self, row: Responsibility, values: Kept) -> str:
        return f"Raden {row} är tillagd."


class ChangeResponsibility(ChangeRow[Responsibility]):
    """Another role, time or wording of a row."""

    label, roles = "Ändra raden", EDITORS
    filled: ResponsibilityForm

    def stated(self) -> Kept:
        return {**super().stated(), "table": self.filled.instance.table}

    def receipt(self, row: Responsibility, values: Kept) -> str:
        return f"Raden {row} är sparad."


class RemoveResponsibility(Filled[Responsibility]):
    """Take a row away; the log keeps what it said."""

    label, roles = "Ta bort raden", EDITORS

    def apply(self, row: Responsibility, act: Act) -> Kept:
        said = {name: [getattr(row, name), None] for name in ResponsibilityForm.Meta.fields}
        row.delete()
        return {**said, "table": row.table}

    def receipt(self, row: Responsibility, values: Kept) -> str:
        return f"Raden {row} är borttagen."
