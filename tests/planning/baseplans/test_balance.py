"""Granted against planned, and what a planner is told. BEY-07, PLN-04, PLN-06, PLN-07."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.baseplans import balance, preview
from planning.baseplans.forms import circle_of
from planning.baseplans.matrix import matrix, overlaps, part_of
from planning.plan.rules import Cycle, Period

DAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Thing:
    """A service as the rules read it."""

    pk: int
    name: str
    kind: str = "personal_care"

    @property
    def code(self) -> str:
        return self.name


class Many(tuple):
    """What a prefetched relation looks like."""

    def all(self):
        return self


@dataclass
class Order:
    service: Thing
    minutes: int
    times: int = 1
    valid_from: date = date(2026, 1, 1)
    valid_to: date | None = None

    @property
    def service_id(self) -> int:
        return self.service.pk

    @property
    def minutes_per_week(self) -> Fraction:
        return Fraction(self.minutes * self.times)


@dataclass
class Stay:
    services: Many
    minutes: int = 30
    week: int = 1
    weekday: int = 0
    start: int = 450
    staff_needed: int = 1
    slot: str = "a"
    pk: int = 1
    after_id: int | None = None
    earliest: int = 0
    latest_end: int = 1440
    priority: int = 2
    note: str = ""
    lag_min: int | None = None
    lag_max: int | None = None
    after: object = None
    skills: Many = field(default_factory=Many)


SHOWER, BREAKFAST = Thing(1, "Dusch"), Thing(2, "Frukost")
CLEANING = Thing(3, "Städning", "domestic")
ALARM = Thing(4, "Trygghetslarm", "personal_alarm")


def test_a_visit_is_divided_among_its_services_as_their_orders_are():
    """BEY-07: 45 minutes, of which shower 30 and breakfast 15 are granted, once in two weeks."""
    orders = [Order(SHOWER, 30), Order(BREAKFAST, 15, times=7), Order(ALARM, 10)]
    found = balance.granted_and_planned(orders, [Stay(Many([SHOWER, BREAKFAST]), 45)], 2, DAY)
    # 45 minutes each second week: 22.5 a week, 15 of them shower and 7.5 breakfast
    assert found.services[1].planned == 15
    assert found.services[2].planned == Fraction(15, 2)
    assert (found.planned, found.granted) == (Fraction(45, 2), 30 + 105)
    assert balance.in_hours(found.granted) == "2,2"
    assert balance.in_words(found.granted) == "2 h 15"


def test_what_lacks_one_side_is_told_with_what_to_plan():
    """BEY-07"""
    orders = [Order(SHOWER, 60), Order(BREAKFAST, 30, valid_to=date(2026, 11, 22))]
    found = balance.granted_and_planned(orders, [Stay(Many([CLEANING]), 60)], 1, DAY)
    assert [told.text for told in balance.warnings_of(found)] == [
        "Dusch är beviljad och inte planerad",
        "Städning är planerad och inte beviljad",
        "Omvårdnad, 60 min kvar att planera",
    ]
    assert balance.warnings_of(found, is_dormant=True) == []


@given(st.lists(st.tuples(st.integers(5, 90), st.sets(st.sampled_from([1, 2, 3]), min_size=1))))
def test_no_minute_is_lost_or_made_by_the_division(stays):
    """BEY-07"""
    things = {row.pk: row for row in (SHOWER, BREAKFAST, CLEANING)}
    rows = [Stay(Many(things[pk] for pk in pks), minutes) for minutes, pks in stays]
    found = balance.granted_and_planned([Order(SHOWER, 20)], rows, 3, DAY)
    assert found.planned == Fraction(sum(minutes for minutes, _ in stays), 3)
    assert sum(row.planned for row in found.services.values()) == found.planned


@pytest.mark.parametrize(
    ("days", "light"), [(None, "none"), (31, "none"), (30, "amber"), (8, "amber"), (7, "red"),
                        (0, "red"), (-1, "red")],
)  # fmt: skip
def test_an_end_is_watched_for_thirty_days(days, light):
    """PLN-04: 30 days left is watched, 31 is not yet."""
    last = None if days is None else DAY + timedelta(days=days)
    assert balance.ending_light(last, DAY)[0] == light


def test_double_staffing_without_papers_or_past_its_review_is_told():
    """PLN-06"""

    @dataclass
    class Paper:
        review_on: date

    assert balance.double_staffing_warning([], False, DAY) is None
    assert "utan riskbedömning" in balance.double_staffing_warning([], True, DAY).text
    assert balance.double_staffing_warning([Paper(DAY)], True, DAY) is None
    old = [Paper(DAY - timedelta(days=1))]
    assert "omprövats senast" in balance.double_staffing_warning(old, True, DAY).text


def test_who_is_not_given_the_laundry_after_the_errand_is_named():
    """PLN-07: handed over later that day or that week, never before or the week after."""
    laundry = Thing(5, "laundry", "domestic")

    def visits(*days_and_starts):
        return lambda day: [
            Stay(Many([laundry]), start=start)
            for wanted, start in days_and_starts
            if day.weekday() == wanted
        ]

    tuesday = DAY + timedelta(days=1)
    served = [
        ("Astrid H", visits((1, 1200))),
        ("Rune K", visits((1, 600))),
        ("Elsa T", visits((4, 600))),
        ("Sven R", visits((0, 600))),
    ]
    lacking = balance.lacking_handover([tuesday], 900, frozenset({"laundry"}), served)
    assert lacking == ["Rune K", "Sven R"]


def test_visits_that_run_into_each_other_and_orders_that_wait_for_each_other_are_found():
    """PLN-03: 07:30 until 08:00, and the next at 07:45."""
    one = Stay(Many(), pk=1, start=450, after_id=3)
    two, three = Stay(Many(), pk=2, start=465, after_id=1), Stay(Many(), pk=3, start=600)
    assert len(overlaps([one, two, three])) == 1
    three.after_id = None
    assert circle_of(three, two, [one, two]) == ["10:00", "07:45", "07:30", "10:00"]
    one.after_id = None
    assert circle_of(three, two, [one, two]) == []


def test_a_preview_says_what_comes_goes_and_changes():
    """PLN-03"""
    old = [Stay(Many([SHOWER]), slot="a"), Stay(Many([CLEANING]), slot="b", start=615)]
    new = [Stay(Many([SHOWER]), slot="a", start=480), Stay(Many([BREAKFAST]), slot="c", start=720)]
    change = preview.difference(DAY, old, new)
    assert change.come == ("12:00 Frukost, 30 min",)
    assert change.go == ("10:15 Städning, 30 min",)
    assert change.change == ("07:30 Dusch, 30 min blir 08:00 Dusch, 30 min",)
    same = preview.difference(DAY, old, old)
    assert (same.come, same.go, same.change) == ((), (), ())


def test_the_old_base_plan_ends_the_day_before_the_new_one():
    """PLN-03"""
    old = Cycle(1, 1, date(2026, 1, 5), Period(date(2026, 1, 5)))
    later = Cycle(2, 1, date(2026, 1, 5), Period(date(2026, 12, 7)))
    new = Cycle(3, 1, date(2026, 1, 5), Period(date(2026, 12, 7)))
    assert [row.period for row in preview.cut([old, later], new)] == [
        Period(date(2026, 1, 5), date(2026, 12, 6)),
        Period(date(2026, 12, 7)),
    ]


def test_the_matrix_says_which_weeks_it_is_and_how_they_differ():
    """BEY-06: seen in week 48 of 2026, whose cycle's second week is in odd weeks this year."""
    cycle = Cycle(1, 2, date(2026, 11, 23), Period(DAY))
    weeks = matrix(cycle, [Stay(Many([SHOWER])), Stay(Many([CLEANING]), week=2, weekday=4)], DAY)
    assert [week.rhythm for week in weeks] == ["jämna veckor 2026", "ojämna veckor 2026"]
    assert [week.iso_weeks for week in weeks] == ["48, 50, 52, 1", "49, 51, 53, 2"]
    assert weeks[1].differs == "Skiljer sig från vecka 1 på måndag och fredag"
    assert [part_of(start).code for start in (30, 360, 719, 1319, 1320, 1500)] == [
        "natt",
        "morgon",
        "formiddag",
        "kvall",
        "natt",
        "natt",
    ]
