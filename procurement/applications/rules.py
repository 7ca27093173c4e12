"""The routine's rules for applications, as pure functions and data with their sources."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import models

from cases import calendar
from cases.dates import long_date
from cases.deadlines import Budget, DeadlineRule

REFERENCES_NEEDED = 2
"""About the management, and as many about the operations manager (LOV-06)."""

COMPANY_REPRESENTATIVE = "company_representative"
OPERATIONS_MANAGER = "operations_manager"
REQUIRED_AT_MEETING = {
    COMPANY_REPRESENTATIVE: "Företrädare för företaget",
    OPERATIONS_MANAGER: "Företagets verksamhetsansvariga",
    "development-strategist": "Utvecklingsstrateg",
    "deputy-director": "Biträdande socialdirektör",
    "section-head": "Sektionschef Omsorg SoL",
}
"""Who must attend the information meeting (LOV-07)."""


class ExclusionGround(models.TextChoices):
    """LOV 7 kap. 1 §."""

    BANKRUPTCY_LIQUIDATION = "bankruptcy_liquidation", "1. Konkurs eller likvidation"
    PENDING_INSOLVENCY = "pending_insolvency", "2. Ansökan om konkurs eller liknande"
    CRIME_IN_TRADE = "crime_in_trade", "3. Dömd för brott som avser yrkesutövningen"
    GRAVE_MISCONDUCT = "grave_misconduct", "4. Allvarligt fel i yrkesutövningen"
    TAX_SOCIAL_FEES = "tax_social_fees", "5. Skatter eller socialförsäkringsavgifter"
    FALSE_INFORMATION = "false_information", "6. Oriktiga eller uteblivna upplysningar"


COMPLETION_REQUEST = DeadlineRule(
    "completion_request",
    "Begära komplettering",
    "tiden för att begära komplettering",
    Budget(days=14),
    "rutinen (komplettering begärs inom 14 dagar)",
)
COMPLETION_ANSWER = DeadlineRule(
    "completion_answer",
    "Komplettering från företaget",
    "tiden för företagets komplettering",
    Budget(days=14),
    "rutinen (komplettering lämnas inom 14 dagar)",
    for_company=True,
)
HANDLING = DeadlineRule(
    "handling",
    "Handläggning klar (mål)",
    "kommunens tid för handläggningen",
    Budget(weeks=4),
    "rutinen (mål, inte lag)",
)
DECISION_TIME = DeadlineRule(
    "decision_time",
    "Beslut enligt förfrågningsunderlaget",
    "tiden för beslut enligt förfrågningsunderlaget",
    Budget(weeks=12),
    "förfrågningsunderlaget (LOV 4 kap. 4 §)",
    amber_days=14,
    for_company=True,
)
DOCUMENTS_DUE = DeadlineRule(
    "documents_due",
    "Tjänsteskrivelse (manusstopp)",
    "tiden för att lämna tjänsteskrivelsen till nämnden",
    Budget(),
    "nämndens sammanträdesplan",
)
NOTIFY = DeadlineRule(
    "notify",
    "Meddela sökanden",
    "tiden för att meddela sökanden",
    Budget(working_days=3),
    "LOV 8 kap. 2 § (snarast; kommunens mål är tre arbetsdagar)",
    amber_days=3,
)
CORRECTION = DeadlineRule(
    "correction",
    "Sista dag att ansöka om rättelse",
    "tiden för att ansöka om rättelse",
    Budget(weeks=3),
    "LOV 10 kap. 1-3 §§",
    statutory=True,
    ladder=(),
    for_company=True,
)
ALL_DEADLINES = (
    COMPLETION_REQUEST, COMPLETION_ANSWER, HANDLING, DECISION_TIME, DOCUMENTS_DUE, NOTIFY,
    CORRECTION,
)  # fmt: skip


def day_of_arrival(found_on: date, *, first_emptying: bool) -> date:
    """The day a document counts as arrived.

    Found at the first emptying of the box in the morning, it arrived the previous working day.
    Source: Förvaltningslagen 22 §, by LOV 4:5. Requirement LOV-15.
    """
    return calendar.previous_working_day(found_on) if first_emptying else found_on


def last_day_to_seek_correction(notice_given: date) -> date:
    """Last day a company that was not approved may seek correction (rättelse), inclusive.

    Source: LOV 10:1-3; lag (1930:173) 2 §.
    """
    return calendar.due_date(notice_given, weeks=CORRECTION.budget.weeks)


def attachment_fault(
    *,
    issued_on: date | None,
    expires_on: date | None,
    max_age_months: int | None,
    needs_expiry: bool,
    arrived_on: date,
) -> str:
    """What is wrong with an attachment by its dates, in Swedish; empty when nothing is."""
    if max_age_months:
        oldest = calendar.add_months(arrived_on, -max_age_months)
        if issued_on is None:
            return "Utfärdandedatum saknas"
        if issued_on < oldest:
            return (
                f"Utfärdad {long_date(issued_on)}; får vara högst {max_age_months} månader "
                f"gammal, tidigast {long_date(oldest)}"
            )
    if needs_expiry:
        if expires_on is None:
            return "Sista giltighetsdag saknas"
        if expires_on < arrived_on:
            return f"Gällde bara till {long_date(expires_on)}"
    return ""


def absent_at_meeting(attendance: Mapping[str, str]) -> Sequence[str]:
    """The required capacities in which nobody attended (LOV-07)."""
    return [capacity for capacity in REQUIRED_AT_MEETING if not attendance.get(capacity)]
