"""The documents of a tender: what is announced, the questions with answers, and the award."""

from typing import Any

from audit import clock
from cases.documents import DocumentKind
from procurement.tenders.models import SectionExpert, Tender


def _announced(tender: Tender) -> dict[str, Any]:
    return {
        "home": tender.home,
        "published_on": _day(tender.published_on),
        "questions_close_on": _day(tender.questions_close_on),
        "tenders_close_on": _day(tender.tenders_close_on),
        "sections": [
            {"number": row.number, "heading": row.heading, "text": row.text}
            for row in tender.sections.all()
        ],
    }


def _questions(tender: Tender) -> dict[str, Any]:
    return {
        "home": tender.home,
        "questions": [
            {
                "number": row.number,
                "section": str(row.section) if row.section else "",
                "text": row.text,
                "answer": row.answer,
                "answered_on": _day(clock.local_date(row.answered_at)),
                "clarifications": [
                    {"text": more.text, "on": _day(clock.local_date(more.recorded_at))}
                    for more in row.clarifications.all()
                ],
            }
            for row in tender.questions.exclude(answered_at=None).select_related("section")
            if row.answered_at
        ],
    }


def _award(tender: Tender) -> dict[str, Any]:
    experts = SectionExpert.objects.filter(section__tender=tender).select_related("section", "user")
    return {
        "home": tender.home,
        "winner": str(tender.winner) if tender.winner else "",
        "decided_on": _day(tender.awarded_on),
        "paragraph": tender.award_paragraph or "",
        "reasons": tender.award_reason,
        "tenders_received": tender.tenders_received or "",
        "published_on": _day(tender.published_on),
        "tenders_close_on": _day(tender.tenders_close_on),
        "consultations": [
            {"on": _day(row.held_on), "attended": row.attended, "outcome": row.outcome}
            for row in tender.consultations.all()
        ],
        "experts": [
            {
                "section": str(row.section),
                "name": row.user.name,
                "from": _day(row.named_on),
                "to": _day(row.released_on),
            }
            for row in experts.order_by("section__number", "pk")
        ],
    }


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


KINDS = (
    DocumentKind(
        "tender_document", "Förfrågningsunderlag", "documents/tender/document.html", _announced,
        (
            ("sections", "avsnitt", "läggs till på ärendet"),
            ("questions_close_on", "sista dag för frågor", "anges vid annonseringen"),
            ("tenders_close_on", "sista dag för anbud", "anges vid annonseringen"),
        ),
    ),
    DocumentKind(
        "tender_questions", "Frågor och svar", "documents/tender/questions.html", _questions,
        (("questions", "besvarade frågor", "besvaras på ärendet"),),
    ),
    DocumentKind(
        "award_record", "Tilldelningsbeslut", "documents/tender/award.html", _award,
        (
            ("winner", "vem som tilldelas", "registreras på ärendet"),
            ("decided_on", "beslutets dag", "registreras på ärendet"),
            ("paragraph", "paragraf", "registreras på ärendet"),
            ("reasons", "skäl", "registreras på ärendet"),
        ),
    ),
)  # fmt: skip
