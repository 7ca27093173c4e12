"""When somebody is away, as the rules see it and in words. PLN-09."""

from datetime import timedelta

from cases.dates import long_date
from planning.models import Absence
from planning.plan.rules import Away


def away_of(absence: Absence) -> Away:
    """An absence as the rules see it."""
    return Away(absence.first, absence.last, absence.leaves_at, absence.home_at)


def gone_from(absence: Absence) -> str:
    """tis 24 nov 2026 10:00"""
    at = f" {absence.leaves_at:%H:%M}" if absence.leaves_at else ""
    return f"{long_date(absence.first)}{at}"


def home_again(absence: Absence) -> str:
    """hemma igen tors 26 nov 2026 14:00; the day after the last when that is a whole day."""
    if absence.last is None:
        return "hemkomst inte känd"
    if absence.home_at:
        return f"hemma igen {long_date(absence.last)} {absence.home_at:%H:%M}"
    return f"hemma igen {long_date(absence.last + timedelta(days=1))}"
