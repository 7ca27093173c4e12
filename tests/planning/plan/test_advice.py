"""Where a visit can stand and why it cannot, as the planner reads it; worked out by hand. PLN-20.

Everybody lives in one place, 334 metres from the base: two minutes by bike, the shortest way there
is. A carer's first visit of the day costs four minutes (there and back), every other none.
"""

import json

import pytest
from django.db import transaction
from django.urls import reverse

from audit.act import Act
from audit.models import Event
from planning.models import Shift, Visit, VisitStaff
from planning.plan.advice import advice
from planning.plan.opening import plan_of
from tests.planning.board.test_pages import BACKEND
from tests.planning.plan.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


def told(world: World, visit: Visit, place: int = 1) -> list[tuple[str, str, str]]:
    found = advice(world.plan, visit, place).suggestions
    return [(row.name, row.at, row.words) for row in found]


def test_the_best_place_is_where_no_way_is_added_and_says_what_it_costs():
    """PLN-20: Ali is there already at eleven; the others would have to come."""
    w = World()
    w.put(w.visit("Gösta Mård", 660), w.ali)
    frida = w.visit("Frida Karlsson", 600)
    rows = told(w, frida)
    assert rows[0] == (
        "Ali Sandhem",
        "10:00",
        "Restid oförändrad, nytt ansikte, inom önskad tid, ryms",
    )
    assert {name for name, *_ in rows[1:]} == {"Britt Åkerlo", "Cecilia Furunäs"}
    assert {words for *_, words in rows[1:]} == {
        "Restid +4 min, nytt ansikte, inom önskad tid, ryms"
    }


def test_who_has_met_the_person_within_two_weeks_is_known_and_comes_first():
    """PLN-20, BEY-04: a new face weighs ten minutes, Britt's ways only four."""
    w = World()
    w.put(w.visit("Gösta Mård", 660), w.ali)
    frida = w.visit("Frida Karlsson", 600)
    before = DAY.replace(day=DAY.day - 1)
    with transaction.atomic():
        yesterday = plan_of(w.unit, before, Act.own(w.planner, NOW))
    met = Visit.objects.create(
        plan=yesterday, client=frida.client, start=600, minutes=30, earliest=600, latest_end=630
    )
    row = Shift.objects.create(unit=w.unit, day=before, carer=w.britt.carer, start=420, end=960)
    VisitStaff.objects.create(visit=met, place=1, shift=row)
    assert told(w, frida)[0] == (
        "Britt Åkerlo",
        "10:00",
        "Restid +4 min, känd personal, inom önskad tid, ryms",
    )


def test_at_most_five_places_are_shown_each_once():
    """PLN-20: seven carers are free."""
    w = World()
    for name in ("Dag Ek", "Elsa Ek", "Folke Ek", "Greta Ek"):
        w.shift(name)
    rows = told(w, w.visit("Frida Karlsson", 600))
    assert len(rows) == len({row[:2] for row in rows}) == 5


def test_others_that_make_room_are_counted_and_move_when_the_suggestion_is_taken(client):
    """PLN-20, PLN-15: Ali alone works. Gösta stands 10:00 to 10:30 and may start until 11:00; Frida
    must start at ten: Gösta goes half an hour later."""
    w = World()
    for shift in (w.britt, w.cecilia):
        shift.delete()
    gosta = w.visit("Gösta Mård", 600, slack=60)
    w.put(gosta, w.ali)
    frida = w.visit("Frida Karlsson", 600, slack=0)
    [best] = advice(w.plan, frida, 1).suggestions
    assert best.words.endswith("1 besök flyttas, högst 30 minuter")
    client.force_login(w.planner, BACKEND)
    answer = client.post(
        reverse("board:visit", args=[w.plan.pk, frida.pk]),
        {
            "gor": "flytta",
            "plats": 1,
            "forslag": f"{best.shifts} {best.moves}",
            "staff_version": 1,
            "time_version": 1,
            "key": "k",
        },
    )
    assert answer.status_code == 302
    gosta.refresh_from_db()
    assert (gosta.start, frida.staff.get().shift) == (630, w.ali)
    assert Event.objects.filter(name="change_visits").count() == 2  # placed, then both at once


def test_a_suggestion_that_is_no_suggestion_is_refused(client):
    """PLN-15: nothing changes, and the page says what to do."""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    client.force_login(w.planner, BACKEND)
    for said in ("[1", '["x"] []', "[1] [[1]]", f"[{w.ali.pk},{w.ali.pk}] []", "5 []"):
        answer = client.post(
            reverse("board:visit", args=[w.plan.pk, frida.pk]),
            {"gor": "flytta", "forslag": said, "staff_version": 1, "time_version": 1},
        )
        assert answer.status_code == 422, said
    assert frida.staff.get().shift is None
    assert not Event.objects.filter(name="change_visits").exists()


def test_two_carers_are_suggested_together_when_both_places_are_free():
    """PLN-06, PLN-20: a pair of two different people, who start together."""
    w = World()
    valter = w.visit("Valter Sund", 570, 45, staff=2)
    best = advice(w.plan, valter, 1).suggestions[0]
    shifts = json.loads(best.shifts)
    assert len(set(shifts)) == 2
    assert best.at == "09:30"
    assert best.name.count(" och ") == 1
    # Two new carers come two minutes each way.
    assert best.words == "Restid +8 min, 2 nya ansikten, inom önskad tid, ryms"


def test_who_fills_the_other_place_stays_there():
    """PLN-06, PLN-20: Britt stands; only Ali or Cecilia are suggested beside her."""
    w = World()
    valter = w.visit("Valter Sund", 570, 45, staff=2)
    w.put(valter, w.britt, None)
    rows = advice(w.plan, Visit.objects.get(pk=valter.pk), 2).suggestions
    assert rows
    for row in rows:
        first, second = json.loads(row.shifts)
        assert first == w.britt.pk
        assert second in (w.ali.pk, w.cecilia.pk)


def test_why_counts_who_lacks_the_skill_and_who_is_busy_and_what_would_have_to_give_way():
    """PLN-20: Frida must start at ten, with insulin. Britt alone may give it, and is with Gösta
    9:45 to 10:45, which cannot move. Ali and Cecilia lack the delegation."""
    w = World()
    w.can(w.britt, w.insulin)
    w.put(w.visit("Gösta Mård", 585, 60, slack=0), w.britt)
    frida = w.visit("Frida Karlsson", 600, slack=0)
    frida.skills.add(w.insulin)
    found = advice(w.plan, frida, 1)
    assert found.suggestions == []
    assert "Saknar kompetens eller delegering: 2 i personalen" in found.why
    assert "Ett besök skulle börja efter senaste tid: 1 i personalen" in found.why
    assert "Ryms hos Ali Sandhem 10:00 om detta får vika: " in found.why or (
        "Ryms hos Cecilia Furunäs 10:00 om detta får vika: " in found.why
    )
    assert found.why.endswith("Saknar kompetens eller delegering.")


def test_the_page_of_a_visit_that_fits_nowhere_says_why(client):
    """PLN-20"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    frida.skills.add(w.insulin)
    client.force_login(w.planner, BACKEND)
    page = client.get(reverse("board:visit", args=[w.plan.pk, frida.pk])).content.decode()
    assert "Saknar kompetens eller delegering: 3 i personalen" in page
    assert "Förslag, bäst först" not in page
