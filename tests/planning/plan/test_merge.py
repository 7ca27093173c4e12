"""Any interleaving of two planners ends in one plan for everybody, nothing lost, clashes told once.

Requirement PLN-15. A planner is modelled as somebody who acts on what their board shows, and whose
board catches up at any time, late, or never.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.board.following import news_since
from planning.models import DayPlan, PlanChange, Visit
from planning.plan import groups, reading
from planning.plan.breaches import breaches_of
from planning.plan.change import Clashed, Wanted, change
from tests.models import few
from tests.planning.plan.world import KEYS, NOW, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
GROUPS = ("staff", "time", "note")


@dataclass
class Board:
    """What one planner's board shows: each visit's groups with the versions seen."""

    world: World
    user: Any
    seq: int = 0
    shown: dict[int, dict[str, tuple[int, Any]]] = field(default_factory=dict)
    told: list[tuple[int, str, int]] = field(default_factory=list)
    """The clashes that were shown: visit, group, and the version that the colleague's value has."""

    def read(self, visits: list[Visit]) -> None:
        for visit in visits:
            self.shown[visit.pk] = {
                name: (groups.version_of(visit, name), groups.read(visit, name)) for name in GROUPS
            }

    def catch_up(self) -> None:
        """As the board does: what changed after the number it has seen."""
        plan = DayPlan.objects.get(pk=self.world.plan.pk)
        news = news_since(plan, self.seq)
        if news:
            changed = {row.visit_id for row in news.changes}
            self.read(list(Visit.objects.filter(pk__in=changed)))
            self.seq = news.seq

    def act(self, visit: int, group: str, value: Any) -> bool:
        """Change what is shown; a clash is told, and the board then shows what a colleague wants."""
        seen = self.shown[visit][group][0]
        try:
            done = change(
                self.world.plan.pk,
                [Wanted(visit, group, value, seen)],
                self.user,
                key=f"m{next(KEYS)}",
                at=NOW,
            )
        except Clashed as clashed:
            [clash] = clashed.clashes
            assert clash.by.actor != self.user
            assert dict(clash.mine) == value
            self.told.append((visit, group, clash.version))
            self.shown[visit][group] = (clash.version, dict(clash.theirs))
            return False
        if done:  # a board shows at once what its own planner did
            self.shown[visit][group] = (done[0].version, value)
        return True


deeds = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from((*GROUPS, "catch up")), st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=14,
)  # fmt: skip


def value_of(world: World, group: str, number: int) -> dict:
    rows = [None, world.ali.pk, world.britt.pk, world.cecilia.pk]
    return {
        "staff": {"shifts": [rows[number]]},
        "time": {"start": 600 + 15 * number, "minutes": 30},
        "note": {"note": f"Anteckning {number}"},
    }[group]


@settings(max_examples=few(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_two_planners_end_with_the_same_board_and_nothing_is_lost(deeds, django_db_blocker):
    """PLN-15"""
    from django.db import transaction

    with transaction.atomic():
        world = World()
        visits = [world.visit(f"Person Nr{n}", 600) for n in range(3)]
        boards = [Board(world, world.planner), Board(world, world.colleague())]
        for board in boards:
            board.read(visits)
        last: dict[tuple[int, str], Any] = {}
        for who, what, which, number in deeds:
            board, visit = boards[who], visits[which].pk
            if what == "catch up":
                board.catch_up()
                continue
            value = value_of(world, what, number)
            if board.act(visit, what, value):
                last[visit, what] = value
        for board in boards:
            board.catch_up()
        truth = {
            v.pk: {name: (groups.version_of(v, name), groups.read(v, name)) for name in GROUPS}
            for v in Visit.objects.all()
        }
        assert boards[0].shown == boards[1].shown == truth
        for board in boards:
            assert len(set(board.told)) == len(board.told)  # nobody is asked twice about one change
        _check_double_bookings(world)
        for (visit, group), value in last.items():
            assert truth[visit][group][1] == value  # the last that was let through stands
        _check_log(truth)
        transaction.set_rollback(True)


def _check_double_bookings(world: World) -> None:
    """Whoever stands in two places at once is said to: by hand, two visits of half an hour overlap
    when they start less than that apart."""
    places = [
        (place.shift_id, visit.start)
        for visit in Visit.objects.prefetch_related("staff")
        for place in visit.staff.all()
        if place.shift_id
    ]
    twice = {
        one[0]
        for one, other in itertools.combinations(places, 2)
        if one[0] == other[0] and abs(one[1] - other[1]) < 30
    }
    plan = DayPlan.objects.get(pk=world.plan.pk)
    found = {row.shift for row in breaches_of(reading.read(plan)) if row.code == "double_booked"}
    assert found == twice


def _check_log(truth: dict) -> None:
    """The log tells every version once, and each begins where the one before it ended."""
    for visit, said in truth.items():
        for group, (version, value) in said.items():
            rows = list(PlanChange.objects.filter(visit=visit, group=group).order_by("seq"))
            assert [row.version for row in rows] == list(range(2, version + 1))
            for earlier, later in itertools.pairwise(rows):
                assert later.before == earlier.after
            if rows:
                assert rows[-1].after == value
