"""Decisions on remedies, and the chain, as documents from the case's own facts. ESC-03, CAP-10."""

from collections.abc import Callable
from functools import partial
from typing import Any

from cases.dates import long_date
from cases.documents import DocumentKind
from procurement.escalations.chain import chain
from procurement.escalations.models import Finding, InDepthFollowUp
from procurement.specifications.models import Remedy


def _remedy(case: InDepthFollowUp, step: str) -> dict[str, Any]:
    """The latest decision of a kind. Before there is one, everything it says is missing."""
    row = case.sanctions.filter(remedy__step=step, decided_on__isnull=False).last()
    contract = case.agreement
    return {
        "company": contract.title,
        "company_address": contract.provider.address if contract.provider else "",
        "contract": contract.number,
        "specification": contract.specification.number if contract.specification else "",
        "area": case.get_area_display().lower(),
        "findings": [
            f"{found.get_result_display()}, {long_date(found.found_on)}: {found.text}"
            for found in case.findings.filter(result__in=Finding.SHORTCOMINGS)
        ],
        "step": step,
        "remedy": row.remedy.get_step_display() if row else "",
        "clause": row.remedy.clause if row else "",
        "clause_text": row.remedy.text if row else "",
        "reasons": row.reasons if row else "",
        "decision_reasons": row.decision_reasons if row else "",
        "amount": f"{row.amount_kr:,}".replace(",", " ") if row and row.amount_kr else "",
        "decided_on": row.decided_on.isoformat() if row and row.decided_on else "",
        "decided_by": row.decided_by.name if row and row.decided_by else "",
        "decided_for": row.decided_for.name if row and row.decided_for else "",
        "decided_as": row.decided_as if row else "",
        "last_day": row.last_day.isoformat() if row and row.last_day else "",
    }


def _chain(case: InDepthFollowUp) -> dict[str, Any]:
    return {
        "company": case.agreement.title,
        "contract": case.agreement.number,
        "area": case.get_area_display().lower() if case.area else "",
        "links": [link.facts for link in chain(case)],
    }


DECISION = (
    ("remedy", "åtgärd", "förslaget"),
    ("clause", "avsnitt i förfrågningsunderlaget", "förslaget"),
    ("reasons", "skäl", "förslaget"),
    ("decision_reasons", "beslutets skäl", "beslutet"),
    ("decided_by", "beslutsfattare", "beslutet"),
    ("decided_as", "delegat", "delegationsordningen"),
    ("findings", "brister", "iakttagelserna"),
)


def _facts_of(step: str) -> Callable[[Any], dict[str, Any]]:
    return partial(_remedy, step=step)


KINDS = (
    *(
        DocumentKind(
            step.value, str(step.label), "documents/escalation/remedy.html", _facts_of(step.value),
            DECISION,
        )
        for step in Remedy.Step
        if step != Remedy.Step.ACTION_PLAN
    ),
    DocumentKind(
        "chain", "Från avvikelse till beslut", "documents/escalation/chain.html", _chain,
        (("links", "händelser", "ärendet"),),
    ),
)  # fmt: skip
