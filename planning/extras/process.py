"""A need of extra visits, from the first to the decision. EXT-01 to EXT-05."""

from cases.process import Page, Process
from planning.extras import commands, overview, panel, rules
from planning.extras.flow import ExtraNeedFlow
from planning.models import ExtraNeed

EXTRA_NEED = Process(
    case=ExtraNeed,
    commands=commands.COMMANDS,
    page=Page(panel.TEMPLATE, panel.panel),
    flow=ExtraNeedFlow,
    deadlines=rules.ALL_DEADLINES,
    events={
        "open_extra_need": "Extra insats påbörjad",
        "join_extra_need": "Ytterligare ett extra besök",
        "end_extra_need": "Extra besök borttagna",
        "read_extra_needs": "Läste listan över extra insatser",
    },
    columns=overview.COLUMNS,
    starter=overview.STARTER,
)
