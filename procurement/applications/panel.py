"""What the case page of an application shows beyond what every case has."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from organisation.request import Request
from procurement.applications import guards
from procurement.applications.models import HandlingStep, ProviderApplication
from procurement.specifications.wording import validity

Kind = HandlingStep.Kind
TEMPLATE = "procurement/application.html"


@dataclass(frozen=True)
class Line:
    """A step of LOV-05 as the page shows it: `light` is green, amber, red or none."""

    label: str
    light: str
    word: str
    who: str = ""
    when: date | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the checklist: what is demanded, what came, and what is wrong."""

    code: str
    name: str
    demand: str
    files: list
    fault: str
    optional: bool
    shown_only: bool
    asks_issued: bool
    asks_expiry: bool


def panel(application: ProviderApplication, request: Request) -> dict[str, Any]:
    """Steps, checklist, and what is missing before the step that leads on."""
    lines = steps(application)
    rows = checklist(application, request.today)
    return {
        "lines": lines,
        "lines_done": sum(line.light == "green" for line in lines),
        "rows": rows,
        "rows_done": sum(not row.fault for row in rows),
        "other_files": application.attachments.filter(requirement="", removed_on=None),
        "completions": application.completions.select_related("document"),
        "references": application.references.select_related("recorded_by"),
        "negotiations": application.negotiations.all(),
        "proposal": application.proposal(),
        "decision": application.decision(),
    }


def checklist(application: ProviderApplication, day: date) -> list[Row]:
    """The checklist of the call document against what has come."""
    found = application.attachments_by_requirement()
    extract = application.step(Kind.RECORD_EXTRACT)
    rows = []
    for demand in application.checklist(day):
        files = found.get(demand.code, [])
        if demand.shown_only:
            fault = "" if extract else "Har inte visats"
        else:
            fault = guards.attachment_fault(application, demand, files, day)
        rows.append(
            Row(
                demand.code,
                demand.name,
                validity(demand),
                files,
                fault,
                bool(demand.optional_note),
                demand.shown_only,
                bool(demand.max_age_months),
                demand.needs_expiry,
            )
        )
    return rows


def steps(application: ProviderApplication) -> list[Line]:
    """Every step of LOV-05 with who, when and outcome."""
    by_kind = {
        step.kind: step
        for step in application.steps.select_related("recorded_by", "on_behalf_of").order_by("pk")
    }
    controls = [
        _control(kind, by_kind.get(kind)) for kind in (Kind.TAX, Kind.CREDIT, Kind.QMS, Kind.CV)
    ]
    return [
        _control(Kind.REVIEW, by_kind.get(Kind.REVIEW)),
        *_completions(application),
        *controls,
        _meeting(application),
        _references(application),
        *_assessment(application),
        _mbl(application),
        _document(application),
    ]


def _who(row: Any) -> str:
    return (
        f"{row.recorded_by.name}, för {row.on_behalf_of.name}"
        if row.on_behalf_of
        else (row.recorded_by.name)
    )


def _control(kind: Any, step: HandlingStep | None) -> Line:
    if step is None:
        return Line(kind.label, "none", "Återstår")
    outcome = f"{step.get_outcome_display()}. {step.note}".strip()
    if not step.is_done:
        return Line(kind.label, "amber", "Väntar", _who(step), step.done_on, outcome)
    light, word = {
        HandlingStep.Outcome.FAILED: ("red", "Brister"),
        HandlingStep.Outcome.INCOMPLETE: ("amber", "Komplettera"),
    }.get(HandlingStep.Outcome(step.outcome), ("green", "Klart"))
    return Line(kind.label, light, word, _who(step), step.done_on, outcome)


def _completions(application: ProviderApplication) -> list[Line]:
    rows = list(application.completions.select_related("recorded_by", "on_behalf_of"))
    if not rows:
        return [Line("Begäran om komplettering", "none", "Ingen begärd")]
    lines = []
    for row in rows:
        label = "Begäran om komplettering" + (f", omgång {row.round}" if len(rows) > 1 else "")
        outcome = row.get_outcome_display() or f"Svar senast {row.due.isoformat()}"
        light, word = {
            "came": ("green", "Klart"),
            "late": ("red", "Sent"),
            "missing": ("red", "Saknas"),
        }.get(row.outcome, ("amber", "Väntar"))
        lines.append(Line(label, light, word, _who(row), row.requested_on, outcome))
    return lines


def _meeting(application: ProviderApplication) -> Line:
    meeting = application.meetings.select_related("recorded_by", "on_behalf_of").last()
    if meeting is None:
        return Line("Informationsmöte", "none", "Återstår")
    absent = [guards.rules.REQUIRED_AT_MEETING[capacity] for capacity in meeting.absent()]
    outcome = f"Deltog inte: {', '.join(absent)}" if absent else "Alla som ska deltog"
    light, word = ("amber", "Saknas") if absent else ("green", "Klart")
    return Line("Informationsmöte", light, word, _who(meeting), meeting.held_on, outcome)


def _references(application: ProviderApplication) -> Line:
    rows = list(application.references.select_related("recorded_by", "on_behalf_of"))
    if not rows:
        return Line("Referenser", "none", "Återstår")
    counts = application.counted_references()
    outcome = f"Ledning {counts['management']} av 2, verksamhetsansvarig {counts['operations_manager']} av 2"
    enough = min(counts.values()) >= guards.rules.REFERENCES_NEEDED
    light, word = ("green", "Klart") if enough else ("amber", "Saknas")
    return Line("Referenser", light, word, _who(rows[-1]), rows[-1].taken_on, outcome)


def _assessment(application: ProviderApplication) -> list[Line]:
    proposal = application.proposal()
    if proposal is None:
        return [Line("Bedömning", "none", "Återstår")]
    outcome = f"Förslag: {proposal.get_recommendation_display().lower()}"
    if proposal.concurred_on is None:
        return [
            Line(
                "Bedömning",
                "amber",
                "Väntar på samråd",
                _who(proposal),
                proposal.proposed_on,
                outcome,
            )
        ]
    who = f"{_who(proposal)} föreslog, {proposal.concurred_by} samrådde"
    return [Line("Bedömning", "green", "Klart", who, proposal.concurred_on, outcome)]


def _mbl(application: ProviderApplication) -> Line:
    rows = list(application.negotiations.select_related("recorded_by", "on_behalf_of"))
    if not rows:
        return Line("Underlag för MBL", "none", "Återstår")
    outcome = "; ".join(f"{row.union}: {row.get_outcome_display().lower()}" for row in rows)
    return Line("Underlag för MBL", "green", "Klart", _who(rows[-1]), rows[-1].held_on, outcome)


def _document(application: ProviderApplication) -> Line:
    item = (
        application.agenda_items.select_related("meeting", "document")
        .filter(withdrawn_on=None)
        .last()
    )
    if item is None:
        return Line("Tjänsteskrivelse till nämnden", "none", "Återstår")
    made = item.document
    locked = bool(made and made.locked_at)
    return Line(
        "Tjänsteskrivelse till nämnden",
        "green" if locked else "amber",
        "Låst" if locked else "Skriven",
        made.created_by.name if made and made.created_by else "",
        made.created_at.date() if made else None,
        f"Nämnden {item.meeting.held_on.isoformat()}",
    )
