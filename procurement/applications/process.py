"""From a company's application to the committee's decision, and what follows of it. LOV-01 to LOV-16."""

from cases import actions
from cases.process import Page, Process
from procurement.applications import commands, committee_panel, overview, panel, rules
from procurement.applications.documents import KINDS
from procurement.applications.flow import ApplicationFlow
from procurement.applications.models import ProviderApplication

APPLICATION = Process(
    case=ProviderApplication,
    commands=(*commands.ALL, *actions.COMMON),
    page=Page(panel.TEMPLATE, panel.panel),
    agenda=committee_panel.panels,
    flow=ApplicationFlow,
    deadlines=rules.ALL_DEADLINES,
    documents=KINDS,
    events={
        "open_draft": "Utkast påbörjat",
        "enter_application": "Ansökan inlagd av förvaltningen",
    },
    columns=overview.COLUMNS,
    figures=overview.FIGURES,
    starter=overview.STARTER,
)
