"""Starting, stopping and accepting searches, of a day or of several. PLN-20.

From the shell the system itself may do it (`manage.py plan_day`).
"""

from uuid import UUID

from audit import log
from audit.act import Act
from door.command import Kept
from door.refusals import Refused
from planning.models import DayPlan, OptimizerRun
from planning.optimizing import days, runs
from planning.plan.commands import OfPlan
from planning.plan.problem import PROFILES


class _Start(OfPlan):
    profile: str
    seconds: int

    def check(self, plan: DayPlan, act: Act) -> None:
        if self.profile not in PROFILES:
            raise Refused("Välj vad som är viktigast.")


class StartOptimizer(_Start):
    """A search of the day is put in the queue."""

    label, automatic = "Optimera", True
    frozen_until: int | None = None

    def stated(self) -> Kept:
        return {"profile": self.profile, "seconds": self.seconds}

    def apply(self, plan: DayPlan, act: Act) -> Kept:
        run = runs.start(
            plan,
            act,
            profile=self.profile,
            seconds=self.seconds,
            frozen_until=self.frozen_until,
        )
        return {"run": run.pk}


class StartOptimizerDays(_Start):
    """A search of each day with visits from the plan's own on is put in the queue, all or none."""

    label = "Optimera flera dagar"
    count: int
    group: UUID

    def apply(self, plan: DayPlan, act: Act) -> None:
        for row in days.plans(plan, self.count):
            run = runs.start(
                row.locked(), act, profile=self.profile, seconds=self.seconds, group=self.group
            )
            values = {"profile": self.profile, "seconds": self.seconds, "run": run.pk}
            log.record(row.chain, "start_optimizer", act, subject=row, values=values)


class StopOptimizer(OfPlan):
    """The search ends with the best it has."""

    label = "Stoppa sökningen"
    run: OptimizerRun

    def apply(self, plan: DayPlan, act: Act) -> None:
        if not runs.stop(self.run):
            raise Refused("Sökningen är redan stoppad eller klar.")


class StopOptimizerDays(OfPlan):
    """The searches end with what has been found; days that have not begun stay as they are."""

    label = "Stoppa sökningarna"
    group: UUID

    def apply(self, plan: DayPlan, act: Act) -> None:
        for run in days.of(self.group):
            if runs.stop(run):
                log.record(run.plan.chain, "stop_optimizer", act, subject=run.plan)


class AcceptRun(OfPlan):
    """The proposal is carried out, or what of it concerns some rows. What was edited stays."""

    label, automatic = "Godta förslaget", True
    run: OptimizerRun
    shifts: tuple[int, ...] | None = None
    change_key: str
    """The key of the change of the plan."""

    def stated(self) -> Kept:
        return {"run": self.run.pk}

    def apply(self, plan: DayPlan, act: Act) -> Kept:
        done = runs.accept(self.run, act, key=self.change_key, shifts=self.shifts)
        return {"visits": len({change.visit_id for change in done})}


class AcceptRunDays(OfPlan):
    """Every day's proposal is carried out, all or none."""

    label = "Godta alla dagar"
    group: UUID
    change_key: str

    def stated(self) -> Kept:
        return {"group": str(self.group)}

    def apply(self, plan: DayPlan, act: Act) -> Kept:
        ready = [run for run in days.of(self.group) if run.has_proposal]
        if not ready:
            raise Refused("Ingen dag har något förslag att godta.")
        done = [c for run in ready for c in runs.accept(run, act, key=self.change_key)]
        return {"visits": len({change.visit_id for change in done})}
