"""The documents of an application, each from the case's own facts."""

from typing import Any

from django.conf import settings

from cases.documents import DocumentKind
from procurement.applications import rules
from procurement.applications.models import HandlingStep, ProviderApplication, Reference


def _application(application: ProviderApplication) -> dict[str, Any]:
    """What every document of an application may speak of."""
    provider = application.provider
    return {
        "company": application.title,
        "company_address": provider.address if provider else "",
        "organisation_number": provider.shown_organisation_number if provider else "",
        "arrived_on": _iso(application.arrived_on),
        "complete_on": _iso(application.complete_on),
        "specification": application.specification.number if application.specification else "",
        "assignment": application.get_assignment_display(),
        "areas": [area.name for area in application.areas.all()],
        "capacity": application.capacity_ceiling_hours or "",
        "operations_manager": application.operations_manager,
        "contact_name": application.contact_name,
    }


def _minutes(application: ProviderApplication) -> dict[str, Any]:
    meeting = application.meetings.last()
    if meeting is None:
        return _application(application)
    return {
        **_application(application),
        "held_on": _iso(meeting.held_on),
        "place": meeting.place,
        "notes": meeting.notes,
        "went_through_application": meeting.went_through_application,
        "attended": [
            [label, meeting.attendance.get(capacity, "")]
            for capacity, label in rules.REQUIRED_AT_MEETING.items()
        ],
    }


def _references(application: ProviderApplication) -> dict[str, Any]:
    return {
        **_application(application),
        "references": [
            {
                "about": row.get_about_display(),
                "referee": row.referee,
                "organisation": row.organisation,
                "relation": row.relation,
                "taken_on": _iso(row.taken_on),
                "statement": row.statement,
                "taken_by": row.recorded_by.name,
            }
            for row in application.references.select_related("recorded_by").order_by("about", "pk")
        ],
        "counts": [
            [Reference.About(about).label, count]
            for about, count in application.counted_references().items()
        ],
    }


def _proposal(application: ProviderApplication) -> dict[str, Any]:
    proposal = application.proposal()
    steps = [
        {
            "label": str(HandlingStep.Kind(kind).label),
            "outcome": step.get_outcome_display(),
            "done_on": _iso(step.done_on),
            "note": step.note,
        }
        for kind in HandlingStep.Kind.values
        if (step := application.step(kind))
    ]
    meeting = application.meetings.last()
    return {
        **_application(application),
        "recommendation": proposal.recommendation if proposal else "",
        "reasons": proposal.reasons if proposal else "",
        "exclusion_ground": proposal.get_exclusion_ground_display() if proposal else "",
        "proportionality": proposal.proportionality if proposal else "",
        "proposed_by": proposal.recorded_by.name if proposal else "",
        "concurred_by": proposal.concurred_by.name if proposal and proposal.concurred_by else "",
        "economic_consequences": application.economic_consequences
        or ("Beslutet har inga ekonomiska konsekvenser." if _excludes(proposal) else ""),
        "steps": steps,
        "meeting_on": _iso(meeting.held_on) if meeting else "",
        "reference_count": application.references.count(),
        "negotiations": [
            [row.union, _iso(row.held_on), row.get_outcome_display()]
            for row in application.negotiations.all()
        ],
        "completions": [
            [row.round, _iso(row.requested_on), _iso(row.answered_on), row.get_outcome_display()]
            for row in application.completions.all()
        ],
        "committee": settings.MUNICIPALITY["committee"],
    }


def _excludes(proposal: Any) -> bool:
    return bool(proposal and proposal.exclusion_ground)


def _decision(application: ProviderApplication) -> dict[str, Any]:
    decision = application.decision()
    if decision is None:
        return _proposal(application)
    return {
        **_proposal(application),
        "outcome": decision.outcome,
        "outcome_label": decision.get_outcome_display(),
        "paragraph": decision.paragraph,
        "decided_on": _iso(decision.decided_on),
        "decision_reasons": decision.reasons or _proposal(application)["reasons"],
        "reservations": decision.reservations,
        "conflicts": [
            [row.member.name, row.reason]
            for row in decision.item.conflicts.select_related("member")
        ],
        "minutes_adjusted_on": _iso(decision.item.meeting.minutes_adjusted_on),
        "secretary": decision.recorded_by.name,
        "court": settings.MUNICIPALITY["court"],
    }


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""


_COMPANY = ("company", "Företagets namn", "Står på ansökan.")
_NUMBER = ("number", "Ärendenummer", "Sätts när ansökan kommer in.")
_REASONS = ("reasons", "Skäl", "Skrivs i förslaget till beslut.")
_ADDRESS = ("company_address", "Företagets adress", "Skrivs på sidan för företaget.")
_DECIDED = (
    _COMPANY,
    _NUMBER,
    ("paragraph", "Paragraf", "Registreras av nämndsekreteraren."),
    ("decided_on", "Beslutsdatum", "Registreras av nämndsekreteraren."),
)
FOLDER = "documents/application"
KINDS = (
    DocumentKind(
        "completion_request", "Begäran om komplettering", f"{FOLDER}/completion_request.html",
        _application,
        (_COMPANY, _NUMBER, ("text", "Vad som ska kompletteras", ""), ("due", "Sista dag", "")),
    ),
    DocumentKind(
        "meeting_minutes", "Minnesanteckningar från informationsmöte",
        f"{FOLDER}/meeting_minutes.html", _minutes,
        (_COMPANY, _NUMBER, ("held_on", "Mötesdag", "Registreras med mötet.")),
    ),
    DocumentKind(
        "reference_record", "Referenstagning", f"{FOLDER}/reference_record.html", _references,
        (_COMPANY, _NUMBER, ("references", "Referenser", "")),
    ),
    DocumentKind(
        "mbl_basis", "Underlag för förhandling enligt MBL", f"{FOLDER}/mbl_basis.html", _proposal,
        (_COMPANY, _NUMBER, ("recommendation", "Förslag till beslut", "Lämnas vid bedömningen."),
         ("assessment", "Vad beslutet innebär", "")),
    ),
    DocumentKind(
        "decision_proposal", "Tjänsteskrivelse", f"{FOLDER}/decision_proposal.html", _proposal,
        (_COMPANY, _NUMBER, ("recommendation", "Förslag till beslut", "Lämnas vid bedömningen."),
         _REASONS,
         ("economic_consequences", "Ekonomiska konsekvenser",
          "Skrivs av handläggaren, högst fem meningar."),
         ("negotiations", "Datum för MBL-förhandling", "Hämtas från steget MBL."),
         ("concurred_by", "Samråd med biträdande socialdirektör", "Lämnas vid bedömningen.")),
    ),
    DocumentKind(
        "decision_extract", "Protokollsutdrag", f"{FOLDER}/decision_extract.html", _decision,
        _DECIDED,
    ),
    DocumentKind(
        "notice_approval", "Underrättelse om beslut: godkänd", f"{FOLDER}/notice.html", _decision,
        (*_DECIDED, ("given_on", "Dag då beslutet meddelas", "")),
    ),
    DocumentKind(
        "notice_rejection", "Underrättelse om beslut: inte godkänd", f"{FOLDER}/notice.html",
        _decision,
        (*_DECIDED, ("decision_reasons", "Skälen för beslutet", ""),
         ("given_on", "Dag då beslutet meddelas", ""), ("last_day", "Sista dag för rättelse", "")),
    ),
)  # fmt: skip
