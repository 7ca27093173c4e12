"""Travel by estimate, from route servers that answer well or badly, and from files."""

import json

import pytest

from planning.optimizer import travel

STATION = (59.2741, 15.2066)
CASTLE = (59.2739, 15.2147)


def test_the_estimate_of_a_degree_of_latitude():
    """PLN-20: 1 degree is 6 371 000 x pi / 180 = 111 195 m; by car 1.35 of it at 9.7 m/s:
    15 476 s."""
    there = travel.estimate([(59.0, 15.0), (60.0, 15.0)], "car")
    assert there[0][1] == pytest.approx(15_476, abs=1)
    assert there[0][0] == 0
    assert there[1][0] == there[0][1]


def test_nothing_is_nearer_than_from_door_to_door():
    """PLN-20: the house next door is three minutes by car and one on foot."""
    next_door = [(59.0, 15.0), (59.0, 15.0001)]
    assert travel.estimate(next_door, "car")[0][1] == 180
    assert travel.estimate(next_door, "walk")[0][1] == 60


def test_osrm_is_asked_with_longitude_first(server):
    """PLN-20: the table service's form."""
    server.answer = json.dumps({"code": "Ok", "durations": [[0, 61.5], [70, 0]]})
    assert travel.osrm([STATION, CASTLE], server.address) == [[0, 61.5], [70, 0]]
    assert server.asked[0][0] == "/table/v1/driving/15.206600,59.274100;15.214700,59.273900"


def test_a_server_is_asked_for_no_more_than_it_allows(server, monkeypatch):
    """PLN-20: three places in blocks of two are four questions, put together in order."""
    monkeypatch.setattr(travel, "BLOCK", 2)
    ways = {"0,1": [[0, 1], [10, 0]], "0,2": [[2], [12]], "2,0": [[20, 21]], "2,2": [[0]]}
    answers = [json.dumps({"code": "Ok", "durations": rows}) for rows in ways.values()]
    server.answers = iter(answers)
    third = (59.28, 15.22)
    matrix = travel.osrm([STATION, CASTLE, third], server.address)
    assert matrix == [[0, 1, 2], [10, 0, 12], [20, 21, 0]]
    asked = [path.partition("?")[2] for path, _ in server.asked]
    assert asked == ["", "sources=0;1&destinations=2", "sources=0&destinations=1;2", ""]


def test_valhalla_is_asked_for_every_pair(server):
    """PLN-20: the matrix service's form."""
    row = [{"time": 0, "distance": 0}, {"time": 80, "distance": 1}]
    server.answer = json.dumps({"sources_to_targets": [row, row[::-1]]})
    assert travel.valhalla([STATION, CASTLE], server.address, "bike") == [[0, 80], [80, 0]]
    path, body = server.asked[0]
    assert path == "/sources_to_targets"
    assert json.loads(body)["costing"] == "bicycle"
    assert json.loads(body)["sources"][0] == {"lat": 59.2741, "lon": 15.2066}


@pytest.mark.parametrize(
    "answer",
    [
        "no json", "[]", "{}", '{"code": "NoTable"}', '{"code": "Ok", "durations": [[0]]}',
        '{"code": "Ok", "durations": [[0, null], [1, 0]]}',
        '{"code": "Ok", "durations": [[0, -1], [1, 0]]}',
        '{"sources_to_targets": [[{"time": 0}, {}], [1, 2]]}',
    ],
)  # fmt: skip
def test_a_server_that_answers_badly_is_told(server, answer):
    """PLN-20: half a matrix is none; the caller takes the estimate."""
    server.answer = answer
    for ask in (travel.osrm, travel.valhalla):
        with pytest.raises(travel.TravelError):
            ask([STATION, CASTLE], server.address)


def test_a_server_that_fails_or_is_gone_is_told(server):
    """PLN-20: an error page, and nobody at the address."""
    server.status = 500
    with pytest.raises(travel.TravelError):
        travel.osrm([STATION], server.address)
    with pytest.raises(travel.TravelError):
        travel.osrm([STATION], "http://127.0.0.1:9", timeout=2)
    with pytest.raises(travel.TravelError, match="http"):
        travel.osrm([STATION], "file:///etc/passwd")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", "[[0, 90.5], [100, 0]]"), ("m.csv", "0,90.5\n100,0\n"),
        ("m.csv", "0;90,5\n100;0\n"),
    ],
)  # fmt: skip
def test_a_matrix_file_is_read(tmp_path, name, text):
    """PLN-20: JSON, and CSV with either decimal mark."""
    (tmp_path / name).write_text(text)
    assert travel.from_file(tmp_path / name, 2) == [[0, 90.5], [100, 0]]


def test_a_matrix_file_of_the_wrong_size_is_told(tmp_path):
    """PLN-20: two rows where three places are."""
    (tmp_path / "m.csv").write_text("0,1\n1,0\n")
    with pytest.raises(travel.TravelError, match="3 rows"):
        travel.from_file(tmp_path / "m.csv", 3)
    with pytest.raises(travel.TravelError):
        travel.from_file(tmp_path / "gone.csv", 3)
