"""What is done with a plan on its board, beside changing its visits. PLN-20."""

from audit.act import Act
from door.command import Kept
from door.filled import Filled
from planning.board.forms import AcceptForm
from planning.models import AcceptedBreach, DayPlan
from planning.plan.commands import OfPlan


class AcceptBreach(OfPlan, Filled[DayPlan]):
    """A breach of a rule is accepted for the day, with a reason."""

    label = "Godta regelbrott"
    done = "Regelbrottet är godtaget för den här dagen."
    filled: AcceptForm

    def stated(self) -> Kept:
        return dict(self.filled.cleaned_data)

    def apply(self, plan: DayPlan, act: Act) -> None:
        said = self.filled.cleaned_data
        AcceptedBreach.objects.get_or_create(
            plan=plan,
            code=said["code"],
            about=said["about"],
            defaults={"reason": said["reason"], **act.stamp},
        )
