"""Makes follow-ups known to the engine."""

from cases import actions, documents, flows, ledger
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import overview
    from procurement.duties import jobs
    from procurement.followups import commands, flow, panel, rules
    from procurement.followups import overview as shown
    from procurement.followups.documents import KINDS
    from procurement.followups.models import QuestionTemplate
    from procurement.templating.views import templates

    registry.add("follow_up", *commands.COMMANDS, *actions.COMMON)
    ledger.add_rules(*rules.ALL_DEADLINES)
    documents.add_kinds(*KINDS)
    flows.flows["follow_up"] = flow.FollowUpFlow
    jobs.openers.update(dict.fromkeys(commands.LEVELS, commands.open_follow_up))
    templates["uppfoljning"] = QuestionTemplate
    views.EVENT_NAMES.update(
        open_follow_up="Uppföljning påbörjad enligt årshjulet",
    )
    views.panels["follow_up"] = (panel.TEMPLATE, panel.panel)
    views.portal_pages["follow_up"] = ("procurement/portal/follow_up.html", panel.for_company)
    overview.columns.extend(shown.COLUMNS)
    overview.figures.append(shown.FIGURES)
    overview.waiting.extend(shown.WAITING)
