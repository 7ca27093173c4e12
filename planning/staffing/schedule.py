"""Reading shifts: whose they are, and what they break. PLN-13, PLN-14, BEY-05."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from cases import preferences
from cases.preferences import Preference
from organisation.models import Unit
from planning.models import Carer, Shift
from planning.staffing import rules, working_time
from planning.staffing.working_time import Breach, Limits, Work

PREFERENCES = (
    Preference(
        "daily_rest_hours", "Dygnsvila, timmar",
        "Sammanhängande ledighet i varje dygn, räknat från passets början (arbetstidslagen 13 §: "
        "11). Ändra bara om kollektivavtalet säger något annat.",
        working_time.LAW.daily_rest_hours, 8, 24,
    ),
    Preference(
        "weekly_rest_hours", "Veckovila, timmar",
        "Sammanhängande ledighet från måndag till söndag (arbetstidslagen 14 §: 36). Ändra bara om "
        "kollektivavtalet säger något annat.",
        working_time.LAW.weekly_rest_hours, 24, 72,
    ),
    Preference(
        "break_within_hours", "Timmar till rast",
        "Så länge arbetar någon högst utan rast (arbetstidslagen 15 §: 5). Ändra bara om "
        "kollektivavtalet säger något annat.",
        working_time.LAW.break_within_hours, 3, 8,
    ),
    Preference(
        "notice_days", "Dagar i förväg som besked om arbetstid ges",
        "Pass som läggs in eller ändras senare visas (arbetstidslagen 12 §: två veckor). Ändra "
        "bara om kollektivavtalet säger något annat.",
        working_time.LAW.notice_days, 0, 60,
    ),
)  # fmt: skip
"""What a collective agreement may change (BEY-05)."""


def limits() -> Limits:
    """The limits that the municipality goes by."""
    chosen = preferences.all_chosen()
    return Limits(**{preference.key: chosen[preference.key] for preference in PREFERENCES})


def work_of(shift: Shift) -> Work:
    """A shift as the rules of working time see it."""
    begins = rules.absolute(shift.day, 0)
    return Work(
        shift.day,
        begins + shift.start,
        begins + shift.works_until,
        shift.break_minutes,
        begins + shift.break_earliest,
        begins + shift.break_latest,
        shift.noticed_on,
        shift.pk,
    )


def shifts_of_carers(
    carers: Iterable[Carer], first: date, last: date
) -> dict[int | None, list[Shift]]:
    """All shifts of carers in a period, in whatever unit, by carer."""
    found: dict[int | None, list[Shift]] = defaultdict(list)
    rows = Shift.objects.filter(carer__in=carers, day__range=(first, last))
    rows = rows.select_related("unit", "carer").defer("carer__identity_number")
    for shift in rows.order_by("day", "start", "pk"):
        found[shift.carer_id].append(shift)
    return found


def breaches(carers: Iterable[Carer], first: date, last: date) -> dict[int, list[Breach]]:
    """What carers' shifts break on the days of a period, by carer: two queries for any number."""
    carers = list(carers)
    monday = working_time.monday_of(first)
    sunday = working_time.monday_of(last) + timedelta(days=6)
    day = timedelta(days=1)
    shifts = shifts_of_carers(carers, monday - day, sunday + day)
    held = limits()
    return {
        carer.pk: [
            breach
            for breach in working_time.breaches(
                map(work_of, shifts[carer.pk]), int(carer.weekly_hours * 60), held
            )
            if first <= breach.day <= last
        ]
        for carer in carers
    }


def carers_of(unit: Unit, first: date, last: date) -> list[Carer]:
    """The unit's carers who are employed some day of a period, in order of name."""
    held = Q(valid_to=None) | Q(valid_to__gte=first)
    found = unit.carers.filter(held, valid_from__lte=last)
    return list(found.select_related("unit", "team").order_by("name", "pk"))
