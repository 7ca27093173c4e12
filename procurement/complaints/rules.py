"""How soon whoever says something is answered. The municipality's own goal."""

from cases.deadlines import Budget, DeadlineRule
from cases.preferences import Preference

ANSWER = DeadlineRule(
    "complaint_answer",
    "Svar till den som lämnat synpunkten (mål)",
    "tiden för att svara den som lämnat synpunkten",
    Budget(working_days=10),
    "kommunens mål (tio arbetsdagar)",
    amber_days=3,
)
ANSWER_DAYS = Preference(
    "complaint_answer_days",
    "Arbetsdagar för svar på en synpunkt",
    "Mål för svaret till den som lämnat en synpunkt om en utförare, räknat från den dag den kom in.",
    10, 1, 60,
)  # fmt: skip
