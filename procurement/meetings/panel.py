"""What the page of a meeting shows beyond what every case has, for staff and for the providers."""

from typing import Any

from cases.leading import leading_command
from organisation.request import Request
from procurement.meetings.models import Meeting

TEMPLATE = "procurement/meeting.html"


def panel(meeting: Meeting, request: Request) -> dict[str, Any]:
    """What the next step waits for."""
    return leading_command(meeting, request)


def for_company(meeting: Meeting, request: Request) -> dict[str, Any]:
    """A provider that is invited sees time, place, agenda, and the notes when it has been held."""
    return {}
