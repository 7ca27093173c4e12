"""Sjövik's people with home care: who they are, what they are granted, and their base plans.

Made by seed, all fictitious: names, streets and places do not exist. Inserted in bulk, once.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from cases import calendar
from clients import defaults
from clients.models import CareDecision, Client, LegalBasis, Service, ServiceOrder
from organisation.encryption import blind_index
from organisation.models import Provider, Unit, User
from planning.models import Absence, BasePlan, BaseVisit, DoubleStaffing, Skill

SEED = 1974
BATCH = 2000
TOWN = ("Sjövik", 60.1210, 15.4330, 0.013)
VILLAGES = (
    ("Norrmyra", 60.1790, 15.3980, 0.005), ("Kvarnbo", 60.1640, 15.5120, 0.004),
    ("Söderhamra", 60.0650, 15.4520, 0.005), ("Tallåsen", 60.0840, 15.3420, 0.004),
)  # fmt: skip
"""Name, latitude, longitude and radius in degrees of latitude."""
STREETS = ("Ankargränd", "Bryggvägen", "Björnbärsstigen", "Fiskarbacken", "Gärdesvägen",
           "Hasselgränd", "Kvarnstigen", "Lärkvägen", "Masugnsbacken", "Näckrosvägen",
           "Rönnbärsgränd", "Smedjebacken", "Tallkottsvägen", "Vassvägen")  # fmt: skip
FIRST = ("Astrid", "Karl-Erik", "Ingrid", "Sven", "Maj-Britt", "Gösta", "Elsa", "Rune", "Gunvor",
         "Arne", "Birgit", "Helge", "Siv", "Folke", "Ulla", "Torsten", "Aino", "Bertil", "Greta",
         "Olof", "Rut", "Harry", "Inga-Lill", "Stig", "Märta", "Allan", "Kerstin", "Nils",
         "Zdenka", "Reza")  # fmt: skip
LAST = tuple(
    f"{one}{other}"
    for one in ("Hag", "Al", "Ström", "Rör", "Gran", "Tall", "Vass", "Sjö", "Myr", "Kvarn")
    for other in ("berga", "hedby", "viksta", "torpa", "näsby", "åsa")
)
TEST_NUMBERS = ("191401682396", "191500722390", "191711602399")
"""Of the tax agency's published test identity numbers: no living person has them."""
VISITS_A_DAY = (*[1] * 6, *[2] * 14, *[3] * 24, *[4] * 26, *[5] * 20, *[6] * 8)
"""Of 98 people; two more are dormant."""
WEEKS = (*[1] * 10, *[2] * 7, 3, 4)
DAILY = (
    # (from, to: when it may start; minutes by service)
    (420, 610, {"morning": 10, "breakfast": 5}), (1080, 1275, {"evening": 10}),
    (690, 800, {"lunch": 10}), (960, 1080, {"supper": 10}), (570, 670, {"toilet": 8}),
    (840, 930, {"toilet": 8}),
)  # fmt: skip
"""A person with n visits a day has the first n of them."""
MORNING, EVENING, LUNCH, SUPPER = 0, 1, 2, 3
CYCLE_MONDAY = date(2026, 1, 5)


@dataclass
class Stay:
    """A visit of a base plan before it is stored."""

    week: int
    weekday: int
    start: int
    minutes: dict[str, int]
    slot: str
    staff: int = 1
    priority: int = 2
    skills: tuple[str, ...] = ()
    serves: list[int] = field(default_factory=list)
    follows: "Stay | None" = None


@dataclass
class Made:
    """Everything of the demo's clients that is inserted together."""

    random: Random
    today: date
    stamp: dict[str, Any]
    services: dict[str, Service]
    decisions: list[CareDecision] = field(default_factory=list)
    orders: list[ServiceOrder] = field(default_factory=list)
    base_plans: list[BasePlan] = field(default_factory=list)
    stays: list[tuple[BasePlan, Stay]] = field(default_factory=list)

    def ago(self, days: int) -> date:
        """The day so many days back; ahead when negative."""
        return calendar.add_days(self.today, -days)


def load(
    units: dict[str, Unit], provider_of: dict[int, Provider], people: dict[str, User], today: date
) -> None:
    """100 clients in each unit that has a provider, once; with errands for those who need them."""
    if Client.objects.exists():
        return
    at = datetime.combine(today, time(8), tzinfo=ZoneInfo("Europe/Stockholm"))
    stamp = {"recorded_at": at, "recorded_by": people["planner"]}
    made = Made(Random(SEED), today, stamp, defaults.load())
    planned = [unit for unit in units.values() if unit.pk in provider_of]
    for place, unit in enumerate(planned):
        persons = _people(made, unit, provider_of[unit.pk], place)
        for number, person in enumerate(persons):
            _granted_and_planned(made, person, number)
        _errands(made, unit, provider_of[unit.pk], persons)
        _away(made, persons)
    _store(made)


def _people(made: Made, unit: Unit, provider: Provider, place: int) -> list[Client]:
    rows = [_person(made, unit, provider, place, number) for number in range(len(VISITS_A_DAY) + 2)]
    return Client.objects.bulk_create(rows, batch_size=BATCH)


def _person(made: Made, unit: Unit, provider: Provider, place: int, number: int) -> Client:
    random = made.random
    areas = [TOWN, TOWN, TOWN, VILLAGES[2 * place % 4], VILLAGES[(2 * place + 1) % 4]]
    area, latitude, longitude, radius = random.choice(areas)
    identity = TEST_NUMBERS[place] if number == 0 and place < len(TEST_NUMBERS) else ""
    return Client(
        name=f"{random.choice(FIRST)} {random.choice(LAST)}",
        unit=unit,
        provider=provider,
        identity_number=identity,
        identity_index=blind_index(identity) if identity else None,
        has_protected_identity=number == 7 and place < 2,
        address=f"{random.choice(STREETS)} {random.randint(1, 60)}, {area}",
        latitude=round(latitude + random.gauss(0, radius / 2), 5),
        longitude=round(longitude + random.gauss(0, radius), 5),
        entry=random.choice(("", "", "Porten till höger", "Våning 2", "In från gården")),
        key_number=str(100 * (place + 1) + number),
        phone=f"000-00 {number:02d} {place:02d}",
        is_dormant=number >= len(VISITS_A_DAY),
        active_from=made.ago(random.randint(60, 1500)),
    )


def _granted_and_planned(made: Made, person: Client, number: int) -> None:
    """What one person is granted, and the base plan that carries it out."""
    if person.is_dormant:
        _order(made, person, "alarm", 1, ServiceOrder.Per.WEEK, 10, LegalBasis.SOL_11_5)
        return
    weeks = made.random.choice(WEEKS)
    staff = 2 if number % 17 == 3 else 1  # six of a hundred are met by two
    starts = [made.random.randrange(first, last, 5) for first, last, _ in DAILY]
    stays = [
        Stay(week, weekday, starts[place], dict(DAILY[place][2]), f"daily{place}", staff)
        for week in range(1, weeks + 1)
        for weekday in range(7)
        for place in range(VISITS_A_DAY[number])
        if not (number % 5 == 4 and weekday >= 5 and place in (EVENING, SUPPER))  # the family comes
    ]
    _add_health_care(stays, number)
    _add_weekly(made, stays, number, weeks)
    base_plan = BasePlan(
        client=person,
        weeks=weeks,
        cycle_monday=CYCLE_MONDAY,
        valid_from=person.active_from,
        **made.stamp,
    )
    made.base_plans.append(base_plan)
    made.stays += [(base_plan, stay) for stay in stays]
    _grant(made, person, number, stays, weeks)
    if staff == 2 and number != 20:
        _document(made, person, number)


def _add_health_care(stays: list[Stay], number: int) -> None:
    """Medicine for every third, insulin for every twentieth, stockings for some."""
    for stay in stays:
        if number % 3 == 1 and stay.slot == f"daily{MORNING}":
            stay.minutes["medicine"], stay.skills = 5, ("medicine",)
        if number % 20 == 10 and stay.slot in (f"daily{MORNING}", f"daily{SUPPER}"):
            stay.minutes["insulin"], stay.skills, stay.priority = 5, ("insulin",), 1
        if number % 9 == 4 and stay.slot == f"daily{EVENING}":
            stay.minutes["stockings"] = 5
    mornings = {
        (stay.week, stay.weekday): stay
        for stay in stays
        if "insulin" in stay.minutes and stay.slot == f"daily{MORNING}"
    }
    for stay in stays:
        if "insulin" in stay.minutes and stay.slot == f"daily{SUPPER}":
            stay.follows = mornings[stay.week, stay.weekday]


def _add_weekly(made: Made, stays: list[Stay], number: int, weeks: int) -> None:
    """Shower twice a week in the morning, cleaning every cycle, company every week for some."""
    for stay in stays:
        if number % 2 and stay.slot == f"daily{MORNING}" and stay.weekday in (number % 3, 4):
            stay.minutes["shower"] = 10
    if number % 5 < 2:
        start = 600 if number % 2 else 780
        stays.append(Stay(1, number % 5, start, {"cleaning": 50}, "cleaning"))
    if number % 4 == 0:
        stays += [
            Stay(week, number % 5, 840, {"company": 30}, "company") for week in range(1, weeks + 1)
        ]


def _grant(made: Made, person: Client, number: int, stays: list[Stay], weeks: int) -> None:
    """Orders for what is planned, but for some that differ, end, or have just come."""
    basis = LegalBasis.SOL_11_5 if number % 4 == 1 else LegalBasis.SOL_11_1
    decision = None if basis == LegalBasis.SOL_11_5 else _decision(made, person, number)
    minutes = {code: spent for stay in stays for code, spent in stay.minutes.items()}
    staff = max(stay.staff for stay in stays)
    for code, spent in minutes.items():
        times = sum(code in stay.minutes for stay in stays)
        per, often = (
            (ServiceOrder.Per.WEEK, times // weeks)
            if times % weeks == 0
            else (
                {
                    2: ServiceOrder.Per.TWO_WEEKS,
                    3: ServiceOrder.Per.THREE_WEEKS,
                    4: ServiceOrder.Per.FOUR_WEEKS,
                }[weeks],
                times,
            )
        )
        if number % 25 == 16 and code == "evening":
            continue  # planned, and not granted
        if made.services[code].kind == Service.Kind.NURSING:
            _order(made, person, code, often, per, spent, LegalBasis.HSL)
        else:
            _order(made, person, code, often, per, spent, basis, decision, staff)
    if number % 25 == 9:
        _order(made, person, "walk", 1, ServiceOrder.Per.WEEK, 30, basis, decision)  # not planned
    if number % 25 == 12:
        made.orders[-1].read_on = None  # new, and not read
    if number % 50 == 30:
        _change(made, made.orders[-1])


def _decision(made: Made, person: Client, number: int) -> CareDecision:
    ending = number % 25 == 6
    row = CareDecision(
        client=person,
        legal_basis=LegalBasis.SOL_11_1,
        decided_on=person.active_from,
        decided_by=made.random.choice(("Leila Havsby", "Anders Brantås")),
        reference=f"V-{person.pk:05d}",
        valid_from=person.active_from,
        valid_to=made.ago(-made.random.randint(4, 28)) if ending else None,
        **made.stamp,
    )
    made.decisions.append(row)
    return row


def _order(
    made: Made,
    person: Client,
    code: str,
    times: int,
    per: str,
    minutes: int,
    basis: str,
    decision: CareDecision | None = None,
    staff: int = 1,
) -> None:
    made.orders.append(
        ServiceOrder(
            client=person,
            service=made.services[code],
            decision=decision,
            legal_basis=basis,
            provider=person.provider,
            times=times,
            per=per,
            minutes=minutes,
            staff_needed=staff,
            valid_from=person.active_from,
            valid_to=decision.valid_to if decision else None,
            read_on=person.active_from,
            **made.stamp,
        )
    )


def _change(made: Made, old: ServiceOrder) -> None:
    """The order is extended by five minutes in a week, and nobody has read it yet."""
    first = made.ago(-7)
    made.orders.append(
        ServiceOrder(
            client=old.client,
            service=old.service,
            decision=old.decision,
            legal_basis=old.legal_basis,
            provider=old.provider,
            times=old.times,
            per=old.per,
            minutes=old.minutes + 5,
            staff_needed=old.staff_needed,
            valid_from=first,
            valid_to=old.valid_to,
            replaces=old,
            **made.stamp,
        )
    )
    old.valid_to = made.ago(-6)


def _document(made: Made, person: Client, number: int) -> None:
    """The manager's decision on double staffing; one should have been reviewed by now."""
    decided = made.ago(200)
    DoubleStaffing.objects.create(
        client=person,
        assessed_on=made.ago(205),
        decided_on=decided,
        decided_by="Tommy Grenholt",
        review_on=made.ago(10) if number == 37 else made.ago(-165),
        **made.stamp,
    )


def _errands(made: Made, unit: Unit, provider: Provider, persons: list[Client]) -> None:
    """The unit's fictitious persons: the laundry room on Tuesdays, the pharmacy on Thursdays (PLN-07)."""
    base = persons[0]
    for name, code, fetched, weekday, minutes, served in (
        ("Kringtid tvätt", "laundry-room", "laundry", 1, 90, persons[40:46]),
        ("Kringtid apotek", "pharmacy-errand", "pharmacy", 3, 45, persons[60:64]),
    ):
        errand = Client.objects.create(
            name=name,
            unit=unit,
            provider=provider,
            is_surrounding=True,
            address=base.address,
            latitude=base.latitude,
            longitude=base.longitude,
            active_from=made.ago(700),
        )
        base_plan = BasePlan(
            client=errand,
            weeks=1,
            cycle_monday=CYCLE_MONDAY,
            valid_from=errand.active_from,
            **made.stamp,
        )
        made.base_plans.append(base_plan)
        stay = Stay(1, weekday, 810, {code: minutes}, "errand", serves=[row.pk for row in served])
        made.stays.append((base_plan, stay))
        _hand_over(made, served[:-1], fetched, weekday)  # the last one lacks the hand-over


def _hand_over(made: Made, served: list[Client], code: str, weekday: int) -> None:
    """The goods come with the evening's visit the same day, and are granted."""
    wanted = {person.pk for person in served}
    for base_plan, stay in made.stays:
        if (
            base_plan.client.pk in wanted
            and stay.weekday == weekday
            and (stay.slot == f"daily{EVENING}")
        ):
            stay.minutes[code] = 5
    for person in served:
        _order(made, person, code, 1, ServiceOrder.Per.WEEK, 5, LegalBasis.SOL_11_5)


def _away(made: Made, persons: list[Client]) -> None:
    """One in hospital without a known return, one away till Friday week, one who leaves soon."""
    for number, why, first, last in (
        (22, Absence.Why.HOSPITAL, 3, None),
        (48, Absence.Why.SHORT_TERM, 6, -9),
        (71, Absence.Why.AWAY, -4, -11),
    ):
        Absence.objects.create(
            client=persons[number],
            why=why,
            first=made.ago(first),
            last=None if last is None else made.ago(last),
            **made.stamp,
        )


def _store(made: Made) -> None:
    """Everything in bulk: what is pointed at before what points."""
    CareDecision.objects.bulk_create(made.decisions, batch_size=BATCH)
    for order in made.orders:
        order.decision = order.decision  # takes the id that it has got now
    first = [order for order in made.orders if order.replaces is None]
    ServiceOrder.objects.bulk_create(first, batch_size=BATCH)
    changed = [order for order in made.orders if order.replaces is not None]
    for order in changed:
        order.replaces = order.replaces
    ServiceOrder.objects.bulk_create(changed, batch_size=BATCH)
    BasePlan.objects.bulk_create(made.base_plans, batch_size=BATCH)
    rows = [_row(base_plan, stay) for base_plan, stay in made.stays]
    BaseVisit.objects.bulk_create(rows, batch_size=BATCH)
    _store_contents(made, rows)


def _row(base_plan: BasePlan, stay: Stay) -> BaseVisit:
    minutes = sum(stay.minutes.values())
    slack = 20 if stay.priority == 1 else 60
    return BaseVisit(
        base_plan=base_plan,
        slot=stay.slot,
        week=stay.week,
        weekday=stay.weekday,
        start=stay.start,
        minutes=minutes,
        earliest=stay.start - slack,
        latest_end=stay.start + minutes + slack,
        staff_needed=stay.staff,
        priority=stay.priority,
        lag_min=420 if stay.follows else None,
        lag_max=720 if stay.follows else None,
    )


def _store_contents(made: Made, rows: list[BaseVisit]) -> None:
    skills = {
        code: Skill.objects.get_or_create(
            code=code, defaults={"name": name, "is_delegation": True}
        )[0]
        for code, name in (("medicine", "Läkemedel"), ("insulin", "Insulin"))
    }
    pairs = list(zip(rows, (stay for _, stay in made.stays), strict=True))
    contents, needs, serves = (
        getattr(BaseVisit, name).through for name in ("services", "skills", "serves")
    )
    contents.objects.bulk_create(
        (
            contents(basevisit=row, service=made.services[code])
            for row, stay in pairs
            for code in stay.minutes
        ),
        batch_size=BATCH,
    )
    needs.objects.bulk_create(
        (needs(basevisit=row, skill=skills[code]) for row, stay in pairs for code in stay.skills),
        batch_size=BATCH,
    )
    serves.objects.bulk_create(
        (serves(basevisit=row, client_id=pk) for row, stay in pairs for pk in stay.serves),
        batch_size=BATCH,
    )
    by_stay = {id(stay): row for row, stay in pairs}
    following = [(row, by_stay[id(stay.follows)]) for row, stay in pairs if stay.follows]
    for row, after in following:
        row.after = after
    BaseVisit.objects.bulk_update([row for row, _ in following], ["after"], batch_size=BATCH)
