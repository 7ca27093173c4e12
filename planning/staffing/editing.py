"""Every change of staffing, with its line in the log. Requirements PLN-11 to PLN-14, SEC-02.

Locks are taken in one order: the shift, then its carers by id. A carer's lock makes two requests
that would put them in two places go one after the other.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q, QuerySet

from audit import log
from audit.act import Act
from cases.dates import short_date
from door.refusals import Refused
from organisation.models import Unit
from organisation.pages.changing import plain
from planning import daytime
from planning.models import Carer, Shift, Skill, Visit, VisitStaff
from planning.plan.rows import make_loose, tell
from planning.staffing import rules
from planning.staffing.rules import Times

ROW = "Vikarie"

TIMES = ("start", "end", "break_minutes", "break_earliest", "break_latest")


def record(
    chain: str, name: str, subject: models.Model, act: Act, values: Mapping[str, Any] | None = None
) -> None:
    """A line in the log, in the caller's transaction. What concerns a carer is personal data."""
    log.record(
        chain,
        name,
        act,
        subject=subject,
        values={key: [plain(side) for side in pair] for key, pair in (values or {}).items()},
        personal=chain.startswith("carer:"),
    )


def chain_of(row: Carer | Unit | Skill) -> str:
    """The chain that a carer's, a unit's or all skills' changes stand in."""
    if isinstance(row, Carer):
        return f"carer:{row.pk}"
    return f"staffing:{row.pk}" if isinstance(row, Unit) else "skills"


def lock(carers: Collection[int]) -> None:
    """Hold these carers until the transaction ends."""
    list(Carer.objects.select_for_update().filter(pk__in=carers).order_by("pk").values_list("pk"))


def colliding(carer: Carer, day: date, times: Times, but: int | None = None) -> Shift | None:
    """The carer's shift, in whatever unit, that has a minute in common with the times."""
    near = Shift.objects.filter(
        carer=carer, day__range=(day - timedelta(days=1), day + timedelta(days=1))
    )
    if but is not None:
        near = near.exclude(pk=but)
    wanted = _instants(day, times.start, times.end)
    return next(
        (
            shift
            for shift in near.select_related("unit")
            if rules.collide(wanted, _instants(shift.day, shift.start, shift.works_until))
        ),
        None,
    )


def collision_text(shift: Shift) -> str:
    """What to tell whoever would put the shift's carer in two places."""
    return (
        f"{shift.carer} arbetar redan {rules.shown(shift.day, shift.start, shift.works_until)} "
        f"{short_date(shift.day)} i {shift.unit}. Ändra tiden eller välj någon annan."
    )


def not_employed_text(carer: Carer, day: date) -> str:
    """Why the carer cannot work on the day, or nothing."""
    if day < carer.valid_from:
        return f"{carer} börjar {carer.valid_from.isoformat()}. Välj en senare dag."
    if carer.valid_to and day > carer.valid_to:
        return f"{carer} slutade {carer.valid_to.isoformat()}. Välj någon annan."
    return ""


@transaction.atomic
def add_shift(unit: Unit, day: date, times: Times, carer: Carer, act: Act) -> Shift:
    """A carer's working time in a unit, their own or another. Raises Refused."""
    _must_be_free(carer, day, times)
    shift = Shift.objects.create(
        unit=unit, day=day, carer=carer, noticed_on=act.day, **_columns(times)
    )
    _record(shift, "add_shift", act, {key: [None, value] for key, value in _said(shift).items()})
    return shift


@transaction.atomic
def add_row(unit: Unit, day: date, times: Times, act: Act) -> Shift:
    """The next substitute row of a day: Vikarie 1, Vikarie 2 (PLN-13)."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    shift = Shift.objects.create(unit=unit, day=day, row=next_row(unit, day), **_columns(times))
    _record(shift, "add_row", act, {key: [None, value] for key, value in _said(shift).items()})
    return shift


def next_row(unit: Unit, day: date) -> str:
    """The first name of a substitute row that the day has not used."""
    taken = set(Shift.objects.filter(unit=unit, day=day).values_list("row", flat=True))
    return next(name for n in range(1, len(taken) + 2) if (name := f"{ROW} {n}") not in taken)


@transaction.atomic
def change_shift(
    pk: int, unit: Unit, times: Times, act: Act, version: int, loosen: bool = False
) -> Shift:
    """New times, or a loan to another unit. Raises Refused; visits that would fall outside hinder
    it, unless they are made loose."""
    shift = _held(pk, version)
    before = _said(shift)
    if shift.carer:
        _must_be_free(shift.carer, shift.day, times, but=shift.pk)
    leaves = shift.unit_id != unit.pk
    if leaves and shift.row:
        raise Refused("En vikarierad hör till sin enhet. Ta bort den och lägg en i den andra.")
    until = times.end if shift.absent_from is None else min(times.end, shift.absent_from)
    work = standing(shift) if leaves else _outside(shift, times.start, until)
    _clear(shift, work, act, loosen)
    for name, value in _columns(times).items():
        setattr(shift, name, value)
    if shift.absent_from is not None and not times.start <= shift.absent_from < times.end:
        shift.absent_from = None
    shift.unit = unit
    shift.noticed_on = None if shift.row else act.day
    return _saved(shift, "change_shift", act, before)


@transaction.atomic
def remove_shift(pk: int, act: Act, version: int, loosen: bool = False) -> None:
    """Take a shift away. Raises Refused when it has visits, unless they are made loose."""
    shift = _held(pk, version)
    _clear(shift, shift.work.all(), act, loosen)
    _record(shift, "remove_shift", act, {key: [value, None] for key, value in _said(shift).items()})
    shift.delete()


@transaction.atomic
def put(pk: int, carer: Carer | None, act: Act, version: int) -> Shift:
    """A named substitute on a substitute row, or nobody; all its visits follow (PLN-13)."""
    shift = _held(pk, version)
    if not shift.row:
        raise Refused("Vikarie tillsätts på en vikarierad. Lägg en vikarierad först.")
    before = _said(shift)
    if carer:
        _must_be_free(carer, shift.day, _times(shift), but=shift.pk)
    was, shift.carer, shift.absent_from = shift.carer, carer, None
    if was and was != carer:
        record(chain_of(was), "leave_row", shift, act, {"row": [shift.row, None]})
    return _saved(shift, "put_substitute", act, before)


@transaction.atomic
def report_absent(pk: int, minute: int, act: Act, version: int) -> Shift:
    """The carer is away from a minute of the day; the visits after it are made loose."""
    shift = _held(pk, version)
    if not shift.carer:
        raise Refused("Ingen står på raden. Tillsätt en vikarie först.")
    if not shift.start <= minute < shift.end:
        raise Refused(
            f"Passet är {rules.shown(shift.day, shift.start, shift.end)}. "
            "Skriv en tid inom passet; passets början om det gäller hela."
        )
    before = _said(shift)
    _clear(shift, _outside(shift, shift.start, minute), act, True)
    shift.absent_from = minute
    return _saved(shift, "report_absent", act, before)


@transaction.atomic
def report_back(pk: int, act: Act, version: int) -> Shift:
    """The carer works the whole shift after all."""
    shift = _held(pk, version)
    before = _said(shift)
    if shift.carer:
        _must_be_free(shift.carer, shift.day, _times(shift), but=shift.pk)
    shift.absent_from = None
    return _saved(shift, "report_back", act, before)


def add_carer(carer: Carer, act: Act) -> Carer:
    """A new employee. Raises Refused when somebody added the same one a moment ago."""
    save_carer(carer)
    said = {name: [None, value] for name, value in described(carer).items() if value is not None}
    record(chain_of(carer), "add_carer", carer, act, said)
    return carer


def save_carer(carer: Carer) -> None:
    """Save, unless the number or user name was taken since it was looked up. Raises Refused."""
    try:
        with transaction.atomic():
            carer.save()
    except IntegrityError:
        raise Refused(
            "Personnumret eller användarnamnet lades nyss upp av någon annan. Sök personen i listan."
        ) from None


def described(carer: Carer) -> dict[str, Any]:
    """What is known of a carer, as the log keeps it: of the number, only that there is one."""
    return {
        "identity_number": "inlagt" if carer.identity_number else None,
        "name": carer.name,
        "username": carer.username,
        "unit": str(carer.unit),
        "team": str(carer.team) if carer.team else None,
        "title": carer.get_title_display(),
        "mode": carer.get_mode_display(),
        "weekly_hours": str(carer.weekly_hours),
        "valid_from": carer.valid_from,
    }


@transaction.atomic
def end_carer(carer: Carer, last_day: date, act: Act) -> None:
    """A carer's last day. Raises Refused when shifts lie after it."""
    lock([carer.pk])
    later = carer.shifts.filter(day__gt=last_day).count()
    if last_day < carer.valid_from:
        raise Refused(
            f"{carer} började {carer.valid_from.isoformat()}. Välj den dagen eller senare."
        )
    if later:
        raise Refused(
            f"{later} pass ligger efter den dagen. Ta bort dem i schemat, eller välj en senare dag."
        )
    record(chain_of(carer), "end_carer", carer, act, {"valid_to": [carer.valid_to, last_day]})
    carer.valid_to = last_day
    carer.save()


def _held(pk: int, version: int) -> Shift:
    """The shift, locked, as it was seen. Raises Refused."""
    shift = (
        Shift.objects.select_for_update(of=("self",))
        .select_related("carer", "unit")
        .filter(pk=pk)
        .first()
    )
    if shift is None or shift.version != version:
        raise Refused("Någon annan har ändrat passet. Se hur det är nu, och gör om din ändring.")
    return shift


def _must_be_free(carer: Carer, day: date, times: Times, but: int | None = None) -> None:
    """Lock the carer. Raises Refused when they work elsewhere then, or are not employed."""
    lock([carer.pk])
    carer.refresh_from_db(fields=["valid_from", "valid_to"])
    if text := not_employed_text(carer, day):
        raise Refused(text)
    if other := colliding(carer, day, times, but):
        raise Refused(collision_text(other))


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


def standing(shift: Shift) -> QuerySet[VisitStaff]:
    """The work of a shift that is to be done."""
    return shift.work.filter(visit__status=Visit.Status.PLANNED)


def _outside(shift: Shift, start: int, end: int) -> QuerySet[VisitStaff]:
    """Work on the shift that begins before `start` or ends after `end`."""
    ends = F("visit__start") + F("visit__minutes")
    found = standing(shift).annotate(ends=ends)
    return found.filter(Q(visit__start__lt=start) | Q(ends__gt=end))


def _saved(shift: Shift, name: str, act: Act, before: Mapping[str, Any]) -> Shift:
    after = _said(shift)
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changed:
        shift.version += 1
        shift.save()
        _record(shift, name, act, changed)
    return shift


def _record(shift: Shift, name: str, act: Act, values: Mapping[str, Any]) -> None:
    record(chain_of(shift.carer or shift.unit), name, shift, act, values)
    tell(shift, act)


def _said(shift: Shift) -> dict[str, Any]:
    """What a shift says, as the log keeps it: times as clocks show them."""

    def wall(minute: int | None) -> str | None:
        return None if minute is None else daytime.wall(shift.day, minute)

    has_break = shift.break_minutes > 0
    return {
        "unit": str(shift.unit),
        "day": shift.day,
        "carer": str(shift.carer) if shift.carer else None,
        "row": shift.row or None,
        "start": wall(shift.start),
        "end": wall(shift.end),
        "break_minutes": shift.break_minutes or None,
        "break_earliest": wall(shift.break_earliest) if has_break else None,
        "break_latest": wall(shift.break_latest) if has_break else None,
        "absent_from": wall(shift.absent_from),
    }


def _columns(times: Times) -> dict[str, int]:
    return {name: getattr(times, name) for name in TIMES}


def _times(shift: Shift) -> Times:
    return Times(*(getattr(shift, name) for name in TIMES))


def _instants(day: date, start: int, end: int) -> tuple[int, int]:
    begins = rules.absolute(day, 0)
    return begins + start, begins + end
