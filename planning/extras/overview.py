"""What the overview shows of extra needs. EXT-01, EXT-03, EXT-05."""

from cases.process import Column, Starter
from clients.editing import PLANNERS
from planning.extras import rules
from planning.models import ExtraNeed

State, KIND = ExtraNeed.State, ExtraNeed.case_kind
COLUMNS = (
    Column(
        "Extra insats", KIND,
        (State.NOTIFY, State.RUNNING, State.RENEWED),
        note=f"{rules.DAYS} dagar", band="Extra insatser",
    ),
)  # fmt: skip
STARTER = Starter("Rapportera extra insats", "extras:report", PLANNERS)
