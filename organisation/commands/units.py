"""The tree of units, and what each is called in the systems around. Requirements PLN-01, CAP-05."""

from datetime import date

from django.db import OperationalError, transaction
from django.db.models import Q

from audit.act import Act
from door.command import Command, Kept
from door.filled import AddRow, ChangeRow, Filled, plain
from door.refusals import Refused
from organisation.forms import CodeForm, EndForm, MoveUnitForm, RenameUnitForm, UnitForm, ring
from organisation.models import RoleAssignment, Unit, UnitCode
from organisation.roles import Role

EDITORS = frozenset({Role.VIVA_ADMINISTRATOR})


class AddUnit(AddRow[Unit]):
    """A new unit under another."""

    label, roles = "Ny enhet", EDITORS
    filled: UnitForm

    def apply(self, unit: Unit, act: Act) -> None:
        # The parent is held: moved at this moment, it would leave the new one with its old path.
        unit.parent = Unit.objects.select_for_update(no_key=True).get(
            pk=self.filled.cleaned_data["parent"].pk
        )
        super().apply(unit, act)

    def receipt(self, unit: Unit, values: Kept) -> str:
        return f"{unit} är tillagd."


class RenameUnit(ChangeRow[Unit]):
    """A unit's name."""

    label, roles = "Byt namn", EDITORS
    filled: RenameUnitForm

    def receipt(self, unit: Unit, values: Kept) -> str:
        return f"Enheten heter {unit}."


class MoveUnit(Filled[Unit]):
    """Another place in the tree, with everything below. Never under itself."""

    label, roles = "Flytta enheten", EDITORS
    filled: MoveUnitForm

    def stated(self) -> Kept:
        return {}

    def apply(self, unit: Unit, act: Act) -> Kept:
        _hold_tree()
        before, unit.parent = (
            unit.parent,
            Unit.objects.get(pk=self.filled.cleaned_data["parent"].pk),
        )
        if fault := ring(unit, unit.parent):
            raise Refused(fault)
        unit.save()
        return {"parent": [str(before), str(unit.parent)]}

    def receipt(self, unit: Unit, values: Kept) -> str:
        return f"{unit} ingår i {unit.parent}."


def _hold_tree() -> None:
    """Hold every unit: two moves at once could otherwise close a ring. Nobody waits, since each
    holds a unit already that the other would wait for."""
    try:
        with transaction.atomic():
            tree = Unit.objects.select_for_update(nowait=True, no_key=True)
            list(tree.order_by("pk").values_list("pk"))
    except OperationalError:
        raise Refused(
            "Någon annan ändrar en enhet just nu. Vänta ett ögonblick och försök igen."
        ) from None


class EndUnit(Filled[Unit]):
    """A unit's last day, when nothing in it goes on after that."""

    label, roles = "Avsluta enheten", EDITORS
    filled: EndForm

    def stated(self) -> Kept:
        return {}

    def check(self, unit: Unit, act: Act) -> None:
        if hindrances := _goes_on(unit, self.filled.cleaned_data["last_day"]):
            raise Refused(" ".join(hindrances))

    def apply(self, unit: Unit, act: Act) -> Kept:
        before, unit.valid_to = unit.valid_to, self.filled.cleaned_data["last_day"]
        unit.save()
        return {"valid_to": [plain(before), plain(unit.valid_to)]}

    def receipt(self, unit: Unit, values: Kept) -> str:
        return f"{unit} slutar {plain(self.filled.cleaned_data['last_day'])}."


def _goes_on(unit: Unit, last_day: date) -> list[str]:
    """What hinders a unit from ending: units and roles that outlast it."""
    later = Q(valid_to=None) | Q(valid_to__gt=last_day)
    if last_day < unit.valid_from:
        return [
            f"Enheten började gälla {unit.valid_from.isoformat()}. Välj den dagen eller senare."
        ]
    hindrances = []
    children = unit.children.filter(later)
    if children:
        names = ", ".join(child.name for child in children)
        hindrances.append(f"Avsluta eller flytta först enheterna under den: {names}.")
    count = RoleAssignment.objects.filter(later, unit=unit, user__is_active=True).count()
    if count:
        hindrances.append(
            f"{count} roller gäller efter den dagen. Avsluta eller flytta dem först på "
            "användarnas sidor."
        )
    return hindrances


class AddCode(Filled[Unit]):
    """What the unit is called in an outside system."""

    label, roles = "Lägg till kod", EDITORS
    filled: CodeForm

    def apply(self, unit: Unit, act: Act) -> None:
        self.filled.save()

    def receipt(self, unit: Unit, values: Kept) -> str:
        return f"{self.filled.instance} är tillagd."


class RemoveCode(Command[Unit]):
    """A code that no longer means the unit."""

    label, roles = "Ta bort kod", EDITORS
    code: UnitCode

    def stated(self) -> Kept:
        return {"system": [self.code.system, None], "code": [self.code.code, None]}

    def apply(self, unit: Unit, act: Act) -> None:
        self.code.delete()
