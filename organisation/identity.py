"""Swedish identity numbers: validated, never guessed. Requirement SEC-03.

Sources: Folkbokföringslagen (1991:481) 18 §, lag (2022:1697) 2 kap. 8 § (coordination numbers add
60 to the day), lag (1974:174) on organisation numbers. Rules tested against Skatteverket's
published test numbers.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from audit import clock


@dataclass(frozen=True)
class IdentityNumber:
    """A valid personal identity or coordination number.

    The date in it is not a verified birth date: neighbouring days are used when a day is full.
    """

    digits: str
    """Twelve digits, century first."""
    kind: Literal["personnummer", "samordningsnummer"]


def parse(text: str) -> IdentityNumber:
    """The number in `text` (10 digits with - or +, or 12 digits with or without -).

    Raises ValueError with a Swedish message that says what is wrong.
    """
    clean = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
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
    century = century or _century(int(day_part[:2]), sign)
    kind = _kind(int(century + day_part[:2]), int(day_part[2:4]), int(day_part[4:6]))
    return IdentityNumber(century + ten, kind)


def is_womans(digits: str) -> bool:
    """Whether a number of twelve digits is a woman's: its last digit but one is even."""
    return int(digits[10]) % 2 == 0


def parse_organisation_number(text: str) -> str:
    """The ten digits of an organisation number, or of a sole trader's personal identity number.

    Raises ValueError with a Swedish message.
    """
    clean = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    match = re.fullmatch(r"(16|18|19|20)?(\d{6})-?(\d{4})", clean, re.ASCII)
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


def _century(year: int, sign: str) -> str:
    this_year = clock.today().year
    candidate = this_year - (this_year - year) % 100
    return str(candidate - 100 if sign == "+" else candidate)[:2]


def _kind(year: int, month: int, day: int) -> Literal["personnummer", "samordningsnummer"]:
    if day >= 60 and month <= 12 and day <= 91:
        # The tax agency issues coordination numbers with month 00 or day 60 when those are unknown.
        return "samordningsnummer"
    try:
        date(year, month, day)
    except ValueError:
        raise ValueError("Datumet i personnumret finns inte.") from None
    return "personnummer"
