"""What the committee's page shows of an application once its meeting has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cases import deadlines
from cases.models import AgendaItem, Deadline
from cases.process import commands_of
from organisation.request import Request
from procurement.applications import rules
from procurement.applications.models import CommitteeDecision, CorrectionCase, ProviderApplication

State = ProviderApplication.State
TEMPLATE = "procurement/committee_item.html"
NEXT = {
    State.COMMITTEE: "register_decision",
    State.DECIDED: "notify_applicant",
    State.CORRECTION_PERIOD: "file_correction",
    State.CORRECTION_FILED: "record_court_outcome",
}
"""The command that comes next in each state after the agenda."""


@dataclass(frozen=True)
class Step:
    """A step after the meeting: `status` is done, now or todo."""

    label: str
    status: str


def panels(items: Sequence[AgendaItem], request: Request) -> dict[int, SafeString]:
    """Each item as HTML, by its key: four queries, however many items."""
    applications = (
        ProviderApplication.objects.select_related("unit", "provider")
        .prefetch_related(Prefetch("deadlines", Deadline.objects.running(), to_attr="running"))
        .in_bulk([item.case_id for item in items])
    )
    decisions = {
        row.item_id: row
        for row in CommitteeDecision.objects.filter(item__in=items)
        .select_related("notice__document", "correction", "recorded_by", "on_behalf_of")
        .prefetch_related("item__conflicts__member")
    }
    return {
        item.pk: render_to_string(
            TEMPLATE,
            _shown(
                item,
                applications[item.case_id],
                applications[item.case_id].running,
                decisions.get(item.pk),
                request,
            ),
            request,
        )
        for item in items
    }


def _shown(
    item: AgendaItem,
    application: ProviderApplication,
    running: Sequence[Deadline],
    decision: CommitteeDecision | None,
    request: Request,
) -> dict[str, Any]:
    notice = getattr(decision, "notice", None)
    correction = getattr(decision, "correction", None)
    is_current = _is_current(item, application, decision, correction)
    command = NEXT.get(State(application.state), "") if is_current else ""
    found = commands_of(application.kind).get(command)
    may = bool(found and request.actor.holding(found.roles, application.unit.path))
    return {
        "item": item,
        "application": application,
        "decision": decision,
        "notice": notice,
        "correction": correction,
        "conflicts": decision.item.conflicts.all() if decision else [],
        "steps": _steps(application, decision, notice, correction),
        "deadline": running[0] if is_current and running else None,
        "command": command if may else "",
        "command_label": found.label if found and may else "",
        "letter": _letter(decision),
        "last_day": _last_day(decision, notice, request),
    }


def _is_current(item: AgendaItem, application: Any, decision: Any, correction: Any) -> bool:
    """Whether the application is where this item left it, and not at a later meeting's."""
    if decision is None:
        return item.decided_on is None and application.state == State.COMMITTEE
    return not _is_granted(correction)


def _is_granted(correction: CorrectionCase | None) -> bool:
    return bool(correction and correction.outcome == CorrectionCase.Outcome.GRANTED)


def _steps(application: Any, decision: Any, notice: Any, correction: Any) -> list[Step]:
    approved = bool(decision and decision.is_approval)
    if approved:
        last, done = "Avtal kan tecknas", notice is not None
    elif _is_granted(correction):
        last, done = "Rättelse: nämnden beslutar på nytt", True
    else:
        last, done = "Laga kraft", notice is not None and application.closed_on is not None
    lines = (
        ("Beslut registrerat", decision is not None),
        ("Meddelad", notice is not None),
        (last, done),
    )
    now = next((label for label, is_done in lines if not is_done), "")
    return [
        Step(label, "done" if is_done else "now" if label == now else "todo")
        for label, is_done in lines
    ]


def _letter(decision: CommitteeDecision | None) -> str:
    if decision is None:
        return ""
    return "notice_approval" if decision.is_approval else "notice_rejection"


def _last_day(decision: Any, notice: Any, request: Request) -> deadlines.Computed | None:
    """The last day to seek correction, from the notice, or as if it were given today (LOV-11)."""
    if decision is None or decision.is_approval:
        return None
    return deadlines.compute(
        rules.CORRECTION.budget,
        notice.given_on if notice else request.today,
        roll=True,
        source=rules.CORRECTION.source,
        anchor_text="underrättelsen lämnades" if notice else "underrättelsen lämnas i dag",
    )
