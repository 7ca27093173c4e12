"""Rules of tenders as data and pure functions. The times are the municipality's own goals."""

import re

from cases.deadlines import RESPONSIBLE, Budget, DeadlineRule, Rung

QUESTION = DeadlineRule(
    "tender_question",
    "Besvara fråga {what}",
    "tiden för att besvara fråga {what}",
    Budget(working_days=5),
    "kommunens mål",
    amber_days=2,
)
TENDERS_CLOSE = DeadlineRule(
    "tenders_close",
    "Sista dag för anbud",
    "anbudstiden",
    Budget(),
    "förfrågningsunderlaget",
    ladder=(
        Rung("reminder", -3, RESPONSIBLE),
        Rung("overdue", 1, RESPONSIBLE, "Registrera antalet anbud"),
        Rung("escalated", 4, "deputy-director", "Antalet anbud är inte registrerat"),
    ),
)
AWARD = DeadlineRule(
    "tender_award",
    "Tilldelningsbeslut (mål)",
    "kommunens tid för tilldelningsbeslutet",
    Budget(weeks=8),
    "kommunens mål",
    amber_days=14,
)
ALL_DEADLINES = (QUESTION, TENDERS_CLOSE, AWARD)

IDENTIFYING = (
    (re.compile(r"\b\d{6}-?\d{4}\b"), "ett organisationsnummer"),
    (re.compile(r"[\w.+-]+@[\w-]+\.\w+"), "en e-postadress"),
    (re.compile(r"\b[A-ZÅÄÖ][\w&.-]*\s+(?:AB|HB|KB)(?![\w-])|\bek\. för\b"), "ett företagsnamn"),
)


def identifying(text: str) -> str:
    """What in a question tells who asks, in Swedish, or nothing. It catches what has a form: a
    name alone is left to whoever reads the question before it is answered."""
    return next((what for pattern, what in IDENTIFYING if pattern.search(text)), "")
