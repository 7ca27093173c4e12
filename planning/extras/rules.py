"""The routine's rules for extra visits as pure functions and data. EXT-01 to EXT-05."""

from collections.abc import Sequence
from datetime import date

from cases import calendar
from cases.dates import full_date
from cases.deadlines import RESPONSIBLE, Budget, DeadlineRule, Rung
from cases.preferences import Preference
from clients.models import Service
from organisation.roles import Role

CONTACT = DeadlineRule(
    "extra_contact",
    "Kontakta socialsekreteraren",
    "tiden för att kontakta socialsekreteraren",
    Budget(working_days=1),
    "rutin 3.4 (senast nästkommande vardag)",
    amber_days=1,
    fixed=True,
    ladder=(
        Rung("due", 0, RESPONSIBLE),
        Rung("overdue", 1, RESPONSIBLE),
        Rung("escalated", 2, Role.UNIT_MANAGER, "Det är inte gjort"),
    ),
)
TEN_DAYS = DeadlineRule(
    "extra_ten_days",
    "Dag tio: ansök eller avsluta",
    "tiden för att ansöka om insatsen eller avsluta den (dag tio)",
    Budget(days=10),
    "rutin 3.4 (ny kontakt efter 10 dagar)",
    amber_days=3,
    fixed=True,
    ladder=(
        Rung("reminder", -3, RESPONSIBLE),
        Rung("due", 0, RESPONSIBLE),
        Rung("escalated", 1, Role.UNIT_MANAGER, "Det är inte gjort"),
    ),
)
ALL_DEADLINES = (CONTACT, TEN_DAYS)
DAYS = TEN_DAYS.budget.days

BEFORE_RED_DAY = "extra_contact_before_red_day"
PREFERENCES = (
    Preference(
        BEFORE_RED_DAY,
        "Extra insats: kontakt på en röd dag får tas vardagen före",
        "Dag tio flyttas aldrig. Är den en lördag, söndag eller helgdag kan kontakten med "
        "socialsekreteraren få tas vardagen före.",
        True,
    ),
)  # fmt: skip

WITHOUT_CONTACT = frozenset({Service.Kind.NURSING, Service.Kind.SURROUNDING})
"""Health care is the nurse's to order, and surrounding time is nobody's need."""


def day_ten(first_day: date) -> date:
    """The calendar day by which the need has ended or is applied for; day 0 is the first (EXT-03)."""
    return calendar.due_date(first_day, days=DAYS, roll=False)


def contact_by(planned_on: date) -> date:
    """The last day of the first contact: the next weekday after the planning (EXT-01)."""
    return calendar.next_working_day(planned_on)


def renewable_from(first_day: date, before_red_day: bool) -> date:
    """The first day on which the second contact can be made: day ten, or the weekday before a red
    one where the municipality allows that (EXT-03)."""
    last = day_ten(first_day)
    if before_red_day and not calendar.is_working_day(last):
        return calendar.previous_working_day(last)
    return last


def day_number(first_day: date, day: date) -> int:
    """Which day of the need it is; the first is 0."""
    return calendar.days_between(first_day, day)


def timer(first_day: date, day: date) -> str:
    """The sign on a visit: "dag 4 av 10", and how far past it is."""
    number = day_number(first_day, day)
    if number > DAYS:
        over = number - DAYS
        return f"{over} {'dag' if over == 1 else 'dagar'} över tiden"
    return f"dag {max(number, 0)} av {DAYS}"


def sign(first_day: date, day: date) -> str:
    """The same on a visit that has little room: "Dag 4/10"."""
    return f"Dag {max(day_number(first_day, day), 0)}/{DAYS}"


def why_contact(planned_on: date) -> str:
    """Why the first contact is due when it is."""
    due, day, closed = contact_by(planned_on), calendar.add_days(planned_on, 1), []
    while day < due:
        closed.append(calendar.holiday_name(day).lower())
        day = calendar.add_days(day, 1)
    what = "är ingen vardag" if len(closed) == 1 else "är inga vardagar"
    between = f" ({listed(closed)} {what})" if closed else ""
    return f"nästa vardag efter {full_date(planned_on)}, då det planerades{between}"


def listed(parts: Sequence[str]) -> str:
    """Words in a row: "a, b och c"."""
    return " och ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
