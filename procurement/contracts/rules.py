"""Rules of contracts as pure functions and data: expiry watch, capacity, change of provider."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases import calendar
from cases.dates import long_date
from cases.deadlines import Budget, DeadlineRule, Rung

EXPIRY_LADDER = (
    Rung("first", -60, "company"),
    Rung("reminder", -30, "responsible"),
    Rung("due", 0, "responsible"),
    Rung("overdue", 1, "responsible"),
    Rung("escalated", 3, "deputy-director", "Ingen ny handling är registrerad"),
)
EXPIRY = DeadlineRule(
    "permit_expires",
    "{what} går ut",
    "giltighetstiden för {what}",
    Budget(),
    "handlingens sista giltighetsdag",
    amber_days=60,
    ladder=EXPIRY_LADDER,
    for_company=True,
)
CONTRACT_ENDS = DeadlineRule(
    "contract_ends",
    "Avtalet löper ut",
    "avtalstiden",
    Budget(),
    "avtalet",
    amber_days=180,
    for_company=True,
    ladder=(
        Rung("first", -180, "responsible"),
        Rung("reminder", -90, "responsible"),
        Rung("due", 0, "deputy-director"),
    ),
)
ALL_DEADLINES = (EXPIRY, CONTRACT_ENDS)


@dataclass(frozen=True)
class Answer:
    """What becomes of a choice: `accepted`, `queued` or `refused`, from when, and why (BEY-02)."""

    outcome: str
    starts_on: date | None
    reason: str = ""


def answer(
    *,
    area: str,
    areas: Sequence[str],
    ceiling: int,
    taken: int,
    hours: int,
    wanted_from: date,
    stopped: str = "",
    first_day: date | None = None,
) -> Answer:
    """Whether a provider takes a person: its areas, a stop for new persons, and its ceiling.

    `taken` is the hours a month already accepted; `stopped` why nobody new may come. A provider may
    not say no to a person it has room for (LOV 9:1 and the call document).
    """
    if area not in areas:
        return Answer("refused", None, f"Utföraren arbetar inte i {area}.")
    if stopped:
        return Answer("refused", None, f"Inga nya personer: {stopped}")
    if taken + hours > ceiling:
        left = max(ceiling - taken, 0)
        return Answer(
            "queued",
            None,
            f"Kapacitetstaket är {ceiling} timmar i månaden, och {left} är lediga.",
        )
    return Answer("accepted", max(wanted_from, first_day or wanted_from))


def leaves_on(told_on: date, notice_days: int) -> date:
    """The last day with the old provider, by the municipality's notice for a change."""
    return calendar.add_days(told_on, notice_days)


def neutral_order(names: Sequence[str], day: date) -> list[int]:
    """The order in which providers are shown on a day: by lot, the same for all that day (LOV 9:1).

    Returns the places of `names`, which are ordered first, so that the lot decides alone.
    """
    order = sorted(range(len(names)), key=lambda place: names[place])
    random.Random(day.isoformat()).shuffle(order)
    return order


def permit_fault(valid_to: date | None, today: date) -> str:
    """What is wrong with a permit today, or nothing."""
    if valid_to is None or valid_to >= today:
        return ""
    return f"Gick ut {long_date(valid_to)}"
