"""What a tender lacks before each step. `perform`, the flow and the page all ask here."""

from datetime import date

from cases.dates import long_date
from door.refusals import Missing
from procurement.tenders.models import Tender, TenderQuestion, TenderSection

State = Tender.State


def sections(tender: Tender, day: date) -> list[Missing]:
    """Every section has an expert and a text that is ready (TND-01)."""
    if not (found := list(tender.sections.all())):
        return [Missing("Minst ett avsnitt", command="add_section")]
    missing = []
    for section in found:
        about = str(section.pk)
        experts = _experts(section)
        if not experts:
            missing.append(Missing(f"Sakkunnig i avsnitt {section}", "", "name_expert", about))
        if section.ready_on is None:
            ready = "mark_section_ready" if section.text else "draft_section"
            missing.append(Missing(f"Avsnitt {section} är inte klart", "", ready, about, experts))
    return missing


def _experts(section: TenderSection) -> tuple[int, ...]:
    return tuple(row.user_id for row in section.standing_experts())


def reference_group(tender: Tender, day: date) -> list[Missing]:
    """Consultation with the political reference group (TND-02)."""
    if tender.consultations.exists():
        return []
    return [
        Missing(
            "Samråd med nämndens politiska referensgrupp för upphandlingar",
            "Registrera när samrådet hölls, vilka som deltog och vad det ledde till.",
            "record_reference_group",
        )
    ]


def publishing(tender: Tender, day: date) -> list[Missing]:
    """What publication waits for."""
    return [*sections(tender, day), *reference_group(tender, day)]


def published(tender: Tender, day: date) -> list[Missing]:
    """The call document is published."""
    return [] if tender.published_on else [Missing("Annonsering", command="publish_tender")]


def closing(tender: Tender, day: date) -> list[Missing]:
    """The last day for tenders has passed."""
    last = tender.tenders_close_on
    if last is None or day > last:
        return []
    return [
        Missing(
            f"Anbud får lämnas till och med {long_date(last)}",
            "Registrera antalet anbud dagen därpå eller senare.",
        )
    ]


def closed(tender: Tender, day: date) -> list[Missing]:
    """The number of tenders is known; until then there are questions to answer."""
    if tender.tenders_received is not None:
        return []
    tenders = closing(tender, day) or [Missing("Antal anbud", command="close_for_tenders")]
    return [*answered(tender, day), *tenders]


def answered(tender: Tender, day: date) -> list[Missing]:
    """Every question has its answer, and everybody has read it (TND-01)."""
    return [_answer(question) for question in tender.unanswered().select_related("section")]


def _answer(question: TenderQuestion) -> Missing:
    what, about = f"Svar på fråga {question.number}", str(question.pk)
    if question.section is None:
        return Missing(what, "Frågan är inte fördelad.", "place_question", about)
    return Missing(what, "", "answer_question", about, _experts(question.section))


def awarding(tender: Tender, day: date) -> list[Missing]:
    """What the award waits for."""
    if tender.tenders_received == 0:
        return [
            Missing("Minst ett anbud", "Inget anbud kom in. Avbryt upphandlingen.", "cancel_tender")
        ]
    return answered(tender, day)


def awarded(tender: Tender, day: date) -> list[Missing]:
    """The committee's decision."""
    return [] if tender.awarded_on else [Missing("Nämndens beslut", command="award_tender")]


def signed(tender: Tender, day: date) -> list[Missing]:
    """The contract."""
    if hasattr(tender, "contracted_by"):
        return []
    return [Missing("Avtal", command="sign_residential_contract")]
