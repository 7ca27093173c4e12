"""A follow-up of a provider at one of the routine's levels. FUP-01 to FUP-04."""

from cases import actions
from cases.process import Page, Process
from procurement.duties.rules import DUTY
from procurement.followups import commands, overview, panel, rules
from procurement.followups.documents import KINDS
from procurement.followups.flow import FollowUpFlow
from procurement.followups.models import FollowUp

FOLLOW_UP = Process(
    case=FollowUp,
    commands=(*commands.COMMANDS, *actions.COMMON),
    page=Page(panel.TEMPLATE, panel.panel),
    portal=Page("procurement/portal/follow_up.html", panel.for_company),
    flow=FollowUpFlow,
    deadlines=(*rules.ALL_DEADLINES, DUTY),
    documents=KINDS,
    duties=dict.fromkeys(commands.LEVELS, commands.open_follow_up),
    events={"open_follow_up": "Uppföljning påbörjad enligt årshjulet"},
    columns=overview.COLUMNS,
    figures=overview.FIGURES,
)
