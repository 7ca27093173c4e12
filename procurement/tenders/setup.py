"""Makes tenders known to the engine: commands, deadlines, documents, flow."""

from cases import actions, documents, flows, ledger
from cases.commands import registry

SHARED = [command for command in actions.COMMON if command is not actions.SendMessage]
"""Nobody writes to one bidder: what is said is said to all, as an answer."""


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import overview
    from procurement.tenders import commands, flow, panel, rules
    from procurement.tenders import overview as shown
    from procurement.tenders.documents import KINDS

    registry.add("tender", *commands.COMMANDS, *SHARED)
    ledger.add_rules(*rules.ALL_DEADLINES)
    documents.add_kinds(*KINDS)
    flows.flows["tender"] = flow.TenderFlow
    views.EVENT_NAMES.update(
        open_tender="Upphandling påbörjad",
    )
    views.panels["tender"] = (panel.TEMPLATE, panel.panel)
    views.own_pages["tender"] = "tenders:mine"
    overview.columns.extend(shown.COLUMNS)
    overview.waiting.extend(shown.WAITING)
    overview.starters.append(shown.STARTER)
