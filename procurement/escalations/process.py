"""What goes wrong at a provider: a deviation, and the in-depth follow-up with its measures. ESC-01."""

from cases.process import Page, Process
from procurement.escalations import commands, overview, panel, rules
from procurement.escalations.commands.in_depth import DecideInDepthAfterFollowUp
from procurement.escalations.documents import KINDS
from procurement.escalations.flow import DeviationFlow, InDepthFlow
from procurement.escalations.models import Deviation, InDepthFollowUp
from procurement.followups.models import FollowUp

DEVIATION = Process(
    case=Deviation,
    commands=commands.OF_DEVIATION,
    page=Page(panel.DEVIATION, panel.deviation),
    portal=Page(panel.DEVIATION_PORTAL, panel.deviation_for_company),
    own_page="escalations:receipt",
    flow=DeviationFlow,
    deadlines=rules.ALL_DEADLINES,
    documents=KINDS,
    events={"open_deviation": "Avvikelse rapporterad"},
    columns=(overview.DEVIATIONS,),
    starter=overview.STARTER,
)
IN_DEPTH = Process(
    case=InDepthFollowUp,
    commands=commands.OF_IN_DEPTH,
    page=Page(panel.IN_DEPTH, panel.in_depth),
    portal=Page(panel.IN_DEPTH_PORTAL, panel.in_depth_for_company),
    flow=InDepthFlow,
    events={
        "begin_in_depth": "Fördjupad uppföljning beslutad",
        "rescind_contract": "Avtalet hävt",
    },
    columns=(overview.IN_DEPTHS,),
    lends={FollowUp: (DecideInDepthAfterFollowUp,)},
)
