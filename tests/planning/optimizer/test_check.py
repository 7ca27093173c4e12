"""The check finds exactly the rule that is broken, and counts what a plan costs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.optimizer import (
    Assignment,
    Break,
    BreakTime,
    Carer,
    Link,
    Placement,
    Problem,
    Rule,
    Shift,
    Solution,
    Weights,
    check,
)

from .small import HOUR, carer, road, visit

NINE = 9 * HOUR
minutes = st.integers(1, 40).map(lambda m: 60.0 * m)
"""By how much a rule is broken."""


def at(task, start, who="a", shift=0):
    return Assignment(task, who, start, shift)


def rules(problem, *assignments, unplaced=(), breaks=()):
    report = check(problem, Solution(tuple(assignments), tuple(unplaced), tuple(breaks)))
    return [b.rule for b in report.breaches]


def one(**more) -> Problem:
    """One visit 10 km out; a works 8 to 12, b as well but with the skill."""
    staff = (carer("a"), carer("b", skills=frozenset(["s"])))
    return Problem((visit("v", 1, **more),), staff, road(0, 10))


def test_a_plan_that_keeps_every_rule_has_no_breach():
    """PLN-20: there at nine, half an hour, home 9:40."""
    assert rules(one(latest_end=9.5 * HOUR, start=NINE, carer="a"), at("v", NINE)) == []


@given(minutes)
def test_too_early_for_the_window(late):
    """PLN-20."""
    assert rules(one(earliest=NINE + late), at("v", NINE)) == [Rule.EARLIEST]


@given(minutes)
def test_too_late_for_the_window(late):
    """PLN-20."""
    assert rules(one(latest=NINE - late), at("v", NINE)) == [Rule.LATEST]


@given(minutes)
def test_too_late_an_end(late):
    """PLN-20."""
    assert rules(one(latest_end=9.5 * HOUR - late), at("v", NINE)) == [Rule.LATEST_END]


@given(minutes, st.sampled_from([-1, 1]))
def test_another_start_than_the_pinned_one(by, sign):
    """PLN-20."""
    assert rules(one(start=NINE + sign * by), at("v", NINE)) == [Rule.PINNED_START]


def test_another_carer_than_the_pinned_one():
    """PLN-20."""
    assert rules(one(carer="b"), at("v", NINE)) == [Rule.PINNED_CARER]


def test_a_carer_without_the_skill():
    """PLN-20, PLN-21."""
    assert rules(one(skills=frozenset(["s"])), at("v", NINE)) == [Rule.SKILL]


def test_a_carer_the_person_does_not_want():
    """PLN-20."""
    assert rules(one(incompatible=frozenset(["a"])), at("v", NINE)) == [Rule.INCOMPATIBLE]


@given(minutes)
def test_before_the_carer_can_be_there(early):
    """PLN-20: out at 8:00, there at 8:10 at the soonest."""
    start = 8 * HOUR + 600 - min(early, 600)
    assert rules(one(), at("v", start)) == [Rule.SHIFT_START]


@given(minutes)
def test_home_after_the_shift_has_ended(late):
    """PLN-20: home by 12:00 means a start by 11:20."""
    assert rules(one(), at("v", 11 * HOUR + 1200 + late)) == [Rule.SHIFT_END]


@given(minutes)
def test_overtime_that_is_allowed_costs_and_is_no_breach(late):
    """PLN-20: 40 minutes are allowed; the default is 3 a second."""
    day = one()
    day = replace(day, carers=(replace(day.carers[0], overtime=2400.0),))
    plan = Solution((at("v", 11 * HOUR + 1200 + late),))
    assert check(day, plan).ok
    assert check(day, plan).costs["overtime"] == pytest.approx(3 * late)


@given(minutes)
def test_two_visits_of_one_carer_at_once(by):
    """PLN-20: the second starts before the first has ended."""
    day = Problem((visit("v", 0), visit("w", 0)), (carer("a"),), road(0))
    assert rules(day, at("v", NINE), at("w", NINE + 1800 - min(by, 1740))) == [Rule.OVERLAP]


@given(minutes)
def test_the_way_between_two_visits_takes_its_time(by):
    """PLN-20: half an hour's visit and ten minutes' way; the floor makes it fifteen."""
    day = Problem((visit("v", 0), visit("w", 1)), (carer("a"),), road(0, 10), floor=900)
    assert rules(day, at("v", NINE), at("w", NINE + 2700 - min(by, 2640))) == [Rule.OVERLAP]
    assert rules(day, at("v", NINE), at("w", NINE + 2700)) == []


def with_break(start: float, *visits):
    """A quarter's break between 9:30 and 10:00, at `start`."""
    rest = Break(900, 9.5 * HOUR, 10 * HOUR)
    day = Problem((visit("v", 0),), (carer("a", breaks=(rest,)),), road(0))
    return rules(day, at("v", 8.5 * HOUR), breaks=[BreakTime("a", 0, 0, start)])


@given(minutes)
def test_a_break_outside_its_window(by):
    """PLN-20."""
    assert with_break(9.75 * HOUR) == []
    assert with_break(10 * HOUR + by) == [Rule.BREAK]


def test_a_break_that_is_not_held():
    """PLN-20."""
    rest = Break(900, 9.5 * HOUR, 10 * HOUR)
    day = Problem((visit("v", 0),), (carer("a", breaks=(rest,)),), road(0))
    assert rules(day, at("v", 8.5 * HOUR)) == [Rule.BREAK]


def test_a_break_in_the_midst_of_a_visit():
    """PLN-20: the visit lasts until 10:00."""
    rest = Break(900, 9.5 * HOUR, 10 * HOUR)
    day = Problem((visit("v", 0),), (carer("a", breaks=(rest,)),), road(0))
    held = BreakTime("a", 0, 0, 9.75 * HOUR)
    assert rules(day, at("v", 9.5 * HOUR), breaks=[held]) == [Rule.BREAK]


@given(minutes)
def test_more_work_than_agreed(by):
    """PLN-20: half an hour and twenty minutes of travel."""
    day = one()
    day = replace(day, carers=(replace(day.carers[0], max_work=3000 - by),))
    assert rules(day, at("v", NINE)) == [Rule.MAX_WORK]


def linked(**more) -> Problem:
    """Two visits next door to the office, linked."""
    staff = (carer("a"), carer("b"))
    return Problem((visit("v", 0), visit("w", 0)), staff, road(0), (Link("v", "w", **more),))


@given(minutes)
def test_two_carers_who_do_not_start_together(by):
    """PLN-06, PLN-20."""
    assert rules(linked(), at("v", NINE), at("w", NINE + by, "b")) == [Rule.LAG]


@given(minutes)
def test_a_lag_too_short_or_too_long(by):
    """PLN-20: one to two hours."""
    day = linked(min_lag=HOUR, max_lag=2 * HOUR)
    assert rules(day, at("v", NINE), at("w", NINE + HOUR - by, "b")) == [Rule.LAG]
    assert rules(day, at("v", NINE), at("w", NINE + 2 * HOUR + by, "b")) in (
        [Rule.LAG],
        [Rule.LAG, Rule.SHIFT_END],
        [Rule.SHIFT_END, Rule.LAG],
    )


def test_one_carer_where_two_are_needed():
    """PLN-06."""
    day = linked(min_lag=HOUR, max_lag=2 * HOUR)
    assert rules(day, at("v", NINE), at("w", NINE + HOUR)) == [Rule.SAME_CARER]


def test_half_of_a_double_visit():
    """PLN-06."""
    assert rules(linked(), at("v", NINE), unplaced=["w"]) == [Rule.TOGETHER]
    assert rules(linked(together=False), at("v", NINE), unplaced=["w"]) == []


def test_visits_that_are_forgotten_doubled_or_unknown():
    """PLN-20."""
    day = one()
    assert rules(day) == [Rule.MISSING]
    assert rules(day, at("v", NINE), at("v", 10 * HOUR)) == [Rule.TWICE]
    assert rules(day, at("v", NINE), unplaced=["v"]) == [Rule.TWICE]
    assert rules(day, at("x", NINE), unplaced=["v"]) == [Rule.UNKNOWN]
    assert rules(day, at("v", NINE, "nobody"), unplaced=["v"]) == [Rule.UNKNOWN]


def test_every_soft_cost_by_hand():
    """PLN-20: ten minutes late, and not by the preferred carer: 600 and 300. Twenty minutes of
    travel: 1200. Settled with b at 8:50: 900 and half of 1200. A new face: 600."""
    v = visit(
        "v",
        1,
        preferred=(8 * HOUR, NINE),
        preferred_carers=frozenset(["b"]),
        person="p",
        settled=Placement("b", NINE - 600),
    )
    day = Problem((v,), (carer("a"), carer("b")), road(0, 10), weights=Weights(max_tardiness=2.0))
    costs = check(day, Solution((at("v", NINE + 600),))).costs
    assert {k: c for k, c in costs.items() if c} == pytest.approx(
        {
            "travel": 1200,
            "tardiness": 600,
            "max_tardiness": 1200,
            "preference": 300,
            "moved": 900 + 600,
            "new_faces": 600,
        }
    )


def test_an_early_start_and_an_unfair_share_by_hand():
    """PLN-20: a quarter of an hour early: 900. Half an hour of work for two: a has a quarter of an
    hour too much, b as much too little: 1800 seconds at 0.5."""
    day = Problem(
        (visit("v", 0, preferred=(NINE, 10 * HOUR)),),
        (carer("a"), carer("b")),
        road(0),
        weights=Weights(fairness=0.5),
    )
    costs = check(day, Solution((at("v", NINE - 900),))).costs
    assert (costs["earliness"], costs["fairness"]) == pytest.approx((900, 900))


def test_an_unplaced_visit_costs_by_priority():
    """PLN-20: priority 3 of a thousand; an optional one of ten."""
    weights = Weights(unplaced=1000, optional=10)
    day = Problem(
        (visit("v", 0, priority=3), visit("w", 0, optional=True)),
        (carer("a"),),
        road(0),
        weights=weights,
    )
    assert check(day, Solution((), ("v", "w"))).costs["unplaced"] == 3010


def test_work_is_counted_over_both_halves_of_a_split_day():
    """PLN-20: half an hour in the morning and half in the evening are an hour."""
    split = Carer("a", (Shift(8 * HOUR, 10 * HOUR, 0, 0), Shift(16 * HOUR, 18 * HOUR, 0, 0)))
    day = Problem((visit("v", 0), visit("w", 0)), (replace(split, max_work=3500),), road(0))
    assert rules(day, at("v", NINE), at("w", 17 * HOUR, shift=1)) == [Rule.MAX_WORK]
