"""The rules of deviations and in-depth follow-ups: deadlines with their sources, and areas."""

from cases.deadlines import Budget, DeadlineRule, Rung
from procurement.areas import FollowUpArea

GRADE = DeadlineRule(
    "grade_deviation", "Gradera avvikelsen", Budget(days=7), "kommunens mål (sju dagar)"
)
IVO = DeadlineRule(
    "ivo_report", "Pröva anmälan till IVO", Budget(days=7),
    "SoL 27 kap. 7 § (kommunens mål är sju dagar)", amber_days=7,
    ladder=(
        Rung("reminder", -3, "deputy-director", "ska avgöras inom tre dagar"),
        Rung("due", 0, "deputy-director", "ska avgöras i dag"),
        Rung("overdue", 1, "director", "är försenad"),
    ),
)  # fmt: skip
TO_COMPANY = (
    Rung("reminder", -3, "company", "ska lämnas inom tre dagar"),
    Rung("due", 0, "company", "ska lämnas senast i dag"),
    Rung("overdue", 1, "responsible", "har inte kommit in"),
)
ANSWER = DeadlineRule(
    "deviation_answer", "Utförarens svar", Budget(), "frågan till utföraren", ladder=TO_COMPANY,
    for_company=True,
)  # fmt: skip
IN_DEPTH = DeadlineRule(
    "in_depth", "Fördjupad uppföljning klar, mål", Budget(weeks=8), "kommunens mål (åtta veckor)",
    amber_days=14,
)  # fmt: skip
ACTION_PLAN = DeadlineRule(
    "action_plan", "Åtgärdsplan", Budget(), "begäran om åtgärdsplan", ladder=TO_COMPANY,
    for_company=True,
)  # fmt: skip
MEASURES = DeadlineRule(
    "measures_checked", "Kontrollera åtgärderna", Budget(), "den godtagna åtgärdsplanen",
    for_company=True,
)  # fmt: skip
DECISION = DeadlineRule(
    "remedy_decision", "Beslut om föreslagen åtgärd", Budget(days=14), "kommunens mål (14 dagar)"
)
ALL_DEADLINES = (GRADE, IVO, ANSWER, IN_DEPTH, ACTION_PLAN, MEASURES, DECISION)

ANSWER_DAYS = ACTION_PLAN_DAYS = 14

PROVIDER_AREAS = (
    FollowUpArea.CONTRACT, FollowUpArea.MANAGEMENT, FollowUpArea.STAFF, FollowUpArea.DOCUMENTATION,
    FollowUpArea.DATA_PROTECTION, FollowUpArea.EXECUTION,
)  # fmt: skip
"""What a deviation can be about: the areas of a provider and of a person (FUP-03)."""
AREA_CHOICES = [(area.value, str(area.label)) for area in PROVIDER_AREAS]

LEX_SARAH = (
    "Lex Sarah: den som arbetar hos utföraren rapporterar genast till den som driver verksamheten "
    "(SoL 27 kap. 2 §), som informerar nämnden (27 kap. 4 §), utreder och åtgärdar genast (5 §). "
    "Ett allvarligt missförhållande anmäler utföraren själv till IVO (6 §)."
)
