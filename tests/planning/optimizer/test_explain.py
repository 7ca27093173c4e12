"""Why a visit is not placed, and where else one could stand, worked out by hand."""

from dataclasses import replace

import pytest

from planning.optimizer import (
    Break,
    Link,
    Problem,
    Rule,
    Solution,
    Stop,
    check,
    explain,
    solve,
    suggest,
    words,
)

from .small import HOUR, carer, only_travel, random_problem, road, visit
from .test_check import at

NINE = 9 * HOUR
SHARP = {"earliest": NINE, "latest": NINE}


def changes(day, plan, task):
    found = explain(day, plan, task).relaxation
    return [(c.rule, c.task, c.carer, pytest.approx(c.amount)) for c in found.changes]


def test_each_carer_falls_on_a_rule_of_its_own():
    """PLN-20: a lacks the skill, b is not wanted, c is busy at nine: three rules, one each."""
    wanted = visit("v", 0, skills=frozenset(["s"]), incompatible=frozenset(["b"]), **SHARP)
    s = frozenset(["s"])
    day = Problem(
        (wanted, visit("busy", 0, carer="c", **SHARP)),
        (carer("a"), carer("b", skills=s), carer("c", skills=s)),
        road(0),
    )
    answer = explain(day, Solution((at("busy", NINE, "c"),), ("v",)), "v")
    assert answer.carers[Rule.SKILL] == ("a",)
    assert answer.carers[Rule.INCOMPATIBLE] == ("b",)
    assert answer.carers[Rule.LATEST] == ("c",)
    assert answer.counts == {Rule.SKILL: 1, Rule.INCOMPATIBLE: 1, Rule.LATEST: 1}
    assert len(words.why(answer)) == 3


def test_one_rule_is_relaxed_rather_than_two_and_by_the_fewest_minutes():
    """PLN-20: the carer is busy 9:00 to 9:30, the visit must start by 9:20: ten minutes late. The
    other carer lacks two things."""
    day = Problem(
        (
            visit(
                "v",
                0,
                earliest=NINE,
                latest=NINE + 1200,
                incompatible=frozenset(["b"]),
                skills=frozenset(["s"]),
            ),
            visit("busy", 0, carer="a", **SHARP),
        ),
        (carer("a", skills=frozenset(["s"])), carer("b")),
        road(0),
    )
    plan = Solution((at("busy", NINE),), ("v",))
    assert changes(day, plan, "v") == [(Rule.LATEST, "v", "a", 600)]


def test_a_visit_after_the_shift_asks_for_a_longer_shift():
    """PLN-20: from 11:45 for half an hour, 10 minutes home: 25 minutes past 12."""
    day = Problem((visit("v", 1, earliest=11.75 * HOUR),), (carer("a"),), road(0, 10))
    assert changes(day, Solution((), ("v",)), "v") == [(Rule.SHIFT_END, None, "a", 1500)]


def test_a_visit_before_the_shift_asks_for_a_later_window():
    """PLN-20: by 7:00, and the carer is there at 8:10 at the soonest: 70 minutes."""
    day = Problem((visit("v", 1, latest=7 * HOUR),), (carer("a"),), road(0, 10))
    assert changes(day, Solution((), ("v",)), "v") == [(Rule.LATEST, "v", "a", 4200)]


def test_a_start_before_the_window_is_found_when_it_breaks_less():
    """PLN-20: from 11:00, half an hour; at 11:15 and 11:20 others must begin at the office, both
    short. Starting at 10:45 instead asks for one change, a quarter of an hour."""
    short = {"duration": 300}
    day = Problem(
        (
            visit("v", 0, earliest=11 * HOUR, latest=11 * HOUR),
            visit("x", 0, carer="a", start=11.25 * HOUR, **short),
            visit("y", 0, carer="a", start=11.25 * HOUR + 300, **short),
        ),
        (carer("a", end=11.5 * HOUR),),
        road(0),
    )
    plan = Solution((at("x", 11.25 * HOUR), at("y", 11.25 * HOUR + 300)), ("v",))
    assert changes(day, plan, "v") == [(Rule.EARLIEST, "v", "a", 900)]


def test_a_break_in_the_way_is_named():
    """PLN-20: pinned at 10:00 for half an hour, the break must begin by 10:10: 20 minutes."""
    rest = Break(900, 10 * HOUR - 600, 10 * HOUR + 600)
    day = Problem((visit("v", 0, start=10 * HOUR),), (carer("a", breaks=(rest,)),), road(0))
    first = solve(replace(day, visits=()), seed=1, stop=Stop(iterations=1))
    found = changes(day, replace(first, unplaced=("v",)), "v")
    assert found == [(Rule.PINNED_START, "v", "a", 300)]


def test_a_double_visit_with_one_carer_at_work_asks_that_one_does_both():
    """PLN-06: nothing but the rule of two stands in the way when the times may differ."""
    day = Problem(
        (visit("1", 0), visit("2", 0)), (carer("a"),), road(0), (Link("1", "2", 0, HOUR),)
    )
    assert [c[0] for c in changes(day, Solution((), ("1", "2")), "1")] == [Rule.SAME_CARER] * 2


def test_a_visit_that_fits_has_a_relaxation_without_changes():
    """PLN-20."""
    day = Problem((visit("v", 0),), (carer("a"),), road(0))
    assert changes(day, Solution((), ("v",)), "v") == []


@pytest.mark.parametrize("number", range(6))
def test_the_relaxation_does_place_the_visit(number):
    """PLN-20: on random days: with late starts and long shifts allowed, the check agrees."""
    day = random_problem(number, visits=16, carers=3)
    plan = solve(day, seed=1, stop=Stop(iterations=3000))
    linked = {end for link in day.links for end in (link.first, link.second)}
    for task in set(plan.unplaced) - linked:
        found = explain(day, plan, task).relaxation
        assert found.changes
        assert found.assignments[0].task == task


def test_the_best_places_come_first_with_their_costs():
    """PLN-20: a passes at 5 km on its way to 10 km: nothing more to travel. b would go 5 km out and
    home again: ten minutes. Before or after makes no difference to a."""
    day = Problem(
        (visit("far", 2, earliest=NINE, carer="a"), visit("v", 1)),
        (carer("a"), carer("b")),
        road(0, 5, 10),
        weights=only_travel(),
    )
    found = suggest(day, Solution((at("far", NINE),), ("v",)), "v")
    costs = [(s.assignments[0].carer, round(s.costs["travel"])) for s in found]
    assert sorted(costs) == [("a", 0), ("a", 0), ("b", 600)]
    assert costs[2] == ("b", 600)
    assert all(check(day, s.solution).ok for s in found)
    assert all(s.costs["unplaced"] == -100_000 for s in found)


def test_a_suggestion_tells_whom_it_shifts_and_by_how_much():
    """PLN-20: only place: before w, which then starts half an hour later within its window."""
    day = Problem(
        (visit("w", 0, earliest=8 * HOUR, latest=9 * HOUR), visit("v", 0, latest=8 * HOUR)),
        (carer("a"),),
        road(0),
    )
    (only,) = suggest(day, Solution((at("w", 8 * HOUR),), ("v",)), "v")
    assert only.shifted == {"w": 1800}


def test_suggestions_for_a_double_visit_place_both_halves():
    """PLN-06, PLN-20."""
    day = Problem(
        (visit("1", 0), visit("2", 0)), (carer("a"), carer("b")), road(0), (Link("1", "2"),)
    )
    found = suggest(day, Solution((), ("1", "2")), "1")
    assert {a.carer for a in found[0].assignments} == {"a", "b"}
    assert len({a.start for a in found[0].assignments}) == 1


def test_nowhere_to_go_gives_no_suggestion():
    """PLN-20: the visit is not wanted by the only carer."""
    day = Problem((visit("v", 0, incompatible=frozenset(["a"])),), (carer("a"),), road(0))
    assert suggest(day, Solution((), ("v",)), "v") == ()


def test_a_plan_that_breaks_rules_is_not_explained():
    """PLN-20: the caller is told to look at the check first."""
    both = (visit("w", 0, **SHARP), visit("x", 0, **SHARP))
    day = Problem((visit("v", 0), *both), (carer("a"),), road(0))
    with pytest.raises(ValueError, match="check"):
        explain(day, Solution((at("w", NINE), at("x", NINE)), ("v",)), "v")
