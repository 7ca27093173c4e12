"""The notes of a meeting as a document."""

from typing import Any

from cases.documents import DocumentKind
from procurement.meetings.models import Meeting


def _facts(meeting: Meeting) -> dict[str, Any]:
    return {
        "title": meeting.title,
        "held_on": meeting.held_on.isoformat() if meeting.held_on else "",
        "place": meeting.place,
        "agenda": meeting.points,
        "attended": [line.strip() for line in meeting.attended.splitlines() if line.strip()],
        "minutes": meeting.minutes,
    }


KINDS = (
    DocumentKind(
        "meeting_notes", "Mötesanteckningar", "documents/meeting/notes.html", _facts,
        (
            ("held_on", "dag", "registreras på ärendet"),
            ("attended", "närvarande", "registreras på ärendet"),
            ("minutes", "anteckningar", "registreras på ärendet"),
        ),
    ),
)  # fmt: skip
