"""What a meeting lacks before each step."""

from datetime import date

from door.refusals import Missing
from procurement.meetings.models import Meeting


def booked(meeting: Meeting, day: date) -> list[Missing]:
    """Time, place and agenda."""
    return (
        [] if meeting.booked_at else [Missing("Tid, plats och dagordning", command="book_meeting")]
    )


def held(meeting: Meeting, day: date) -> list[Missing]:
    """That it has been held."""
    return [] if meeting.held_on else [Missing("Mötet", command="hold_meeting")]
