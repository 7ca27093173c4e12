"""What is done with a schedule period: its days, what is in, shifts from rows. PLN-10 to PLN-12."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from audit import log
from audit.act import Act
from door.command import Command, Kept
from door.filled import AddRow, ChangeRow, plain
from door.refusals import Refused
from planning.models import Carer, SchedulePeriod, Shift
from planning.staffing import availability, rows, rules
from planning.staffing.reach import EDITORS
from planning.staffing.rows import Meant


class AddPeriod(AddRow[SchedulePeriod]):
    """A new period."""

    label, roles = "Ny schemaperiod", EDITORS

    def receipt(self, period: SchedulePeriod, values: Kept) -> str:
        return f"Perioden {period} är inlagd."


class ChangePeriod(ChangeRow[SchedulePeriod]):
    """Other days of a period."""

    label, roles = "Ändra schemaperiod", EDITORS

    def receipt(self, period: SchedulePeriod, values: Kept) -> str:
        return f"Perioden är {period}."


class MarkPeriod(Command[SchedulePeriod]):
    """Set one of a period's days, or take it back."""

    roles = EDITORS
    field: ClassVar[str]
    day: date | None
    """None takes it back."""

    def stated(self) -> Kept:
        return {}

    def apply(self, period: SchedulePeriod, act: Act) -> Kept:
        before = getattr(period, self.field)
        setattr(period, self.field, self.day)
        period.save(update_fields=[self.field])
        return {self.field: [plain(before), plain(self.day)]}


class SchedulesIn(MarkPeriod):
    """Every carer's schedule is in."""

    label, field = "Scheman är inne", "schedules_in_on"


class PeriodPlanned(MarkPeriod):
    """The visits of the period are planned."""

    label, field = "Perioden är planerad", "planned_on"


class EnterRows(Command[SchedulePeriod]):
    """Save the shifts that pasted rows say; with `only_right`, those that are right. Twice is once.

    Each carer's log tells of their own shifts; the unit's, of how many rows there were.
    """

    label, roles = "Klistra in pass", EDITORS
    text: str
    reached: frozenset[int]
    """The units whose carers the planner edits."""
    only_right: bool

    def stated(self) -> Kept:
        return {}

    def apply(self, period: SchedulePeriod, act: Act) -> Kept:
        found = rows.check(self.text, period, self.reached)
        availability.lock({row.carer.pk for row in found if row.carer})
        found = rows.check(self.text, period, self.reached)
        wrong = sum(bool(row.errors) for row in found)
        if wrong and not self.only_right:
            raise Refused("Ingenting är sparat. Rätta raderna, eller välj Spara de rätta raderna.")
        by_carer: dict[Carer, list[Meant]] = defaultdict(list)
        for row in found:
            if row.is_new and (meant := row.meant):
                by_carer[meant.carer].append(meant)
        for carer, new in by_carer.items():
            _enter(carer, new, period, act)
        return {
            "new": sum(row.is_new for row in found),
            "there": sum(row.exists for row in found),
            "wrong": wrong,
        }


def _enter(carer: Carer, shifts: Sequence[Meant], period: SchedulePeriod, act: Act) -> None:
    Shift.objects.bulk_create(
        Shift(
            unit=period.unit,
            day=meant.day,
            carer=carer,
            noticed_on=act.day,
            **vars(meant.times),
        )
        for meant in shifts
    )
    said = "; ".join(
        f"{meant.day} {rules.shown(meant.day, meant.times.start, meant.times.end)}"
        for meant in shifts
    )
    values = {"unit": [None, str(period.unit)], "shifts": [None, said]}
    log.record(carer.chain, "enter_shifts", act, subject=carer, values=values, personal=True)
