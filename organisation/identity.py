"""Swedish identity numbers: validated, never guessed. Requirements SEC-03, DAY-04, DAY-07.

Sources: Folkbokföringslagen (1991:481) 18 §, lag (2022:1697) 2 kap. 8 § (coordination numbers add
60 to the day), lag (1974:174) on organisation numbers, Inspektionen för vård och omsorg on numbers
in reports for people who have none (T and three digits, TF and two). Rules tested against
Skatteverket's published test numbers.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from audit import clock

ODD_TEST_NUMBERS = frozenset({
    "192004912388", "193002902397", "193302912385", "193309912388", "194209912387", "194804912386",
    "195102892386", "195109912385", "195202912381", "196602902394", "197404912383", "197902902399",
    "198106912382", "198502902391", "199611912388", "200111912382", "200302912381", "200902912385",
    "201109912384", "201302892383", "201402902397", "201402912388", "201604912384", "201902892387",
})  # fmt: skip
"""The tax agency's published test numbers for a day that is not in its month; no living person has
them. They are let through, so that what is tested with its numbers works; others like them are not."""
Kind = Literal["personnummer", "samordningsnummer", "rapportnummer"]


@dataclass(frozen=True)
class IdentityNumber:
    """A valid personal identity or coordination number, or one of the reporting authority's kind.

    The date in it is not a verified birth date: neighbouring days are used when a day is full.
    """

    digits: str
    """Twelve digits, century first; of a number for reports, eight and then T123 or TF10."""
    kind: Kind


def parse(text: str, today: date | None = None) -> IdentityNumber:
    """The number in `text` (10 digits with - or +, or 12 digits with or without -, or
    ÅÅÅÅMMDD-T123 and ÅÅÅÅMMDD-TF10), of somebody born on `today` (the clock's day) or before.

    Raises ValueError with a Swedish message that says what is wrong.
    """
    today = today or clock.today()
    clean = _plain(text)
    if reported := re.fullmatch(r"(\d{8})-?(T\d{3}|TF\d{2})", clean, re.ASCII):
        born = reported[1]
        _birth_date(int(born[:4]), int(born[4:6]), int(born[6:]), today)
        return IdentityNumber(born + reported[2], "rapportnummer")
    match = re.fullmatch(r"(\d{2})?(\d{6})([-+]?)(\d{4})", clean, re.ASCII)
    if not match:
        raise ValueError("Skriv personnumret som ÅÅÅÅMMDD-NNNN.")
    century, day_part, sign, rest = match.groups()
    if not century and not sign:
        raise ValueError("Skriv personnumret med tolv siffror, eller med bindestreck.")
    if century and sign == "+":
        raise ValueError("Skriv antingen århundrade eller plustecken i personnumret.")
    ten = day_part + rest
    if luhn_digit(ten[:9]) != int(ten[9]):
        raise ValueError("Kontrollsiffran i personnumret stämmer inte.")
    century = century or _century(int(day_part[:2]), sign, today)
    if century + ten in ODD_TEST_NUMBERS:
        return IdentityNumber(century + ten, "samordningsnummer")
    kind = _kind(int(century + day_part[:2]), int(day_part[2:4]), int(day_part[4:6]), today)
    return IdentityNumber(century + ten, kind)


def is_womans(digits: str) -> bool:
    """Whether a number of twelve signs is a woman's: the third after the birth date is even."""
    return int(digits[10]) % 2 == 0


def parse_reserve_number(text: str) -> str:
    """A reserve number as its system writes it, in capitals without spaces and hyphens.

    Each system has its own pattern, so anything of 4 to 20 letters and digits with a digit in it
    will do, but a number of `parse`. Raises ValueError with a Swedish message.
    """
    clean = _plain(text)
    value = clean.replace("-", "")
    if not re.fullmatch(r"(?=.*[0-9])[A-ZÅÄÖ0-9]{4,20}", value):
        raise ValueError(
            "Skriv reservnumret som det står i systemet som gav det: 4 till 20 bokstäver och "
            "siffror."
        )
    try:
        parse(clean)
    except ValueError:
        return value
    raise ValueError("Det är ett personnummer. Skriv det under Personnummer i stället.")


def masked(digits: str) -> str:
    """A number of twelve signs with the last four hidden; empty for none."""
    return f"{digits[:8]}-****" if digits else ""


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def parse_organisation_number(text: str) -> str:
    """The ten digits of an organisation number, or of a sole trader's personal identity number.

    Raises ValueError with a Swedish message.
    """
    match = re.fullmatch(r"(16|18|19|20)?(\d{6})-?(\d{4})", _plain(text), re.ASCII)
    if not match:
        raise ValueError("Skriv organisationsnumret med tio siffror, NNNNNN-NNNN.")
    prefix, first, last = match.groups()
    digits = first + last
    if luhn_digit(digits[:9]) != int(digits[9]):
        raise ValueError("Kontrollsiffran i organisationsnumret stämmer inte.")
    if int(digits[2]) >= 2:
        if prefix not in (None, "16") or digits[0] == "0":
            raise ValueError("Organisationsnumret har fel inledande siffror.")
        return digits
    try:
        parse(f"{prefix}{digits}" if prefix else f"{first}-{last}")
    except ValueError:
        raise ValueError(
            "Numret är varken ett organisationsnummer eller ett giltigt personnummer."
        ) from None
    return digits


def is_personal(organisation_number: str) -> bool:
    """Whether ten digits are a sole trader's personal identity number (third digit 0 or 1)."""
    return organisation_number[2] in "01"


def luhn_digit(nine: str) -> int:
    """The check digit of nine digits (mod 10, weights 2 1 2 ...)."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
    return -total % 10


def _century(year: int, sign: str, today: date) -> str:
    candidate = today.year - (today.year - year) % 100
    return str(candidate - 100 if sign == "+" else candidate)[:2]


def _kind(year: int, month: int, day: int, today: date) -> Kind:
    if day < 60:
        _birth_date(year, month, day, today)
        return "personnummer"
    # The tax agency issues coordination numbers with month 00 or day 60 when those are unknown.
    _birth_date(year, month or 1, day - 60 or 1, today)
    return "samordningsnummer"


def _birth_date(year: int, month: int, day: int, today: date) -> None:
    """Raises ValueError for a day that is not in its month, or is to come."""
    try:
        born = date(year, month, day)
    except ValueError:
        raise ValueError("Datumet i personnumret finns inte.") from None
    if born > today:
        raise ValueError("Födelsedatumet i personnumret har inte varit än.")
