"""The yearly control as a document."""

from typing import Any

from cases.documents import DocumentKind
from procurement.controls.models import YearlyControl


def _facts(control: YearlyControl) -> dict[str, Any]:
    return {
        "title": control.title,
        "contract": control.agreement.number,
        "about": control.get_about_display(),
        "looked_at": [
            {
                "name": str(item),
                "received_on": item.received_on.isoformat() if item.received_on else "",
                "reviews": [
                    {
                        "done_on": row.done_on.isoformat(),
                        "who": row.recorded_by.name + (", controller" if row.by_controller else ""),
                        "outcome": row.get_outcome_display(),
                        "note": row.note,
                    }
                    for row in item.reviews.select_related("recorded_by")
                ],
            }
            for item in control.items.all()
        ],
    }


KINDS = (
    DocumentKind(
        "yearly_control", "Årlig kontroll", "documents/control/record.html", _facts,
        (("looked_at", "granskningar", "registreras på ärendet"),),
    ),
)  # fmt: skip
