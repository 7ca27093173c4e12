"""The board counts with what a route server says, and with its estimate while none does. PLN-20."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from planning.plan import reading, routes
from planning.plan.breaches import breaches_of
from planning.plan.travel import seconds
from tests.planning.plan.world import LAT, LON, World

BASE, HOME = (LAT, LON), (LAT + 0.003, LON)


@pytest.fixture(autouse=True)
def nothing_known():
    routes.KNOWN.clear()
    yield
    routes.KNOWN.clear()


def durations(way: float) -> str:
    return json.dumps({"code": "Ok", "durations": [[0, way], [way + 60, 0]]})


@pytest.mark.django_db
def test_the_board_counts_with_the_roads_and_asks_once(server, settings):
    """PLN-20: 334 metres are two minutes by the estimate. The server knows of a bridge: 20 minutes
    there, 21 back. A visit at 7:10 cannot be reached from the base at 7."""
    settings.ROUTES = {"bike": f"osrm:{server.address}"}
    server.answer = durations(1190)
    w = World()
    visit = w.visit("Frida Karlsson", 430, slack=0)
    w.put(visit, w.ali)
    data = reading.read(w.plan)
    assert (seconds(BASE, HOME, "bike"), seconds(HOME, BASE, "bike")) == (1200, 1260)
    assert [row.visit for row in breaches_of(data) if row.is_hard] == [visit.pk]
    reading.read(w.plan)
    routes.KNOWN.clear()  # another process: it takes what the first one was told
    reading.read(w.plan)
    assert len(server.asked) == 1
    assert "Frida" not in str(server.asked)


@pytest.mark.django_db
def test_a_server_that_fails_is_left_alone_and_the_estimate_holds(server, settings, caplog):
    """PLN-20: the board never waits for a server that is gone, and says so in the technical log."""
    settings.ROUTES = {"bike": f"osrm:{server.address}"}
    server.status = 500
    w = World()
    w.put(w.visit("Frida Karlsson", 430, slack=0), w.ali)
    for _ in range(2):
        assert not [row for row in breaches_of(reading.read(w.plan)) if row.is_hard]
    assert seconds(BASE, HOME, "bike") == 120
    assert len(server.asked) == 1
    assert "The route server for bike" in caplog.text


def test_a_mode_without_a_server_is_estimated(server, settings):
    """PLN-20"""
    settings.ROUTES = {"car": f"osrm:{server.address}"}
    routes.learn([BASE, HOME], ["bike", "walk"])
    assert server.asked == []
    assert seconds(BASE, HOME, "bike") == 120


@pytest.mark.parametrize("said", ["car=http://routes:5000", "boat=osrm:http://x", "car=osrm:x"])
def test_a_setting_that_cannot_be_used_stops_the_start(said, monkeypatch):
    """Kundval says what is wrong instead of estimating without a word."""
    monkeypatch.setenv("KUNDVAL_ROUTES", said)
    with pytest.raises(ImproperlyConfigured, match="car=osrm:http://routes:5000"):
        env.routes("KUNDVAL_ROUTES")
