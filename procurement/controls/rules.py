"""Rules of the yearly controls, as data with their sources. FUP-02."""

from cases.deadlines import Budget, DeadlineRule, Rung

REPORTS = DeadlineRule(
    "yearly_reports",
    "Verksamhetsberättelse och årsredovisning",
    "tiden för att lämna verksamhetsberättelse och årsredovisning",
    Budget(days=30),
    "avtalet (på begäran, kommunens tid är 30 dagar; SoL 15 kap. 9 §)",
    ladder=(
        Rung("early", -10, "company"),
        Rung("reminder", -3, "company"),
        Rung("due", 0, "company"),
        Rung("overdue", 1, "responsible"),
        Rung("reminded", 7, "company"),
        Rung("escalated", 14, "deputy-director"),
    ),
    for_company=True,
)
ALL_DEADLINES = (REPORTS,)
