"""What the page of a contract shows beyond what every case has, for staff and for the provider."""

from typing import Any

from organisation.request import Request
from procurement.contracts import rules
from procurement.contracts.commands import stop_of, taken_hours
from procurement.contracts.models import Contract, Permit

TEMPLATE = "procurement/contract.html"
LATEST = 6
DEMANDED = (Permit.Kind.IVO, Permit.Kind.INSURANCE)


def panel(contract: Contract, request: Request) -> dict[str, Any]:
    """What was agreed, newest first; who is reached, what is watched, and who has chosen it."""
    versions = list(contract.versions.prefetch_related("areas").order_by("-number"))
    return {
        "versions": versions,
        "now": next((row for row in versions if row.valid_from <= request.today), None),
        "contacts": contract.contacts.filter(ended_on=None),
        "permits": permits_of(contract, request.today),
        "information": contract.information.last(),
        "choices": contract.choices.select_related("area").order_by("-pk")[:50],
        "taken": taken_hours().get(contract.pk, 0),
        "stop": stop_of(contract),
        **life(contract, request),
    }


def life(contract: Contract, request: Request) -> dict[str, Any]:
    """What has been done and what comes: the provider's own part of the wheel."""
    duties = contract.duties.standing().select_related("case")
    done = list(duties.filter(case__closed_on__isnull=False).order_by("-due")[:LATEST])
    coming = list(duties.exclude(case__closed_on__isnull=False).order_by("due")[:LATEST])
    return {"duties": [(duty, duty.status(request.today)) for duty in [*coming, *done]]}


def permits_of(contract: Contract, day: Any) -> list[dict[str, Any]]:
    """The permits that stand, what is wrong with them, and which demanded one is missing."""
    found = list(contract.current_permits().select_related("evidence").order_by("kind"))
    rows = [{"permit": row, "fault": rules.permit_fault(row.valid_to, day)} for row in found]
    if contract.is_own:
        return rows
    kinds = {row.kind for row in found}
    demanded = (Permit.Kind.IVO, Permit.Kind.INSURANCE)
    return rows + [
        {"label": kind.label, "fault": "Saknas"} for kind in demanded if kind not in kinds
    ]
