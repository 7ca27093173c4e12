"""The door through which visits change: merged, refused, undone. PLN-15, PLN-19, CAP-05."""

import pytest

from audit.models import Event
from door.refusals import NotAllowed, Refused
from organisation.roles import Role
from planning.models import PlanChange, Visit
from planning.plan.change import Clashed, Wanted, change, undo
from tests.factories import person
from tests.planning.plan.world import NOW, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def rows_of(visit) -> list:
    return list(visit.staff.values_list("shift", flat=True))


def test_a_move_is_one_event_with_both_what_was_and_what_is():
    """PLN-15, PLN-19"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    done = change(
        w.plan.pk,
        [
            Wanted(frida.pk, "staff", {"shifts": [w.ali.pk]}, 1),
            Wanted(frida.pk, "time", {"start": 630, "minutes": 30}, 1),
        ],
        w.planner,
        key="k",
        at=NOW,
    )
    frida.refresh_from_db()
    assert (frida.start, rows_of(frida)) == (630, [w.ali.pk])
    assert (frida.staff_version, frida.time_version, frida.note_version) == (2, 2, 1)
    event = Event.objects.get(name="change_visits")
    assert event.values.values == {
        "changes": [
            [frida.pk, "staff", {"shifts": [None]}, {"shifts": [w.ali.pk]}],
            [frida.pk, "time", {"start": 600, "minutes": 30}, {"start": 630, "minutes": 30}],
        ]
    }
    assert {row.seq for row in done} == {event.seq}
    w.plan.refresh_from_db()
    assert w.plan.last_seq == event.seq


def test_different_things_of_one_visit_merge():
    """PLN-15: both saw version 1; one changes the time, the other who does it."""
    w = World()
    frida, tove = w.visit("Frida Karlsson", 600), w.colleague()
    w.change(frida, "time", {"start": 615, "minutes": 30}, seen=1)
    w.change(frida, "staff", {"shifts": [w.britt.pk]}, seen=1, by=tove)
    frida.refresh_from_db()
    assert (frida.start, rows_of(frida)) == (615, [w.britt.pk])


def test_the_same_thing_is_shown_to_the_later_with_both_values():
    """PLN-15"""
    w = World()
    frida, tove = w.visit("Frida Karlsson", 600), w.colleague()
    w.change(frida, "time", {"start": 615, "minutes": 30}, seen=1, by=tove)
    with pytest.raises(Clashed) as clashed:
        w.change(frida, "time", {"start": 645, "minutes": 30}, seen=1)
    [clash] = clashed.value.clashes
    assert (clash.theirs["start"], clash.mine["start"], clash.by.actor) == (615, 645, tove)
    assert PlanChange.objects.count() == 1  # nothing was done
    w.change(frida, "time", {"start": 645, "minutes": 30}, seen=clash.version)
    frida.refresh_from_db()
    assert frida.start == 645


def test_who_wants_what_a_colleague_has_done_already_is_not_troubled():
    """PLN-15"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    w.change(frida, "time", {"start": 615, "minutes": 30}, seen=1, by=w.colleague())
    assert w.change(frida, "time", {"start": 615, "minutes": 30}, seen=1) == []


def test_the_same_key_twice_does_it_once():
    """CAP-05"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    first = w.change(frida, "note", {"note": "Ring på"}, seen=1, key="same")
    again = w.change(frida, "note", {"note": "Något annat"}, seen=1, key="same")
    assert [row.pk for row in again] == [row.pk for row in first]
    frida.refresh_from_db()
    assert (frida.note, frida.note_version) == ("Ring på", 2)


def test_two_carers_change_places_in_a_double_visit():
    """PLN-06"""
    w = World()
    valter = w.visit("Valter Sund", 570, 45, staff=2)
    w.put(valter, w.britt, w.cecilia)
    w.put(valter, w.cecilia, w.britt)
    assert rows_of(valter) == [w.cecilia.pk, w.britt.pk]
    with pytest.raises(Refused, match="två gånger"):
        w.put(valter, w.britt, w.britt)


def test_a_row_of_another_day_or_unit_is_refused():
    """PLN-14, SEC-01"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    with pytest.raises(Refused, match="finns inte i dagens plan"):
        w.change(frida, "staff", {"shifts": [w.ali.pk + 999]})
    with pytest.raises(Refused, match="Ladda om"):
        w.change(frida, "staff", {"shifts": []})


def test_only_the_units_planners_change_its_plans():
    """SEC-01: somebody who reads the board changes nothing; the plan is untouched."""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    nurse = person(Role.NURSE, w.unit)
    with pytest.raises(NotAllowed, match="enhetens planerare"):
        w.change(frida, "time", {"start": 615, "minutes": 30}, by=nurse)
    assert Visit.objects.get(pk=frida.pk).start == 600
    assert not PlanChange.objects.exists()


def test_undo_takes_back_my_own_last_change_and_not_a_colleagues():
    """PLN-15"""
    w = World()
    frida, gosta, tove = w.visit("Frida Karlsson", 600), w.visit("Gösta Mård", 660), w.colleague()
    w.put(frida, w.ali)
    w.change(frida, "time", {"start": 615, "minutes": 30})
    w.put(gosta, w.britt, by=tove)
    undo(w.plan.pk, w.planner, key="u1", at=NOW)
    frida.refresh_from_db()
    assert (frida.start, rows_of(frida), rows_of(gosta)) == (600, [w.ali.pk], [w.britt.pk])
    undo(w.plan.pk, w.planner, key="u2", at=NOW)
    assert rows_of(frida) == [None]
    assert undo(w.plan.pk, w.planner, key="u3", at=NOW) == []
    assert Event.objects.filter(name="undo_change").count() == 2


def test_undo_of_what_a_colleague_has_changed_since_is_a_clash():
    """PLN-15"""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    w.change(frida, "time", {"start": 615, "minutes": 30})
    w.change(frida, "time", {"start": 640, "minutes": 30}, by=w.colleague())
    with pytest.raises(Clashed):
        undo(w.plan.pk, w.planner, key="u", at=NOW)
    frida.refresh_from_db()
    assert frida.start == 640
