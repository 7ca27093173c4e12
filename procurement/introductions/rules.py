"""The routine's rules for introductions, as pure functions and data with their sources."""

from datetime import date

from cases import calendar
from cases.deadlines import Budget, DeadlineRule

MEETING = DeadlineRule(
    "meeting_before_signing",
    "Möte inför avtalstecknande",
    "tiden för mötet inför avtalet",
    Budget(days=14),
    "rutinen (inom 14 dagar från nämndens beslut)",
    for_company=True,
)
SIGNING = DeadlineRule(
    "sign_contract",
    "Teckna avtal",
    "tiden för att teckna avtalet",
    Budget(weeks=4),
    "LOV 8 kap. 3 § (utan dröjsmål; kommunens mål är fyra veckor)",
    for_company=True,
)
PROGRAMME = DeadlineRule(
    "introduction",
    "Introduktionen klar (mål)",
    "kommunens tid för introduktionen",
    Budget(weeks=8),
    "rutinen (snarast efter godkännande; kommunens mål)",
    amber_days=14,
)
ALL_DEADLINES = (MEETING, SIGNING, PROGRAMME)

FINAL_AFTER_WEEKS = 3


def final_on(decided_on: date) -> date:
    """The first day on which nobody can have a decision of this meeting tried in court any more.

    Only a company that was not approved can seek correction, within three weeks of its notice
    (LOV 10:1-3); laglighetsprövning is barred (LOV 10:4). The routine still asks to watch the day.
    """
    return calendar.add_days(calendar.due_date(decided_on, weeks=FINAL_AFTER_WEEKS), 1)


def absent(expected: list[str], attended: list[str]) -> list[str]:
    """Those who should have taken part and did not."""
    return [who for who in expected if who not in attended]
