"""What is suggested is what happens, on any board, sound or not. BRD-01."""

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
    Problem,
    Shift,
    Solution,
    Visit,
    check,
    suggest,
)

from .small import HOUR, carer, only_travel, road, visit
from .test_check import at

MINUTE = 60.0
NINE, TEN, ELEVEN = 9 * HOUR, 10 * HOUR, 11 * HOUR
SHARP = {"earliest": NINE, "latest": NINE}


def kinds(breaches) -> set:
    return {(row.rule, row.task, row.carer) for row in breaches}


def places(plan: Solution) -> dict:
    return {a.task: (a.carer, a.start) for a in plan.assignments}


# ---------------------------------------------------------------- by hand


def test_a_hole_that_fits_untouched_comes_before_one_that_is_cheaper_and_moves_others():
    """BRD-01: a is at the place all morning, 8:00 to 10:00, and could go on half an hour later; b
    is free, six minutes away and home again. Nobody is moved to save twelve minutes."""
    day = Problem(
        (
            visit("w", 1, duration=2 * HOUR, earliest=8 * HOUR + 360, latest=9 * HOUR, carer="a"),
            visit("v", 1, duration=0.5 * HOUR, latest=8 * HOUR + 360),
        ),
        (carer("a"), carer("b")),
        road(0, 6),
        weights=only_travel(),
    )
    found = suggest(day, Solution((at("w", 8 * HOUR + 360),), ("v",)), "v")
    assert [(s.assignments[0].carer, dict(s.shifted)) for s in found] == [
        ("b", {}),
        ("a", {"w": 1800.0}),
    ]
    assert [s.costs["travel"] for s in found] == [720.0, 0.0]


def test_others_move_from_where_they_stand_and_not_from_where_they_could():
    """BRD-01: w stands at 10:00 although it could be at 8:00, x at 10:30. v, half an hour, must
    begin at 10:00: w gives way half an hour earlier, since later would move x as well."""
    day = Problem(
        (visit("w", 0), visit("x", 0), visit("v", 0, earliest=TEN, latest=TEN)),
        (carer("a"),),
        road(0),
    )
    [only] = suggest(day, Solution((at("w", TEN), at("x", 10.5 * HOUR)), ("v",)), "v")
    assert only.shifted == {"w": -1800.0}
    assert places(only.solution) == {
        "w": ("a", 9.5 * HOUR),
        "x": ("a", 10.5 * HOUR),
        "v": ("a", TEN),
    }


def test_where_it_stands_now_is_never_offered_and_nobody_is_moved_for_it():
    """BRD-01: of two carers, one has it at nine sharp: the other is the only suggestion."""
    day = Problem((visit("v", 0, **SHARP),), (carer("a"), carer("b")), road(0))
    [only] = suggest(day, Solution((at("v", NINE),)), "v")
    assert (only.assignments[0].carer, only.shifted) == ("b", {})


def test_visits_that_collide_already_stay_and_nothing_is_put_upon_them():
    """BRD-01: w and x stand at nine, both half an hour. v of half an hour must begin between 9:00
    and 9:30: after both, at 9:30, and the two are not moved."""
    both = (visit("w", 0, **SHARP), visit("x", 0, **SHARP))
    day = Problem((visit("v", 0, earliest=NINE, latest=9.5 * HOUR), *both), (carer("a"),), road(0))
    plan = Solution((at("w", NINE), at("x", NINE)), ("v",))
    [only] = suggest(day, plan, "v")
    assert (only.assignments[0].start, only.shifted) == (9.5 * HOUR, {})
    assert kinds(only.breaches) == kinds(check(day, plan).breaches)


def test_a_break_that_may_be_held_later_gives_the_hole_to_the_visit():
    """BRD-01: the break stands at nine and may begin until eleven; v must begin at nine."""
    rest = Break(0.5 * HOUR, NINE, ELEVEN)
    day = Problem((visit("v", 0, **SHARP), visit("w", 0)), (carer("a", breaks=(rest,)),), road(0))
    plan = Solution((at("w", 8 * HOUR),), ("v",), (BreakTime("a", 0, 0, NINE),))
    first = suggest(day, plan, "v")[0]
    assert first.shifted == {}
    assert first.solution.breaks == (BreakTime("a", 0, 0, 9.5 * HOUR),)
    assert not first.breaches


def test_two_at_once_are_put_where_both_are_free_at_one_time():
    """PLN-06, BRD-01: a is busy 8:00 to 10:00, b 10:30 to 12:00: both are free at ten."""
    day = Problem(
        (
            visit("1", 0, latest=11 * HOUR),
            visit("2", 0, latest=11 * HOUR),
            visit("w", 0, duration=2 * HOUR, latest=8 * HOUR),
            visit("x", 0, duration=1.5 * HOUR, earliest=10.5 * HOUR),
        ),
        (carer("a"), carer("b")),
        road(0),
        (Link("1", "2"),),
    )
    plan = Solution((at("w", 8 * HOUR), at("x", 10.5 * HOUR, "b")), ("1", "2"))
    first = suggest(day, plan, "1")[0]
    assert {(a.carer, a.start) for a in first.assignments} == {("a", TEN), ("b", TEN)}
    assert first.shifted == {}


# ---------------------------------------------------------------- any board

MINUTES = st.integers(0, 48).map(lambda n: 8 * HOUR + n * 300.0)


@st.composite
def boards(draw) -> tuple[Problem, Solution]:
    """A day of three carers and some visits, put where a planner may have put them, well or badly."""
    count = draw(st.integers(2, 8))
    kilometres = [0, *draw(st.lists(st.integers(0, 12), min_size=count, max_size=count))]
    staff = []
    for name in "abc":
        start = draw(st.sampled_from([8, 9])) * HOUR
        rest = (Break(900.0, start + HOUR, start + 2.5 * HOUR),) if draw(st.booleans()) else ()
        skills = frozenset(["lift"] if draw(st.booleans()) else [])
        staff.append(Carer(name, (Shift(start, start + 4 * HOUR, 0, 0, rest),), skills))
    visits = [_visit(draw, n) for n in range(count)]
    links = [Link(0, 1)] if draw(st.booleans()) else []
    if count > 3 and draw(st.booleans()):
        links.append(Link(2, 3, 0.5 * HOUR, 2 * HOUR, different=False, together=False))
    problem = Problem(tuple(visits), tuple(staff), road(*kilometres), tuple(links), floor=120)
    placed, unplaced = [], []
    for v in visits:
        if draw(st.integers(0, 3)):
            placed.append(Assignment(v.id, draw(st.sampled_from("abc")), draw(MINUTES)))
        else:
            unplaced.append(v.id)
    breaks = [
        BreakTime(c.id, 0, 0, c.shifts[0].breaks[0].earliest) for c in staff if c.shifts[0].breaks
    ]
    return problem, Solution(tuple(placed), tuple(unplaced), tuple(breaks))


def _visit(draw, n: int) -> Visit:
    start, slack = draw(MINUTES), draw(st.sampled_from([0.0, 900.0, 3600.0]))
    return Visit(
        n,
        n + 1,
        draw(st.sampled_from([900.0, 1800.0, 2700.0])),
        start - slack,
        start + slack,
        preferred=(start, start),
        person=n // 2,
        skills=frozenset(["lift"] if draw(st.integers(0, 4)) == 0 else []),
        carer=draw(st.sampled_from("abc")) if draw(st.integers(0, 6)) == 0 else None,
    )


@given(boards(), st.data())
def test_carrying_out_a_suggestion_changes_exactly_what_it_says(board, data):
    """BRD-01: which visits move and by how much, what it costs and what is broken afterwards; the
    visit's own place now is never among them; those that move fewest come first."""
    problem, plan = board
    task = data.draw(st.sampled_from([v.id for v in problem.visits]))
    group = {0, 1} if task in (0, 1) and any(link.together for link in problem.links) else {task}
    before, was = check(problem, plan), places(plan)
    found = suggest(problem, plan, task)
    for s in found:
        now = places(s.solution)
        moved = {key for key, at in was.items() if key not in group and now[key] != at}
        assert moved == set(s.shifted)
        for key in moved:
            assert now[key] == (was[key][0], pytest.approx(was[key][1] + s.shifted[key]))
        assert {a.task for a in s.assignments} == group
        assert set(now) == set(was) | group
        assert {now[key] for key in group} != {was.get(key) for key in group}
        after = check(problem, s.solution)
        assert after.breaches == s.breaches
        assert kinds(after.breaches) <= kinds(before.breaches)
        assert {part: after.costs[part] - before.costs[part] for part in after.costs} == s.costs
    assert [len(s.shifted) for s in found] == sorted(len(s.shifted) for s in found)


@given(boards(), st.data())
def test_when_the_visit_fits_somewhere_untouched_the_first_suggestion_moves_nobody(board, data):
    """BRD-01: every carer and every five minutes is tried by an own, slow way."""
    problem, plan = board
    linked = {end for link in problem.links for end in (link.first, link.second)}
    task = (
        data.draw(
            st.sampled_from([v.id for v in problem.visits]).filter(lambda key: key not in linked)
        )
        if len(linked) < len(problem.visits)
        else None
    )
    standing = places(plan).get(task)
    if any(
        (name, start) != standing and fits(problem, plan, task, name, start)
        for name in "abc"
        for start in (8 * HOUR + 300.0 * n for n in range(-12, 72))
    ):
        assert suggest(problem, plan, task)[0].shifted == {}


def fits(problem: Problem, plan: Solution, task, name: str, start: float) -> bool:
    """Whether the visit, put there, breaks nothing that is not broken both with it and without."""
    if task is None:
        return False
    others = tuple(a for a in plan.assignments if a.task != task)
    loose = tuple(t for t in plan.unplaced if t != task)
    lifted = replace(plan, assignments=others, unplaced=(*loose, task))
    after = replace(plan, assignments=(*others, Assignment(task, name, start)), unplaced=loose)
    broken = amounts(problem, after)
    had, has = amounts(problem, plan), amounts(problem, lifted)
    return all(
        kind[1] != task and amount <= min(had.get(kind, -1), has.get(kind, -1)) + 1e-3
        for kind, amount in broken.items()
    )


def amounts(problem: Problem, plan: Solution) -> dict:
    return {(row.rule, row.task, row.carer): row.amount for row in check(problem, plan).breaches}
