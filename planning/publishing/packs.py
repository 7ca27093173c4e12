"""The printable plan of a unit's day: a sheet for each row, in the unit's own folder. PLN-18, BEY-03.

It is for use when systems are down: written at each publication and each evening for the days until
the next working day. The folder's names hold no personal data; the first page of the whole says
which file is whose.
"""

import itertools
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils.text import slugify

from audit import clock, log
from audit.act import Act
from cases import calendar, documents
from clients.models import Client, Service
from organisation.models import Unit
from planning import daytime
from planning.models import Base, DayPlan, PlanVersion, Shift
from planning.plan.problem import MINUTE, break_among, wished_break
from planning.plan.reading import place_of
from planning.plan.travel import Point, seconds
from planning.publishing import reading

UNWRITTEN = timedelta(minutes=1)
"""After so long a published plan's pack is not on its way any more."""
KEPT_DAYS = 3
"""Packs of days that have passed are taken away after so many: they hold personal data."""

READABLE = 0o640
"""A pack is read by the workplace's own group, and by nobody else."""


@dataclass(frozen=True)
class Line:
    """A line of a sheet: a visit, the way to it, or the break."""

    kind: str
    at: str = ""
    minutes: int = 0
    client: Client | None = None
    services: str = ""
    note: str = ""
    is_nursing: bool = False
    others: str = ""


@dataclass(frozen=True)
class Sheet:
    """What one row does in a day."""

    number: int
    shift: Shift
    hours: str
    lines: list[Line]
    keys: list[str]
    with_clients: int
    travel: int
    surrounding: int

    @property
    def visits(self) -> int:
        """How many visits it has."""
        return sum(line.kind == "visit" for line in self.lines)


@dataclass(frozen=True)
class Pack:
    """A day's sheets, and the visits that nobody does."""

    plan: DayPlan
    version: PlanVersion | None
    """The publication that it prints; None: the board as it stands."""
    sheets: list[Sheet]
    loose: list[Line]


@dataclass
class _Stop:
    """A visit as a version kept it."""

    start: int
    minutes: int
    client: Client
    services: list[Service]
    shifts: list[int]
    places: int
    note: str

    @property
    def end(self) -> int:
        return self.start + self.minutes


def pack_of(plan: DayPlan, version: PlanVersion | None) -> Pack:
    """What a publication says, or the board as it stands, sheet by sheet. Ten queries."""
    content = version.content if version else reading.snapshot(plan)
    there = set(plan.visits.values_list("pk", flat=True))
    # What has moved to another unit's plan since is in that unit's pack (PLN-21).
    stops = _stops({visit: row for visit, row in content.items() if int(visit) in there})
    rows = list(Shift.objects.of(plan.planned_unit, plan.day).select_related("carer"))
    base = Base.objects.filter(unit=plan.planned_unit).first()
    home = (base.latitude, base.longitude) if base else None
    names = {row.pk: row.name for row in rows}
    sheets = [
        _sheet(number, row, [stop for stop in stops if row.pk in stop.shifts], home, names)
        for number, row in enumerate(rows, 1)
    ]
    loose = [
        _visit(plan.day, stop, names, None) for stop in stops if len(stop.shifts) < stop.places
    ]
    return Pack(plan, version, [sheet for sheet in sheets if sheet.visits], loose)


def _stops(content: Mapping[str, Any]) -> list[_Stop]:
    """The visits that are to be done, by start."""
    kept = [row for row in content.values() if row["groups"]["status"]["status"] == "planned"]
    clients = Client.objects.in_bulk({row["sent"]["client"] for row in kept})
    services = Service.objects.in_bulk()
    found = [
        _Stop(
            row["groups"]["time"]["start"],
            row["groups"]["time"]["minutes"],
            clients[row["sent"]["client"]],
            [services[pk] for pk in row["groups"]["services"]["services"]],
            [shift for shift in row["groups"]["staff"]["shifts"] if shift],
            row["sent"]["staff_needed"],
            row["groups"]["note"]["note"],
        )
        for row in kept
    ]
    return sorted(found, key=lambda stop: (stop.start, stop.client.pk))


def _sheet(
    number: int, row: Shift, stops: Sequence[_Stop], home: Point | None, names: Mapping[int, str]
) -> Sheet:
    day = row.day
    ways = _ways(stops, home, row.mode)
    lines: list[tuple[int, Line]] = []
    for stop, way in zip(stops, ways, strict=False):
        if way:
            lines.append((stop.start, Line("way", minutes=way)))
        lines.append((stop.start, _visit(day, stop, names, row.pk)))
    if row.break_minutes and row.works_until > row.break_earliest:
        held = break_among(row, [(stop.start, stop.end) for stop in stops], ways)
        at = wished_break(row) if held is None else held
        lines.append((at, Line("break", daytime.wall(day, at), row.break_minutes)))
    away = sum(stop.minutes for stop in stops if stop.client.is_surrounding)
    keys = dict.fromkeys(stop.client.key_number for stop in stops if stop.client.key_number)
    return Sheet(
        number,
        row,
        f"{daytime.wall(day, row.start)}–{daytime.wall(day, row.works_until)}",
        [line for _, line in sorted(lines, key=lambda item: item[0])],
        list(keys),
        sum(stop.minutes for stop in stops) - away,
        sum(ways),
        away,
    )


def _ways(stops: Sequence[_Stop], home: Point | None, mode: str) -> list[int]:
    """Minutes of the way to each visit, and of the way back."""
    points = [home, *(place_of(stop.client) or home for stop in stops), home] if stops else []
    return [
        round(seconds(a, b, mode) / MINUTE) if a and b else 0 for a, b in itertools.pairwise(points)
    ]


def _visit(day: date, stop: _Stop, names: Mapping[int, str], row: int | None) -> Line:
    others = [names.get(shift, "en kollega") for shift in stop.shifts if shift != row]
    return Line(
        "visit",
        daytime.wall(day, stop.start),
        stop.minutes,
        stop.client,
        ", ".join(str(service) for service in stop.services),
        stop.note,
        any(service.kind == Service.Kind.NURSING for service in stop.services),
        " och ".join(others),
    )


def pdf(pack: Pack, at: datetime, sheets: Iterable[Sheet] | None = None) -> bytes:
    """The pack as a tagged PDF: all of it, or some of its sheets."""
    chosen = pack.sheets if sheets is None else list(sheets)
    context = {
        "pack": pack,
        "sheets": chosen,
        "at": at,
        "is_whole": sheets is None,
        "unit": pack.plan.planned_unit,
        "day": pack.plan.day,
    }
    text = render_to_string("planning/publishing/pack.html", context)
    title = f"Dagplan {pack.plan.planned_unit} {pack.plan.day.isoformat()}"
    return documents.html_to_pdf(text, title, at, documents.TO_SEND)[0]


def write(plan: DayPlan, at: datetime) -> Path | None:
    """Write a plan's pack to its unit's folder: the last publication, else what stands.

    Each file appears whole or not at all. Returns the folder, or None when there is nothing to do:
    what is practised is never written (BEY-17). What was written of a day that has no visits left is
    taken away.
    """
    if plan.planned_unit.practice_of_id:
        return None
    version = reading.published_version(plan)
    pack = pack_of(plan, version)
    folder = folder_of(plan.planned_unit, plan.day)
    if not pack.sheets and not pack.loose:
        if folder.exists():
            _replace(folder, {})
        _note_written(version, at)
        return None
    files = {f"dagplan-{plan.day.isoformat()}.pdf": pdf(pack, at)}
    files |= {_name(sheet): pdf(pack, at, [sheet]) for sheet in pack.sheets}
    _replace(folder, files)
    with transaction.atomic():
        log.record(
            plan.chain,
            "write_pack",
            Act.by_system(at),
            subject=plan,
            personal=True,
            values={"plan_version": version.number if version else None, "files": len(files)},
        )
        _note_written(version, at)
    return folder


def _note_written(version: PlanVersion | None, at: datetime) -> None:
    if version:
        PlanVersion.objects.filter(pk=version.pk).update(pack_at=at)


def _name(sheet: Sheet) -> str:
    return f"rad-{sheet.number:02d}.pdf"


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files in the folder, and take away those of rows that are no more."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    for name, content in files.items():
        new = folder / f".{name}.{os.getpid()}"
        new.touch(mode=READABLE)
        new.write_bytes(content)
        new.replace(folder / name)
    for path in folder.glob("*.pdf"):
        if path.name not in files:
            path.unlink(missing_ok=True)


def folder_of(unit: Unit, day: date | None = None) -> Path:
    """A unit's own folder, or that of one of its days. No personal data in the name (SEC-03)."""
    own = Path(settings.PACKS) / f"{slugify(unit.name)}-{unit.pk}"
    return own / day.isoformat() if day else own


def coming(today: date) -> list[int]:
    """The plans from tomorrow until the next working day: what is needed if systems are down."""
    last = calendar.next_working_day(today)
    plans = DayPlan.objects.filter(day__gt=today, day__lte=last, planned_unit__practice_of=None)
    return list(plans.order_by("day", "pk").values_list("pk", flat=True))


def unwritten(at: datetime) -> list[int]:
    """The plans of today and later whose last publication is a minute old and has no pack yet: the
    job that should have written it was lost with its worker."""
    last = PlanVersion.objects.filter(plan=OuterRef("pk")).exclude(published_at=None)
    plans = DayPlan.objects.filter(
        day__gte=clock.local_date(at), planned_unit__practice_of=None
    ).annotate(last=Subquery(last.order_by("-number").values("pk")[:1]))
    lost = PlanVersion.objects.filter(
        pk__in=plans.exclude(last=None).values("last"),
        pack_at=None,
        published_at__lt=at - UNWRITTEN,
    )
    return list(lost.order_by("plan__day", "plan").values_list("plan", flat=True))


def written_with(client: Client) -> list[int]:
    """The plans with the client's visits whose pack lies in the unit's folder."""
    days = {folder.name for folder in _day_folders()}
    plans = DayPlan.objects.filter(day__in=days, visits__client=client).distinct()
    return list(plans.values_list("pk", flat=True))


def remove_old(today: date) -> int:
    """Take away packs of days long past. Returns how many."""
    oldest = calendar.add_days(today, -KEPT_DAYS).isoformat()
    old = [folder for folder in _day_folders() if folder.name < oldest]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _day_folders() -> Iterator[Path]:
    return (path for path in Path(settings.PACKS).glob("*/????-??-??") if path.is_dir())
