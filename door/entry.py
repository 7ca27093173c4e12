"""The door through which everything typed, pasted, sent or put in an address comes in. DAY-04, DAY-05.

One reader of each kind: text of several lines, one line, a whole number, a day, a list in JSON, a key.
Nothing here knows Django or the clock. Text is cleaned for every page at once by
`organisation.middleware.CleanText`; forms get their lines, days and numbers by `organisation.fields`.
"""

import json
import re
import unicodedata
import uuid
from datetime import date
from typing import Any

LARGEST = 2**63 - 1
"""The largest whole number that both databases hold."""
LONGEST_KEY = 64
SPREADSHEETS_DAY_0 = date(1899, 12, 30).toordinal()
LONGEST_SEARCH = 200
"""Signs; a database refuses a pattern of more than some tens of thousands."""

_NEW_LINE = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Control signs, halves of signs that lost the other half, signs that turn the direction of what
# follows, invisible marks, and code points that are no signs. Those that join letters are kept.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)  # fmt: skip
_LAST_TWO = frozenset({0xFFFE, 0xFFFF})


def clean(said: str) -> str:
    """`said` without signs that no one sees, composed (NFC), its lines ended by a new line alone.

    What a person can see is kept, spaces at the ends as well. Cleaning twice is the same as once.
    """
    kept = _UNWANTED.sub("", _NEW_LINE.sub("\n", said))
    if kept and ord(max(kept)) > 0xFFFF:
        kept = "".join(sign for sign in kept if ord(sign) & 0xFFFF not in _LAST_TWO)
    return unicodedata.normalize("NFC", kept)


def text(said: str) -> str:
    """Text of one or several lines, cleaned and trimmed."""
    return clean(said).strip()


def line(said: str) -> str:
    """One line: cleaned, trimmed, and a single space wherever there was room between words."""
    return " ".join(clean(said).split())


def sought(said: str | None) -> str:
    """What is searched for: a line, cut where no name or number reaches."""
    return line(said or "")[:LONGEST_SEARCH]


def whole_number(said: object, most: int = LARGEST) -> int | None:
    """The number from 0 to `most` that `said` writes with the digits 0-9; None for all else."""
    written = said if isinstance(said, str) else ""
    if not re.fullmatch(r"[0-9]{1,19}", written):
        return None
    number = int(written)
    return number if number <= most else None


def number(said: object) -> int:
    """As `whole_number`; 0, which numbers nothing, for all else."""
    return whole_number(said) or 0


def day(said: str) -> date:
    """The day that `said` writes, however a spreadsheet or a person writes it.

    2026-12-18, 20261218, 2026/12/18, 18.12.2026, 18/12/2026, any of them with a midnight after it.
    Raises ValueError in Swedish, also for 03/04/2026, which is two days depending on who reads it.
    """
    written = re.sub(r"[T ]+00[:.]00([:.]00([.,]0+)?)?$", "", line(said))
    match = re.fullmatch(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})", written, re.ASCII)
    if match and (match[2] or len(written) == 8):
        return _date(match[1], match[3], match[4])
    match = re.fullmatch(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})", written, re.ASCII)
    if not match:
        raise ValueError("Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-23.")
    first, sign, second, year = match.groups()
    if sign == "/" and int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
        raise ValueError(
            f"{written} kan vara två olika dagar. Skriv ÅÅÅÅ-MM-DD, till exempel "
            f"{year}-{second:0>2}-{first:0>2}."
        )
    return _date(year, second, first)


def day_or_serial(said: str) -> date:
    """As `day`, and the number by which a spreadsheet counts days: 46374 is 2026-12-18."""
    number = whole_number(said.strip(), 99_999)
    if number is not None and number >= 10_000:
        return date.fromordinal(SPREADSHEETS_DAY_0 + number)
    return day(said)


def _date(year: str, month: str, day_of_month: str) -> date:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        raise ValueError(
            f"Dagen {year}-{month:0>2}-{day_of_month:0>2} finns inte. Rätta den."
        ) from None


def year_fault(said: date, today: date, back: int, ahead: int) -> str:
    """Why the year of `said` cannot be meant: more than `back` years ago or `ahead` years to come."""
    first, last = today.year - back, today.year + ahead
    if first <= said.year <= last:
        return ""
    return (
        f"Året {said.year} kan inte stämma. Skriv årtalet med fyra siffror, "
        f"från {first} till {last}."
    )


def json_list(said: str) -> list[Any]:
    """The list that `said` writes in JSON. Raises ValueError for all else, however deep or odd."""
    try:
        found = json.loads(said, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("The list is too deep.") from None
    if not isinstance(found, list):
        raise ValueError("No list.")
    return found


def _no_number(said: str) -> None:
    raise ValueError(f"{said} is no number.")


def integer(said: object) -> int:
    """The whole number that a list in JSON holds, if a database holds it. Raises ValueError."""
    if type(said) is not int or abs(said) > LARGEST:
        raise ValueError("No whole number.")
    return said


def key(said: str | None, longest: int = LONGEST_KEY) -> str:
    """The key by which the same thing sent twice is done once; empty for none.

    A key that is too long, or not of letters, digits and hyphens, stands as a digest of itself.
    """
    said = said or ""
    if not said or (len(said) <= longest and re.fullmatch(r"[A-Za-z0-9_-]+", said)):
        return said
    return uuid.uuid5(uuid.NAMESPACE_OID, clean(said)).hex
