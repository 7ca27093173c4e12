"""Notices of extra needs to Viva: sent until acknowledged, one at a time, never twice. EXT-01, EXT-04."""

import json
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cases import outbox, posting
from planning.extras import commands, notices
from tests.factories import at
from tests.planning.baseplans.factories import TEST_NUMBER
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]


class Receiver:
    """A test receiver that answers as it is told, and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[dict] = []
        self.answers: list[tuple[int, object]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.got.append(said)
                status, body = (
                    outer.answers.pop(0) if outer.answers else (200, {"key": said["key"]})
                )
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *args):
                """Nothing of it is logged."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def viva(settings):
    receiver = Receiver()
    settings.VIVA_NOTICES = f"http://127.0.0.1:{receiver.server.server_port}/"
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def send(minutes: int = 0) -> int:
    return outbox.send_waiting(lambda: at(FRIDAY, 18) + timedelta(minutes=minutes), "notice")


def test_each_notice_is_sent_once_and_acknowledged(viva):
    """EXT-01, EXT-04, SYN-04: matched on the identity number, which is kept in no queue."""
    w = World()
    w.astrid.identity_number = TEST_NUMBER
    w.astrid.save()
    need = w.need()
    assert (send(), send()) == (1, 0)
    w.do(need, commands.EndNeed(ended_on=SATURDAY, why="Frisk"), FRIDAY)
    assert send() == 1
    assert [said["key"] for said in viva.got] == [f"{need.pk}:started", f"{need.pk}:ended"]
    assert viva.got[1] == {
        "key": f"{need.pk}:ended",
        "person": TEST_NUMBER,
        "number": "EXT-2026-0001",
        "about": "ended",
        "service": "shower",
        "first_day": "2026-11-28",
        "ended_on": "2026-11-28",
        "removed": 1,
    }
    row = need.notices.get(about="ended")
    assert TEST_NUMBER not in str(row.content)
    assert (row.acknowledged_at is not None, row.next_try_at) == (True, None)


def test_what_was_not_acknowledged_is_tried_again_with_the_same_key(viva):
    """EXT-01: out of order, then a receipt of something else, then taken. Waits of 5 and 10 s."""
    need = World().need()
    viva.answers = [(503, {}), (200, {"key": "another"})]
    assert send() == 0
    row = need.notices.get()
    assert (row.tries, row.error) == (
        1,
        f"Mottagaren är ur funktion (svar 503): {posting.BY_ITSELF}.",
    )
    wait = (row.next_try_at - at(FRIDAY, 18)).total_seconds()
    assert 2.5 <= wait <= 5, "by chance up to half as short"
    assert send(minutes=1) == 0
    assert need.notices.get().error.startswith("Mottagarens kvittens gäller något annat: be den")
    assert send(minutes=2) == 1
    assert {said["key"] for said in viva.got} == {f"{need.pk}:started"}
    assert need.notices.get().error == ""


def test_a_notice_that_one_sender_has_taken_is_left_alone_by_another(viva, monkeypatch):
    """EXT-01: and taken up again when the first one died while it waited for the answer."""
    World().need()
    meanwhile = []
    post = posting.post

    def slow(*args, **more) -> None:
        meanwhile.append(outbox.take_next(notices.party(), at(FRIDAY, 18)))
        raise KeyboardInterrupt

    monkeypatch.setattr(posting, "post", slow)
    with pytest.raises(KeyboardInterrupt):
        send()
    monkeypatch.setattr(posting, "post", post)
    assert meanwhile == [None]
    assert (send(minutes=1), send(minutes=3)) == (0, 1)


def test_without_a_receiver_the_notices_wait(settings):
    """EXT-01"""
    settings.VIVA_NOTICES = ""
    need = World().need()
    assert send() == 0
    assert (need.notices.get().tries, need.notices.get().acknowledged_at) == (0, None)


def test_a_receiver_that_is_out_of_reach_loses_nothing(settings):
    """EXT-01"""
    settings.VIVA_NOTICES = "http://127.0.0.1:9/"
    need = World().need(day=date(2026, 11, 29))
    assert send() == 0
    assert need.notices.get().error == f"Mottagaren går inte att nå: {posting.BY_ITSELF}."
