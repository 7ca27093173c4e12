"""Rules of follow-ups as pure functions and data. FUP-02, FUP-03."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cases.deadlines import Budget, DeadlineRule, Rung

ANSWERS = DeadlineRule(
    "follow_up_answers",
    "Svar på uppföljningens frågor",
    "tiden för att besvara uppföljningens frågor",
    Budget(),
    "uppföljningens utskick",
    ladder=(
        Rung("reminder", -5, "company"),
        Rung("due", 0, "company"),
        Rung("overdue", 1, "responsible"),
    ),
    for_company=True,
)
MENDING = DeadlineRule(
    "finding_mended",
    "Brist rättad: {what}",
    "tiden för att rätta bristen i {what}",
    Budget(),
    "uppföljningen",
    for_company=True,
)
ALL_DEADLINES = (ANSWERS, MENDING)
MONTHS_OF_A_YEAR = 12
MET, NOT_MET = "fulfilled", ("minor", "serious")


def may_be_written(months: int, written_before: Sequence[int]) -> str:
    """Why a follow-up `months` after the contract's first day may not be in writing, or nothing.

    During the first year none may; after it one a year (the matrix's comment). `written_before` are
    the months of those that were.
    """
    year = (months - 1) // MONTHS_OF_A_YEAR
    if year == 0:
        return "Under avtalets första år hålls uppföljningen som ett möte."
    if any((other - 1) // MONTHS_OF_A_YEAR == year for other in written_before):
        return "En uppföljning i det här avtalsåret är redan skriftlig. Den här hålls som ett möte."
    return ""


@dataclass(frozen=True)
class Point:
    """The share of a follow-up's questions that were met, in whole percent."""

    day: date
    percent: int


def share_met(findings: Iterable[str]) -> int | None:
    """Whole percent of the judged questions that were met; None when none was judged."""
    judged = [finding for finding in findings if finding == MET or finding in NOT_MET]
    if not judged:
        return None
    return round(100 * sum(finding == MET for finding in judged) / len(judged))


def worst(findings: Iterable[str]) -> str:
    """The gravest of some findings: serious, minor, fulfilled, or nothing."""
    found = set(findings)
    return next((finding for finding in ("serious", "minor", MET) if finding in found), "")
