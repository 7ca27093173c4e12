"""A change from today touches only what has not begun, by whatever road. DAY-02, PLN-09, EXT-04.

Tuesday 24 November 2026. Frida has breakfast at 07:00 and supper at 17:00, published.
"""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from cases.models import Case
from clients.models import Client, Service
from door.performing import perform
from door.refusals import Refused
from organisation.models import Unit
from organisation.roles import Role
from planning import daytime
from planning.baseplans import drafts
from planning.baseplans.generation import generate
from planning.extras.adding import NewVisit, add
from planning.extras.commands import EndNeed
from planning.models import (
    Absence,
    DayPlan,
    Delivery,
    UnitMove,
    Visit,
)
from planning.publishing import reading
from planning.publishing.commands import PublishPlan, RestoreVersion
from planning.units.commands import PrepareUnitMove
from planning.units.moving import Wish
from tests.factories import SINCE, at, person, root_unit, words
from tests.planning.begun.world import NIGHT, based
from tests.planning.plan.world import DAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def w(client, monkeypatch, settings):
    settings.RECEIVERS = {"mobil": "http://127.0.0.1:9/"}
    now = {"is": NIGHT}
    monkeypatch.setattr(clock, "now", lambda: now["is"])
    world = World()
    world.now = now
    client.force_login(world.planner, BACKEND)
    world.frida = world.client("Frida Karlsson")
    based(world, world.frida, 420, 1020)
    generate(world.unit, DAY, TOMORROW, Act.by_system(NIGHT))
    publish(world)
    return world


def publish(world, when=NIGHT) -> None:
    run(world, PublishPlan(), when)


def run(world, command, when) -> None:
    plan = DayPlan.objects.get(planned_unit=world.unit, day=DAY)
    perform(plan, command, world.planner, expected_version=plan.version, at=when)


def it_is(world, hour: int, minute: int = 0) -> None:
    world.now["is"] = at(DAY, hour, minute)


def standing(who: Client, day: date = DAY) -> list[str]:
    rows = Visit.objects.standing().filter(client=who, plan__day=day)
    return [daytime.wall(day, row.start) for row in rows]


def told(world) -> list[tuple[str, bool]]:
    """What a publication now would send of the day: the start of each visit, and if it is removed."""
    found = reading.pending(DayPlan.objects.get(planned_unit=world.unit, day=DAY))
    return sorted(
        [(said["start"][11:16], True) for said in found.removed.values()]
        + [(row.after["start"][11:16], False) for row in found.changed.values()]
        + [(said["start"][11:16], False) for said in found.new.values()]
    )


def logged(name: str, who: Client) -> int:
    return Event.objects.filter(chain__name=f"client:{who.pk}", name=name, kind="change").count()


def go_away(client, world, **said):
    sent = {"why": "hospital", "first": DAY, **said}
    return client.post(reverse("clients:absence_add", args=[world.frida.pk]), sent, follow=True)


def test_who_goes_to_hospital_at_0943_keeps_the_visit_of_0700(client, w):
    """DAY-02, PLN-09: it is done. Supper and tomorrow go, here and at the receiver."""
    it_is(w, 9, 43)
    page = go_away(client, w).content.decode()
    assert standing(w.frida) == ["07:00"]
    assert standing(w.frida, TOMORROW) == []
    assert told(w) == [("17:00", True)]
    assert "3 planerade besök ändrades" in page
    assert "tis 24 nov 17:00" in page
    assert "tis 24 nov 07:00" not in page
    assert logged("add_absence", w.frida) == 1
    publish(w, at(DAY, 9, 45))
    assert [row.visit.start for row in Delivery.objects.all() if row.content is None] == [1020]


def test_before_it_begins_the_visit_goes_and_from_its_very_minute_it_stays(client, w):
    """DAY-02: 06:59 and 07:00."""
    it_is(w, 6, 59)
    go_away(client, w)
    assert standing(w.frida) == []
    client.post(reverse("clients:absence_cancel", args=[Absence.objects.get().pk]))
    assert standing(w.frida) == ["07:00", "17:00"]
    it_is(w, 7, 0)
    go_away(client, w)
    assert standing(w.frida) == ["07:00"]


def test_a_visit_that_should_have_been_does_not_come_back_to_the_past(client, w):
    """DAY-02, PLN-09: away since the morning, taken back at 10:15: supper comes, breakfast not."""
    it_is(w, 6)
    go_away(client, w)
    it_is(w, 10, 15)
    client.post(reverse("clients:absence_cancel", args=[Absence.objects.get().pk]))
    assert standing(w.frida) == ["17:00"]


def test_a_visit_that_was_put_off_has_begun_only_at_its_new_time(client, w):
    """DAY-02: the visit's actual start counts, 10:00 instead of 07:00."""
    visit = Visit.objects.get(plan__day=DAY, start=420)
    w.plan = visit.plan
    w.change(visit, "time", {"start": 600, "minutes": 30})
    it_is(w, 9, 43)
    go_away(client, w)
    assert standing(w.frida) == []


def new_plan(client, w, **said):
    """Breakfast at 07:00 taken out of the base plan, lunch added, supper at 18:00."""
    base_plan = w.frida.base_plans.get(is_draft=False)
    weekday = DAY.weekday()
    breakfast, supper = base_plan.visits.filter(weekday=weekday).order_by("start")
    client.post(reverse("baseplans:visit_remove", args=[breakfast.pk]))
    draft = w.frida.base_plans.get(is_draft=True)
    shape = {"services": [w.care.pk], "minutes": 30, "staff_needed": 1, "priority": 2}
    supper = draft.visits.get(weekday=weekday, slot=supper.slot)
    client.post(reverse("baseplans:visit", args=[supper.pk]), {**shape, "start": "18:00"})
    where = reverse("baseplans:visit_add", args=[w.frida.pk, 1, weekday])
    for start in said["starts"]:
        client.post(where, {**shape, "start": start, "days": [weekday]})


def test_a_base_plan_from_today_changes_what_is_left_of_the_day_and_says_so_beforehand(client, w):
    """DAY-02, PLN-03: at 10:15, 07:00 stays, 08:00 is not made in the past, 12:00 comes and supper
    moves: two visits, by the preview, the receipt and the receiver."""
    it_is(w, 10, 15)
    new_plan(client, w, starts=("08:00", "12:00"))
    page = client.get(reverse("baseplans:plan", args=[w.frida.pk]), {"fran": DAY})
    assert "<b>1 dag ändras</b> som redan är planerade: 2 planerade besök." in words(page)
    where = reverse("baseplans:save", args=[w.frida.pk])
    answer = client.post(where, {"fran": DAY}, follow=True).content.decode()
    assert "Grundplaneringen gäller från tis 24 nov. 2 planerade besök ändrades." in answer
    assert standing(w.frida) == ["07:00", "12:00", "18:00"]
    assert told(w) == [("12:00", False), ("18:00", False)]
    assert logged("save_base_plan", w.frida) == 1
    before = list(Visit.objects.order_by("pk").values())
    assert generate(w.unit, DAY, TOMORROW, Act.by_system(at(DAY, 10, 20))) == 0
    assert list(Visit.objects.order_by("pk").values()) == before


def test_a_visit_is_not_moved_into_the_past(client, w):
    """DAY-02: supper at 09:00 instead of 17:00, saved at 09:43: today it stays at 17:00."""
    it_is(w, 9, 43)
    draft = drafts.open_draft(w.frida, Act(w.planner, None, at(DAY, 9, 43)))
    draft.visits.filter(start=1020).update(start=540, earliest=540, latest_end=570)
    where = reverse("baseplans:save", args=[w.frida.pk])
    client.post(where, {"fran": DAY})
    assert standing(w.frida) == ["07:00", "17:00"]
    assert standing(w.frida, TOMORROW) == ["07:00", "09:00"]


def test_the_preview_counts_what_the_save_changes_however_much_it_relinks(client, w):
    """DAY-02: one visit ten minutes longer on one weekday of fourteen planned days; the other 26
    visits follow another base plan now, and are no different."""
    generate(w.unit, DAY, DAY + timedelta(days=13), Act.by_system(NIGHT))
    draft = drafts.open_draft(w.frida, Act(w.planner, None, NIGHT))
    draft.visits.filter(start=1020, weekday=5).update(minutes=40)
    page = client.get(reverse("baseplans:plan", args=[w.frida.pk]), {"fran": TOMORROW})
    assert "<b>2 dagar ändras</b> som redan är planerade: 2 planerade besök." in words(page)
    where = reverse("baseplans:save", args=[w.frida.pk])
    answer = client.post(where, {"fran": TOMORROW}, follow=True).content.decode()
    assert "gäller från ons 25 nov. 2 planerade besök ändrades." in answer
    made = Event.objects.filter(name="generate_visits").order_by("-pk")[:2]
    assert [event.values.values["changed"] for event in made] == [1, 1]
    assert Visit.objects.filter(plan__day__gt=DAY, source__base_plan=draft).count() == 26


def test_a_base_plan_from_yesterday_is_refused(client, w):
    """DAY-02: what has been is not changed at all."""
    it_is(w, 10)
    drafts.open_draft(w.frida, Act(w.planner, None, NIGHT))
    where = reverse("baseplans:save", args=[w.frida.pk])
    answer = client.post(where, {"fran": DAY - timedelta(days=1)})
    assert answer.status_code == 422
    assert "Det som har varit ändras inte" in answer.content.decode()
    assert w.frida.base_plans.filter(is_draft=True).exists()


@pytest.mark.parametrize("said", [{"is_dormant": "on"}, {"active_to": DAY - timedelta(days=1)}])
def test_who_is_dormant_or_ended_from_today_keeps_what_has_begun(client, w, said):
    """DAY-02, PLN-05, PLN-09"""
    it_is(w, 9, 43)
    values = {"name": w.frida.name, "unit": w.unit.pk, "active_from": SINCE}
    client.post(reverse("clients:change", args=[w.frida.pk]), {**values, **said})
    assert standing(w.frida) == ["07:00"]
    assert standing(w.frida, TOMORROW) == []
    assert told(w) == [("17:00", True)]
    assert logged("change_client", w.frida) == 1


def test_who_gets_another_unit_today_keeps_what_has_begun_in_the_old_one(client, w):
    """DAY-02, PLN-21: breakfast is not made once more where it has been done elsewhere."""
    south = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, root_unit(), username="both"), BACKEND)
    generate(south, DAY, TOMORROW, Act.by_system(NIGHT))
    it_is(w, 9, 43)
    values = {"name": w.frida.name, "unit": south.pk, "active_from": SINCE}
    client.post(reverse("clients:change", args=[w.frida.pk]), values)
    rows = Visit.objects.standing().filter(client=w.frida, plan__day=DAY)
    assert set(rows.values_list("start", "plan__planned_unit__name")) == {
        (420, "Sjövik Norr"),
        (1020, "Sjövik Söder"),
    }


def an_extra(w, start: int) -> Visit:
    plan = DayPlan.objects.get(planned_unit=w.unit, day=DAY)
    new = NewVisit(
        client=w.frida,
        services=[w.shower],
        start=start,
        minutes=30,
        earliest=start,
        latest_end=start + 30,
    )
    return add(plan, new, Act(w.planner, None, NIGHT))[0]


def test_a_need_that_ended_yesterday_keeps_the_visit_that_has_begun_today(w):
    """DAY-02, EXT-04: reported at 09:43 as ended the day before; 08:00 is done, 15:00 goes."""
    w.shower = Service.objects.create(code="shower", name="Dusch", kind="personal_care")
    early, late = an_extra(w, 480), an_extra(w, 900)
    need = early.needs.get()
    need.first_day = DAY - timedelta(days=3)
    need.save()
    version = Case.objects.values_list("version", flat=True).get(pk=need.pk)
    ended = EndNeed(ended_on=DAY - timedelta(days=1), why="Frisk")
    perform(need, ended, w.planner, expected_version=version, at=at(DAY, 9, 43))
    assert standing(w.frida) == ["07:00", "08:00", "17:00"]
    event = Event.objects.get(chain__name=need.chain, name="end_need")
    assert event.values.values["removed"] == [late.pk]


def test_an_earlier_version_of_the_day_gives_back_only_what_has_not_begun(w):
    """DAY-02, CAP-05: at 10:15 the visit that was added for 08:00 stays, that of 12:00 goes."""
    w.plan = DayPlan.objects.get(planned_unit=w.unit, day=DAY)
    w.visit("Gösta Mård", 480)
    w.visit("Hilda Öman", 720)
    run(w, RestoreVersion(number=1), at(DAY, 10, 15))
    rows = Visit.objects.standing().filter(plan=w.plan).order_by("start")
    assert list(rows.values_list("start", flat=True)) == [420, 480, 1020]
    assert Event.objects.filter(chain__name=w.plan.chain, name="restore_visits").count() == 1


def test_units_that_merge_today_leave_what_has_begun_with_whoever_does_it(client, w):
    """DAY-02, PLN-21: Ali does both visits and goes over at 09:43 with the one that is left."""
    south = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
    manager = person(Role.UNIT_MANAGER, root_unit(), "Tommy Grenholt", "manager")
    breakfast, supper = Visit.objects.filter(plan__day=DAY).order_by("start")
    w.plan = breakfast.plan
    early, late = w.shift("Ali Sandhem", 360, 900), w.shift("Ali Sandhem", 960, 1320)
    w.put(breakfast, early)
    w.put(supper, late)
    publish(w, at(DAY, 4))
    it_is(w, 9, 43)
    client.force_login(manager, BACKEND)
    where = f"{reverse('units:new')}?fran={w.unit.pk}&till={south.pk}&dag={DAY}&hur=sla-ihop"
    client.post(where, {"gor": "1"})
    assert UnitMove.objects.get().carried_out_at == at(DAY, 9, 43)
    breakfast.refresh_from_db()
    supper.refresh_from_db()
    assert (breakfast.plan.planned_unit, supper.plan.planned_unit) == (w.unit, south)
    assert [v.staff.get().shift_id for v in (breakfast, supper)] == [early.pk, late.pk]
    assert told(w) == []  # nothing is removed at a receiver, in either plan
    assert Event.objects.filter(name="carry_out_unit_move").count() == 2
    board = client.get(f"{reverse('board:board')}?enhet={w.unit.pk}&dag={DAY}").content.decode()
    assert "Frida K, 07:00 till 07:30" in board
    assert generate(south, DAY, TOMORROW, Act.by_system(at(DAY, 10))) == 0


def test_a_merger_that_would_begin_yesterday_is_refused(w):
    """DAY-02, PLN-21"""
    south = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
    manager = person(Role.UNIT_MANAGER, root_unit(), "Tommy Grenholt", "manager")
    wish = Wish(w.unit, south, DAY - timedelta(days=1), True)
    move = UnitMove(source=w.unit, target=south, first_day=wish.first_day, is_merger=True)
    with pytest.raises(Refused, match="Dagen har varit"):
        perform(move, PrepareUnitMove(wish=wish), manager, at=at(DAY, 9))
    assert not UnitMove.objects.exists()


def test_the_hours_after_midnight_of_a_night_go_with_an_absence_from_the_next_day(client, w):
    """DAY-02: a check of Tuesday's night that was put at 01:00 on Wednesday; she goes to hospital at
    00:30. Supper is done, the check is not."""
    supper = Visit.objects.get(plan__day=DAY, start=1020)
    w.plan = supper.plan
    w.change(supper, "time", {"start": 1500, "minutes": 30})
    w.now["is"] = at(TOMORROW, 0, 30)
    sent = {"why": "hospital", "first": TOMORROW}
    page = client.post(reverse("clients:absence_add", args=[w.frida.pk]), sent, follow=True)
    assert standing(w.frida) == ["07:00"]
    assert "ons 25 nov 01:00" in page.content.decode()


def test_a_day_that_is_made_for_the_first_time_is_made_whole_and_then_stays(w):
    """DAY-02, PLN-03: fetched at 10:15 with its morning; a person who comes later has what is left."""
    day = date(2026, 12, 24)
    assert generate(w.unit, day, day, Act.by_system(at(day, 10, 15))) == 2
    gosta = w.client("Gösta Mård")
    based(w, gosta, 420, 1020)
    assert generate(w.unit, day, day, Act.by_system(at(day, 10, 20))) == 1
    assert standing(gosta, day) == ["17:00"]


def test_the_page_of_an_earlier_version_says_what_going_back_changes(client, w):
    """DAY-02, CAP-05: what has begun is not among it."""
    w.plan = DayPlan.objects.get(planned_unit=w.unit, day=DAY)
    w.visit("Gösta Mård", 480)
    w.visit("Hilda Öman", 720)
    it_is(w, 10, 15)
    page = client.get(reverse("publishing:version", args=[w.plan.pk, 1])).content.decode()
    assert "Hilda Öman" in page
    assert "Gösta Mård" not in page


def test_a_move_of_today_says_beforehand_what_stays(client, w):
    """DAY-02, PLN-21: breakfast is done; supper of today and two visits of tomorrow go."""
    south = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.UNIT_MANAGER, root_unit(), "Tommy Grenholt", "manager"), BACKEND)
    it_is(w, 9, 43)
    where = f"{reverse('units:new')}?fran={w.unit.pk}&till={south.pk}&dag={DAY}&hur=sla-ihop"
    page = client.get(where).content.decode()
    assert "3 besök och 3 pass på 2 dagar" in page
    assert "1 besök i dag är på gång eller gjorda. De ligger kvar i Sjövik Norr" in page
    assert "som slutar i dag." in page
