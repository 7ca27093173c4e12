"""What is granted against what is planned, and what a planner must be told. Pure.

Requirements PLN-04, PLN-06, PLN-07, BEY-07.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from cases import calendar
from cases.dates import long_date, short_date
from clients.models import Service

NOT_PLANNED = frozenset({Service.Kind.PERSONAL_ALARM, Service.Kind.SURROUNDING})
"""Granted without visits, or planned without being granted."""
WATCHED_DAYS = 30
"""How long ahead the last day of an order or a decision is watched (PLN-04)."""
TOLERANCE_MINUTES = 15
"""A week's difference that is not worth saying."""


@dataclass
class Share:
    """The minutes of a week for a kind of service, or for a service."""

    name: str
    planned: Fraction = Fraction(0)
    granted: Fraction = Fraction(0)

    @property
    def left(self) -> Fraction:
        """Granted minutes of a week that are not planned; negative when more is planned."""
        return self.granted - self.planned


@dataclass
class Balance:
    """A week's minutes by kind of service, and which services lack one side."""

    kinds: dict[str, Share] = field(default_factory=dict)
    services: dict[int, Share] = field(default_factory=dict)

    @property
    def planned(self) -> Fraction:
        """Planned minutes of an average week."""
        return sum((row.planned for row in self.kinds.values()), Fraction(0))

    @property
    def granted(self) -> Fraction:
        """Granted minutes of an average week."""
        return sum((row.granted for row in self.kinds.values()), Fraction(0))

    @property
    def rows(self) -> list[Share]:
        """The kinds of service in their order."""
        return [self.kinds[kind] for kind in Service.Kind.values if kind in self.kinds]

    @property
    def not_planned(self) -> list[str]:
        """Services that are granted and stand in no visit."""
        return [row.name for row in self.services.values() if row.granted and not row.planned]

    @property
    def not_granted(self) -> list[str]:
        """Services that stand in a visit and are not granted."""
        return [row.name for row in self.services.values() if row.planned and not row.granted]


def granted_and_planned(
    orders: Iterable[Any], base_visits: Iterable[Any], weeks: int, day: date
) -> Balance:
    """A week's minutes, granted by the orders that hold on `day` and planned by the visits of a
    base plan.

    A visit's minutes are those of the person, whatever staff it takes, and are divided among its
    services as their orders' minutes are; a service without an order counts as the mean of the rest.
    """
    held = [
        row for row in orders if row.valid_from <= day and not (row.valid_to and row.valid_to < day)
    ]
    held = [row for row in held if row.service.kind not in NOT_PLANNED]
    balance, minutes = Balance(), {row.service_id: row.minutes for row in held}
    for row in held:
        for share in _shares(balance, row.service):
            share.granted += row.minutes_per_week
    for visit in base_visits:
        services = [row for row in visit.services.all() if row.kind not in NOT_PLANNED]
        for service, part in _divided(visit.minutes, services, minutes):
            for share in _shares(balance, service):
                share.planned += part / weeks
    return balance


def _shares(balance: Balance, service: Any) -> tuple[Share, Share]:
    return (
        balance.kinds.setdefault(service.kind, Share(str(Service.Kind(service.kind).label))),
        balance.services.setdefault(service.pk, Share(service.name)),
    )


def _divided(
    whole: int, services: Sequence[Any], minutes: dict[int, int]
) -> list[tuple[Any, Fraction]]:
    known = [minutes[row.pk] for row in services if row.pk in minutes]
    mean = Fraction(sum(known), len(known)) if known else Fraction(1)
    weights = [Fraction(minutes.get(row.pk, mean)) for row in services]
    return [
        (row, whole * weight / sum(weights)) for row, weight in zip(services, weights, strict=True)
    ]


def in_hours(minutes: Fraction | float) -> str:
    """11,5: hours with one decimal at most, as Swedish writes them."""
    text = f"{float(minutes) / 60:.1f}".replace(".", ",")
    return text.removesuffix(",0")


def in_words(minutes: Fraction | float) -> str:
    """9 h 25: hours and whole minutes."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d}"


@dataclass(frozen=True)
class Told:
    """Something a planner is told: a light and what to do."""

    light: str
    text: str


def warnings_of(balance: Balance, is_dormant: bool = False) -> list[Told]:
    """Granted and not planned, planned and not granted (BEY-07)."""
    if is_dormant:
        return []
    found = [Told("red", f"{name} är beviljad och inte planerad") for name in balance.not_planned]
    found += [
        Told("amber", f"{name} är planerad och inte beviljad") for name in balance.not_granted
    ]
    for share in balance.kinds.values():
        if share.left >= TOLERANCE_MINUTES:
            found.append(Told("amber", f"{share.name}, {round(share.left)} min kvar att planera"))
        elif share.left <= -TOLERANCE_MINUTES and share.granted:
            found.append(
                Told("amber", f"{share.name}, {round(-share.left)} min mer planerat än beviljat")
            )
    return found


def ending_light(last_day: date | None, today: date) -> tuple[str, str]:
    """The light of something that ends: none, until it lies within the watched days (PLN-04)."""
    if last_day is None:
        return "none", "tills vidare"
    left = calendar.days_between(today, last_day)
    if left < 0:
        return "red", f"slutade {long_date(last_day)}"
    if left > WATCHED_DAYS:
        return "none", f"till {long_date(last_day)}"
    colour = "red" if left <= 7 else "amber"
    return colour, f"slutar {short_date(last_day)}, {left} dagar kvar" if left != 1 else (
        f"slutar {short_date(last_day)}, 1 dag kvar"
    )


def double_staffing_warning(documents: Iterable[Any], needed: bool, today: date) -> Told | None:
    """Two carers without a risk assessment and decision, or with ones past their review (PLN-06)."""
    if not needed:
        return None
    last = max(documents, key=lambda row: row.review_on, default=None)
    if last is None:
        return Told(
            "red",
            "Dubbelbemanning utan riskbedömning och beslut. Lägg in dem under Dubbelbemanning på "
            "brukarens sida.",
        )
    if last.review_on < today:
        return Told(
            "red", f"Dubbelbemanningen skulle ha omprövats senast {long_date(last.review_on)}."
        )
    return None


def lacking_handover(
    days: Iterable[date],
    end: int,
    wanted: frozenset[str],
    served: Iterable[tuple[str, Callable[[date], Iterable[Any]]]],
) -> list[str]:
    """Who of the served is not given the goods after the errand (PLN-07).

    The errand is done on `days` and ends at `end`, in minutes. Each of the served must have a visit
    with one of the `wanted` services later that day, or on a later day of that week.
    """
    errands = list(days)
    return [
        name
        for name, visits_of in served
        if not all(_handed_over(day, end, wanted, visits_of) for day in errands)
    ]


def _handed_over(
    day: date, end: int, wanted: frozenset[str], visits_of: Callable[[date], Iterable[Any]]
) -> bool:
    rest = (calendar.add_days(day, ahead) for ahead in range(7 - day.weekday()))
    return any(
        service.code in wanted
        for later in rest
        for visit in visits_of(later)
        if later > day or visit.start >= end
        for service in visit.services.all()
    )
