"""Makes extra needs known to the engine: commands, deadlines, choices, pages."""

from cases import ledger, preferences, views
from cases.commands import registry
from cases.pages import overview
from planning.extras import commands, panel, rules
from planning.extras import overview as shown
from planning.models import ExtraNeed


def register() -> None:
    """Called once when Django is ready."""
    registry.add(ExtraNeed.case_kind, *commands.COMMANDS)
    ledger.add_rules(*rules.ALL_DEADLINES)
    preferences.PREFERENCES.update({row.key: row for row in rules.PREFERENCES})
    views.panels[ExtraNeed.case_kind] = (panel.TEMPLATE, panel.panel)
    views.EVENT_NAMES.update(
        open_extra_need="Extra insats påbörjad",
        join_extra_need="Ytterligare ett extra besök",
        end_extra_need="Extra besök borttagna",
        read_extra_needs="Läste listan över extra insatser",
    )
    overview.columns.extend(shown.COLUMNS)
    overview.waiting.extend(shown.WAITING)
    overview.starters.append(shown.STARTER)
