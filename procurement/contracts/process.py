"""A provider's contract, from its signing to its end."""

from cases import actions
from cases.process import Page, Process
from procurement.contracts import commands, panel, rules
from procurement.contracts.models import Contract

CONTRACT = Process(
    case=Contract,
    commands=(*commands.COMMANDS, *actions.COMMON),
    page=Page(panel.TEMPLATE, panel.panel),
    portal=Page("procurement/portal/contract.html", panel.panel),
    deadlines=rules.ALL_DEADLINES,
    events={"sign": "Avtal tecknat", "open_own_unit": "Egen enhet inlagd"},
)
