"""What is done with the draft of a client's base plan, until it takes effect. PLN-03, PLN-09, DAY-02.

The client's row is held meanwhile: two who write in the same draft come one after the other.
"""

from datetime import date
from typing import Any

from audit.act import Act
from cases import calendar
from clients.editing import PLANNERS
from clients.models import Client
from door.command import Command, Kept
from door.refusals import Refused
from organisation.ending import end_on
from planning.baseplans import drafts, preview
from planning.baseplans.forms import VisitForm
from planning.models import BasePlan, BaseVisit

WRITTEN = (
    "start", "minutes", "earliest", "latest_end", "staff_needed", "priority", "lag_min", "lag_max",
    "note",
)  # fmt: skip


class OfDraft(Command[Client]):
    """A verb of the draft: the client's pages stay as new as they were."""

    keeps_version = True


class WriteBaseVisit(OfDraft):
    """A visit of the draft as a form says it: another than it was, or new on a day or several."""

    label, roles = "Ändra besök i utkastet", PLANNERS
    seen: BaseVisit
    """The visit that was seen, perhaps in another base plan; a new one says its week and weekday."""
    days: tuple[int, ...]
    filled: VisitForm

    def stated(self) -> Kept:
        days = self.days if len(self.days) > 1 else self.days[0]
        return {"week": self.seen.week, "weekday": days}

    def apply(self, client: Client, act: Act) -> Kept:
        draft = drafts.open_draft(client, act)
        kept = drafts.in_draft(draft, self.seen)
        before = preview.described(kept) if kept else ""
        if self.seen.pk:
            written = [kept or self._row(self.seen.weekday, slot=self.seen.slot)]
        else:
            written = [self._row(day) for day in self.days]
        for row in written:
            self._write(draft, row)
        return {"visit": [before, preview.described(written[0])]}

    def _row(self, day: int, **more: Any) -> BaseVisit:
        return BaseVisit(week=self.seen.week, weekday=day, **more)

    def _write(self, draft: BasePlan, row: BaseVisit) -> None:
        """What it follows is found among the draft's own rows, on the day that was seen."""
        said = self.filled.cleaned_data
        row.base_plan = draft
        for name in WRITTEN:
            setattr(row, name, said[name])
        follows = said["after"] if row.weekday == self.seen.weekday else None
        row.after = drafts.in_draft(draft, follows) if follows else None
        row.save()
        for name in ("services", "skills", "serves"):
            if name in said:
                getattr(row, name).set(said[name])


class RemoveBaseVisit(OfDraft):
    """A visit is taken out of the draft."""

    label, roles = "Ta bort besök ur utkastet", PLANNERS
    seen: BaseVisit

    def stated(self) -> Kept:
        return {"week": self.seen.week, "weekday": self.seen.weekday}

    def apply(self, client: Client, act: Act) -> Kept:
        row = drafts.in_draft(drafts.open_draft(client, act), self.seen)
        if row is None:
            raise Refused("Besöket är redan borttaget ur utkastet.")
        said = preview.described(row)
        row.delete()
        return {"visit": [said, ""]}


class CopyBasePlanWeek(OfDraft):
    """One week's visits instead of another's."""

    label, roles = "Kopiera vecka", PLANNERS
    source: int
    target: int

    def stated(self) -> Kept:
        return {"week": [self.source, self.target]}

    def apply(self, client: Client, act: Act) -> None:
        draft = drafts.open_draft(client, act)
        if not {self.source, self.target} <= set(range(1, draft.weeks + 1)):
            raise Refused("Grundplaneringen har inte den veckan längre. Ladda om sidan.")
        draft.visits.filter(week=self.target).delete()
        drafts.copy_week(draft, self.source, self.target)


class ChangeBasePlanWeeks(OfDraft):
    """A longer or shorter cycle. New weeks are like the first, so that nothing falls away."""

    label, roles = "Ändra antal veckor", PLANNERS
    weeks: int

    def stated(self) -> Kept:
        return {}

    def apply(self, client: Client, act: Act) -> Kept:
        draft = drafts.open_draft(client, act)
        before, draft.weeks = draft.weeks, self.weeks
        draft.save(update_fields=["weeks"])
        draft.visits.filter(week__gt=self.weeks).delete()
        for week in range(before + 1, self.weeks + 1):
            drafts.copy_week(draft, 1, week)
        return {"weeks": [before, self.weeks]}


class DiscardBasePlanDraft(OfDraft):
    """The draft is thrown away."""

    label, roles = "Kasta ändringar", PLANNERS

    def apply(self, client: Client, act: Act) -> None:
        if not client.base_plans.filter(is_draft=True).delete()[0]:
            raise Refused("Det finns inget utkast att kasta.")


class SaveBasePlan(OfDraft):
    """The draft becomes the client's base plan from a day. The days that are planned follow it after
    that, as they do each night (`drafts.regenerate`)."""

    label, roles = "Spara grundplaneringen", PLANNERS
    draft: BasePlan
    first: date

    def stated(self) -> Kept:
        return {"valid_from": [None, str(self.first)]}

    def check(self, client: Client, act: Act) -> None:
        if not client.base_plans.filter(pk=self.draft.pk, is_draft=True).exists():
            raise Refused("Utkastet är redan sparat eller kastat av någon annan.")
        drafts.refuse_day(client, self.first, act.day)

    def apply(self, client: Client, act: Act) -> Kept:
        before = calendar.add_days(self.first, -1)
        for row in client.base_plans.settled().exclude(valid_to__lte=before):
            end_on(row, before)
        draft = client.base_plans.get(pk=self.draft.pk)
        draft.is_draft, draft.valid_from, draft.valid_to = False, self.first, None
        for name, value in act.stamp.items():
            setattr(draft, name, value)
        draft.save()
        return {"weeks": [None, draft.weeks], "visits": [None, draft.visits.count()]}
