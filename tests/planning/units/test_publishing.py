"""What went out before a move stays true after it: nothing is taken away by the old unit. PLN-21."""

import pytest
from django.db import transaction

from audit import clock
from audit.act import Act
from audit.models import Event
from cases.tasks import send_outgoing
from clients.models import Service
from door.performing import perform
from door.refusals import Refused
from organisation.roles import Role
from planning.extras.adding import NewVisit, add
from planning.extras.commands import FollowClient
from planning.models import DayPlan, Delivery, ExtraNeed
from planning.plan.opening import plan_for
from planning.publishing import delivery, packs, reading, tasks
from planning.publishing.commands import PublishPlan
from planning.units import due
from tests.factories import at, person
from tests.planning.plan.world import NOW
from tests.planning.units.world import MONDAY, WEDNESDAY, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def w(monkeypatch, settings):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(tasks.write_pack, "delay", lambda plan: None)
    monkeypatch.setattr(send_outgoing, "delay", lambda kind: None)
    settings.RECEIVERS = {"viva": "http://127.0.0.1:9/"}
    return World()


def extra_need(w: World) -> ExtraNeed:
    """Frida gets a shower that nobody has granted."""
    shower = Service.objects.create(code="shower", name="Dusch", kind="personal_care")
    act = Act(w.planner, None, NOW)
    with transaction.atomic():
        plan = plan_for(w.frida, MONDAY, act)
        new = NewVisit(
            client=w.frida, services=(shower,), start=840, minutes=30, earliest=840, latest_end=900
        )
        [one] = add(plan, new, act)[1]
    return one.need


def publish(plan: DayPlan, user) -> None:
    plan = DayPlan.objects.get(pk=plan.pk)
    perform(plan, PublishPlan(), user, expected_version=plan.version, at=NOW)


def test_receivers_are_told_of_the_new_unit_and_that_nothing_is_removed(w):
    """PLN-21, PLN-16: two visits went out in Norr's plan; Söder's tells of them from then on."""
    old = w.plan_of(w.unit, WEDNESDAY)
    publish(old, w.planner)
    before = {row.visit_id: delivery.message(row) for row in Delivery.objects.all()}
    w.prepare(w.merger())
    assert len(reading.pending(DayPlan.objects.get(pk=old.pk))) == 0
    with pytest.raises(Refused, match="inget att publicera"):
        publish(old, w.planner)
    south = person(Role.PLANNER, w.south, "Sara Ekholt", "south")
    publish(w.plan_of(w.south, WEDNESDAY), south)
    later = Delivery.objects.exclude(plan_version__plan=old)
    after = {row.visit_id: delivery.message(row) for row in later}
    assert set(after) == set(before) == {w.on(WEDNESDAY, w.frida).pk, w.on(WEDNESDAY, w.gosta).pk}
    for visit, said in after.items():
        assert not said["removed"]
        assert said["content"] == {**before[visit]["content"], "unit": w.south.pk}
        assert said["plan"]["unit"] == "Sjövik Söder"
        assert said["version"] > before[visit]["version"]
        assert said["key"] != before[visit]["key"]


def test_an_open_extra_need_follows_its_person(monkeypatch):
    """PLN-21, EXT-02: who answered for it still sees it, and somebody in the other unit can take it."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    need = extra_need(w)
    w.prepare(w.merger(MONDAY))
    assert due.carry_out_due(NOW) == 1
    need.refresh_from_db()
    assert need.unit == w.south
    assert need.responsible == w.planner
    event = Event.objects.get(chain__name=need.chain, name="follow_client")
    assert event.values.values["unit"] == ["Sjövik Norr", "Sjövik Söder"]
    due.follow(at(MONDAY, 12))
    assert ExtraNeed.objects.get(pk=need.pk).version == need.version


def test_nobody_makes_a_need_follow_by_hand(w):
    """PLN-21"""
    need = extra_need(w)
    with pytest.raises(Refused, match="får inte göras"):
        perform(need, FollowClient(), w.planner, expected_version=need.version, at=NOW)


def test_the_folder_of_the_old_unit_no_longer_holds_what_it_does_not_do(w, tmp_path, settings):
    """PLN-21, PLN-18: Gösta stays in Norr, and then goes as well."""
    settings.PACKS = tmp_path
    w.place(WEDNESDAY, w.frida, w.wednesday[w.ali])
    w.place(WEDNESDAY, w.gosta, w.wednesday[w.britt])
    plan = w.plan_of(w.unit, WEDNESDAY)
    publish(plan, w.planner)
    folder = packs.write(plan, NOW)
    assert len(list(folder.iterdir())) == 3  # the day, and a sheet each for Ali and Britt
    w.prepare(w.split(w.frida))
    version = reading.published_version(plan)
    [sheet] = packs.pack_of(plan, version).sheets
    assert sheet.shift.carer == w.britt.carer
    w.prepare(w.split(w.gosta))
    assert packs.write(plan, NOW) is None
    assert list(folder.iterdir()) == []
