"""Rules of the yearly controls, as data with their sources. FUP-02."""

from cases.deadlines import Budget, DeadlineRule, Rung

REPORTS = DeadlineRule(
    "yearly_reports", "Verksamhetsberättelse och årsredovisning", Budget(days=30),
    "avtalet (på begäran, kommunens tid är 30 dagar; SoL 15 kap. 9 §)",
    ladder=(
        Rung("early", -10, "company", "ska lämnas inom tio dagar"),
        Rung("reminder", -3, "company", "ska lämnas inom tre dagar"),
        Rung("due", 0, "company", "ska lämnas i dag"),
        Rung("overdue", 1, "responsible", "har inte kommit in"),
        Rung("reminded", 7, "company", "är en vecka försenade"),
        Rung("escalated", 14, "deputy-director", "är två veckor försenade"),
    ),
    for_company=True,
)  # fmt: skip
ALL_DEADLINES = (REPORTS,)
