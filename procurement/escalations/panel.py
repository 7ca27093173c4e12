"""What the pages of deviations and in-depth follow-ups show, for staff and for the provider."""

from typing import Any

from organisation.request import Request
from procurement.escalations import rules
from procurement.escalations.commands.measures import open_stop
from procurement.escalations.models import Deviation, InDepthFollowUp

DEVIATION, IN_DEPTH = "procurement/deviation.html", "procurement/in_depth.html"
DEVIATION_PORTAL = "procurement/portal/deviation.html"
IN_DEPTH_PORTAL = "procurement/portal/in_depth.html"


def deviation(case: Deviation, request: Request) -> dict[str, Any]:
    """What happened, what the provider answers, and the question of IVO."""
    return {
        "questions": case.questions.select_related("recorded_by", "answered_by"),
        "in_depth": case.in_depth_follow_ups.all(),
        "lex_sarah": rules.LEX_SARAH if case.source == Deviation.Source.OWN else "",
    }


def in_depth(case: InDepthFollowUp, request: Request) -> dict[str, Any]:
    """The plan, what was found, and what has been demanded, proposed and decided."""
    return {
        "responsible_people": case.responsible_people.select_related("person"),
        "deviations": case.deviations.all(),
        "findings": case.findings.select_related("evidence"),
        "plans": case.action_plans.select_related("remedy", "evidence"),
        "sanctions": case.sanctions.select_related(
            "remedy", "recorded_by", "decided_by", "decided_for", "document"
        ),
        "stop": open_stop(case.agreement),
    }


def deviation_for_company(case: Deviation, request: Request) -> dict[str, Any]:
    """What the provider was asked and answered; its own report in whole. Never who complained."""
    own = case.source == Deviation.Source.OWN
    return {
        "own": own,
        "questions": case.questions.all(),
        "lex_sarah": rules.LEX_SARAH if own else "",
    }


def in_depth_for_company(case: InDepthFollowUp, request: Request) -> dict[str, Any]:
    """What is demanded of the provider and what has been decided; no plan and no proposals."""
    decided = case.sanctions.filter(decided_on__isnull=False)
    return {
        "plans": case.action_plans.select_related("remedy", "evidence"),
        "sanctions": decided.select_related("remedy", "document"),
        "stop": open_stop(case.agreement),
    }
