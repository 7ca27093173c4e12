"""What a complaint lacks before the next step. `perform`, the flow and the page ask here."""

from datetime import date

from door.refusals import Missing
from procurement.complaints.models import Complaint


def begun(case: Complaint, day: date) -> list[Missing]:
    """Somebody who looks into it."""
    begun = case.state != Complaint.State.RECEIVED
    return [] if begun else [Missing("Någon som handlägger", command="begin_handling")]


def looked_into(case: Complaint, day: date) -> list[Missing]:
    """What was found, before anybody is told."""
    what = "Vad som har kommit fram"
    return [] if case.findings else [Missing(what, command="register_findings")]


def answered(case: Complaint, day: date) -> list[Missing]:
    """The answer; whoever gave no name gets none."""
    if case.is_anonymous or case.answered_on:
        return looked_into(case, day)
    return [*looked_into(case, day), Missing("Svar till personen", command="answer_person")]


def closed(case: Complaint, day: date) -> list[Missing]:
    """That it is ended."""
    return [] if case.closed_on else [Missing("Avslut", command="close_complaint")]
