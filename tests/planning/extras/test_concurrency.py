"""Several at once on PostgreSQL: one need, one ending, each notice sent once. EXT-01, EXT-04."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, connections

from audit import sealing
from audit.models import Event
from cases import outbox, posting
from door.refusals import Refused
from planning.extras import commands
from planning.models import ExtraNeed, NeedNotice
from tests.factories import at
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]
THREADS = 8


def together(deed: Callable[[int], str]) -> Counter:
    """What the threads answered that all began at the same moment."""
    barrier = threading.Barrier(THREADS)
    answers: list[str] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers.append(deed(number))
        except Refused as refusal:
            answers.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def test_planners_who_add_extra_visits_at_once_share_one_need():
    """EXT-01"""
    w = World()

    def add(number: int) -> str:
        [started] = w.extra(start=480 + 30 * number)[1]
        return "new" if started.is_new else "joined"

    assert together(add) == {"new": 1, "joined": THREADS - 1}
    need = ExtraNeed.objects.get()
    assert need.visits.count() == THREADS
    assert list(need.notices.values_list("about", flat=True)) == ["started"]
    assert Event.objects.filter(chain__name=need.chain, name="open_extra_need").count() == 1
    assert sealing.verify().faults == ()


def test_a_visit_that_comes_while_the_need_ends_is_removed_with_it_or_begins_another():
    """EXT-04: nothing is left standing of a need that has ended."""
    w = World()
    need = w.need()
    ended = commands.EndNeed(ended_on=SATURDAY, why="Frisk")

    def act(number: int) -> str:
        if number:
            w.extra(start=480 + 30 * number)
            return "added"
        for _ in range(50):  # a join moves the version; the page would show it and be sent again
            try:
                w.do(need, ended, FRIDAY)
            except Refused:
                continue
            return "ended"
        return "never"

    assert together(act) == {"ended": 1, "added": THREADS - 1}
    need.refresh_from_db()
    assert need.visits.filter(status="planned").count() == 0
    others = ExtraNeed.objects.exclude(pk=need.pk)
    assert others.count() <= 1
    for other in others:
        assert other.visits.filter(status="planned").count() == other.visits.count()
    assert sealing.verify().faults == ()


def test_senders_at_once_take_each_notice_once(monkeypatch, settings):
    """EXT-01"""
    settings.VIVA_NOTICES = "http://viva.example/"
    sent: list[str] = []
    monkeypatch.setattr(posting, "post", lambda url, message, _: sent.append(message["key"]))
    w = World()
    for number in range(5):
        w.need(client=w.client(f"Brukare {number}"))
    together(lambda _: str(outbox.send_waiting(lambda: at(FRIDAY, 18), "notice")))
    assert (len(sent), len(set(sent))) == (5, 5)
    assert not NeedNotice.objects.filter(acknowledged_at=None).exists()
