"""Makes yearly controls known to the engine."""

from cases import actions, documents, flows, ledger
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import overview
    from procurement.controls import commands, flow, panel, rules
    from procurement.controls import overview as shown
    from procurement.controls.documents import KINDS
    from procurement.duties import jobs

    registry.add("control", *commands.COMMANDS, *actions.COMMON)
    ledger.add_rules(*rules.ALL_DEADLINES)
    documents.add_kinds(*KINDS)
    flows.flows["control"] = flow.ControlFlow
    jobs.openers.update(dict.fromkeys(commands.ITEMS, commands.open_control))
    views.EVENT_NAMES.update(
        open_control="Årlig kontroll påbörjad enligt årshjulet",
    )
    views.panels["control"] = (panel.TEMPLATE, panel.panel)
    views.portal_pages["control"] = ("procurement/portal/control.html", panel.for_company)
    overview.columns.extend(shown.COLUMNS)
    overview.waiting.extend(shown.WAITING)
