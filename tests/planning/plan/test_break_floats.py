"""A break that nobody has set is held where it harms nothing, if there is such a place. BRD-01, BEY-05.

Pure: rows and ways are minutes; the checker of the optimizer judges.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.models import Shift
from planning.optimizer import check, model
from planning.plan import breaches, problem, reading
from planning.plan.problem import break_among
from tests.planning.plan.world import LAT, World

WAY = 2
"""Minutes between two places, and from the base: no way between is shorter by a third place."""


def row(break_start: int | None = None) -> Shift:
    """From 7 to 15, half an hour's break that begins between 10 and 13."""
    return Shift(
        start=420,
        end=900,
        break_minutes=30,
        break_earliest=600,
        break_latest=780,
        break_start=break_start,
    )


Visits = list[tuple[int, int, int]]
"""Start, end and place; place 0 is the base."""


def ways(visits: Visits) -> list[int]:
    stops = [0, *(place for _, _, place in visits), 0]
    return [0 if a == b else WAY for a, b in itertools.pairwise(stops)]


def held(shift: Shift, visits: Visits) -> int | None:
    return break_among(shift, [(start, end) for start, end, _ in visits], ways(visits))


def broken(shift: Shift, visits: Visits) -> set:
    """What the checker says of the row with its break where it is held."""
    matrix = [[0.0 if a == b else float(WAY) for b in range(4)] for a in range(4)]
    rest = model.Break(30, 600, 780)
    carer = model.Carer("a", (model.Shift(420, 900, 0, 0, (rest,)),))
    asked = model.Problem(
        tuple(
            model.Visit(n, place, end - start, start, start)
            for n, (start, end, place) in enumerate(visits)
        ),
        (carer,),
        {"car": matrix},
    )
    at = held(shift, visits)
    plan = model.Solution(
        tuple(model.Assignment(n, "a", start) for n, (start, _, _) in enumerate(visits)),
        (),
        () if at is None else (model.BreakTime("a", 0, 0, at),),
    )
    return {
        (b.rule, visits[b.task] if b.task is not None else None)
        for b in check(asked, plan).breaches
    }


visits = st.lists(
    st.tuples(st.integers(84, 170), st.sampled_from([10, 15, 30, 60, 90]), st.integers(0, 3)).map(
        lambda said: (said[0] * 5, said[0] * 5 + said[1], said[2])
    ),
    max_size=8,
).map(sorted)
set_breaks = st.none() | st.integers(600, 780)


@given(visits, set_breaks, st.data())
def test_removing_a_visit_never_creates_a_breach_by_the_break(visits, break_start, data):
    """BRD-01: of any row, with a break that floats or that a plan has set: what is broken without a
    visit was broken with it, and a break that had a place still has one. Only what two that lie upon
    each other hid from one another may come to light."""
    if not visits:
        return
    shift = row(break_start)
    gone = data.draw(st.sampled_from(visits))
    left = [v for v in visits if v is not gone]
    before = broken(shift, visits)
    if not before:
        assert broken(shift, left) == set()
    if held(shift, visits) is not None:
        assert held(shift, left) is not None
    assert (model.Rule.BREAK, None) in before or (model.Rule.BREAK, None) not in broken(shift, left)


@given(visits, set_breaks)
def test_the_break_is_never_what_makes_a_way_too_short_or_a_day_too_long(visits, break_start):
    """BRD-01: what else the row breaks, it breaks without a break as well."""
    shift, without = row(break_start), row()
    without.break_minutes = 0
    assert {b for b in broken(shift, visits) if b[0] != model.Rule.BREAK} == {
        b for b in _without_break(visits) if b[0] != model.Rule.BREAK
    }


def _without_break(visits: Visits) -> set:
    shift = row()
    carer = model.Carer("a", (model.Shift(shift.start, shift.end, 0, 0),))
    matrix = [[0.0 if a == b else float(WAY) for b in range(4)] for a in range(4)]
    asked = model.Problem(
        tuple(
            model.Visit(n, place, end - start, start, start)
            for n, (start, end, place) in enumerate(visits)
        ),
        (carer,),
        {"car": matrix},
    )
    plan = model.Solution(tuple(model.Assignment(n, "a", v[0]) for n, v in enumerate(visits)))
    return {
        (b.rule, visits[b.task] if b.task is not None else None)
        for b in check(asked, plan).breaches
    }


@pytest.mark.parametrize(("break_start", "busy", "at"), [
    (None, [], 600),
    # 10:34 to 11:05 has half an hour, but not with the two minutes there: after, at 11:35.
    (None, [(570, 634, 1), (665, 695, 2)], 695),
    # The same with a minute more to go on: at 10:33.
    (None, [(570, 633, 1), (665, 695, 2)], 633),
    # Set at eleven, where a visit stands until 11:10: as near as can be, after it.
    (660, [(630, 670, 1)], 670),
    (660, [(650, 780, 1)], 618),
    # From ten to half past one there is no half hour.
    (None, [(590, 700, 1), (715, 815, 1)], None),
])  # fmt: skip
def test_where_a_break_is_held(break_start, busy, at):
    """BRD-01, BEY-05: by hand; two minutes between places."""
    assert held(row(break_start), busy) == at


@pytest.mark.django_db
def test_taking_a_visit_off_its_row_breaks_nothing_on_the_board():
    """BRD-01: Dalia's break floats. Allan stands 10:33 to 11:03, the next at 11:05, two minutes away;
    with Allan gone the break does not take the way from the next."""
    w = World()
    Shift.objects.filter(pk=w.ali.pk).update(break_minutes=30, break_earliest=600, break_latest=780)
    near, far = w.client("Frida Ek"), w.client("Gösta Ek", latitude=LAT + 0.006)
    for start, minutes, client in ((540, 63, near), (665, 30, far)):
        w.put(w.visit("", start, minutes, client=client), w.ali)
    allan = w.visit("Allan Ros", 633)
    w.put(allan, w.ali)
    assert breaches.breaches_of(reading.read(w.plan)) == []
    w.put(allan, None)
    data = reading.read(w.plan)
    assert breaches.breaches_of(data) == []
    assert problem.break_of(data, data.shift[w.ali.pk], problem.Places(data)) == 603
