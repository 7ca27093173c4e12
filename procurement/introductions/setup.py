"""Makes the process known to the engine: commands, deadlines, documents, flow."""

from cases import actions, documents, flows, ledger
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import overview
    from procurement.introductions import commands, flow, panel, rules
    from procurement.introductions import overview as shown
    from procurement.introductions.documents import KINDS
    from procurement.introductions.models import ProgrammeTemplate
    from procurement.templating.views import templates

    registry.add("introduction", *commands.COMMANDS, *actions.COMMON)
    ledger.add_rules(*rules.ALL_DEADLINES)
    documents.add_kinds(*KINDS)
    flows.flows["introduction"] = flow.IntroductionFlow
    templates["introduktion"] = ProgrammeTemplate
    views.EVENT_NAMES.update(
        begin_introduction="Introduktion påbörjad",
    )
    views.panels["introduction"] = (panel.TEMPLATE, panel.panel)
    views.portal_pages["introduction"] = ("procurement/portal/introduction.html", panel.for_company)
    overview.columns.extend(shown.COLUMNS)
    overview.figures.append(shown.FIGURES)
    overview.waiting.extend(shown.WAITING)
