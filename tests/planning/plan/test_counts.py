"""The same word has the same number on every page of a plan. BRD-04."""

import re

import pytest
from django.urls import reverse

from audit import clock
from planning.models import AcceptedBreach, DayPlan, OptimizerRun, Shift, Visit
from planning.optimizing import runs
from planning.publishing import tasks
from tests.planning.board.test_pages import BACKEND
from tests.planning.optimizing import acts
from tests.planning.plan.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(tasks.write_pack, "delay", lambda plan: None)
    w = World()
    client.force_login(w.planner, BACKEND)
    return w


def crowded(w: World) -> None:
    """Six visits, one declined besides. Valter's two places and one of Yngve's two are nobody's: two
    are unplaced. Frida and Gösta lie on each other, Ali has no room for a break, both double visits
    lack a decision; of these four breaches one is accepted."""
    Shift.objects.filter(pk=w.ali.pk).update(break_minutes=30, break_earliest=600, break_latest=610)
    w.put(w.visit("Frida Karlsson", 600, 60), w.ali)
    w.put(w.visit("Gösta Mård", 630), w.ali)
    w.put(w.visit("Hanna Ek", 780), w.britt)
    w.put(w.visit("Ivar Ek", 840), w.britt)
    w.visit("Valter Sund", 570, 45, staff=2)
    yngve = w.visit("Yngve Al", 700, staff=2)
    w.put(yngve, w.cecilia, None)
    gone = w.visit("Allan Ros", 500)
    w.change(gone, "status", {"status": "declined", "reason": "Avböjt: Ringde i morse"})
    AcceptedBreach.objects.create(
        plan=w.plan,
        code="double_staffing",
        about=f"{yngve.pk}:",
        reason="Beslut är på väg.",
        recorded_at=NOW,
        recorded_by=w.planner,
    )


def read(client, url: str) -> str:
    text = client.get(url, follow=True).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return int(found[1])


def address(w: World, name: str) -> str:
    return reverse(name, args=[w.plan.pk])


def board_of(w: World) -> str:
    return f"{reverse('board:board')}?enhet={w.unit.pk}&dag={DAY}"


def test_board_lists_optimera_and_publicera_say_the_same_numbers(client, world):
    """BRD-04: 6 visits, 2 unplaced, 3 breaches, by hand."""
    crowded(world)
    run = acts.start(world.plan, world.planner, profile="balanced", seconds=1, at=NOW)
    runs.carry_out(run.pk)
    board, publish = read(client, board_of(world)), read(client, address(world, "publishing:page"))
    optimize = read(client, address(world, "optimizing:page"))
    unplaced = {
        "board": number(r"(\d+) otilldelade", board),
        "beside": number(r"Otilldelade (\d+)", board),
        "list": number(r"(\d+) besök saknar någon", read(client, address(world, "board:unplaced"))),
        "optimera": number(r"Otilldelade besök (\d+)", optimize),
        "publicera": number(r"(\d+) otilldelade", publish),
        "warned": number(r"(\d+) besök saknar personal", publish),
    }
    broken = {
        "board": number(r"(\d+) regelbrott", board),
        "beside": number(r"Regelbrott (\d+)", board),
        "list": number(r"(\d+) att åtgärda", read(client, address(world, "board:breaches"))),
        "optimera": number(r"Regelbrott (\d+)", optimize),
        "publicera": number(r"(\d+) regelbrott\.", publish),
        "stops": number(r"\d+ av (\d+) regelbrott hindrar", publish),
    }
    visits = {
        "board": number(r"(\d+) besök planerade", board),
        "button": number(r"Publicera (\d+) besök", publish),
        "goes out": number(r"(\d+) besök och 1 avböjt\.", publish),
        "publicera": number(r"(\d+) besök,", publish),
    }
    assert set(unplaced.values()) == {2}, unplaced
    assert set(broken.values()) == {3}, broken
    assert set(visits.values()) == {6}, visits


def test_what_optimera_promises_is_what_the_board_says_when_it_is_accepted(client, world):
    """BRD-04: the numbers of the proposal, and of the receipt, are those of the board afterwards."""
    crowded(world)
    run = acts.start(world.plan, world.planner, profile="balanced", seconds=1, at=NOW)
    runs.carry_out(run.pk)
    page = read(client, address(world, "optimizing:page"))
    promised = number(r"Godta alla (\d+)", page)
    receipt = client.post(
        reverse("optimizing:accept", args=[world.plan.pk, run.pk]),
        {"allt": "ja", "key": "a"},
        follow=True,
    ).content.decode()
    board = read(client, board_of(world))
    after = OptimizerRun.objects.get(pk=run.pk).after
    assert number(r"(\d+) otilldelade", board) == after["unplaced"]
    assert number(r"(\d+) regelbrott", board) == after["breaches"]
    assert f"{promised} besök är ändrade enligt förslaget." in receipt


def test_published_is_said_only_while_nothing_waits_to_go_out(client, world):
    """BRD-04: published, changed, changed back: on the board and on the page, and when it is
    followed."""
    frida = world.visit("Frida Karlsson", 600)
    world.put(frida, world.ali)
    plan = DayPlan.objects.get(pk=world.plan.pk)
    answer = client.post(
        address(world, "publishing:do"),
        {"gor": "publicera", "version": plan.version, "key": "p"},
        follow=True,
    ).content.decode()
    assert "Planen är publicerad. Den har 1 besök, 0 otilldelade och 0 regelbrott." in answer
    seen = DayPlan.objects.get(pk=world.plan.pk).last_seq
    pages = (board_of(world), address(world, "publishing:page"))
    assert all("Publicerad " in read(client, url) for url in pages)
    world.change(frida, "time", {"start": 615, "minutes": 30})
    for url in pages:
        assert "Publicerad " not in read(client, url)
        assert "1 ändring inte publicerad" in read(client, url)
    follow = client.get(address(world, "board:follow"), {"efter": seen}).json()
    assert "1 ändring inte publicerad" in follow["sums"]
    world.change(frida, "time", {"start": 600, "minutes": 30})
    assert all("Publicerad " in read(client, url) for url in pages)


def test_a_declined_visit_is_said_once(client, world):
    """PLN-08: not Avböjt: Avböjt:."""
    gone = world.visit("Allan Ros", 500)
    world.change(gone, "status", {"status": "declined", "reason": "Avböjt: Åker till dottern"})
    assert Visit.objects.get(pk=gone.pk).outcome == "Avböjt: Åker till dottern"
    page = read(client, reverse("board:visit", args=[world.plan.pk, gone.pk]))
    assert "Avböjt: Åker till dottern" in page
    assert "Avböjt: Avböjt" not in page
