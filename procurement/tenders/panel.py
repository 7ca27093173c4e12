"""What the case page of a tender shows beyond what every case has."""

from typing import Any

from django.db.models import Prefetch

from cases.commands import permitting
from cases.process import commands_of
from organisation.request import Request
from procurement.tenders.models import SectionExpert, Tender

TEMPLATE = "procurement/tender.html"
ON_ROWS = (
    "draft_section", "mark_section_ready", "name_expert", "answer_question", "clarify_answer",
    "place_question",
)  # fmt: skip
"""Commands that the page offers beside the row they are about."""


def panel(tender: Tender, request: Request) -> dict[str, Any]:
    """The sections with their experts, the reference group, questions, dates and the award."""
    return {
        **parts(tender),
        "may": may(tender, request),
        "consultations": tender.consultations.all(),
        "contract": getattr(tender, "contracted_by", None),
    }


def parts(tender: Tender) -> dict[str, Any]:
    """Sections and questions with what belongs to each."""
    experts = SectionExpert.objects.select_related("user")
    return {
        "sections": tender.sections.select_related("ready_by").prefetch_related(
            Prefetch("experts", experts, to_attr="everybody")
        ),
        "questions": tender.questions.select_related("section", "answered_by").prefetch_related(
            "clarifications__recorded_by"
        ),
    }


def may(tender: Tender, request: Request) -> set[str]:
    """Which of the rows' commands the person may do on the tender now."""
    known = commands_of(tender.kind)
    return {
        name
        for name in ON_ROWS
        if known[name].fits(tender)
        and not isinstance(permitting(tender, known[name], request.actor), str)
    }
