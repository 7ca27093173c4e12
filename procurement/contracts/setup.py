"""Makes contracts known to the engine."""

from cases import actions, ledger
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from procurement.contracts import commands, panel, rules

    registry.add("contract", *commands.COMMANDS, *actions.COMMON)
    ledger.add_rules(*rules.ALL_DEADLINES)
    views.EVENT_NAMES.update(
        sign="Avtal tecknat",
        open_own_unit="Egen enhet inlagd",
    )
    views.panels["contract"] = (panel.TEMPLATE, panel.panel)
    views.portal_pages["contract"] = ("procurement/portal/contract.html", panel.panel)
