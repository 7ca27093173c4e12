"""What an application lacks before each step. `perform`, the flow and the page all ask here.

Every function takes the application and the day, and returns what is missing (nothing: done).
"""

from datetime import date

from cases.dates import long_date
from door.refusals import Missing
from organisation.models import Representation
from procurement.applications import rules
from procurement.applications.models import HandlingStep, ProviderApplication, Reference

State = ProviderApplication.State
Kind = HandlingStep.Kind
BEFORE_ASSESSMENT = {State.RECEIVED, State.COMPLETION, State.HANDLING}
BEFORE_DECISION = BEFORE_ASSESSMENT | {State.ASSESSMENT, State.MBL, State.COMMITTEE}


def _past_handling(application: ProviderApplication) -> bool:
    """Whether what handling demands is no longer asked for; a withdrawn case never got there."""
    return application.state not in BEFORE_ASSESSMENT | {State.WITHDRAWN}


def particulars(application: ProviderApplication, day: date) -> list[Missing]:
    """What the company has to state about itself and its assignment."""
    stated = (
        ("assignment", "Uppdrag (omvårdnad, service eller båda)"),
        ("capacity_ceiling_hours", "Kapacitetstak i timmar per månad"),
        ("contact_name", "Kontaktperson"),
        ("operations_manager", "Verksamhetsansvarig"),
    )
    missing = [
        Missing(label, command="correct_particulars")
        for name, label in stated
        if not getattr(application, name)
    ]
    if not application.areas.exists():
        missing.append(Missing("Minst ett område", command="correct_particulars"))
    return missing


def attachments(application: ProviderApplication, day: date) -> list[Missing]:
    """The checklist's attachments that are absent or not valid (LOV-01, CAP-18)."""
    missing = []
    found = application.attachments_by_requirement()
    for row in application.checklist():
        if row.shown_only or (row.optional_note and not found.get(row.code)):
            continue
        fault = attachment_fault(application, row, found.get(row.code, []), day)
        if fault:
            missing.append(Missing(row.name, fault, "add_attachment", row.code))
    return missing


def attachment_fault(application, row, files, day: date) -> str:
    """Why none of the files answers a row of the checklist; empty when one does."""
    if not files:
        return "Saknas"
    faults = [
        rules.attachment_fault(
            issued_on=file.issued_on,
            expires_on=file.expires_on,
            max_age_months=row.max_age_months,
            needs_expiry=row.needs_expiry,
            arrived_on=application.arrived_on or day,
        )
        for file in files
    ]
    return "" if "" in faults else faults[-1]


def representation(application: ProviderApplication, day: date) -> list[Missing]:
    """Somebody's authority to represent the company has been approved by staff."""
    assert application.provider_id  # one is always a company's
    approved = Representation.objects.filter(
        provider_id=application.provider_id, approved_on__isnull=False, ended_on=None
    )
    if approved.exists() or application.channel != application.Channel.PORTAL:
        return []
    return [
        Missing(
            "Behörighet att företräda företaget",
            "Personen som ansökte är inte godkänd som företrädare än.",
            "approve_representation",
        )
    ]


def review(application: ProviderApplication, day: date) -> list[Missing]:
    """The application has been gone through."""
    return _control(application, Kind.REVIEW, day)


def review_stands(application: ProviderApplication, day: date) -> list[Missing]:
    """The last review is of the application as it now is, and asks for nothing (COR-05)."""
    if not application.is_reviewed_anew():
        return [
            Missing(
                "Ny granskning efter begäran om komplettering",
                "Gå igenom det som har kommit in innan ansökan förklaras komplett.",
                "review_application",
            )
        ]
    if application.needs_completion() and (last := application.step(Kind.REVIEW)):
        return [Missing("Komplettering", f"Granskningen: {last.note}", "request_completion")]
    return []


def completeness(application: ProviderApplication, day: date) -> list[Missing]:
    """Everything that has to be there before the application is declared complete."""
    return [
        *(review(application, day) or review_stands(application, day)),
        *particulars(application, day),
        *attachments(application, day),
        *representation(application, day),
    ]


def is_complete(application: ProviderApplication, day: date) -> list[Missing]:
    """The application has been declared complete."""
    if application.complete_on or _past_handling(application):
        return []
    return [Missing("Ansökan är inte förklarad komplett", command="declare_complete")]


def completing(application: ProviderApplication, day: date) -> list[Missing]:
    """What the application waits for until it is declared complete."""
    if application.state == State.COMPLETION:
        return [Missing("Företagets komplettering", by_company=True)]
    if not (undeclared := is_complete(application, day)):
        return []
    return completeness(application, day) or undeclared


def credit(application: ProviderApplication, day: date) -> list[Missing]:
    """The credit report has come and still holds."""
    return _control(application, Kind.CREDIT, day)


def tax(application: ProviderApplication, day: date) -> list[Missing]:
    """The tax agency has answered and the answer still holds."""
    return _control(application, Kind.TAX, day)


def qms(application: ProviderApplication, day: date) -> list[Missing]:
    """The quality management system has been controlled."""
    return _control(application, Kind.QMS, day)


def cv(application: ProviderApplication, day: date) -> list[Missing]:
    """CVs and other attachments have been controlled, and register extracts shown (BEY-15)."""
    missing = _control(application, Kind.CV, day)
    if any(row.shown_only for row in application.checklist()):
        missing += _control(application, Kind.RECORD_EXTRACT, day)
    return missing


def references(application: ProviderApplication, day: date) -> list[Missing]:
    """Two references about the management and two about the operations manager (LOV-06)."""
    if _past_handling(application):
        return []
    missing = []
    for about, count in application.counted_references().items():
        lacking = rules.REFERENCES_NEEDED - count
        if lacking > 0:
            noun = "referens" if lacking == 1 else "referenser"
            label = Reference.About(about).label.lower()
            missing.append(
                Missing(
                    f"{lacking} {noun} om {label}",
                    f"Minst {rules.REFERENCES_NEEDED} krävs, {count} finns.",
                    "add_reference",
                    about,
                )
            )
    return missing


def meeting(application: ProviderApplication, day: date) -> list[Missing]:
    """The information meeting has been held with everybody who must attend (LOV-07)."""
    if _past_handling(application):
        return []
    held = next(reversed(list(application.meetings.all())), None)
    if held is None:
        return [Missing("Informationsmöte", "Inget möte är hållet.", "hold_information_meeting")]
    missing = [
        Missing(
            f"{rules.REQUIRED_AT_MEETING[capacity]} på informationsmötet",
            f"Ingen deltog {long_date(held.held_on)}.",
            "hold_information_meeting",
        )
        for capacity in held.absent()
    ]
    if not held.went_through_application:
        missing.append(
            Missing("Genomgång av ansökan på informationsmötet", "", "hold_information_meeting")
        )
    return missing


def handling(application: ProviderApplication, day: date) -> list[Missing]:
    """All that LOV-05 demands before assessment."""
    return [
        missing
        for guard in (review, is_complete, credit, tax, qms, cv, meeting, references)
        for missing in guard(application, day)
    ]


def assessment(application: ProviderApplication, day: date) -> list[Missing]:
    """A proposal, and the deputy director's concurrence (LOV-08)."""
    proposal = application.proposal()
    if proposal is None:
        return [Missing("Förslag till beslut", "Handläggaren föreslår.", "propose_decision")]
    if proposal.concurred_on is None:
        return [
            Missing(
                "Samråd med biträdande socialdirektör",
                "En annan person än den som föreslog.",
                "concur",
            )
        ]
    return []


def assessing(application: ProviderApplication, day: date) -> list[Missing]:
    """The assessment: begun, proposed and concurred with."""
    if application.state in BEFORE_ASSESSMENT:
        return [Missing("Bedömning", command="begin_assessment")]
    return assessment(application, day) if application.state == State.ASSESSMENT else []


def proposed(application: ProviderApplication, day: date) -> list[Missing]:
    """There is a proposal to concur with."""
    if application.proposal():
        return []
    return [Missing("Förslag till beslut", "Handläggaren föreslår.", "propose_decision")]


def mbl(application: ProviderApplication, day: date) -> list[Missing]:
    """The MBL basis is written and the negotiation recorded (LOV-09)."""
    missing = []
    if not application.documents.filter(kind="mbl_basis").exists():
        missing.append(Missing("Underlag för MBL", "", "write_mbl_basis"))
    if not application.negotiations.exists():
        missing.append(
            Missing("MBL-förhandling", "Datum, organisation och utfall.", "record_negotiation")
        )
    return missing


def concluded_mbl(application: ProviderApplication, day: date) -> list[Missing]:
    """The application has gone on from MBL."""
    if application.state in BEFORE_ASSESSMENT | {State.ASSESSMENT, State.MBL, State.WITHDRAWN}:
        return mbl(application, day) or [Missing("MBL avslutad", "", "conclude_mbl")]
    return []


def on_agenda(application: ProviderApplication, day: date) -> list[Missing]:
    """The application stands on a meeting's agenda with its document."""
    item = application.agenda_item()
    if item is None:
        return [Missing("Plats på ett sammanträdes föredragningslista", "", "put_on_agenda")]
    if item.document is None or item.document.locked_at is None:
        return [
            Missing(
                "Låst tjänsteskrivelse",
                "Låses när utskicket fryses på sidan Nämnd.",
                "freeze_packet",
            )
        ]
    return []


def decision(application: ProviderApplication, day: date) -> list[Missing]:
    """All that has to be there before the committee's decision is registered."""
    return [*mbl(application, day), *on_agenda(application, day)]


def decided(application: ProviderApplication, day: date) -> list[Missing]:
    """The committee has decided."""
    if application.state in BEFORE_DECISION | {State.WITHDRAWN}:
        return decision(application, day) or [
            Missing("Nämndens beslut", "Registreras av nämndsekreteraren.", "register_decision")
        ]
    return []


def notified(application: ProviderApplication, day: date) -> list[Missing]:
    """The company has been told."""
    made = application.decision()
    if made and hasattr(made, "notice"):
        return []
    return [Missing("Underrättelse till sökanden", "", "notify_applicant")]


def final(application: ProviderApplication, day: date) -> list[Missing]:
    """Nothing can change the decision any more."""
    if application.closed_on:
        return []
    if application.state == State.CORRECTION_FILED:
        return [Missing("Domstolens beslut", command="record_court_outcome")]
    return [Missing("Tiden för rättelse löper")]


def expired_controls(application: ProviderApplication, day: date) -> list[Missing]:
    """Credit and tax controls that have grown too old for an approval (CAP-18)."""
    return [
        Missing(
            f"{Kind(kind).label}: ny kontroll",
            f"Gällde till {long_date(last.valid_until)}.",
            "record_control",
            kind,
        )
        for kind in (Kind.CREDIT, Kind.TAX)
        if (last := application.step(kind)) and last.valid_until and last.valid_until < day
    ]


def _control(application: ProviderApplication, kind: str, day: date) -> list[Missing]:
    if _past_handling(application):
        return []
    last = application.step(kind)
    command = {
        Kind.REVIEW: "review_application",
        Kind.RECORD_EXTRACT: "note_record_extract",
    }.get(Kind(kind), "record_control")
    label = str(Kind(kind).label)
    if last is None:
        return [Missing(label, "Inte gjord.", command, kind)]
    if not last.is_done:
        waiting = f"Beställd {long_date(last.done_on)}, svar inväntas."
        return [Missing(label, waiting, command, kind)]
    if last.valid_until and last.valid_until < day:
        return [Missing(label, f"Gällde till {long_date(last.valid_until)}.", command, kind)]
    return []
