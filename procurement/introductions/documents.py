"""The record of an introduction, from the programme's own facts."""

from typing import Any

from cases.documents import DocumentKind
from procurement.introductions.models import Introduction


def _record(introduction: Introduction) -> dict[str, Any]:
    contract = introduction.signed_contract
    return {
        "company": str(introduction.provider),
        "home": contract.from_tender.home if contract and contract.from_tender else "",
        "decided_on": introduction.decided_on.isoformat(),
        "contract": contract.number if contract else "",
        "signed_on": contract.signed_on.isoformat() if contract else "",
        "may_start_on": introduction.may_start_on.isoformat() if introduction.may_start_on else "",
        "contact_person": introduction.contact_person.name if introduction.contact_person else "",
        "steps": [
            {
                "title": step.title,
                "done_on": step.done_on.isoformat() if step.done_on else "",
                "attended": step.attended,
                "note": step.note,
                "evidence": step.evidence.name if step.evidence else "",
                "left_out": step.left_out_reason,
            }
            for step in introduction.steps.select_related("evidence")
        ],
    }


KINDS = (
    DocumentKind(
        "introduction_record",
        "Genomförd introduktion",
        "documents/introduction/record.html",
        _record,
        (
            ("contract", "avtal", "tecknas med nämndens ordförande"),
            ("may_start_on", "dag då utföraren får börja", "besked om start"),
            ("contact_person", "kontaktperson", "utses på ärendet"),
            ("steps", "moment", "introduktionsprogrammet"),
        ),
    ),
)
