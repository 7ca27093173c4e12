"""That a visit was declined: it stays as declined, or is removed. PLN-08, PLN-19."""

from datetime import datetime

from audit.act import Act
from cases.dates import short_date
from clients.models import Client
from door.command import Kept
from door.refusals import Refused
from planning import daytime
from planning.declines.rules import stays
from planning.models import Decline, Visit
from planning.plan.change import Wanted, change
from planning.plan.commands import OfVisit


class DeclineVisit(OfVisit):
    """A visit is taken away as declined or removed, with who said so and why."""

    label = "Avböjt besök"
    visit: Visit
    declined_at: datetime
    staff_used: bool
    why: str
    seen: int
    """The version of the visit's status that the planner saw."""
    change_key: str
    """The key of the change of the plan."""

    @property
    def start(self) -> datetime:
        """When the visit begins."""
        return daytime.instant(self.visit.plan.day, self.visit.start)

    @property
    def is_kept(self) -> bool:
        """Whether it stays as declined and is compensated."""
        return stays(self.start, self.declined_at, self.staff_used)

    def stated(self) -> Kept:
        return {"visit": self.visit.pk, "stays": self.is_kept, "staff_used": self.staff_used}

    def check(self, client: Client, act: Act) -> None:
        if self.declined_at > act.at:
            raise Refused("Besöket kan inte ha avböjts i framtiden. Skriv när ni fick veta det.")
        if self.declined_at >= self.start:
            at = (
                f"{short_date(self.visit.on)} {daytime.wall(self.visit.plan.day, self.visit.start)}"
            )
            raise Refused(
                f"Besöket började {at}, innan det avböjdes. Det räknas som gjort; rapportera en "
                "avvikelse om det inte blev av."
            )
        if not self.why.strip():
            raise Refused("Skriv varför besöket avböjdes.")

    def apply(self, client: Client, act: Act) -> Kept | None:
        now = Visit.objects.select_for_update(no_key=True).get(pk=self.visit.pk)
        if now.status != Visit.Status.PLANNED:
            raise Refused("Besöket är redan avböjt eller borttaget. Ladda om sidan.")
        status = Visit.Status.DECLINED if self.is_kept else Visit.Status.REMOVED
        value = {"status": str(status), "reason": f"Avböjt: {self.why}"}
        change(
            self.visit.plan_id,
            [Wanted(self.visit.pk, "status", value, self.seen)],
            act.user,
            key=self.change_key,
            at=act.at,
            name="decline_visit",
        )
        Decline.objects.create(
            visit=self.visit,
            declined_at=self.declined_at,
            staff_used=self.staff_used,
            why=self.why,
            stays=self.is_kept,
            **act.stamp,
        )
        return None
