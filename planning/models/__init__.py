"""What is planned: staff and their shifts, base plans, visits, day plans, and what changed."""

from planning.models.absences import Absence
from planning.models.baseplans import BasePlan, BaseVisit, DoubleStaffing
from planning.models.declines import Decline
from planning.models.extras import ExtraContact, ExtraNeed, NeedNotice
from planning.models.plans import (
    AcceptedBreach,
    DayPlan,
    Delivery,
    OptimizerRun,
    PlanChange,
    PlanVersion,
    Presence,
)
from planning.models.practice import Practice, Training
from planning.models.staff import (
    Base,
    CareContact,
    Carer,
    CarerSkill,
    Preference,
    SchedulePeriod,
    Shift,
    Skill,
    Team,
)
from planning.models.unexecuted import Postponement
from planning.models.units import UnitMove
from planning.models.visits import Visit, VisitService, VisitStaff

__all__ = [
    "Absence",
    "AcceptedBreach",
    "Base",
    "BasePlan",
    "BaseVisit",
    "CareContact",
    "Carer",
    "CarerSkill",
    "DayPlan",
    "Decline",
    "Delivery",
    "DoubleStaffing",
    "ExtraContact",
    "ExtraNeed",
    "NeedNotice",
    "OptimizerRun",
    "PlanChange",
    "PlanVersion",
    "Postponement",
    "Practice",
    "Preference",
    "Presence",
    "SchedulePeriod",
    "Shift",
    "Skill",
    "Team",
    "Training",
    "UnitMove",
    "Visit",
    "VisitService",
    "VisitStaff",
]
