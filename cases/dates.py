"""Dates as the interface writes them, in Swedish."""

from datetime import date

WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
LONG_WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
MONTHS = ("jan", "feb", "mars", "april", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
LONG_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip


def short_date(day: date) -> str:
    """tis 24 nov"""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def long_date(day: date) -> str:
    """tis 24 nov 2026"""
    return f"{short_date(day)} {day.year}"


def written_date(day: date) -> str:
    """24 november 2026"""
    return f"{day.day} {LONG_MONTHS[day.month - 1]} {day.year}"


def full_date(day: date) -> str:
    """tisdag 24 november 2026"""
    return f"{LONG_WEEKDAYS[day.weekday()]} {written_date(day)}"
