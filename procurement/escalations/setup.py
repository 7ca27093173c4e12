"""Makes deviations and in-depth follow-ups known to the engine."""

from cases import documents, flows, ledger
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import overview
    from procurement.escalations import commands, flow, panel, rules
    from procurement.escalations import overview as shown
    from procurement.escalations.commands.in_depth import DecideInDepthAfterFollowUp
    from procurement.escalations.documents import KINDS
    from procurement.escalations.views import REPORTERS

    registry.add("deviation", *commands.OF_DEVIATION)
    registry.add("in_depth", *commands.OF_IN_DEPTH)
    registry.add("follow_up", DecideInDepthAfterFollowUp)
    ledger.add_rules(*rules.ALL_DEADLINES)
    documents.add_kinds(*KINDS)
    flows.flows["deviation"] = flow.DeviationFlow
    flows.flows["in_depth"] = flow.InDepthFlow
    views.panels["deviation"] = (panel.DEVIATION, panel.deviation)
    views.panels["in_depth"] = (panel.IN_DEPTH, panel.in_depth)
    views.own_pages["deviation"] = "escalations:receipt"
    views.EVENT_NAMES.update(
        open_deviation="Avvikelse rapporterad",
        begin_in_depth="Fördjupad uppföljning beslutad",
        rescind_contract="Avtalet hävt",
        stop_new_persons="Stopp för nya personer",
        lift_stop="Stopp för nya personer hävt",
    )
    views.portal_pages["deviation"] = (panel.DEVIATION_PORTAL, panel.deviation_for_company)
    views.portal_pages["in_depth"] = (panel.IN_DEPTH_PORTAL, panel.in_depth_for_company)
    overview.columns.extend(shown.COLUMNS)
    overview.waiting.extend(shown.WAITING)
    overview.starters.append(shown.starter(REPORTERS))
