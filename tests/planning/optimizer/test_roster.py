"""Few faces over weeks, worked out by hand."""

from planning.optimizer import Duty, Need, roster

HOUR = 3600.0


def duty(carer, day, hours=1.0, **more):
    return Duty(carer, day, 8 * HOUR, 12 * HOUR, hours * HOUR, **more)


def need(person, day, **more):
    return Need(f"{person}{day}", person, day, 9 * HOUR, 10 * HOUR, HOUR, **more)


def test_each_person_gets_one_face_where_hours_allow():
    """PLN-20: two persons, two carers with an hour a day, three days: one carer each."""
    duties = [duty(c, day) for c in "ab" for day in range(3)]
    needs = [need(p, day) for day in range(3) for p in ("p", "q")]
    answer = roster(needs, duties, seed=1)
    assert answer.faces == 1
    assert answer.open == ()


def test_a_day_off_asks_for_a_second_face():
    """PLN-20: a is off on day 1."""
    duties = [duty("a", 0), duty("b", 1), duty("a", 2)]
    answer = roster([need("p", day) for day in range(3)], duties, seed=1)
    assert answer.teams == {"p": frozenset("ab")}
    assert answer.carer_of["p1"] == "b"


def test_the_carer_whom_the_person_knows_comes_first():
    """PLN-20: both could, b has been there before."""
    duties = [duty("a", 0), duty("b", 0)]
    answer = roster([need("p", 0)], duties, seed=1, met={"p": frozenset("b")})
    assert answer.carer_of == {"p0": "b"}


def test_skills_hours_and_unwanted_carers_are_kept():
    """PLN-20: a lacks the skill, b is not wanted, c's hours are out: open."""
    s = frozenset(["s"])
    duties = [duty("a", 0), duty("b", 0, skills=s), duty("c", 0, hours=0.5, skills=s)]
    answer = roster([need("p", 0, skills=s, incompatible=frozenset("b"))], duties, seed=1)
    assert answer.open == ("p0",)
    assert answer.carer_of == {}
