"""A plan's rows as the board draws them: visits, ways between, breaks, and what they say aloud."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from planning import daytime
from planning.board.figures import Figures, figures_of
from planning.extras.rules import sign, timer
from planning.models import Shift, Visit
from planning.plan.breaches import Breach
from planning.plan.problem import MINUTE, Places, break_of, wished_break
from planning.plan.reading import PlanData
from planning.plan.travel import seconds

SHORT = 35
"""A visit of fewer minutes than this has no room for its time beside a sign."""
SIGNS = (
    # (flag, icon, its classes on the board and in the list, word in the list)
    ("breach", "red", "ic--fill", "ic--fill s-bad", "regelbrott"),
    ("protected", "eye-off", "", "", ""),
    ("lock", "lock", "", "", "låst"),
    ("pair", "link", "", "", "dubbelbemannat"),
    ("hsl", "hsl", "", "", "hälso- och sjukvård"),
    ("over", "", "", "", "kringtid"),
)
MARKED = ("extra", "over", "short")
"""Flags that are attributes of a visit's cell, for its looks."""


@dataclass(frozen=True)
class Span:
    """The part of the day that is shown, in minutes of the day."""

    code: str
    label: str
    first: int
    last: int

    @property
    def length(self) -> int:
        """Its minutes."""
        return self.last - self.first

    @property
    def hours(self) -> range:
        """The whole hours that begin in it."""
        return range(self.first // 60, self.last // 60)


SPANS = {
    row.code: row
    for row in (
        Span("tidig", "Före 7", -2 * 60, 7 * 60),
        Span("dag", "Dag", 7 * 60, 16 * 60),
        Span("kvall", "Kväll", 15 * 60, 23 * 60),
        Span("natt", "Natt", 21 * 60, 31 * 60),
    )
}


@dataclass(frozen=True)
class Item:
    """Something in a row: a visit, the way to it, a break, or time off."""

    kind: str
    start: int
    minutes: int
    label: str = ""
    text: str = ""
    visit: Visit | None = None
    place: int = 0
    flags: frozenset[str] = frozenset()
    holder: str = ""
    timer: str = ""
    """How far an extra visit's need has come: "dag 4 av 10"."""
    sign: str = ""
    """The same where there is little room: "Dag 4/10"."""

    @property
    def at(self) -> str:
        """Minutes past midnight as clocks show them."""
        return daytime.wall(self.visit.plan.day, self.start) if self.visit else ""

    # A board has a thousand visits: what their template would ask again and again is said here.

    @property
    def place_in_row(self) -> SafeString:
        """Where it lies, for the style sheet."""
        return format_html("--s:{};--d:{}", self.start, self.minutes)

    @property
    def attributes(self) -> SafeString:
        """What the cell of a visit tells the script and the style sheet."""
        visit = self.visit
        assert visit
        looks = "breach" if "breach" in self.flags else "pair" if "pair" in self.flags else ""
        if self.holder and looks != "breach":
            looks = format_html('by="{}"', self.holder)
        marked = [looks] * bool(looks) + [name for name in MARKED if name in self.flags]
        return format_html(
            'data-visit="{}" data-place="{}" data-start="{}" data-staff-version="{}" '
            'data-time-version="{}" style="--s:{};--d:{}"{}',
            visit.pk,
            self.place,
            self.start,
            visit.staff_version,
            visit.time_version,
            self.start,
            self.minutes,
            format_html_join("", " data-{}", ((name,) for name in marked)),
        )

    @property
    def icons(self) -> list[tuple[str, str]]:
        """The icons of a visit's cell, with their classes."""
        return [(icon, css) for flag, icon, css, _, _ in SIGNS if icon and flag in self.flags]

    @property
    def words(self) -> list[tuple[str, str, str]]:
        """Icon, its classes and word of what is said of a visit in the list."""
        said = [
            (icon, css, word) for flag, icon, _, css, word in SIGNS if word and flag in self.flags
        ]
        if self.timer:
            said.append(("clock", "", f"extra insats, {self.timer}"))
        return said + [("", "", f"{self.holder} arbetar här")] * bool(self.holder)

    @property
    def aloud(self) -> str:
        """The cell as a screen reader says it."""
        breach = ", regelbrott" if "breach" in self.flags else ""
        return self.text + breach + (f", {self.holder} arbetar här" if self.holder else "")


@dataclass
class Row:
    """A row of the board."""

    shift: Shift
    items: list[Item]
    figures: Figures
    hours: str
    breaches: list[Breach] = field(default_factory=list)

    @property
    def visits(self) -> list[Item]:
        """The visits of the row, for the list."""
        return [item for item in self.items if item.kind == "visit"]


def rows_of(
    data: PlanData, span: Span, breaches: Sequence[Breach], held: dict[int, str]
) -> list[Row]:
    """Every row that was read, those last that have left the unit. `held` says which visits a
    colleague holds, by initials."""
    places = Places(data)
    broken: dict[int, list[Breach]] = defaultdict(list)
    for breach in breaches:
        if breach.shift:
            broken[breach.shift].append(breach)
    return [
        _row(data, shift, span, places, broken[shift.pk], held)
        for shift in [*data.shifts, *data.left]
    ]


def _row(
    data: PlanData,
    shift: Shift,
    span: Span,
    places: Places,
    mine: list[Breach],
    held: dict[int, str],
) -> Row:
    broken = {row.visit for row in mine if row.visit}
    items = [*_off(data, shift, span), *_break(data, shift, places)]
    mode = shift.mode
    at = 0
    for visit in data.by_shift.get(shift.pk, ()):
        there = places.of_client[visit.client_id]
        way = round(seconds(places.points[at], places.points[there], mode) / MINUTE)
        if way:
            items.append(Item("travel", visit.start - way, way))
        items.append(_visit(data, shift, visit, way, visit.pk in broken, held.get(visit.pk, "")))
        at = there
    inside = [i for i in items if i.start < span.last and i.start + i.minutes > span.first]
    return Row(
        shift,
        sorted(inside, key=lambda item: item.start),
        figures_of(data, shift, places),
        f"{_hour(shift.start)}–{_hour(shift.works_until)}",
        mine,
    )


def _hour(minute: int) -> str:
    return daytime.shown(minute) if minute % 60 else str(minute // 60 % 24)


def _off(data: PlanData, shift: Shift, span: Span) -> Iterable[Item]:
    if shift.start > span.first:
        yield Item("off", span.first, min(shift.start, span.last) - span.first)
    if shift.absent_from is not None and shift.absent_from < shift.end:
        since = daytime.wall(data.plan.day, shift.absent_from)
        text = f"Frånvarande från {since}. Besöken ligger i Otilldelade."
        yield Item("sick", shift.absent_from, shift.end - shift.absent_from, text)
    if shift.end < span.last:
        yield Item("off", max(shift.end, span.first), span.last - max(shift.end, span.first))


def _break(data: PlanData, shift: Shift, places: Places) -> Iterable[Item]:
    if shift.break_minutes and shift.works_until > shift.break_earliest:
        at = break_of(data, shift, places)
        yield Item("break", wished_break(shift) if at is None else at, shift.break_minutes, "Rast")


def _visit(data: PlanData, shift: Shift, visit: Visit, way: int, broken: bool, holder: str) -> Item:
    others = [
        data.shift[p.shift_id].name if p.shift_id in data.shift else "en kollega"
        for p in visit.staff.all()
        if p.shift_id and p.shift_id != shift.pk
    ]
    signs = {
        "breach": broken,
        "pair": visit.staff_needed > 1,
        "lock": bool(visit.lock),
        "hsl": any(service.kind == "nursing" for service in visit.services.all()),
        "over": visit.client.is_surrounding,
        "extra": visit.origin == Visit.Origin.EXTRA,
        "protected": visit.client.has_protected_identity,
        "short": visit.minutes < SHORT,
    }
    flags = frozenset(name for name, holds in signs.items() if holds)
    place = next((p.place for p in visit.staff.all() if p.shift_id == shift.pk), 1)
    text = said(visit, way=way, others=others)
    return Item(
        "visit",
        visit.start,
        visit.minutes,
        visit.client.short_name,
        text,
        visit,
        place,
        flags,
        holder,
        timer_of(visit),
        timer_of(visit, sign),
    )


def timer_of(visit: Visit, say: Callable[[date, date], str] = timer) -> str:
    """How far the oldest of the visit's running needs has come on the visit's day (EXT-03)."""
    first_days = [need.first_day for need in visit.needs.all() if need.counts_days]
    return say(min(first_days), visit.plan.day) if first_days else ""


def said(visit: Visit, *, way: int = 0, others: Sequence[str] = ()) -> str:
    """A visit as a screen reader says it."""
    day = visit.plan.day
    parts = [
        visit.client.short_name,
        f"{daytime.wall(day, visit.start)} till {daytime.wall(day, visit.end)}",
        f"{visit.minutes} min",
        ", ".join(str(service).lower() for service in visit.services.all()),
        f"restid {way} min före" if way else "",
        f"dubbelbemanning med {', '.join(others)}" if others else "",
        visit.get_lock_display().lower() if visit.lock else "",
        "kringtid" if visit.client.is_surrounding else "",
        f"extra insats, {shown}" if (shown := timer_of(visit)) else "",
    ]
    return ", ".join(part for part in parts if part)
