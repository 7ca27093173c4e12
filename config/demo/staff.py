"""Eighty carers of Sjövik with skills, teams and two weeks of shifts. Fictitious; the same every time."""

import random
from collections.abc import Sequence
from datetime import date

from cases import calendar
from organisation.models import Unit
from planning.models import Carer, CarerSkill, SchedulePeriod, Shift, Skill, Team
from planning.staffing import rules
from planning.staffing.working_time import monday_of

CARERS = 80
LOGIN = "sj"
DAYS = 14
FIRST_NAMES = (
    "Aisha", "Albin", "Alma", "Amina", "Astrid", "Bashir", "Berit", "Carina", "Dalia", "Edvin",
    "Elif", "Ellen", "Emil", "Farah", "Filippa", "Goran", "Hanna", "Hassan", "Ida", "Ingela",
    "Jamila", "Jens", "Kaisa", "Karim", "Lena", "Liv", "Maja", "Milan", "Nadia", "Nils", "Olga",
    "Pernilla", "Rami", "Rut", "Sanna", "Tarek", "Tuula", "Ulla", "Viktor", "Zahra",
)  # fmt: skip
LAST_NAMES = (
    "Almfors", "Björkdal", "Ekholma", "Forsbäck", "Granvik", "Hedelund", "Kvistrum", "Lindnäs",
    "Mossberga", "Norrbäck", "Rönnvik", "Sjöhed", "Skogmark", "Stenfors", "Sundvall", "Tallnäs",
    "Videgård", "Åkervik", "Älvmark", "Öholm",
)  # fmt: skip
SKILLS = (
    # (code, name, is a delegation, share of the carers who have it)
    ("insulin", "Insulin", True, 0.5),
    ("medicine", "Läkemedel", True, 0.8),
    ("stomi", "Stomi", True, 0.25),
    ("lyft", "Personlyft", False, 0.7),
    ("demens", "Demensvård", False, 0.4),
    ("finska", "Finska", False, 0.1),
    ("arabiska", "Arabiska", False, 0.15),
)
DRIVING = ("bil", "Körkort", False)
MODES = (
    Carer.Mode.BIKE, Carer.Mode.CAR, Carer.Mode.CAR, Carer.Mode.BIKE, Carer.Mode.CAR,
    Carer.Mode.WALK, Carer.Mode.CAR,
)  # fmt: skip
"""Most drive: two of five clients live in the villages."""
EVENINGS = (1, 3)
"""Places of five who work evenings."""
SUBSTITUTE_ROWS = {"Vikarie 1": ("07:00", "14:00"), "Vikarie 2": ("15:00", "22:00")}
WITH_WEEKEND, WITHOUT = {"day": ("07:00", "14:00"), "evening": ("15:00", "22:00")}, {
    "day": ("07:00", "16:30"), "evening": ("13:30", "22:00"),
}  # fmt: skip
"""Six shorter days with a weekend, then four longer ones: 75 or 71 hours in two weeks."""
NIGHT = ("21:30", "07:00")
BREAK_MINUTES = 30


def load(units: Sequence[Unit], today: date) -> list[Carer]:
    """The carers of the units with their shifts from `today` on, made once.

    One carer is sick this morning; one goes from an evening to a morning, which breaks the rule of
    daily rest.
    """
    if found := list(Carer.objects.filter(unit__in=units)):
        return found
    chance = random.Random(4)
    carers = _carers(units, today, chance)
    _skills(carers, today, chance)
    for day in _coming(today):
        _shifts(units, carers, day)
    _exceptions(carers, today)
    for unit in units:
        first = monday_of(today)
        for weeks in (0, 4):
            begins = calendar.add_days(first, 7 * weeks)
            SchedulePeriod.objects.create(
                unit=unit,
                first=begins,
                last=calendar.add_days(begins, 27),
                schedules_in_on=None if weeks else calendar.add_days(begins, -15),
                planned_on=None if weeks else calendar.add_days(begins, -3),
            )
    return carers


def _carers(units: Sequence[Unit], today: date, chance: random.Random) -> list[Carer]:
    names = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    teams = {
        unit.pk: [
            Team.objects.create(unit=unit, name=f"{unit} {side}", valid_from=unit.valid_from)
            for side in ("öst", "väst")
        ]
        for unit in units
    }
    carers = []
    for number, (first, last) in enumerate(chance.sample(names, CARERS)):
        unit = units[number % len(units)]
        carers.append(
            Carer.objects.create(
                name=f"{first} {last}",
                username=f"{LOGIN}{number + 1:03d}",
                unit=unit,
                team=teams[unit.pk][number // len(units) % 2],
                title=Carer.Title.ASSISTANT_NURSE if number % 5 < 3 else Carer.Title.CARE_ASSISTANT,
                mode=MODES[number // len(units) % len(MODES)],
                valid_from=calendar.add_days(today, -chance.randint(200, 4000)),
            )
        )
    return carers


def _skills(carers: Sequence[Carer], today: date, chance: random.Random) -> None:
    """What each can; most delegations last for months, some run out within thirty days."""
    driving = _skill(*DRIVING)
    for code, name, is_delegation, share in SKILLS:
        skill = _skill(code, name, is_delegation)
        for carer in carers:
            if chance.random() >= share:
                continue
            last = calendar.add_days(today, chance.choice((12, 25, 90, 160, 240, 330)))
            CarerSkill.objects.create(
                carer=carer,
                skill=skill,
                valid_from=max(carer.valid_from, calendar.add_days(last, -365)),
                valid_to=last if is_delegation else None,
                granted_by="Amir Fjällsta" if is_delegation else "",
            )
    for carer in carers:
        if carer.mode == Carer.Mode.CAR:
            CarerSkill.objects.create(carer=carer, skill=driving, valid_from=carer.valid_from)


def _skill(code: str, name: str, is_delegation: bool) -> Skill:
    given = {"name": name, "is_delegation": is_delegation}
    return Skill.objects.get_or_create(code=code, defaults=given)[0]


def top_up(units: Sequence[Unit], today: date) -> None:
    """Shifts on those of the coming days that no unit has any on."""
    carers = list(Carer.objects.filter(unit__in=units, username__startswith=LOGIN).order_by("pk"))
    for day in _coming(today):
        if not Shift.objects.filter(unit__in=units, day=day).exists():
            _shifts(units, carers, day)


def _coming(today: date) -> list[date]:
    return [calendar.add_days(today, number) for number in range(DAYS)]


def _shifts(units: Sequence[Unit], carers: Sequence[Carer], day: date) -> None:
    """Who works on the day, and free substitute rows in each unit."""
    rows = []
    for carer in carers:
        assert carer.username  # they were found by it
        place = (int(carer.username.removeprefix(LOGIN)) - 1) // len(units)
        if hours := _hours(place, carer, day):
            times = rules.times(day, *hours, BREAK_MINUTES)
            rows.append(Shift(unit=carer.unit, day=day, carer=carer, **vars(times)))
    for unit in units:
        for row, hours in SUBSTITUTE_ROWS.items():
            times = rules.times(day, *hours, BREAK_MINUTES)
            rows.append(Shift(unit=unit, day=day, row=row, **vars(times)))
    Shift.objects.bulk_create(rows)


def _hours(place: int, carer: Carer, day: date) -> tuple[str, str] | None:
    """When the carer, by their place in the unit, works on the day: every other weekend, and one
    weekday off in each week. Before a weekend of work the day off is no Monday: a week from Monday
    to Sunday has its rest within it. Who work alike take turns, so that no day lacks them all."""
    if "natt" in carer.unit.name.casefold():
        return NIGHT if (day.toordinal() + place) % 4 < 2 else None
    has_weekend = (monday_of(day).toordinal() // 7 + place) % 2 == 0
    kind = "evening" if place % 5 in EVENINGS else "day"
    turn = sum(
        other % 2 == place % 2 and (other % 5 in EVENINGS) == (kind == "evening")
        for other in range(place)
    )
    day_off = 1 + turn % 4 if has_weekend else turn % 5
    if day.weekday() == day_off or (day.weekday() >= 5 and not has_weekend):
        return None
    return (WITH_WEEKEND if has_weekend else WITHOUT)[kind]


def _exceptions(carers: Sequence[Carer], today: date) -> None:
    """A sick carer this morning, and a night too short."""
    sick = Shift.objects.filter(day=today, carer__in=carers, start=420).order_by("pk").first()
    if sick:
        Shift.objects.filter(pk=sick.pk).update(absent_from=sick.start)
    evenings = Shift.objects.filter(day__gt=today, carer__in=carers, end=1320).order_by("day", "pk")
    for late in evenings:
        next_day = Shift.objects.filter(
            carer=late.carer, day=calendar.add_days(late.day, 1)
        ).first()
        if next_day:
            times = rules.times(next_day.day, "07:00", "14:00", BREAK_MINUTES)
            Shift.objects.filter(pk=next_day.pk).update(**vars(times))
            return
