"""A locked visit asks before it is moved, whatever the road, and a sick row takes none.

BRD-08, PLN-20. The server asks; the board only shows what it says.
"""

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from door.refusals import Refused
from planning.models import Shift, Visit
from planning.optimizing import runs
from planning.plan import breaches, reading
from planning.plan.change import Locked, undo
from tests.planning.board.test_pages import BACKEND, move
from tests.planning.optimizing import acts
from tests.planning.plan.world import NOW, World

pytestmark = pytest.mark.django_db
ASKED = "Besöket är låst (tid och person). Flytta ändå?"


@pytest.fixture
def world(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    client.force_login(w.planner, BACKEND)
    return w


def locked(world, lock: str = "both") -> Visit:
    visit = world.visit("Ulla Hed", 600)
    world.put(visit, world.ali)
    world.change(visit, "lock", {"lock": lock})
    return visit


def stands(visit: Visit) -> tuple:
    visit.refresh_from_db()
    return visit.staff.get().shift, visit.start, visit.lock


@pytest.mark.parametrize("said", [
    {"rad": "britt", "start": "10:20"}, {"rad": "britt"}, {"start": "10:20", "rad": "ali"},
    {"gor": "av"}, {"gor": "tid", "start": "10:20", "minuter": 30},
    {"forslag": "britt"},
])  # fmt: skip
def test_a_locked_visit_is_not_moved_without_a_question(client, world, said):
    """BRD-08: dragged, by the dialog, off its row, by its time, by a suggestion."""
    visit = locked(world)
    said = dict(said)
    if "rad" in said:
        said["rad"] = getattr(world, said["rad"]).pk
    if "forslag" in said:
        said["forslag"] = f"[{world.britt.pk}] [[{visit.pk},600,{visit.time_version}]]"
    answer = move(client, world, visit, **said)
    assert answer.status_code == 409
    assert ASKED in answer.content.decode()
    assert stands(visit) == (world.ali, 600, "both")
    assert Event.objects.filter(name="change_visits").count() == 2  # placed and locked


@pytest.mark.parametrize(("answered", "lock"), [("behall", "both"), ("las-upp", "")])
def test_the_lock_stays_or_is_lifted_as_answered_and_undo_takes_all_of_it_back(
    client, world, answered, lock
):
    """BRD-08"""
    visit = locked(world)
    answer = move(client, world, visit, rad=world.britt.pk, start="10:20", last=answered)
    assert answer.status_code == 302
    assert stands(visit) == (world.britt, 620, lock)
    undo(world.plan.pk, world.planner, key="u", at=NOW)
    assert stands(visit) == (world.ali, 600, "both")


def test_only_what_is_locked_asks(client, world):
    """BRD-08: with the time locked, another row is no question; another time is."""
    visit = locked(world, "time")
    assert move(client, world, visit, rad=world.britt.pk).status_code == 302
    answer = move(client, world, visit, rad=world.britt.pk, start="10:20", key="l")
    assert answer.status_code == 409
    assert "Besöket är låst (tid). Flytta ändå?" in answer.content.decode()
    assert stands(visit) == (world.britt, 600, "time")


def test_the_door_itself_asks(world):
    """BRD-08: whoever changes a visit past the pages meets the same question."""
    visit = locked(world)
    with pytest.raises(Locked, match="Flytta ändå"):
        world.put(visit, world.britt)
    world.change(visit, "note", {"note": "Ring på"})
    assert stands(visit) == (world.ali, 600, "both")


def test_a_second_carer_beside_a_locked_one_is_no_question(world):
    """BRD-08: nobody is taken off."""
    visit = world.visit("Valter Sund", 570, staff=2)
    world.put(visit, world.ali, None)
    world.change(visit, "lock", {"lock": "both"})
    world.put(visit, world.ali, world.britt)
    assert set(visit.staff.values_list("shift", flat=True)) == {world.ali.pk, world.britt.pk}


def test_the_optimizer_never_moves_what_is_locked_not_even_out_of_a_breach(world):
    """BRD-08, PLN-20: two locked visits lie on each other; one of them would be left out."""
    one, other = locked(world), world.visit("Gösta Mård", 610)
    world.put(other, world.ali)
    world.change(other, "lock", {"lock": "both"})
    run = acts.start(world.plan, world.planner, profile="balanced", seconds=1, at=NOW)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert run.proposal["moves"] == {}
    acts.accept(run, world.planner, key="a", at=NOW)
    assert stands(one) == (world.ali, 600, "both")
    assert stands(other) == (world.ali, 610, "both")


# ---------------------------------------------------------------- who is sick


def sick(world, since: int) -> None:
    Shift.objects.filter(pk=world.ali.pk).update(absent_from=since)


@pytest.mark.parametrize("said", [
    {"rad": "ali", "start": "10:20"}, {"rad": "ali"}, {"forslag": "ali"},
])  # fmt: skip
def test_a_row_of_someone_sick_takes_no_visit(client, world, said):
    """BRD-08: the reason is told, and nothing changes."""
    sick(world, 420)
    visit = world.visit("Frida Karlsson", 600)
    said = (
        {"rad": world.ali.pk}
        | {k: v for k, v in said.items() if k == "start"}
        | ({"forslag": f"[{world.ali.pk}] [[{visit.pk},600,1]]"} if "forslag" in said else {})
    )
    answer = move(client, world, visit, **said)
    assert answer.status_code == 422
    assert "Ali Sandhem är sjukanmäld från 07:00. Välj en annan rad." in answer.content.decode()
    assert visit.staff.get().shift is None
    assert not Event.objects.filter(name="change_visits").exists()


def test_who_goes_home_at_noon_takes_what_is_done_before(client, world):
    """BRD-08: half an hour from ten is taken, from half past eleven too, from a quarter to twelve
    not; and a visit is not moved past noon on the row."""
    sick(world, 720)
    visit = world.visit("Frida Karlsson", 600)
    assert move(client, world, visit, rad=world.ali.pk, start="11:30").status_code == 302
    late = move(client, world, visit, rad=world.ali.pk, start="11:45", key="l")
    assert late.status_code == 422
    assert "sjukanmäld från 12:00" in late.content.decode()
    assert stands(visit)[:2] == (world.ali, 690)


def test_undo_puts_no_visit_back_on_a_row_of_someone_sick(client, world):
    """BRD-08: taken off before the sick report came, and undone after."""
    visit = world.visit("Frida Karlsson", 600)
    world.put(visit, world.ali)
    world.put(visit, None)
    sick(world, 420)
    with pytest.raises(Refused, match="sjukanmäld"):
        undo(world.plan.pk, world.planner, key="u", at=NOW)
    page = client.post(reverse("board:undo", args=[world.plan.pk]), {"key": "v"}, follow=True)
    assert "Ali Sandhem är sjukanmäld från 07:00." in page.content.decode()
    assert visit.staff.get().shift is None


def test_a_visit_that_stands_on_a_sick_row_is_a_breach_that_says_so(world):
    """BRD-08: not that the carer is done too late."""
    visit = world.visit("Frida Karlsson", 600)
    world.put(visit, world.ali)
    sick(world, 420)
    found = breaches.breaches_of(reading.read(world.plan))
    assert [(row.code, row.what, row.text) for row in found] == [
        (
            "absent",
            "Sjukanmäld",
            "Ali Sandhem är sjukanmäld från 07:00. Frida K 10:00 behöver någon annan.",
        )
    ]
    assert found[0].is_hard
