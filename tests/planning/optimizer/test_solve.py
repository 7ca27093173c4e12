"""The search on days that can be worked out by hand, and on random ones against the check."""

from dataclasses import replace

import pytest

from planning.optimizer import (
    Break,
    Infeasible,
    Link,
    Placement,
    Problem,
    Stop,
    Weights,
    check,
    freeze,
    solve,
)
from planning.optimizer.insertion import complete
from planning.optimizer.search import ONE_COOLING, coolings
from planning.optimizer.standing import put_up

from .small import HOUR, carer, only_travel, random_problem, retimed, road, visit

BRIEF = Stop(iterations=4000)


def plan(problem, **more):
    """A short search whose plan the independent check accepts."""
    answer = solve(problem, seed=1, stop=BRIEF, **more)
    assert check(problem, answer).breaches == ()
    return answer


def starts(answer):
    return {a.task: (a.carer, a.start) for a in answer.assignments}


def test_one_carer_goes_out_along_the_road_and_back():
    """PLN-20: places at 2, 5 and 9 km: there and back is 18 km, 18 minutes."""
    day = Problem(
        (visit("far", 3), visit("near", 1), visit("middle", 2)),
        (carer("a"),),
        road(0, 2, 5, 9),
        weights=only_travel(),
    )
    assert plan(day).costs["travel"] == pytest.approx(18 * 60)


def test_two_sides_of_the_office_go_to_two_carers_only_when_that_saves_travel():
    """PLN-20: 3 km to the west and 4 to the east: 14 km however it is divided; the windows, both
    at nine sharp, ask for two carers."""
    at_nine = {"earliest": 9 * HOUR, "latest": 9 * HOUR}
    day = Problem(
        (visit("west", 1, **at_nine), visit("east", 2, **at_nine)),
        (carer("a"), carer("b")),
        road(0, -3, 4),
        weights=only_travel(),
    )
    answer = plan(day)
    assert answer.costs["travel"] == pytest.approx(14 * 60)
    assert {carer for carer, _ in starts(answer).values()} == {"a", "b"}


def test_only_a_carer_with_the_skill_comes():
    """PLN-20, PLN-21: the nearer carer cannot give insulin."""
    day = Problem(
        (visit("insulin", 1, skills=frozenset(["delegation"])),),
        (carer("without"), carer("with", skills=frozenset(["delegation", "lift"]))),
        road(0, 5),
    )
    assert starts(plan(day))["insulin"][0] == "with"


def test_a_carer_whom_the_person_does_not_want_never_comes():
    """PLN-20: the only carer left is not wanted: the visit stays unplaced."""
    day = Problem((visit("v", 1, incompatible=frozenset(["a"])),), (carer("a"),), road(0, 5))
    assert plan(day).unplaced == ("v",)


def test_a_pinned_visit_stays_with_its_carer_at_its_time():
    """PLN-20: pinned to b at 10:10, though nothing speaks for either."""
    pinned = visit("v", 1, carer="b", start=10 * HOUR + 600)
    day = Problem((pinned,), (carer("a"), carer("b")), road(0, 5))
    assert starts(plan(day)) == {"v": ("b", 10 * HOUR + 600)}


def test_two_carers_are_there_at_the_same_time():
    """PLN-06, PLN-20: a is busy next door until 9:00, 1 km away: both start at 9:01."""
    day = Problem(
        (
            visit("early", 1, start=8.5 * HOUR, carer="a"),
            visit("double/1", 2, latest=10 * HOUR),
            visit("double/2", 2, latest=10 * HOUR),
            visit("late", 1, start=11 * HOUR, carer="b"),
            visit("block", 1, start=8.5 * HOUR),
        ),
        (carer("a"), carer("b")),
        road(0, 1, 2),
        (Link("double/1", "double/2"),),
    )
    at = starts(plan(day))
    assert at["double/1"][1] == at["double/2"][1]
    assert {at["double/1"][0], at["double/2"][0]} == {"a", "b"}


def test_half_a_double_visit_is_never_planned():
    """PLN-06: one carer at work: neither half is placed."""
    day = Problem((visit("1", 1), visit("2", 1)), (carer("a"),), road(0, 1), (Link("1", "2"),))
    assert set(plan(day).unplaced) == {"1", "2"}


def test_order_between_visits_keeps_its_least_and_most_lag():
    """PLN-20: food one to two hours after the insulin, which is no earlier than 8:30."""
    day = Problem(
        (visit("insulin", 1, earliest=8.5 * HOUR), visit("food", 1)),
        (carer("a"),),
        road(0, 1),
        (Link("insulin", "food", HOUR, 2 * HOUR, different=False),),
    )
    at = starts(plan(day))
    assert HOUR <= at["food"][1] - at["insulin"][1] <= 2 * HOUR


def test_a_break_is_held_in_its_window_between_visits():
    """PLN-20: half an hour between 10:00 and 10:15; the day is otherwise full of half hours."""
    rest = Break(1800, 10 * HOUR, 10.25 * HOUR)
    day = Problem(
        tuple(visit(k, 0) for k in range(7)),
        (carer("a", breaks=(rest,)),),
        road(0),
    )
    answer = plan(day)
    assert answer.unplaced == ()
    assert answer.breaks[0].start == pytest.approx(10 * HOUR)


def test_breaks_that_cannot_be_held_are_refused_by_name():
    """PLN-20: a break after the shift has ended."""
    day = Problem(
        (visit("v", 0),), (carer("a", breaks=(Break(1800, 13 * HOUR, 14 * HOUR),)),), road(0)
    )
    with pytest.raises(Infeasible):
        solve(day, seed=1, stop=BRIEF)


def test_work_stops_at_the_most_a_carer_may_work():
    """PLN-20: an hour and a half of visits fits in four hours, but not in the agreed hour."""
    day = Problem(tuple(visit(k, 0) for k in range(3)), (carer("a", max_work=HOUR),), road(0))
    assert len(plan(day).unplaced) == 1


def test_the_visit_of_lowest_priority_is_the_one_left_out():
    """PLN-20: three visits of an hour want the same two carers at nine."""
    nine = {"earliest": 9 * HOUR, "latest": 9 * HOUR}
    day = Problem(
        (visit("b", 0, **nine), visit("low", 0, **nine), visit("a", 0, priority=3, **nine)),
        (carer("x"), carer("y", skills=frozenset(["s"]))),
        road(0),
    )
    day = replace(day, visits=(replace(day.visits[0], priority=2), *day.visits[1:]))
    assert plan(day).unplaced == ("low",)


def test_a_visit_waits_for_its_preferred_window_when_nothing_presses():
    """PLN-20: allowed from 8:00, wished from 9:00 to 9:15."""
    wished = visit("v", 0, preferred=(9 * HOUR, 9.25 * HOUR))
    day = Problem((wished,), (carer("a"),), road(0))
    assert starts(plan(day))["v"][1] == 9 * HOUR


def test_known_faces_come_where_travel_is_equal():
    """PLN-20: a, b and c could all come; the person has met b."""
    day = Problem(
        (visit("v", 1, person="p", known_carers=frozenset(["b"])), visit("w", 1, person="p")),
        (carer("a"), carer("b"), carer("c")),
        road(0, 1),
    )
    answer = plan(day)
    assert {carer for carer, _ in starts(answer).values()} == {"b"}
    assert answer.costs["new_faces"] == 0


def test_load_is_shared_when_fairness_is_weighed():
    """PLN-20: four visits at the office, two carers alike: two each."""
    day = Problem(
        tuple(visit(k, 0) for k in range(4)),
        (carer("a"), carer("b")),
        road(0),
        weights=only_travel(fairness=1.0),
    )
    assert plan(day).costs["fairness"] == pytest.approx(0)


def test_settled_visits_stay_when_one_more_is_asked_for():
    """PLN-16, PLN-20: a new visit is fitted in without moving the settled ones."""
    settled = tuple(
        visit(k, 1, settled=Placement("a", (8.5 + k) * HOUR), earliest=8 * HOUR) for k in range(3)
    )
    day = Problem((*settled, visit("new", 1)), (carer("a"), carer("b")), road(0, 1))
    answer = plan(day)
    assert answer.unplaced == ()
    assert answer.costs["moved"] == pytest.approx(0)


def test_frozen_visits_do_not_move_when_others_are_planned_anew():
    """PLN-16: all but the loose ones keep carer and start."""
    day = random_problem(3)
    first = plan(day)
    loose = frozenset(a.task for a in first.assignments[:2])
    again = plan(freeze(day, first, loose), warm_start=first)
    at = starts(again)
    assert all(
        at[a.task] == pytest.approx((a.carer, a.start))
        if isinstance(a.carer, float)
        else (at[a.task][0] == a.carer and at[a.task][1] == pytest.approx(a.start))
        for a in first.assignments
        if a.task not in loose
    )


@pytest.mark.parametrize("number", range(25))
def test_random_days_are_planned_without_a_breach_and_costed_right(number):
    """PLN-20: what the search believes of its plan is what the check finds, part by part."""
    day = random_problem(number)
    seen = []
    answer = solve(day, seed=number, stop=BRIEF, on_progress=seen.append)
    report = check(day, answer)
    assert report.breaches == ()
    assert answer.costs == report.costs
    assert answer.cost <= seen[-1].cost + 1e-6


@pytest.mark.parametrize("number", range(8))
def test_same_seed_and_iterations_give_the_same_plan(number):
    """PLN-20: a proposal can be made again."""
    day = random_problem(number)
    one = solve(day, seed=7, stop=BRIEF)
    two = solve(day, seed=7, stop=BRIEF)
    assert (one.assignments, one.unplaced, one.breaks) == (
        two.assignments,
        two.unplaced,
        two.breaks,
    )


@pytest.mark.parametrize("number", range(12))
def test_no_single_insertion_is_left_undone(number):
    """PLN-20: each unplaced visit is put behind every stop, and timed by the tests' own rules."""
    day = random_problem(number, visits=16, carers=3)
    answer = plan(day)
    linked = {end for link in day.links if link.together for end in (link.first, link.second)}
    for task in set(answer.unplaced) - linked:
        assert not list(ways_to_place(day, answer, task))


def ways_to_place(day, answer, task):
    """Every plan with the visit added that breaks no rule."""
    for who in day.carers:
        for number in range(len(who.shifts)):
            for behind in range(len(answer.assignments) + 3):
                trial = retimed(day, answer, task, (who.id, number), behind)
                if check(day, trial).ok:
                    yield trial


@pytest.mark.parametrize("number", range(6))
def test_a_visit_taken_out_finds_its_way_back_exactly_when_there_is_one(number):
    """PLN-20: the exact completion against the tests' own timing, on plans with holes."""
    day = random_problem(number)
    answer = plan(day)
    linked = {end for link in day.links for end in (link.first, link.second)}
    for gone in [a for a in answer.assignments if a.task not in linked][:4]:
        holed = replace(
            answer,
            assignments=tuple(a for a in answer.assignments if a != gone),
            unplaced=(*answer.unplaced, gone.task),
        )
        _, board = put_up(day, holed, {gone.task})
        back = {day.visits[i].id for i in range(len(day.visits)) if board.node["route"][i] < 0}
        complete(board)
        left = {day.visits[i].id for i in range(len(day.visits)) if board.node["route"][i] < 0}
        assert gone.task in back
        assert gone.task not in left or len(left) < len(back)  # another one took its place


def test_a_better_wish_is_never_bought_with_an_unplaced_visit():
    """PLN-20: the first would wait for its wish until 11:00, but two visits must be done by 9."""
    day = Problem(
        (visit("wish", 0, preferred=(8.5 * HOUR, 9 * HOUR)), visit("must", 0, latest=8.5 * HOUR)),
        (carer("a", end=9 * HOUR),),
        road(0),
        weights=Weights(unplaced=100.0),
    )
    assert plan(day).unplaced == ()


def test_a_search_that_is_cancelled_gives_the_best_so_far():
    """PLN-20: cancelled at the first look."""
    day = random_problem(1)
    answer = solve(day, seed=1, stop=Stop(seconds=60), cancelled=lambda: True)
    assert check(day, answer).ok
    assert answer.iterations == 0


def test_progress_tells_time_cost_and_unplaced_and_cost_never_rises():
    """PLN-20: what the page shows while the search runs."""
    seen = []
    solve(random_problem(2), seed=1, stop=Stop(iterations=50_000), on_progress=seen.append)
    costs = [p.cost for p in seen]
    assert costs == sorted(costs, reverse=True)
    assert seen[-1].iterations == 50_000
    assert set(seen[-1].costs) >= {"travel", "unplaced"}


def test_a_search_with_time_for_it_cools_from_the_top_several_times_and_polishes_last():
    """PLN-20: sixty visits take 100 * 60 * 60 = 360,000 moves a cooling."""
    assert coolings(5 * 360_000, 60) == ONE_COOLING
    ten = coolings(10 * 360_000, 60)
    assert (len(ten), ten[0], ten[-1]) == (10, (5.0, 0.01, 0.0, 0.1), (0.5, 0.01, 0.9, 1.0))
    assert len(coolings(1e12, 60)) == 32


def test_a_warm_start_is_never_made_worse():
    """PLN-20: going on from a plan gives one at least as cheap."""
    day = random_problem(5)
    first = plan(day)
    assert plan(day, warm_start=first).cost <= first.cost + 1e-6


def test_visits_that_no_longer_fit_fall_out_of_a_warm_start_alone():
    """PLN-20: carer c0 is ill; the plan of the others is where the search starts."""
    day = random_problem(4)
    first = plan(day)
    ill = replace(day, carers=day.carers[1:])
    wanted = tuple(replace(v, carer=None if v.carer == "c0" else v.carer) for v in ill.visits)
    plan(replace(ill, visits=wanted), warm_start=first)


def test_nothing_to_plan_and_nobody_to_do_it():
    """PLN-20: an empty day, and a day without staff."""
    assert plan(Problem((), (carer("a"),), road(0))).assignments == ()
    assert plan(Problem((visit("v", 0),), (), road(0))).unplaced == ("v",)


@pytest.mark.parametrize(
    "links", [(Link("v", "nobody"),), (Link("v", "v", 10, 5),), (Link("v", "v", -1, 5),)]
)
def test_a_problem_that_contradicts_itself_is_refused(links):
    """PLN-20: unknown visits and lags the wrong way round."""
    with pytest.raises(ValueError, match="link"):
        solve(Problem((visit("v", 0),), (carer("a"),), road(0), links), seed=1, stop=BRIEF)
