"""A board's question is held until something happens, and by whom it may be asked. PLN-15."""

import threading
from time import monotonic

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from audit import clock
from planning.board import following, views, watching
from planning.board.following import Standing
from planning.board.watching import Watch
from planning.models import DayPlan
from tests.planning.board.test_pages import BACKEND
from tests.planning.plan.world import NOW, World

LONG = 30
"""Seconds; nothing here waits so long unless it is broken."""


@pytest.fixture
def standing(monkeypatch):
    """How plans stand, as the tests say; the database is not asked."""
    said = {1: Standing(5, []), 2: Standing(8, [])}
    looks = []

    def look(plans, at):
        looks.append(sorted(plans))
        return {plan: said[plan] for plan in plans}

    monkeypatch.setattr(watching, "EVERY", 0.01)
    monkeypatch.setattr(following, "standing", look)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(connection, "close", lambda: None)
    return said, looks


def waiting(watch: Watch, plan: int, known: Standing, seconds: float = LONG) -> threading.Thread:
    thread = threading.Thread(target=watch.until_changed, args=(plan, known, seconds))
    thread.start()
    return thread


def until(true) -> None:
    began = monotonic()
    pause = threading.Event()
    while not true():
        assert monotonic() - began < LONG
        pause.wait(0.01)


def test_all_who_wait_are_answered_when_their_plan_changes_and_one_look_serves_them(standing):
    """PLN-15: fifty boards of one plan, and one of another that nothing happens to."""
    (said, looks), watch = standing, Watch()
    boards = [waiting(watch, 1, said[1]) for _ in range(50)]
    other = waiting(watch, 2, said[2])
    until(lambda: watch._waiting[1] == 50 and [1, 2] in looks)
    said[1] = Standing(6, [])
    for board in boards:
        board.join(LONG)
    assert not any(board.is_alive() for board in boards)
    assert other.is_alive()
    assert all(len(look) <= 2 for look in looks)
    said[2] = Standing(8, [(7, "TR", "Tove Rydhamn", None)])  # somebody opened the same day
    other.join(LONG)
    assert not other.is_alive()


def test_nothing_new_is_answered_when_the_time_is_out_and_then_nobody_looks(standing):
    """PLN-15"""
    (said, looks), watch = standing, Watch()
    began = monotonic()
    watch.until_changed(1, said[1], 0.05)
    assert monotonic() - began >= 0.05
    until(lambda: not watch._is_looking)
    assert watch._standing == {}
    seen = len(looks)
    watch.until_changed(1, Standing(4, []), 0.5)  # known is older: at the first look
    assert len(looks) > seen


def test_a_database_that_cannot_be_asked_ends_no_board(standing, monkeypatch):
    """PLN-15: they wait on, and are answered when it is back."""
    watch, look = Watch(), following.standing
    faults = [1, 1, 1]

    def broken(plans, at):
        if faults:
            faults.pop()
            raise watching.DatabaseError("gone")
        return look(plans, at)

    monkeypatch.setattr(following, "standing", broken)
    watch.until_changed(1, Standing(4, []), LONG)
    assert faults == []


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="another thread's rows")
@pytest.mark.django_db(transaction=True)
def test_a_colleagues_change_answers_the_question_that_is_held(settings, monkeypatch):
    """PLN-15: the question is asked before the change, and holds no connection meanwhile."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    colleague = w.colleague()
    browser = Client()
    browser.force_login(w.planner, BACKEND)
    address = reverse("board:follow", args=[w.plan.pk])
    seen = DayPlan.objects.get(pk=w.plan.pk).last_seq
    digest = browser.get(address, {"efter": seen}).json()["digest"]
    settings.BOARDS_WAIT = LONG
    held, answers, open_meanwhile = threading.Event(), [], []
    until_changed = views.WATCH.until_changed

    def noting(*arguments):
        open_meanwhile.append(connection.connection)
        held.set()
        until_changed(*arguments)

    monkeypatch.setattr(views.WATCH, "until_changed", noting)

    def ask() -> None:
        answers.append(browser.get(address, {"efter": seen, "dar": digest}))
        connections.close_all()

    board = threading.Thread(target=ask)
    board.start()
    assert held.wait(LONG)
    w.put(w.visit("Frida Karlsson", 600), w.ali, by=colleague)
    board.join(LONG)
    assert open_meanwhile == [None]
    assert answers[0].json()["said"] == ["Tove Rydhamn flyttade Frida K till Ali Sandhem"]
    until(lambda: not views.WATCH._is_looking)
