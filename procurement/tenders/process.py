"""A tender under LOU, from its documents to the signed contract. TND-01."""

from cases import actions
from cases.process import Page, Process
from procurement.tenders import commands, overview, panel, rules
from procurement.tenders.commands.drafting import OpenTender
from procurement.tenders.documents import KINDS
from procurement.tenders.flow import TenderFlow
from procurement.tenders.models import Tender

TENDER = Process(
    case=Tender,
    opens=OpenTender,
    # Tenderers are answered by questions that all of them read, never by a message.
    commands=(
        *commands.COMMANDS,
        *(command for command in actions.COMMON if command is not actions.SendMessage),
    ),
    page=Page(panel.TEMPLATE, panel.panel),
    own_page="tenders:mine",
    flow=TenderFlow,
    deadlines=rules.ALL_DEADLINES,
    documents=KINDS,
    columns=overview.COLUMNS,
)
