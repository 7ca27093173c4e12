"""Units merge and split from a day, and plans and history follow. PLN-21."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock, sealing
from audit.act import Act
from audit.models import Event
from door.refusals import NotAllowed, Refused
from organisation.roles import Role
from planning.baseplans.generation import generate, generate_coming
from planning.models import (
    Carer,
    DayPlan,
    OptimizerRun,
    PlanChange,
    Shift,
    Team,
    UnitMove,
    Visit,
)
from planning.plan import where
from planning.plan.change import Wanted, change
from planning.plan.opening import plan_for
from planning.units import due, moving
from tests.factories import SINCE, at, person, root_unit
from tests.planning.plan.world import NOW
from tests.planning.units.world import (
    BACKEND,
    MONDAY,
    SUNDAY,
    TUESDAY,
    WEDNESDAY,
    World,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]
NORTH, SOUTH = "Sjövik Norr", "Sjövik Söder"
IN_BOTH = {
    date(2026, 11, 23): NORTH, date(2026, 11, 24): NORTH, date(2026, 11, 25): SOUTH,
    date(2026, 11, 26): SOUTH, date(2026, 11, 27): SOUTH, date(2026, 11, 28): SOUTH,
    date(2026, 11, 29): SOUTH,
}  # fmt: skip


@pytest.fixture
def w(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return World()


def asked(w, how: str, day: date = WEDNESDAY) -> str:
    return f"{reverse('units:new')}?fran={w.unit.pk}&till={w.south.pk}&dag={day}&hur={how}"


def test_a_merger_is_shown_before_and_what_is_planned_from_the_day_stands_in_the_other_unit(
    w, client
):
    """PLN-21: two persons with five visits each from Wednesday, one of them given to Ali."""
    breakfast = w.place(WEDNESDAY, w.frida, w.wednesday[w.ali])
    client.force_login(w.manager, BACKEND)
    page = client.get(asked(w, "sla-ihop")).content.decode()
    assert "2 planeras i Sjövik Söder" in page
    assert "10 besök och 2 pass på 5 dagar" in page
    assert UnitMove.objects.count() == 0

    client.post(asked(w, "sla-ihop"), {"gor": "1"})
    assert w.units_of_days(w.frida) == w.units_of_days(w.gosta) == IN_BOTH
    moved = w.on(WEDNESDAY, w.frida)
    assert (moved.pk, moved.staff_version) == (breakfast.pk, 2)
    assert [place.shift for place in moved.staff.all()] == [w.wednesday[w.ali]]
    assert set(Shift.objects.filter(day=WEDNESDAY).values_list("unit", flat=True)) == {w.south.pk}
    w.unit.refresh_from_db()
    w.frida.refresh_from_db()
    assert (w.unit.valid_to, w.frida.unit) == (TUESDAY, w.unit)
    for unit in (w.unit, w.south):
        event = Event.objects.get(chain__name=f"unit:{unit.pk}", name="prepare_unit_move")
        assert event.actor == w.manager
        assert event.values.values["unit"] == [NORTH, SOUTH]
    out = Event.objects.get(chain__name=w.plan.chain, name="move_visits_out")
    assert out.values.values["visits"] == sorted([breakfast.pk, w.on(WEDNESDAY, w.gosta).pk])


def test_on_the_day_persons_carers_and_teams_go_over_once(w):
    """PLN-21"""
    team = Team.objects.create(unit=w.unit, name="Hamnen", valid_from=SINCE)
    Carer.objects.filter(pk=w.ali.carer_id).update(team=team)
    w.prepare(w.merger())
    assert due.carry_out_due(at(TUESDAY, 23)) == 0
    assert due.carry_out_due(at(WEDNESDAY, 0)) == 1
    assert due.carry_out_due(at(WEDNESDAY, 1)) == 0
    for row in (w.frida, w.gosta, w.ali.carer, w.britt.carer, team):
        row.refresh_from_db()
        assert row.unit == w.south
    assert w.ali.carer.team == team
    assert Event.objects.filter(name="carry_out_unit_move").count() == 2
    told = Event.objects.get(chain__name=f"client:{w.frida.pk}", name="move_to_unit")
    assert (told.actor, told.values.values["unit"]) == (None, [NORTH, SOUTH])
    assert sealing.verify().faults == ()


def test_base_plans_go_on_in_the_right_unit_however_often_visits_are_made(w):
    """PLN-21, PLN-03: before the day in the old unit, from it in the new one, also far ahead."""
    w.prepare(w.merger())
    assert generate_coming(NOW, 6) == 0
    assert w.units_of_days(w.frida) == IN_BOTH
    assert generate_coming(NOW, 8) == 4  # two more days for two persons
    later = w.units_of_days(w.frida)
    assert (later[date(2026, 11, 30)], later[date(2026, 12, 1)]) == (SOUTH, SOUTH)
    due.carry_out_due(at(WEDNESDAY, 0))
    assert generate_coming(at(WEDNESDAY, 3), 6) == 0
    assert w.units_of_days(w.gosta) == later
    assert not DayPlan.objects.filter(planned_unit=w.unit, day__gt=SUNDAY).exists()


def test_a_merger_that_is_today_is_done_at_once(w, client):
    """PLN-21"""
    client.force_login(w.manager, BACKEND)
    client.post(asked(w, "sla-ihop", MONDAY), {"gor": "1"})
    w.frida.refresh_from_db()
    assert w.frida.unit == w.south
    assert set(w.units_of_days(w.frida).values()) == {SOUTH}
    assert UnitMove.objects.get().carried_out_at == NOW


def test_history_stays_readable_after_a_merger(w, client):
    """PLN-21, SEC-01: Söder's planner reads Norr's past, and who changed a visit before it moved."""
    w.place(WEDNESDAY, w.frida, w.wednesday[w.ali])
    south = person(Role.PLANNER, w.south, "Sara Ekholt", "south")
    client.force_login(south, BACKEND)
    past = f"{reverse('board:board')}?enhet={w.unit.pk}&dag={MONDAY}"
    changes = f"{reverse('history:changes')}?enhet={w.unit.pk}&fran={MONDAY}&till={SUNDAY}"
    assert "Frida E" not in client.get(past).content.decode()
    w.prepare(w.merger())
    due.carry_out_due(at(WEDNESDAY, 0))
    assert "Frida E" in client.get(past).content.decode()
    assert "Frida Ek" in client.get(changes).content.decode()
    visit = w.on(WEDNESDAY, w.frida)
    page = client.get(reverse("board:visit", args=[visit.plan_id, visit.pk])).content.decode()
    assert "Anna Skogmark" in page
    later = client.get(f"{reverse('board:board')}?enhet={w.unit.pk}&dag={SUNDAY}")
    assert later.context["unit"] == w.south


def test_a_split_takes_the_chosen_and_makes_loose_what_would_stand_apart(w, client):
    """PLN-21, PLN-15: Frida and Ali go. Ali did Gösta's breakfast, and Britt Frida's."""
    hers = w.place(WEDNESDAY, w.frida, w.wednesday[w.britt])
    his = w.place(WEDNESDAY, w.gosta, w.wednesday[w.ali])
    team = Team.objects.create(unit=w.unit, name="Hamnen", valid_from=SINCE)
    Carer.objects.filter(unit=w.unit).update(team=team)
    client.force_login(w.manager, BACKEND)
    chosen = {"clients": [w.frida.pk], "carers": [w.ali.carer_id]}
    page = client.post(asked(w, "dela"), chosen | {"visa": "1"}).content.decode()
    assert "1 planeras i Sjövik Söder" in page
    assert "2 besök, eftersom" in page
    client.post(asked(w, "dela"), chosen | {"gor": "1"})
    assert w.units_of_days(w.frida) == IN_BOTH
    assert set(w.units_of_days(w.gosta).values()) == {NORTH}
    for visit in (hers, his):
        assert [place.shift for place in visit.staff.all()] == [None]
        last = PlanChange.objects.filter(visit=visit).order_by("pk").last()
        assert (last.actor, last.plan.planned_unit) == (w.manager, w.unit)
    assert Shift.objects.get(unit=w.south).carer == w.ali.carer
    due.carry_out_due(at(WEDNESDAY, 0))
    for row in (w.frida, w.gosta, w.ali.carer, w.britt.carer, team, w.unit):
        row.refresh_from_db()
    assert (w.frida.unit, w.gosta.unit) == (w.south, w.unit)
    assert (w.ali.carer.unit, w.ali.carer.team) == (w.south, None)
    assert (w.britt.carer.unit, w.britt.carer.team) == (w.unit, team)
    assert (team.unit, w.unit.valid_to) == (w.unit, None)


def test_what_was_prepared_is_taken_back_as_if_it_had_not_been(w, client):
    """PLN-21"""
    w.place(WEDNESDAY, w.frida, w.wednesday[w.ali])
    before = list(Visit.objects.order_by("pk").values("pk", "plan", "staff__shift", "start"))
    move = w.prepare(w.merger())
    client.force_login(w.manager, BACKEND)
    client.post(reverse("units:cancel", args=[move.pk]))
    assert (
        list(Visit.objects.order_by("pk").values("pk", "plan", "staff__shift", "start")) == before
    )
    w.unit.refresh_from_db()
    assert w.unit.valid_to is None
    assert set(Shift.objects.values_list("unit", flat=True)) == {w.unit.pk}
    assert generate_coming(NOW, 6) == 0
    assert due.carry_out_due(at(WEDNESDAY, 0)) == 0
    assert Event.objects.filter(name="cancel_unit_move").count() == 2
    client.post(reverse("units:cancel", args=[move.pk]))
    done = Event.objects.filter(name="cancel_unit_move", kind=Event.Kind.CHANGE)
    assert done.count() == 2


def test_a_substitute_row_whose_name_is_taken_gets_the_next_one(w):
    """PLN-21, PLN-13"""
    for unit in (w.unit, w.south):
        Shift.objects.create(unit=unit, day=WEDNESDAY, row="Vikarie 1", start=420, end=960)
    w.prepare(w.merger())
    rows = Shift.objects.filter(unit=w.south).exclude(row="").values_list("row", flat=True)
    assert sorted(rows) == ["Vikarie 1", "Vikarie 2"]


def test_a_slot_that_a_removed_visit_holds_in_the_other_unit_gives_way(w):
    """PLN-21: Frida was planned in Söder before, and has a removed visit there that day."""
    generate(w.south, WEDNESDAY, WEDNESDAY, Act.by_system(NOW))
    visit, there = w.on(WEDNESDAY, w.frida), w.plan_of(w.south, WEDNESDAY)
    left = Visit.objects.create(
        plan=there,
        client=w.frida,
        slot=visit.slot,
        start=600,
        minutes=30,
        earliest=540,
        latest_end=690,
        status="removed",
        status_reason="Flyttad",
    )
    w.prepare(w.merger())
    left.refresh_from_db()
    visit.refresh_from_db()
    assert (visit.plan, left.plan) == (there, there)
    assert left.slot != visit.slot


def test_a_visit_added_after_it_was_prepared_stands_where_the_person_will_be(w, client):
    """PLN-21, EXT-01"""
    w.prepare(w.split(w.frida))
    client.force_login(w.planner, BACKEND)
    page = client.get(reverse("clients:client", args=[w.frida.pk])).content.decode()
    assert "Från ons 25 nov 2026 planeras av Sjövik Söder" in page
    act = Act(w.planner, None, NOW)
    with transaction.atomic():
        assert plan_for(w.frida, TUESDAY, act).planned_unit == w.unit
        assert plan_for(w.frida, WEDNESDAY, act).planned_unit == w.south
        assert plan_for(w.gosta, WEDNESDAY, act).planned_unit == w.unit
    assert w.frida in where.clients_on(w.south, WEDNESDAY)
    assert w.frida not in where.clients_on(w.unit, WEDNESDAY)
    assert w.frida in where.clients_on(w.unit, TUESDAY)


def test_a_change_of_a_visit_that_has_moved_is_refused_in_the_old_plan_and_done_in_the_new(w):
    """PLN-21, PLN-15: the colleague's board was open; nothing is lost or done twice."""
    visit = w.on(WEDNESDAY, w.frida)
    w.prepare(w.merger())
    wanted = [Wanted(visit.pk, "time", {"start": 615, "minutes": 30}, 1)]
    with pytest.raises(Refused, match="Besöket finns inte i dagens plan"):
        change(visit.plan_id, wanted, w.planner, key="old", at=NOW)
    south = person(Role.PLANNER, w.south, "Sara Ekholt", "south")
    new = w.plan_of(w.south, WEDNESDAY)
    assert len(change(new.pk, wanted, south, key="new", at=NOW)) == 1


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (lambda w: moving.Wish(w.unit, w.unit, WEDNESDAY, True), "Välj två olika enheter"),
        (lambda w: w.merger(date(2026, 11, 22)), "Dagen har varit"),
        (lambda w: w.split(), "Välj minst en person"),
        (lambda w: moving.Wish(w.unit.parent, w.south, WEDNESDAY, True), "Flytta eller avsluta"),
    ],
)
def test_what_cannot_be_moved_is_refused_and_nothing_changes(w, wish, why):
    """PLN-21"""
    with pytest.raises(Refused, match=why):
        w.prepare(wish(w))
    assert not UnitMove.objects.exists()
    assert set(w.units_of_days(w.frida).values()) == {NORTH}
    names = ["prepare_unit_move", "move_visits_out"]
    assert not Event.objects.filter(name__in=names, kind=Event.Kind.CHANGE).exists()


def test_two_who_merge_the_same_unit_do_it_once(w):
    """PLN-21"""
    w.prepare(w.merger())
    with pytest.raises(
        Refused, match="Sjövik Norr till Sjövik Söder är redan förberett till ons 25 nov"
    ):
        w.prepare(w.merger())
    with pytest.raises(Refused, match="är redan förberett"):
        w.prepare(moving.Wish(w.south, w.unit.parent, WEDNESDAY, False, [w.frida]))
    assert UnitMove.objects.count() == 1


def test_a_unit_that_ends_takes_nobody_in(w):
    """PLN-21"""
    w.south.valid_to = date(2026, 12, 31)
    w.south.save()
    with pytest.raises(Refused, match="Sjövik Söder slutar"):
        w.prepare(w.merger())


def test_a_search_under_way_hinders_it(w):
    """PLN-21, PLN-20"""
    run = OptimizerRun.objects.create(
        plan=w.plan_of(w.unit, WEDNESDAY),
        started_at=NOW,
        profile="balanced",
        seconds=10,
        seen_seq=0,
        beat_at=clock.real_now(),
    )
    with pytest.raises(Refused, match="Optimeringen räknar på"):
        w.prepare(w.merger())
    OptimizerRun.objects.filter(pk=run.pk).update(status="done")
    w.prepare(w.merger())


def test_only_who_leads_both_units_moves_between_them(w, client):
    """PLN-21, SEC-01: a planner has no such page; Norr's own manager cannot choose Söder."""
    client.force_login(w.planner, BACKEND)
    assert client.get(reverse("units:list")).status_code == 403
    north = person(Role.UNIT_MANAGER, w.unit, "Nora Lindvall", "north")
    client.force_login(north, BACKEND)
    page = client.post(asked(w, "sla-ihop"), {"gor": "1"})
    assert page.status_code == 422
    assert not UnitMove.objects.exists()
    move = w.prepare(w.merger())
    assert client.post(reverse("units:cancel", args=[move.pk])).status_code == 404
    move.refresh_from_db()
    assert move.cancelled_at is None


def test_days_that_have_been_are_not_made_again(w, client):
    """PLN-21: a person who has moved is not taken out of the past, nor put into the other unit's."""
    client.force_login(w.planner, BACKEND)
    said = client.post(
        reverse("board:fetch"), {"enhet": w.unit.pk, "dag": "2026-11-20"}, follow=True
    ).content.decode()
    assert "Dagen har varit" in said
    assert not DayPlan.objects.filter(day=date(2026, 11, 20)).exists()


def test_a_merger_that_is_asked_for_twice_from_one_page_is_prepared_once(w, client):
    """CAP-05, PLN-21: the page carries its key, also when it was shown again."""
    client.force_login(w.manager, BACKEND)
    page = client.get(asked(w, "sla-ihop"))
    said = {"gor": "1", "key": page.context["key"]}
    assert f'name="key" value="{said["key"]}"' in page.content.decode()
    for _ in range(2):
        assert client.post(asked(w, "sla-ihop"), said).status_code == 302
    assert UnitMove.objects.count() == 1
    answer = client.post(asked(w, "sla-ihop"), {"gor": "1"})
    assert answer.status_code == 422
    assert "är redan förberett" in answer.content.decode()


def test_a_move_that_was_taken_back_meanwhile_is_not_taken_back_again(w, client):
    """CAP-05, CAP-06, PLN-21: an old page is told what happened; what is refused stands in the log."""
    move = w.prepare(w.merger())
    client.force_login(w.manager, BACKEND)
    cancel = reverse("units:cancel", args=[move.pk])
    client.post(cancel, {"version": move.version})
    said = client.post(cancel, {"version": move.version}, follow=True).content.decode()
    assert "Det förberedda har ändrats sedan du öppnade sidan" in said
    client.post(cancel)
    refused = Event.objects.get(chain__name=f"unit:{w.unit.pk}", kind=Event.Kind.REFUSAL)
    assert (refused.name, refused.actor) == ("cancel_unit_move", w.manager)
    assert UnitMove.objects.get().cancelled_at == NOW


def test_a_page_about_a_carer_who_has_moved_meanwhile_is_old(w, client):
    """CAP-05, PLN-21"""
    ali = w.ali.carer
    seen = ali.version
    w.prepare(w.merger(MONDAY))
    due.carry_out_due(NOW)
    client.force_login(person(Role.PLANNER, root_unit(), "Sara Ekholt", "south"), BACKEND)
    ending = {"last_day": "2026-12-31", "version": seen}
    answer = client.post(reverse("staffing:carer_end", args=[ali.pk]), ending)
    assert answer.status_code == 409
    assert "Uppgifter om en anställd ändrades (enhet), Kundval" in answer.content.decode()


def test_who_leads_one_of_the_units_alone_moves_nothing_between_them(w):
    """CAP-05, PLN-21, SEC-01"""
    north = person(Role.UNIT_MANAGER, w.unit, "Nora Lindvall", "north")
    w.manager = north
    with pytest.raises(NotAllowed, match="Din roll gäller inte i Sjövik Söder"):
        w.prepare(w.merger())
