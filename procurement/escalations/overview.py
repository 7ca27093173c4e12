"""What the overview shows of deviations and in-depth follow-ups."""

from cases.process import Column, Starter
from procurement.escalations.commands.shared import REPORTERS
from procurement.escalations.models import Deviation, InDepthFollowUp

BAND = "Avtal och uppföljning"
State = InDepthFollowUp.State

DEVIATIONS = Column(
    "Avvikelser", Deviation.case_kind,
    (Deviation.State.REPORTED, Deviation.State.HANDLING),
    band=BAND,
)  # fmt: skip
IN_DEPTHS = Column(
    "Fördjupad uppföljning", InDepthFollowUp.case_kind,
    (State.PLANNING, State.RUNNING, State.MEASURES),
    band=BAND,
)  # fmt: skip
STARTER = Starter("Rapportera avvikelse", "escalations:report", REPORTERS)
