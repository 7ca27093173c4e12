"""Makes meetings known to the engine."""

from cases import actions, documents, flows
from cases.commands import registry


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from cases.pages import overview
    from procurement.duties import jobs
    from procurement.meetings import commands, flow, panel
    from procurement.meetings import overview as shown
    from procurement.meetings.documents import KINDS

    registry.add("meeting", *commands.COMMANDS, *actions.COMMON)
    documents.add_kinds(*KINDS)
    flows.flows["meeting"] = flow.MeetingFlow
    jobs.openers.update(dict.fromkeys(commands.SORTS, commands.open_meeting))
    views.EVENT_NAMES.update(
        open_meeting="Möte påbörjat enligt årshjulet",
    )
    views.panels["meeting"] = (panel.TEMPLATE, panel.panel)
    views.portal_pages["meeting"] = ("procurement/portal/meeting.html", panel.for_company)
    overview.columns.extend(shown.COLUMNS)
