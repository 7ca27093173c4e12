"""What is done with a shift: added, changed, filled, cut short. PLN-11, PLN-13, PLN-14, BEY-05.

The shift is locked first, then its carers by id (`planning.staffing.availability`).
"""

from dataclasses import fields
from datetime import date

from django.db.models import F, Q, QuerySet

from audit import log
from audit.act import Act
from cases.dates import short_date
from door.actors import Actor, Holding
from door.command import Command, Kept
from door.filled import Filled, Values, plain
from door.refusals import NotAllowed, Refused
from organisation.models import Unit
from planning import daytime
from planning.models import Carer, Shift, Visit, VisitStaff
from planning.plan.rows import make_loose, tell
from planning.staffing import availability, rules
from planning.staffing.forms import (
    AbsentForm,
    LooseningForm,
    NewShiftForm,
    PutForm,
    RowForm,
    ShiftForm,
)
from planning.staffing.reach import EDITORS
from planning.staffing.rules import Times

ROW = "Vikarie"


class OnShift(Command[Shift]):
    """A verb of a shift, done by who plans the unit that it lies in, or its carer's own."""

    roles = EDITORS

    @classmethod
    def holding(cls, shift: Shift, actor: Actor) -> Holding:
        try:
            return super().holding(shift, actor)
        except NotAllowed:
            held = actor.held(cls.roles, shift.carer.unit.path) if shift.carer else None
            if held is None:
                raise
            return held

    def stated(self) -> Kept:
        """The shift tells what it became; see `said`."""
        return {}


class AddShift(OnShift, Filled[Shift]):
    """A carer's working time in a unit, their own or another."""

    label = "Nytt pass"
    filled: NewShiftForm

    def check(self, shift: Shift, act: Act) -> None:
        assert shift.carer
        availability.must_be_free(shift.carer, shift.day, times_of(shift))

    def apply(self, shift: Shift, act: Act) -> Kept:
        shift.noticed_on = act.day
        return _added(shift, act)

    def receipt(self, shift: Shift, values: Kept) -> str:
        return f"Passet {_named(shift)} är inlagt."


class AddRow(OnShift, Filled[Shift]):
    """The next substitute row of a day: Vikarie 1, Vikarie 2 (PLN-13)."""

    label = "Ny vikarierad"
    filled: RowForm

    def apply(self, shift: Shift, act: Act) -> Kept:
        # Two who add a row at once go one after the other.
        Unit.objects.select_for_update().get(pk=shift.unit_id)
        shift.row = next_row(shift.unit, shift.day)
        return _added(shift, act)

    def receipt(self, shift: Shift, values: Kept) -> str:
        return f"{shift.row} {short_date(shift.day)} är inlagd. Tillsätt vikarien på raden."


class ChangeShift(OnShift, Filled[Shift]):
    """New times, or a loan to another unit. Visits that would fall outside hinder it, unless they
    are made loose."""

    label = "Ändra passet"
    filled: ShiftForm

    def check(self, shift: Shift, act: Act) -> None:
        if shift.carer:
            availability.must_be_free(shift.carer, shift.day, self.filled.times, but=shift.pk)
        if shift.row and self._leaves(shift):
            raise Refused("En vikarierad hör till sin enhet. Ta bort den och lägg en i den andra.")

    def apply(self, shift: Shift, act: Act) -> Kept:
        before, times = said(shift), self.filled.times
        until = times.end if shift.absent_from is None else min(times.end, shift.absent_from)
        work = standing(shift) if self._leaves(shift) else _outside(shift, times.start, until)
        _clear(shift, work, act, self.filled.cleaned_data["loosen"])
        for name, value in vars(times).items():
            setattr(shift, name, value)
        if shift.absent_from is not None and not times.start <= shift.absent_from < times.end:
            shift.absent_from = None
        shift.unit = self.filled.cleaned_data["unit"]
        shift.noticed_on = None if shift.row else act.day
        return _saved(shift, act, before)

    def _leaves(self, shift: Shift) -> bool:
        return shift.unit != self.filled.cleaned_data["unit"]

    def receipt(self, shift: Shift, values: Kept) -> str:
        return f"Passet {_named(shift)} är sparat."


class RemoveShift(OnShift, Filled[Shift]):
    """Take a shift away. Its visits hinder it, unless they are made loose."""

    label = "Ta bort passet"
    done = "Passet är borttaget."
    filled: LooseningForm

    def apply(self, shift: Shift, act: Act) -> Kept:
        _clear(shift, shift.work.all(), act, self.filled.cleaned_data["loosen"])
        before = said(shift)
        tell(shift, act)
        shift.delete()
        return {name: [value, None] for name, value in before.items()}


class PutSubstitute(OnShift, Filled[Shift]):
    """A named substitute on a substitute row, or nobody; all its visits follow (PLN-13)."""

    label = "Tillsätt vikarie"
    filled: PutForm

    def check(self, shift: Shift, act: Act) -> None:
        if not shift.row:
            raise Refused("Vikarie tillsätts på en vikarierad. Lägg en vikarierad först.")
        carer = self.filled.cleaned_data["carer"]
        availability.lock([one.pk for one in (shift.carer, carer) if one])
        if carer:
            availability.must_be_free(carer, shift.day, times_of(shift), but=shift.pk)

    def apply(self, shift: Shift, act: Act) -> Kept:
        before, was = said(shift), shift.carer
        shift.carer, shift.absent_from = self.filled.cleaned_data["carer"], None
        changed = _saved(shift, act, before)
        if was and was != shift.carer:
            _leave(shift, was, act)
        return changed

    def receipt(self, shift: Shift, values: Kept) -> str:
        return f"{shift.carer or 'Ingen'} står nu på {shift.row} {short_date(shift.day)}."


def _leave(shift: Shift, was: Carer, act: Act) -> None:
    """A line in the log of who stood on the row before."""
    values = {"row": [shift.row, None]}
    log.record(was.chain, "leave_row", act, subject=shift, values=values, personal=True)


class ReportAbsent(OnShift, Filled[Shift]):
    """The carer is away from a minute of the day; the visits after it are made loose."""

    label = "Sjukanmäl eller annan frånvaro"
    filled: AbsentForm

    def check(self, shift: Shift, act: Act) -> None:
        if not shift.carer:
            raise Refused("Ingen står på raden. Tillsätt en vikarie först.")
        if not shift.start <= self.filled.minute < shift.end:
            raise Refused(
                f"Passet är {rules.shown(shift.day, shift.start, shift.end)}. "
                "Skriv en tid inom passet; passets början om det gäller hela."
            )

    def apply(self, shift: Shift, act: Act) -> Kept:
        before = said(shift)
        _clear(shift, _outside(shift, shift.start, self.filled.minute), act, True)
        shift.absent_from = self.filled.minute
        return _saved(shift, act, before)

    def receipt(self, shift: Shift, values: Kept) -> str:
        return f"{shift.carer} är frånvarande från {_wall(shift, shift.absent_from)}."


class ReportBack(OnShift):
    """The carer works the whole shift after all."""

    label = "Arbetar hela passet"

    def check(self, shift: Shift, act: Act) -> None:
        if shift.carer:
            availability.must_be_free(shift.carer, shift.day, times_of(shift), but=shift.pk)

    def apply(self, shift: Shift, act: Act) -> Kept:
        before, shift.absent_from = said(shift), None
        return _saved(shift, act, before)


def next_row(unit: Unit, day: date) -> str:
    """The first name of a substitute row that the day has not used."""
    taken = set(Shift.objects.filter(unit=unit, day=day).values_list("row", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := f"{ROW} {n}") not in taken)


def standing(shift: Shift) -> QuerySet[VisitStaff]:
    """The work of a shift that is to be done."""
    return shift.work.filter(visit__status=Visit.Status.PLANNED)


def _outside(shift: Shift, start: int, end: int) -> QuerySet[VisitStaff]:
    """Work on the shift that begins before `start` or ends after `end`."""
    ends = F("visit__start") + F("visit__minutes")
    found = standing(shift).annotate(ends=ends)
    return found.filter(Q(visit__start__lt=start) | Q(ends__gt=end))


def _clear(shift: Shift, work: QuerySet[VisitStaff], act: Act, loosen: bool) -> None:
    """Make visits loose, or refuse and say how many there are."""
    rows = list(work)
    if not rows:
        return
    if not loosen:
        many = "1 besök" if len(rows) == 1 else f"{len(rows)} besök"
        raise Refused(
            f"{many} på passet hindrar det. Flytta dem i dagbilden {short_date(shift.day)} först."
        )
    make_loose(rows, act)


def _added(shift: Shift, act: Act) -> Values:
    """Save a new shift. Returns what it says."""
    shift.save()
    tell(shift, act)
    return {name: [None, value] for name, value in said(shift).items()}


def _saved(shift: Shift, act: Act, before: Values) -> Values:
    """Save a shift as it has become, if it is different. Returns what is."""
    after = said(shift)
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        shift.save()
        tell(shift, act)
    return changed


def said(shift: Shift) -> Values:
    """What a shift says, as the log keeps it: times as clocks show them."""
    has_break = shift.break_minutes > 0
    return {
        "unit": str(shift.unit),
        "day": plain(shift.day),
        "carer": str(shift.carer) if shift.carer else None,
        "row": shift.row or None,
        "start": _wall(shift, shift.start),
        "end": _wall(shift, shift.end),
        "break_minutes": shift.break_minutes or None,
        "break_earliest": _wall(shift, shift.break_earliest) if has_break else None,
        "break_latest": _wall(shift, shift.break_latest) if has_break else None,
        "absent_from": _wall(shift, shift.absent_from),
    }


def _wall(shift: Shift, minute: int | None) -> str | None:
    return None if minute is None else daytime.wall(shift.day, minute)


def times_of(shift: Shift) -> Times:
    """The shift's times."""
    return Times(*(getattr(shift, field.name) for field in fields(Times)))


def _named(shift: Shift) -> str:
    times = rules.shown(shift.day, shift.start, shift.end)
    return f"{short_date(shift.day)} {times} för {shift.name}"
