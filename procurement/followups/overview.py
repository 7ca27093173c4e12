"""What the overview shows of follow-ups."""

from cases.charts import Step
from cases.process import Column, Figures
from procurement.followups import rules
from procurement.followups.models import FollowUp

State = FollowUp.State
KIND = FollowUp.case_kind

COLUMNS = (
    Column(
        "Uppföljning", KIND,
        (State.PLANNED, State.ASKED, State.HELD),
        band="Avtal och uppföljning",
    ),
)  # fmt: skip
FIGURES = Figures(
    KIND, "followup__held_on", "Genomförda uppföljningar per månad",
    (
        Step(rules.ANSWERS.code, "Utförarens svar"),
        Step(rules.MENDING.code, "Brist rättad"),
    ),
    "Uppföljningar",
)  # fmt: skip
