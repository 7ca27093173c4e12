"""The chain from deviation to end, in order of time: one view of everything (CAP-10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from audit import clock
from cases.dates import long_date
from cases.models import Attachment, Case, Document
from procurement.escalations.models import ActionPlan, Deviation, InDepthFollowUp, SanctionStep


@dataclass(frozen=True)
class Link:
    """Something that happened: the day, what, by whom, in which case, and what shows it."""

    day: date
    what: str
    text: str = ""
    who: str = ""
    case: Case | None = None
    evidence: Attachment | None = None
    document: Document | None = None

    @property
    def facts(self) -> dict[str, str]:
        """As a document keeps it."""
        return {
            "day": self.day.isoformat(),
            "what": self.what,
            "text": self.text,
            "who": self.who,
            "case": str(self.case or ""),
            "evidence": self.evidence.name if self.evidence else "",
            "document": str(self.document or ""),
        }


def chain(case: InDepthFollowUp) -> list[Link]:
    """Every link of the chain, the earliest first."""
    links: list[Link] = []
    for deviation in case.deviations.select_related("reported_by", "graded_by", "ivo_decided_by"):
        links.extend(_deviation(deviation))
    links.extend(_planning(case))
    links.extend(_findings(case))
    for plan in case.action_plans.select_related("remedy", "recorded_by", "evidence"):
        links.extend(_action_plan(plan))
    for step in case.sanctions.select_related(
        "remedy", "recorded_by", "decided_by", "decided_for", "document"
    ):
        links.extend(_sanction(step))
    links.extend(_stops(case))
    links.extend(_end(case))
    return sorted(links, key=lambda link: link.day)


def _day(moment: Any) -> date:
    return clock.local_date(moment)


def _name(user: Any, absent: Any = None) -> str:
    if user is None:
        return ""
    return f"{user} för {absent}" if absent else str(user)


def _deviation(row: Deviation) -> Iterator[Link]:
    yield Link(
        _day(row.opened_at),
        f"{row.get_source_display()} om {row.get_area_display().lower()}",
        f"Inträffade {long_date(row.happened_on)}. {row.description}",
        _name(row.reported_by),
        row,
    )
    if row.graded_on:
        yield Link(
            row.graded_on,
            f"Graderad: {row.get_grade_display().lower()}",
            row.grade_reasons,
            _name(row.graded_by),
            row,
        )
    for question in row.questions.select_related("recorded_by", "answered_by"):
        yield Link(
            _day(question.recorded_at),
            f"Utföraren ska svara senast {long_date(question.due)}",
            question.text,
            _name(question.recorded_by),
            row,
        )
        if question.answered_on:
            late = ", för sent" if question.was_late else ""
            yield Link(
                question.answered_on,
                f"Utföraren svarade{late}",
                question.answer,
                _name(question.answered_by),
                row,
            )
    if row.ivo_reported_on:
        yield Link(
            row.ivo_reported_on,
            "Anmäld till IVO (SoL 27 kap. 7 §)",
            f"Ärende {row.ivo_number}",
            _name(row.ivo_decided_by),
            row,
        )
    if row.ivo_declined_on:
        yield Link(
            row.ivo_declined_on,
            "Anmäls inte till IVO (SoL 27 kap. 7 §)",
            row.ivo_reasons,
            _name(row.ivo_decided_by),
            row,
        )
    if row.closed_on:
        yield Link(row.closed_on, "Avvikelsen avslutad", row.outcome, "", row)


def _planning(case: InDepthFollowUp) -> Iterator[Link]:
    if case.after and case.after.held_on:
        yield Link(case.after.held_on, "Uppföljning genomförd", "", "", case.after)
    area = case.get_area_display().lower() if case.area else "ett område som inte är angivet än"
    yield Link(
        _day(case.opened_at),
        f"Fördjupad uppföljning beslutad, begränsad till {area}",
        case.reason,
        _name(case.decided_by),
        case,
    )
    if case.planned_on and case.method:
        yield Link(case.planned_on, "Plan", case.method)
    if case.planned_on and case.communication_plan:
        yield Link(case.planned_on, "Kommunikationsplan", case.communication_plan)
    for row in case.responsible_people.select_related("person", "recorded_by"):
        yield Link(_day(row.recorded_at), "Ansvarig utsedd", str(row), _name(row.recorded_by))
    if case.consulted_on:
        yield Link(
            case.consulted_on,
            "Samråd med Omsorg SoL",
            f"{case.consulted_with}. {case.consultation}",
        )
    if case.started_on:
        yield Link(case.started_on, "Den fördjupade uppföljningen började")


def _findings(case: InDepthFollowUp) -> Iterator[Link]:
    for row in case.findings.select_related("evidence", "recorded_by"):
        yield Link(
            row.found_on,
            f"Iakttagelse: {row.get_result_display().lower()}",
            row.text,
            _name(row.recorded_by),
            evidence=row.evidence,
        )


def _action_plan(row: ActionPlan) -> Iterator[Link]:
    yield Link(
        row.demanded_on,
        f"Åtgärdsplan begärd{row.by_clause}, senast {long_date(row.due)}",
        row.text,
        _name(row.recorded_by, row.on_behalf_of),
    )
    if row.answered_on:
        late = ", för sent" if row.was_late else ""
        yield Link(
            row.answered_on,
            f"Åtgärdsplanen lämnades{late}",
            row.answer,
            _name(row.answered_by),
            evidence=row.evidence,
        )
    if row.accepted_on:
        assert row.follow_on  # said when it was accepted
        yield Link(
            row.accepted_on, f"Åtgärdsplanen godtogs, kontrolleras {long_date(row.follow_on)}"
        )
    if row.rejected_on:
        yield Link(row.rejected_on, "Åtgärdsplanen godtogs inte", row.rejected_reason)
    if row.checked_on:
        done = "genomförd" if row.carried_out else "inte genomförd"
        yield Link(row.checked_on, f"Åtgärdsplanen är {done}", row.outcome)


def _sanction(row: SanctionStep) -> Iterator[Link]:
    what = f"{row.remedy.get_step_display()} enligt avsnitt {row.remedy.clause}"
    amount = f" {row.amount_kr} kronor." if row.amount_kr else ""
    yield Link(
        _day(row.recorded_at),
        f"{what} föreslagen",
        f"{row.reasons}{amount}",
        _name(row.recorded_by, row.on_behalf_of),
    )
    decider = f"{_name(row.decided_by, row.decided_for)}, {row.decided_as}"
    if row.decided_on:
        last = f" Avtalets sista dag är {long_date(row.last_day)}." if row.last_day else ""
        yield Link(
            row.decided_on,
            f"{what} beslutad",
            f"{row.decision_reasons}{last}",
            decider,
            document=row.document,
        )
    if row.declined_on:
        yield Link(row.declined_on, f"{what} avslagen", row.decision_reasons, decider)


def _stops(case: InDepthFollowUp) -> Iterator[Link]:
    since = _day(case.opened_at)
    for row in case.stops.select_related("recorded_by", "lifted_by"):
        if row.lifted_on and row.lifted_on < since:
            continue
        yield Link(
            row.from_on,
            "Stopp för nya personer",
            row.reason,
            _name(row.recorded_by, row.on_behalf_of),
            case.agreement,
        )
        if row.lifted_on:
            yield Link(
                row.lifted_on,
                "Stoppet för nya personer hävt",
                row.lifted_reason,
                _name(row.lifted_by),
                case.agreement,
            )


def _end(case: InDepthFollowUp) -> Iterator[Link]:
    if case.agreement.closed_on:
        yield Link(case.agreement.closed_on, "Avtalets sista dag", "", "", case.agreement)
    if case.closed_on:
        yield Link(case.closed_on, "Den fördjupade uppföljningen avslutad", case.outcome, "", case)
