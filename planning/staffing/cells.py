"""The cells of rows pasted from a spreadsheet, however it writes them: text, days, times, breaks.

Pure. Findings part 2, row 15; DAY-05. What can be read in two ways is refused, with what to write.
"""

import csv
import re
from collections.abc import Iterator
from io import StringIO

from door import entry

MINUTES = "Skriv rasten i hela minuter, till exempel 30."
_HALF_HOURS = {"25": 15, "5": 30, "50": 30, "75": 45}
"""Minutes of the decimals of an hour that can be nothing else."""


def table(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row: between tabs, else semicolons, also when rows of both kinds
    are mixed. A cell in quotation marks may hold tabs and new lines, as a spreadsheet copies it."""
    text = entry.clean(text)
    sign = "\t" if "\t" in text else ";"
    try:
        rows = list(_quoted(text, sign))
    except csv.Error:  # a mark that stands alone is a sign like others
        lines = enumerate(text.split("\n"), start=1)
        rows = [(place, line.split(sign)) for place, line in lines]
    for place, cells in rows:
        typed = cells[0].split(";") if len(cells) == 1 else cells
        yield place, [_cell(cell) for cell in typed]


def _quoted(text: str, sign: str) -> Iterator[tuple[int, list[str]]]:
    reader, place = csv.reader(StringIO(text, newline=""), delimiter=sign, strict=True), 1
    for cells in reader:
        yield place, cells
        place = reader.line_num + 1


def _cell(text: str) -> str:
    """One line, without the mark by which a spreadsheet is told that a cell is text."""
    return entry.line(text).removeprefix("'").strip()


def clock(cell: str) -> str:
    """A time of the clock without seconds of nought, or the part of a day that a spreadsheet keeps."""
    if match := re.fullmatch(r"(\d{1,2})[:.](\d{2})[:.]00([.,]0+)?", cell, re.ASCII):
        return f"{match[1]}:{match[2]}"
    minutes = _part_of_day(cell)
    return cell if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def break_minutes(cell: str) -> int:
    """The minutes of a break: 30, 30 min, 30,00, 00:30, or 0,5 hours. Raises ValueError in Swedish."""
    said = re.sub(r"\s", "", cell).casefold()
    if not said:
        return 0
    if match := re.fullmatch(r"(\d{1,3})([.,]0+)?(?:m|min|minuter)", said, re.ASCII):
        return int(match[1])
    if match := re.fullmatch(r"(\d)(?:[.,](\d+))?(?:h|t|tim|timme|timmar)", said, re.ASCII):
        return _hours(cell, match[1], match[2] or "")
    if match := re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", said, re.ASCII):
        return int(match[1]) * 60 + int(match[2])
    if (minutes := _part_of_day(said)) is not None:
        return minutes
    if match := re.fullmatch(r"(\d{1,3})(?:[.,](\d+))?", said, re.ASCII):
        return _minutes_or_hours(cell, match[1], match[2] or "")
    raise ValueError(MINUTES)


def _minutes_or_hours(cell: str, whole: str, decimals: str) -> int:
    if not decimals:
        return int(whole)
    if not decimals.strip("0") and (int(whole) > 2 or int(whole) == 0):
        return int(whole)  # 30,00
    if int(whole) <= 2 and decimals in _HALF_HOURS and not ("." in cell and decimals != "5"):
        return int(whole) * 60 + _HALF_HOURS[decimals]
    raise ValueError(f"{cell} kan vara minuter eller timmar. {MINUTES}")


def _hours(cell: str, whole: str, decimals: str) -> int:
    if decimals.strip("0") and decimals not in _HALF_HOURS:
        raise ValueError(f"{cell} är inga hela minuter. {MINUTES}")
    return int(whole) * 60 + _HALF_HOURS.get(decimals, 0)


def _part_of_day(cell: str) -> int | None:
    """Minutes of 0,2916666667 of a day; None for what is no such part."""
    match = re.fullmatch(r"0[.,](\d{4,17})", cell, re.ASCII)
    minutes = float(f"0.{match[1]}") * 24 * 60 if match else 0.5
    return round(minutes) if abs(minutes - round(minutes)) < 0.01 else None
