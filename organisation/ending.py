"""How a row that holds for a period comes to its end. Requirement DAY-02."""

from datetime import date

from organisation.models import InPeriod


def end_on(row: InPeriod, last_day: date) -> None:
    """Let a row end on a day. One that would end before it begins never holds, and is removed."""
    if last_day < row.valid_from:
        row.delete()
        return
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
