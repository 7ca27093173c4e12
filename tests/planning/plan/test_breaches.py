"""What a plan breaks, in words, by hand-counted ways. PLN-06, PLN-20, BEY-05."""

import pytest

from planning.models import AcceptedBreach, DoubleStaffing, Preference
from planning.optimizer.travel import great_circle
from planning.plan import breaches, reading
from planning.plan.breaches import breaches_of, not_accepted
from planning.plan.travel import FLOOR, seconds
from tests.factories import SINCE
from tests.planning.plan.world import LAT, LON, NOW, World

pytestmark = pytest.mark.django_db


def found(world: World) -> list[tuple[str, str]]:
    data = reading.read(world.plan)
    return [(row.code, row.text) for row in breaches_of(data)]


def test_a_way_is_as_long_as_the_road_and_never_shorter_than_stairs_and_keys():
    """PLN-20: a hundredth of a degree north is 1,112 metres; by bike 1.3 times that at 3.9 m/s is 371
    seconds, which is seven minutes begun."""
    here, there = (LAT, LON), (LAT + 0.01, LON)
    assert round(great_circle(here, there)) == 1112
    assert seconds(here, there, "bike") == 420
    assert seconds(here, (LAT + 0.001, LON), "bike") == FLOOR
    assert seconds(here, here, "bike") == 0


def test_a_plan_in_order_breaks_nothing():
    """PLN-20"""
    w = World()
    w.put(w.visit("Frida Karlsson", 600), w.ali)
    w.put(w.visit("Gösta Mård", 660), w.ali)
    assert found(w) == []


def test_two_visits_at_once_are_a_double_booking_and_stop_the_plan():
    """PLN-14, PLN-20"""
    w = World()
    w.put(w.visit("Frida Karlsson", 600), w.ali)
    w.put(w.visit("Gösta Mård", 615), w.ali)
    assert found(w) == [("double_booked", "Ali Sandhem har två besök samtidigt 10:15.")]
    assert breaches_of(reading.read(w.plan))[0].is_hard


def test_too_short_a_way_says_how_many_minutes_are_lacking():
    """PLN-20: 0.02 degrees are 2,224 metres, by bike 741 seconds, 13 minutes; ten
    are there, three lack."""
    w = World()
    w.put(w.visit("Frida Karlsson", 600), w.ali)
    far = w.client("Gösta Mård", latitude=LAT + 0.003 + 0.02)
    w.put(w.visit("", 640, client=far), w.ali)
    assert found(w) == [("overlap", "Ali Sandhem 10:40 till Gösta M, 3 minuter fattas.")]


def test_a_skill_that_is_lacking_is_said_and_one_that_is_held_is_not():
    """PLN-20"""
    w = World()
    visit = w.visit("Frida Karlsson", 600)
    visit.skills.add(w.insulin)
    w.put(visit, w.ali)
    assert found(w) == [("skill", "Ali Sandhem hos Frida K 10:00.")]
    w.can(w.ali, w.insulin)
    assert found(w) == []


def test_who_a_person_does_not_want_is_said():
    """PLN-20"""
    w = World()
    visit = w.visit("Frida Karlsson", 600)
    Preference.objects.create(
        client=visit.client,
        carer=w.ali.carer,
        wish="unwanted",
        recorded_at=NOW,
        recorded_by=w.planner,
    )
    w.put(visit, w.ali)
    assert found(w) == [("incompatible", "Frida K vill inte ha Ali Sandhem.")]


def test_a_break_that_does_not_fit_and_work_outside_hours():
    """BEY-05: the break of 30 minutes begins 11:00 to 11:30; the visits leave no such time."""
    w = World()
    w.ali.break_minutes, w.ali.break_earliest, w.ali.break_latest = 30, 660, 690
    w.ali.save()
    w.put(w.visit("Frida Karlsson", 640, 90), w.ali)
    w.put(w.visit("Gösta Mård", 940, 40), w.britt)
    codes = [code for code, _ in found(w)]
    assert codes == ["shift_end", "break"] or sorted(codes) == ["break", "shift_end"]


def test_two_carers_need_a_risk_assessment_and_a_decision_that_is_not_past_its_review():
    """PLN-06"""
    w = World()
    valter = w.visit("Valter Sund", 570, 45, staff=2)
    w.put(valter, w.ali, w.britt)
    assert found(w) == [("double_staffing", "Valter S: riskbedömning och chefens beslut saknas.")]
    decision = DoubleStaffing.objects.create(
        client=valter.client,
        assessed_on=SINCE,
        decided_on=SINCE,
        decided_by="Chef",
        review_on=w.plan.day.replace(year=2027),
        recorded_at=NOW,
        recorded_by=w.planner,
    )
    assert found(w) == []
    decision.review_on = w.plan.day.replace(day=1)
    decision.save()
    assert [code for code, _ in found(w)] == ["double_review"]


def test_a_service_that_nobody_has_ordered_is_said_until_the_breach_is_accepted():
    """PLN-04"""
    w = World()
    visit = w.visit("Frida Karlsson", 600)
    visit.client.orders.all().delete()
    w.put(visit, w.ali)
    assert found(w) == [("no_order", "Frida K: omvårdnad har ingen beställning som gäller.")]
    data = reading.read(w.plan)
    [breach] = breaches_of(data)
    assert not breach.is_hard
    AcceptedBreach.objects.create(
        plan=w.plan,
        code=breach.code,
        about=breach.about,
        reason="Beställning är på väg.",
        recorded_at=NOW,
        recorded_by=w.planner,
    )
    assert not_accepted(data, [breach]) == []


def test_who_has_no_coordinates_is_met_at_the_base_and_said_once():
    """PLN-20"""
    w = World()
    lost = w.client("Frida Karlsson", latitude=None, longitude=None)
    for start in (600, 700):
        w.put(w.visit("", start, client=lost), w.ali)
    assert [code for code, _ in found(w)] == ["no_place"]


def test_a_board_asks_the_same_number_of_questions_however_many_visits(
    django_assert_max_num_queries,
):
    """PLN-15: 3 visits or 30."""
    w = World()
    for n in range(3):
        w.put(w.visit(f"Person Nr{n}", 480 + 40 * n), w.ali)
    data = lambda: breaches.not_accepted(d := reading.read(w.plan), breaches_of(d))  # noqa: E731
    with django_assert_max_num_queries(20) as few:
        data()
    for n in range(27):
        w.put(w.visit(f"Fler Nr{n}", 480 + 10 * n), w.britt)
    with django_assert_max_num_queries(len(few)):
        data()
