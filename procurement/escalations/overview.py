"""What the overview shows of deviations and in-depth follow-ups."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from audit import clock
from cases.process import Column, Starter, Waiting
from organisation.authority import actor_on
from organisation.models import DelegationRule
from organisation.roles import Role
from procurement.escalations.commands.deviation import GradeDeviation
from procurement.escalations.commands.measures import ReviewActionPlan
from procurement.escalations.commands.shared import LEADERS, REPORTERS
from procurement.escalations.models import ActionPlan, Deviation, InDepthFollowUp, SanctionStep

BAND = "Avtal och uppföljning"
State = InDepthFollowUp.State

DEVIATIONS = Column(
    "Avvikelser", Deviation.case_kind,
    {
        Deviation.State.REPORTED: "Gradera",
        Deviation.State.HANDLING: "Utred och avsluta",
    },
    band=BAND,
)  # fmt: skip
IN_DEPTHS = Column(
    "Fördjupad uppföljning", InDepthFollowUp.case_kind,
    {
        State.PLANNING: "Plan, ansvariga och samråd",
        State.RUNNING: "Registrera iakttagelser",
        State.MEASURES: "Åtgärder och beslut",
    },
    band=BAND,
)  # fmt: skip
IVO_OPEN = Q(
    deviation__grade=Deviation.Grade.SERIOUS, deviation__ivo_reported_on=None,
    deviation__ivo_declined_on=None,
)  # fmt: skip
PLANS_TO_REVIEW = ActionPlan.objects.filter(
    in_depth=OuterRef("pk"), answered_on__isnull=False, accepted_on=None, rejected_on=None
)


def _to_decide(user: Any) -> Q:
    """Proposals that the person may decide by the delegation of authority."""
    actor = actor_on(user, clock.today())
    codes = DelegationRule.objects.on(actor.day).filter(role__in=actor.roles).values("code")
    waiting = SanctionStep.objects.filter(
        in_depth=OuterRef("pk"), decided_on=None, declined_on=None, remedy__step__in=codes
    )
    return Q(Exists(waiting))


DEVIATIONS_WAITING = (
    Waiting(
        {Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR},
        lambda user: Q(kind=Deviation.case_kind, state=Deviation.State.REPORTED),
        "En avvikelse ska graderas.", "Gradera", GradeDeviation.command_name(),
    ),
    Waiting(
        LEADERS, lambda user: IVO_OPEN, "En allvarlig brist har kommit fram. Pröva anmälan till IVO.", "Öppna",
    ),
)  # fmt: skip
IN_DEPTHS_WAITING = (
    Waiting(
        {Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR}, lambda user: Q(Exists(PLANS_TO_REVIEW)),
        "En åtgärdsplan väntar på ställningstagande.", "Ta ställning",
        ReviewActionPlan.command_name(),
    ),
    Waiting(
        InDepthFollowUp.reader_roles, _to_decide,
        "En föreslagen åtgärd väntar på ditt beslut.", "Öppna",
    ),
)  # fmt: skip

STARTER = Starter("Rapportera avvikelse", "escalations:report", REPORTERS)
