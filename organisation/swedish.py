"""Swedish order and search, the same on both databases. Requirement DAY-06.

A field whose values people look up by name is declared with `db_collation=SWEDISH`: every list that
is ordered by it is then in Swedish order. What Python sorts goes by `key`. Every search box asks
`containing`.
"""

import re
import sqlite3
import unicodedata
from functools import lru_cache
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

SWEDISH = '"sv-x-icu"'
"""PostgreSQL's own collation for Swedish; SQLite is given one that orders alike, see `register`.
Quoted, since Django does not quote it for SQLite."""
LONGEST = 200
"""Signs of a search that are read."""

_AS = {
    "ü": "y", "ű": "y", "æ": "ä", "ę": "ä", "ø": "ö", "ő": "ö", "œ": "ö", "ô": "ö",
    "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "þ": "th",
}  # fmt: skip
"""Letters that are sorted as others, but for their mark."""
_OWN = {"å": "{", "ä": "|", "ö": "}", "ə": "e~", "ħ": "h~", "ı": "i~", "ŋ": "n~"}
"""Letters of their own: the Swedish ones after z, the foreign ones after the one they look like."""
_BEFORE = {
    sign: chr(place)
    for place, sign in enumerate(" \xa0_-–,;:!?.'’\"()[]{}§@*/\\&#%`´^°+<=>|~$0123456789", 1)
}
"""Signs that are no letters come before those that are, in this order."""


@lru_cache(maxsize=65_536)
def key(text: str) -> tuple[str, list[str], list[bool], str]:
    """What `text` is sorted by: its letters, then their marks, then small before capital."""
    text = unicodedata.normalize("NFC", text)
    parts = [_parted(sign) for sign in text.lower()]
    letters = "".join(letter for letter, _ in parts)
    return letters, [mark for _, mark in parts], [sign.isupper() for sign in text], text


@lru_cache(maxsize=4096)
def _parted(sign: str) -> tuple[str, str]:
    """A small letter's place in the alphabet, and its mark."""
    if sign in _AS:
        return "".join(_OWN.get(letter, letter) for letter in _AS[sign]), sign
    if sign in _OWN:
        return _OWN[sign], ""
    whole = unicodedata.normalize("NFD", sign)
    return _BEFORE.get(whole[0], whole[0]), whole[1:]


def containing(text: str, *fields: str) -> Q:
    """Rows in which every word of `text` stands in one of the fields, in whatever order.

    The case of letters makes no difference. A letter without marks finds those with (o finds ö, e
    finds é); å, ä and ö find themselves alone, and é finds e, since its mark makes no other letter.
    """
    words = _clean(text).split()
    if not words:
        return Q(pk__in=[])
    return Q(
        *(
            Q(
                *((f"{field}__regex", "".join(map(_like, word))) for field in fields),
                _connector=Q.OR,
            )
            for word in words
        )
    )


def spelled(text: str, field: str) -> Q:
    """Rows whose field is `text`, whatever the case of its letters."""
    return Q((f"{field}__regex", "".join(["^", *map(_either_case, _clean(text)), "$"])))


def register(connection: BaseDatabaseWrapper, **more: Any) -> None:
    """Give a connection to SQLite the collation that PostgreSQL has."""
    if connection.vendor == "sqlite":
        give_order(connection.connection)


def give_order(database: sqlite3.Connection) -> None:
    """Give a connection of Python's own the collation."""
    database.create_collation(SWEDISH.strip('"'), _compare)


def _compare(one: str, other: str) -> int:
    first, second = key(one), key(other)
    return (first > second) - (first < second)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\0", ""))[:LONGEST]


def _like(sign: str) -> str:
    """A pattern for the letter in either case, with the marks that a reader would look past."""
    small = sign.lower()
    base = small if small in "åäö" else unicodedata.normalize("NFD", small)[0]
    return _one_of(sign, base, *_marked().get(base, ""))


def _either_case(sign: str) -> str:
    return _one_of(sign)


def _one_of(*signs: str) -> str:
    cased = {form for sign in signs for form in (sign, sign.lower(), sign.upper())}
    single = sorted(form for form in cased if len(form) == 1)
    return f"[{''.join(single)}]" if len(single) > 1 else re.escape(*single)


@lru_cache(maxsize=1)
def _marked() -> dict[str, str]:
    """Latin letter -> the small letters that are it with a mark, or are found when it is typed."""
    found = {
        "a": "æ",
        "d": "đð",
        "h": "ħ",
        "i": "ı",
        "l": "ł",
        "o": "øœ",
        "t": "þ",
        "n": "ŋ",
        "s": "ß",
        "ä": "æ",
        "ö": "ø",
    }
    for code in (*range(0xE0, 0x250), *range(0x1E00, 0x1F00)):
        whole = unicodedata.normalize("NFD", chr(code))
        if len(whole) > 1 and whole[0].islower():
            found[whole[0]] = found.get(whole[0], "") + chr(code)
    return found
