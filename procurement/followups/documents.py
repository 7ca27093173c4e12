"""The follow-up as a document: when, where, who, what was followed up, answered and found. FUP-04."""

from typing import Any

from cases.documents import DocumentKind
from procurement.followups.models import FollowUp


def _facts(follow_up: FollowUp) -> dict[str, Any]:
    return {
        "title": follow_up.title,
        "level": follow_up.get_level_display(),
        "contract": follow_up.agreement.number if follow_up.agreement else "",
        "held_as": follow_up.get_held_as_display(),
        "held_on": follow_up.held_on.isoformat() if follow_up.held_on else "",
        "place": follow_up.place,
        "attended": [line.strip() for line in follow_up.attended.splitlines() if line.strip()],
        "other": follow_up.other,
        "questions": [
            {
                "area": row.get_area_display(),
                "text": row.text,
                "asked": row.asked,
                "answer": row.answer,
                "finding": row.get_finding_display(),
                "comment": row.comment,
                "mend_by": row.mend_by.isoformat() if row.mend_by else "",
            }
            for row in follow_up.questions.all()
        ],
    }


KINDS = (
    DocumentKind(
        "follow_up",
        "Uppföljning",
        "documents/follow_up/report.html",
        _facts,
        (("held_on", "dag", "registreras på ärendet"), ("questions", "frågor", "mallen")),
    ),
)
