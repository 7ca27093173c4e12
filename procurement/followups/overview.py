"""What the overview shows of follow-ups."""

from django.db.models import Q

from cases.charts import Step
from cases.process import Column, Figures, Waiting
from organisation.roles import Role
from procurement.followups import rules
from procurement.followups.commands import HoldFollowUp
from procurement.followups.models import FollowUp

State = FollowUp.State
KIND = FollowUp.case_kind

COLUMNS = (
    Column(
        "Uppföljning", KIND,
        {
            State.PLANNED: "Boka, och skicka frågor",
            State.ASKED: "Utföraren svarar",
            State.HELD: "Bedöm och dokumentera",
        },
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
WAITING = (
    Waiting(
        {Role.DEVELOPMENT_STRATEGIST}, lambda user: Q(
            state=State.ASKED, followup__answered_on__isnull=False, responsible=user
        ),
        "Utförarens svar har kommit, och uppföljningen kan hållas.", "Registrera", HoldFollowUp.command_name(),
    ),
)  # fmt: skip
