"""What a follow-up lacks before each step. `perform`, the flow and the page all ask here."""

from datetime import date

from cases.dates import long_date
from door.refusals import Missing
from procurement.followups import rules
from procurement.followups.models import FollowUp

State = FollowUp.State


def answers(follow_up: FollowUp, day: date) -> list[Missing]:
    """The provider's answers, when they have been asked for and the time has not run out."""
    if follow_up.state != State.ASKED or follow_up.answered_on:
        return []
    closes = follow_up.answers_close_on
    if closes and day > closes and follow_up.held_as != FollowUp.HeldAs.WRITTEN:
        return []  # a meeting is held with what there is; the page shows what was not answered
    return [
        Missing(
            "Utförarens svar på alla frågor",
            f"Sista dag är {long_date(closes)}." if closes else "",
            "prolong_answers",
            by_company=True,
        )
    ]


def held(follow_up: FollowUp, day: date) -> list[Missing]:
    """That it has been held (FUP-04)."""
    return [] if follow_up.held_on else [Missing("Uppföljningen", command="hold_follow_up")]


def findings(follow_up: FollowUp, day: date) -> list[Missing]:
    """A finding in every question (FUP-03, FUP-04)."""
    left = follow_up.questions.filter(finding="").count()
    if not left:
        return held(follow_up, day)
    total = follow_up.questions.count()
    return [
        *held(follow_up, day),
        Missing(f"Bedömning av {left} av {total} frågor", command="record_findings"),
    ]


def documented(follow_up: FollowUp, day: date) -> list[Missing]:
    """That it is documented."""
    return [] if follow_up.closed_on else [Missing("Dokumentation", command="document_follow_up")]


def asked(follow_up: FollowUp, day: date) -> list[Missing]:
    """The questions to the provider, unless it is held without them or has no provider."""
    if follow_up.agreement_id is None or follow_up.state != State.PLANNED:
        return []
    return [Missing("Frågor till utföraren", command="send_questions")]


def why_not_written(follow_up: FollowUp) -> str:
    """Why it may not be held in writing, or nothing (FUP-02)."""
    duty = getattr(follow_up, "duty", None)
    if follow_up.agreement_id is None or duty is None:
        return ""
    written = (
        FollowUp.objects.filter(agreement=follow_up.agreement_id, held_as=FollowUp.HeldAs.WRITTEN)
        .exclude(pk=follow_up.pk)
        .exclude(state=State.CANCELLED)
    )
    return rules.may_be_written(
        duty.ordinal, list(written.values_list("duty__ordinal", flat=True).exclude(duty=None))
    )
