"""The rules of deviations and in-depth follow-ups: deadlines with their sources, and areas."""

from cases.deadlines import Budget, DeadlineRule, Rung
from procurement.areas import FollowUpArea

GRADE = DeadlineRule(
    "grade_deviation",
    "Gradera avvikelsen",
    "tiden för att gradera avvikelsen",
    Budget(days=7),
    "kommunens mål (sju dagar)",
)
IVO = DeadlineRule(
    "ivo_report",
    "Pröva anmälan till IVO",
    "tiden för att pröva anmälan till IVO",
    Budget(days=7),
    "SoL 27 kap. 7 § (kommunens mål är sju dagar)",
    amber_days=7,
    ladder=(
        Rung("reminder", -3, "deputy-director"),
        Rung("due", 0, "deputy-director"),
        Rung("overdue", 1, "director"),
    ),
)
TO_COMPANY = (
    Rung("reminder", -3, "company"),
    Rung("due", 0, "company"),
    Rung("overdue", 1, "responsible"),
)
ANSWER = DeadlineRule(
    "deviation_answer",
    "Utförarens svar",
    "tiden för utförarens svar",
    Budget(),
    "frågan till utföraren",
    ladder=TO_COMPANY,
    for_company=True,
)
IN_DEPTH = DeadlineRule(
    "in_depth",
    "Fördjupad uppföljning klar (mål)",
    "kommunens tid för den fördjupade uppföljningen",
    Budget(weeks=8),
    "kommunens mål (åtta veckor)",
    amber_days=14,
)
ACTION_PLAN = DeadlineRule(
    "action_plan",
    "Åtgärdsplan",
    "tiden för att lämna åtgärdsplanen",
    Budget(),
    "begäran om åtgärdsplan",
    ladder=TO_COMPANY,
    for_company=True,
)
MEASURES = DeadlineRule(
    "measures_checked",
    "Kontrollera åtgärderna",
    "tiden för att kontrollera åtgärderna",
    Budget(),
    "den godtagna åtgärdsplanen",
    for_company=True,
)
DECISION = DeadlineRule(
    "remedy_decision",
    "Beslut om {what}",
    "tiden för beslut om {what}",
    Budget(days=14),
    "kommunens mål (14 dagar)",
)
ALL_DEADLINES = (GRADE, IVO, ANSWER, IN_DEPTH, ACTION_PLAN, MEASURES, DECISION)

ANSWER_DAYS = ACTION_PLAN_DAYS = 14

PROVIDER_AREAS = (
    FollowUpArea.CONTRACT,
    FollowUpArea.MANAGEMENT,
    FollowUpArea.STAFF,
    FollowUpArea.DOCUMENTATION,
    FollowUpArea.DATA_PROTECTION,
    FollowUpArea.EXECUTION,
)
"""What a deviation can be about: the areas of a provider and of a person (FUP-03)."""
AREA_CHOICES = [(area.value, str(area.label)) for area in PROVIDER_AREAS]

LEX_SARAH = (
    "Lex Sarah: den som arbetar hos utföraren rapporterar genast till den som driver verksamheten "
    "(SoL 27 kap. 2 §), som informerar nämnden (27 kap. 4 §), utreder och åtgärdar genast (5 §). "
    "Ett allvarligt missförhållande anmäler utföraren själv till IVO (6 §)."
)
