"""Which week of a cycle a day lies in, and whether there are visits at all. BEY-06, PLN-03."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from planning.plan.rules import Cycle, Life, Period, place_in_cycle

MONDAYS = st.integers(0, 700).map(lambda weeks: date(2020, 1, 6) + timedelta(weeks=weeks))
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def cycle_of(weeks: int, monday: date) -> Cycle:
    return Cycle(1, weeks, monday, Period(date(2000, 1, 1)))


def counted(weeks: int, monday: date, day: date) -> int:
    """Week by week from the cycle's first Monday, forwards or backwards, as one would on a calendar."""
    week, at = 1, monday
    while not at <= day < at + timedelta(days=7):
        forwards = day > at
        at += timedelta(days=7) if forwards else -timedelta(days=7)
        week = week % weeks + 1 if forwards else (week - 2) % weeks + 1
    return week


@given(st.integers(1, 6), MONDAYS, DAYS)
def test_the_week_of_the_cycle_is_the_one_that_one_counts_to_on_a_calendar(weeks, monday, day):
    """BEY-06: whatever ISO weeks lie between, a week 53 among them."""
    assert cycle_of(weeks, monday).week_of(day) == counted(weeks, monday, day)


@given(st.integers(2, 6), MONDAYS, DAYS)
def test_a_week_of_the_cycle_comes_back_after_just_its_number_of_weeks(weeks, monday, day):
    """BEY-06"""
    cycle = cycle_of(weeks, monday)
    assert cycle.week_of(day) == cycle.week_of(day + timedelta(weeks=weeks))
    between = {cycle.week_of(day + timedelta(weeks=ahead)) for ahead in range(weeks)}
    assert between == set(range(1, weeks + 1))


def test_every_other_week_stays_every_other_over_week_53():
    """BEY-06: 2026 has 53 weeks, so that odd weeks 51, 53 are followed by even week 2."""
    cycle = cycle_of(2, date(2026, 12, 14))  # ISO week 51
    firsts = [date(2026, 12, 14) + timedelta(weeks=ahead) for ahead in range(6)]
    assert [day.isocalendar().week for day in firsts] == [51, 52, 53, 1, 2, 3]
    assert [cycle.week_of(day) for day in firsts] == [1, 2, 1, 2, 1, 2]


def test_every_third_week_stays_every_third_over_week_53():
    """BEY-06"""
    cycle = cycle_of(3, date(2026, 12, 14))
    days = [date(2026, 12, 20) + timedelta(weeks=ahead) for ahead in range(7)]
    assert [cycle.week_of(day) for day in days] == [1, 2, 3, 1, 2, 3, 1]


def test_the_base_plan_that_began_last_holds_and_an_absence_leaves_no_visits():
    """PLN-03, PLN-09"""
    old = Cycle(1, 1, date(2026, 1, 5), Period(date(2026, 1, 5), date(2026, 11, 30)))
    new = Cycle(2, 2, date(2026, 1, 5), Period(date(2026, 12, 1)))
    away = Period(date(2026, 12, 7))
    life = Life(Period(date(2026, 1, 1), date(2027, 1, 31)), [away])
    assert place_in_cycle([old, new], life, date(2026, 11, 30)) == (1, 1, 0)
    assert place_in_cycle([old, new], life, date(2026, 12, 1)) == (2, 2, 1)
    assert place_in_cycle([old, new], life, date(2026, 12, 7)) is None
    assert place_in_cycle([old, new], Life(life.active), date(2027, 2, 1)) is None
    dormant = Life(life.active, is_dormant=True)
    assert place_in_cycle([old, new], dormant, date(2026, 11, 30)) is None
