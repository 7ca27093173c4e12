"""The answer to whoever said something."""

from typing import Any

from cases.documents import DocumentKind
from procurement.complaints.models import Complaint


def _facts(case: Complaint) -> dict[str, Any]:
    return {
        "name": case.from_name,
        "address": case.from_address,
        "provider": case.provider.name if case.provider else "",
        "sort": case.get_sort_display().lower(),
        "arrived_on": case.arrived_on.isoformat(),
    }


KINDS = (
    DocumentKind(
        "complaint_answer", "Svar på synpunkt", "documents/complaint/answer.html", _facts,
        (("name", "personens namn", "registreras med synpunkten"),),
    ),
)  # fmt: skip
