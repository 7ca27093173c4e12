"""The schedule of a unit as a table: rows are carers and substitute rows, columns are days."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from organisation import swedish
from organisation.models import Unit
from planning import daytime
from planning.models import Carer, Shift
from planning.staffing import rules, schedule
from planning.staffing.working_time import Breach, hours


@dataclass
class Cell:
    """A shift in the table."""

    shift: Shift
    note: str = ""
    """Where it is worked, or who stands on the row."""
    is_wrong: bool = False
    """Whether a breach is about it."""

    @property
    def times(self) -> str:
        """07:00–16:00"""
        return rules.shown(self.shift.day, self.shift.start, self.shift.end)

    @property
    def absent(self) -> str:
        """From when the carer is away, or nothing."""
        shift = self.shift
        return "" if shift.absent_from is None else daytime.wall(shift.day, shift.absent_from)


@dataclass
class Line:
    """A row of the table."""

    name: str
    carer: Carer | None = None
    note: str = ""
    cells: dict[date, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    breaches: list[Breach] = field(default_factory=list)
    days: list[tuple[date, list[Cell]]] = field(default_factory=list)

    @property
    def worked(self) -> str:
        """Working time of the period, breaks not counted."""
        shifts = [cell.shift for _, cells in self.days for cell in cells]
        worked = (row.works_until - row.start - row.break_minutes for row in shifts)
        return hours(sum(max(0, minutes) for minutes in worked))


def days_of(first: date, last: date) -> list[date]:
    """The days of a period, both inclusive."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def shifts_shown(unit: Unit, first: date, last: date) -> list[Shift]:
    """What is worked in the unit in a period, and by its carers elsewhere."""
    rows = (
        Shift.objects.filter(Q(unit=unit) | Q(carer__unit=unit), day__range=(first, last))
        .select_related("unit", "carer__unit")
        .defer("carer__identity_number")
    )
    return list(rows.order_by("day", "start", "pk"))


def lines(unit: Unit, first: date, last: date) -> list[Line]:
    """The unit's carers, those lent to it, and its substitute rows: the same number of queries,
    however many there are."""
    carers = schedule.carers_of(unit, first, last)
    shifts = shifts_shown(unit, first, last)
    own = {carer.pk for carer in carers}
    lent = {row.carer.pk: row.carer for row in shifts if row.carer and row.carer_id not in own}
    found = schedule.breaches([*carers, *lent.values()], first, last)
    by_carer = {
        carer.pk: Line(
            carer.name, carer, str(carer.unit) if carer.pk in lent else "", breaches=found[carer.pk]
        )
        for carer in (*carers, *sorted(lent.values(), key=lambda carer: swedish.key(carer.name)))
    }
    by_row: dict[str, Line] = {}
    wrong = {breach.shift for rows in found.values() for breach in rows} - {None}
    for shift in shifts:
        _place(shift, unit, by_carer, by_row, wrong)
    shown = [*by_carer.values(), *(by_row[name] for name in sorted(by_row, key=_number))]
    for line in shown:
        line.days = [(day, line.cells.get(day, [])) for day in days_of(first, last)]
    return shown


def _place(
    shift: Shift,
    unit: Unit,
    by_carer: dict[int, Line],
    by_row: dict[str, Line],
    wrong: Collection[int | None],
) -> None:
    """Put a shift on its carer's line, and on its substitute row's."""
    is_wrong = shift.pk in wrong
    if shift.carer_id in by_carer:
        note = str(shift.unit) if shift.unit_id != unit.pk else shift.row
        by_carer[shift.carer_id].cells[shift.day].append(Cell(shift, note, is_wrong))
    if shift.row and shift.unit_id == unit.pk:
        line = by_row.setdefault(shift.row, Line(shift.row, note="Vikarierad"))
        who = str(shift.carer) if shift.carer else "Ledig"
        line.cells[shift.day].append(Cell(shift, who, is_wrong))


def _number(row: str) -> tuple[int, str]:
    """Vikarie 10 stands after Vikarie 2."""
    last = row.split()[-1]
    return (int(last) if last.isdecimal() else 0, row)


def sheet(shifts: Iterable[Shift]) -> Iterable[list]:
    """The shifts of a period, as rows of an Excel file."""
    for shift in shifts:
        yield [
            shift.day,
            str(shift.carer or ""),
            shift.row,
            str(shift.unit),
            daytime.wall(shift.day, shift.start),
            daytime.wall(shift.day, shift.end),
            shift.break_minutes,
            Cell(shift).absent,
        ]
