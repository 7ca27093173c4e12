"""The yearly control of a provider: credit, tax and insurance, as the wheel says. FUP-05."""

from cases import actions
from cases.process import Page, Process
from procurement.controls import commands, overview, panel, rules
from procurement.controls.documents import KINDS
from procurement.controls.flow import ControlFlow
from procurement.controls.models import YearlyControl
from procurement.duties.rules import DUTY

CONTROL = Process(
    case=YearlyControl,
    commands=(*commands.COMMANDS, *actions.COMMON),
    page=Page(panel.TEMPLATE, panel.panel),
    portal=Page("procurement/portal/control.html", panel.for_company),
    flow=ControlFlow,
    deadlines=(*rules.ALL_DEADLINES, DUTY),
    documents=KINDS,
    duties=dict.fromkeys(commands.ITEMS, commands.open_control),
    events={"open_control": "Årlig kontroll påbörjad enligt årshjulet"},
    columns=overview.COLUMNS,
)
