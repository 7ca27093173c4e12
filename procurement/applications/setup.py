"""Makes the process known to the engine: commands, deadlines, documents, flow."""

from cases import actions, documents, flows, ledger
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import committee, overview
    from procurement.applications import commands, committee_panel, flow, panel, rules
    from procurement.applications import overview as shown
    from procurement.applications.documents import KINDS

    registry.add("application", *commands.ALL, *actions.COMMON)
    ledger.add_rules(*rules.ALL_DEADLINES)
    documents.add_kinds(*KINDS)
    flows.flows["application"] = flow.ApplicationFlow
    views.panels["application"] = (panel.TEMPLATE, panel.panel)
    committee.item_panels["application"] = committee_panel.panels
    overview.columns.extend(shown.COLUMNS)
    overview.waiting.extend(shown.WAITING)
    overview.figures.append(shown.FIGURES)
    overview.starters.append(shown.STARTER)
