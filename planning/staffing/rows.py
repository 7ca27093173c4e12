"""Shifts as rows pasted from a spreadsheet: read, and checked cell by cell. PLN-11, PLN-12."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from door import entry
from door.refusals import Refused
from organisation import identity
from organisation.encryption import blind_index
from organisation.models import Unit
from planning.models import Carer, SchedulePeriod, Shift
from planning.staffing import availability, rules, schedule
from planning.staffing.cells import break_minutes, clock, table
from planning.staffing.rules import Times, Wrong

COLUMNS = {
    "number": "Personnummer", "name": "Namn", "username": "Användarnamn", "day": "Datum",
    "start": "Start", "end": "Slut", "break_minutes": "Rast",
}  # fmt: skip
HEADINGS = {"personnummer", "personnr", "person nr", "pnr", "persnr", "identitetsnummer"}
"""What the first column of a row of headings is called."""
WHOLE = "row"
"""The place of what is wrong with a row as a whole."""


@dataclass(frozen=True)
class Meant:
    """The shift that a row means."""

    carer: Carer
    day: date
    times: Times

    @property
    def instants(self) -> tuple[int, int]:
        """First instant, and the one after the last."""
        begins = rules.absolute(self.day, 0)
        return begins + self.times.start, begins + self.times.end


Above = tuple[int, Meant]
"""The place of a row further up, and what it means."""


@dataclass
class Row:
    """A pasted row: what it says, what is wrong with each cell, and the shift that it means."""

    place: int
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    digits: str = ""
    """The identity number's twelve digits, when it is right."""
    carer: Carer | None = None
    day: date | None = None
    times: Times | None = None
    exists: bool = False
    """Whether the very shift is already there."""
    may_add: bool = False
    """Whether the employee can be added from the row."""

    @property
    def is_new(self) -> bool:
        """Whether it is right and would be saved."""
        return not self.errors and not self.exists

    @property
    def shown(self) -> list[tuple[str, str, str]]:
        """(heading, text, error) of each cell; a number that is right is masked (SEC-03)."""
        number = identity.masked(self.digits) or self.cells.get("number", "")
        cells = {**self.cells, "number": number}
        return [
            (label, cells.get(name, ""), self.errors.get(name, ""))
            for name, label in COLUMNS.items()
        ]

    @property
    def meant(self) -> Meant | None:
        """The shift that it means, of a row that says whose, when and how long."""
        if self.carer is None or self.day is None or self.times is None:
            return None
        return Meant(self.carer, self.day, self.times)


def check(text: str, period: SchedulePeriod, reached: Collection[int]) -> list[Row]:
    """The rows of a text, checked against the staff and the shifts that there are.

    `reached` are the units whose carers the planner edits. Three queries, however many rows.
    """
    rows = cut(text)
    _find_carers(rows, reached)
    for row in rows:
        if WHOLE not in row.errors:
            _check_times(row, period)
    _find_collisions(rows, period.unit)
    return rows


def cut(text: str) -> list[Row]:
    """The rows of a text, without headings and empty lines."""
    rows = []
    for place, cells in table(text):
        if not any(cells) or cells[0].casefold().rstrip(".") in HEADINGS:
            continue
        row = Row(place, dict(zip(COLUMNS, cells, strict=False)))
        missing = len(COLUMNS) - 1 - len(cells)  # the break may be left out
        if missing > 0 or any(cells[len(COLUMNS) :]):
            row.errors[WHOLE] = (
                f"Raden har {len(cells)} kolumner. Det ska vara {len(COLUMNS)}: "
                f"{', '.join(COLUMNS.values()).lower()}."
            )
        rows.append(row)
    return rows


def _find_carers(rows: Iterable[Row], reached: Collection[int]) -> None:
    for row in rows:
        try:
            row.digits = identity.parse(row.cells.get("number", "")).digits
        except ValueError as error:
            row.errors["number"] = str(error)
    indexes = {blind_index(row.digits) for row in rows if row.digits}
    known = {
        carer.identity_number: carer
        for carer in Carer.objects.filter(identity_index__in=indexes).select_related("unit")
    }
    usernames = {row.cells.get("username", "").casefold() for row in rows} - {""}
    held = Carer.objects.exclude(username=None).values_list("username", flat=True)
    taken = {name.casefold() for name in held if name} & usernames
    for row in rows:
        if row.digits and WHOLE not in row.errors:
            _match(row, known.get(row.digits), taken, reached)


def _match(row: Row, carer: Carer | None, taken: Collection[str], reached: Collection[int]) -> None:
    """Whether number, name and user name are of one employee whom the planner may schedule."""
    name, username = row.cells["name"], row.cells["username"]
    is_taken = username.casefold() in taken
    if carer is None:
        row.errors["number"] = (
            "Ingen anställd har personnumret. Rätta det, eller lägg upp personen."
        )
        if is_taken:
            row.errors["username"] = "Användarnamnet hör till någon annan. Rätta det."
        row.may_add = bool(name and username and not is_taken)
        return
    if carer.unit_id not in reached:
        row.errors["number"] = (
            f"Personen är anställd i {carer.unit}. Be planeraren där låna ut personen."
        )
        return
    row.carer = carer
    if _plain(name) != _plain(carer.name):
        row.errors["name"] = (
            f"I Kundval heter personen {carer}. Rätta namnet här eller på personens sida."
        )
    if username.casefold() != (carer.username or "").casefold():
        right = f"{carer} har {carer.username}" if carer.username else f"{carer} har inget ännu"
        what = "hör till någon annan" if is_taken else "finns inte" if username else "saknas"
        row.errors["username"] = f"Användarnamnet {what}. {right}. Rätta det här eller på sidan."


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _check_times(row: Row, period: SchedulePeriod) -> None:
    try:
        row.day = entry.day_or_serial(row.cells["day"])
    except ValueError as error:
        row.errors["day"] = str(error)
        return
    if not period.first <= row.day <= period.last:
        row.errors["day"] = f"Dagen ligger utanför schemaperioden {period}. Rätta den."
    elif row.carer and (text := availability.not_employed_text(row.carer, row.day)):
        row.errors["day"] = text
    try:
        rest = break_minutes(row.cells.get("break_minutes", ""))
    except ValueError as error:
        row.errors["break_minutes"] = str(error)
        return
    try:
        start, end = clock(row.cells["start"]), clock(row.cells["end"])
        row.times = rules.times(row.day, start, end, rest)
    except Wrong as wrong:
        row.errors[wrong.field] = str(wrong)


def _find_collisions(rows: Sequence[Row], unit: Unit) -> None:
    whole = [(row, meant) for row in rows if (meant := row.meant) and not row.errors]
    if not whole:
        return
    day, days = timedelta(days=1), [meant.day for _, meant in whole]
    carers = {meant.carer for _, meant in whole}
    there = schedule.shifts_of_carers(carers, min(days) - day, max(days) + day)
    before: dict[int, list[Above]] = defaultdict(list)
    for row, meant in whole:
        _compare(row, meant, there[meant.carer.pk], before[meant.carer.pk], unit)
        if row.is_new:
            before[meant.carer.pk].append((row.place, meant))


def _compare(
    row: Row, meant: Meant, shifts: Sequence[Shift], before: Sequence[Above], unit: Unit
) -> None:
    """A row against the carer's shifts, and against the rows above it."""
    times = meant.times
    wanted = (unit.pk, meant.day, times.start, times.end, times.break_minutes)
    for shift in shifts:
        if wanted == (shift.unit_id, shift.day, shift.start, shift.end, shift.break_minutes):
            row.exists = True
            return
    for shift in shifts:
        begins = rules.absolute(shift.day, 0)
        if rules.collide(meant.instants, (begins + shift.start, begins + shift.works_until)):
            row.errors["start"] = availability.collision_text(shift)
    for place, other in before:
        if (other.day, other.times) == (meant.day, times):
            row.exists = True
            return
        if rules.collide(meant.instants, other.instants):
            row.errors["start"] = f"Passet krockar med rad {place}. Rätta tiderna på en av dem."


def employee(row: Row, title: str, period: SchedulePeriod, day: date) -> Carer:
    """The employee of a row, whom nobody has added yet (PLN-12), not saved. Raises Refused."""
    if not row.may_add or title not in Carer.Title.values:
        raise Refused("Personen kan inte läggas upp från raden. Rätta raden, eller välj titel.")
    return Carer(
        identity_number=row.digits,
        name=" ".join(row.cells["name"].split()),
        username=row.cells["username"],
        unit=period.unit,
        title=title,
        valid_from=min(period.first, day),
    )
