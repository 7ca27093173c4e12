"""The rule of 24 hours for a declined visit, as a pure function. PLN-08."""

from datetime import UTC, datetime, timedelta

WINDOW = timedelta(hours=24)
"""Source: rutin 3.5, avböjda besök de 24 första timmarna."""


def stays(start: datetime, declined_at: datetime, staff_used: bool) -> bool:
    """Whether a visit stays as declined and is compensated: it begins at most 24 hours, as time
    passes whatever clocks do, after it was declined, and its staff could not be used elsewhere."""
    return not staff_used and start.astimezone(UTC) - declined_at.astimezone(UTC) <= WINDOW
