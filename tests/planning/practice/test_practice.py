"""A unit is copied to learn in: nobody in it is real, nothing of it leaves. BEY-17."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.urls import reverse

from audit.models import Event
from clients.models import Client
from door.performing import perform
from door.refusals import Refused
from organisation.authority import actor_on
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Carer, DayPlan, Delivery, Practice, Shift, Training, Visit
from planning.practice import making, tasks
from planning.practice.commands import EndPractice, EnterPractice, StartPractice
from planning.publishing import packs
from planning.publishing.commands import PublishPlan
from tests.factories import SINCE, person, root_unit
from tests.planning.plan.world import DAY, NOW, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture
def world(monkeypatch):
    """Three carers with a shift tomorrow; Frida, who has breakfast every day at 10."""
    from audit import clock
    from planning.models import BasePlan, BaseVisit

    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    w.frida = w.client("Frida Karlsson", address="Hamnvägen 2", entry="Kod 12", key_number="118")
    base_plan = BasePlan.objects.create(
        client=w.frida,
        weeks=1,
        cycle_monday=date(2026, 1, 5),
        valid_from=SINCE,
        recorded_at=NOW,
        recorded_by=w.planner,
    )
    for weekday in range(7):
        row = BaseVisit.objects.create(
            base_plan=base_plan,
            week=1,
            weekday=weekday,
            start=600,
            minutes=30,
            earliest=540,
            latest_end=690,
            note="Hör dåligt",
        )
        row.services.add(w.care)
    return w


def ordered(w: World, unit: Unit | None = None, at: datetime = NOW) -> Practice:
    """A practice unit that nobody has begun to make."""
    with patch.object(tasks.make_practice, "delay"):
        new = Practice(original=unit or w.unit)
        return perform(new, StartPractice(), w.planner, at=at).subject


@pytest.fixture
def practised(world) -> Unit:
    practice = ordered(world)
    making.carry_out(practice.pk, NOW)
    return Practice.objects.get().unit


def test_the_copy_has_the_pattern_and_nobody_of_the_original(world, practised):
    """BEY-17: one person with a visit a day for 14 days, three carers with a shift tomorrow."""
    client = Client.objects.get(unit=practised)
    assert "Öv" in client.name
    assert (client.identity_number, client.entry, client.key_number) == ("", "", "")
    assert client.address != "Hamnvägen 2"
    visits = Visit.objects.filter(plan__planned_unit=practised)
    assert set(visits.values_list("start", "minutes", "note")) == {(600, 30, "")}
    assert visits.count() == 14
    real = set(Carer.objects.filter(unit=world.unit).values_list("name", flat=True))
    copies = Carer.objects.filter(unit=practised)
    assert copies.count() == 3
    assert not real & set(copies.values_list("name", flat=True))
    assert Shift.objects.filter(unit=practised, day=DAY, start=420, end=960).count() == 3
    event = Event.objects.get(name="make_practice")
    assert event.values.values == {"unit": practised.pk, "clients": 1, "carers": 3}


def test_only_who_has_stepped_in_reaches_it_and_then_nothing_else(world, practised, client):
    """BEY-17, SEC-01: neither the planner above it nor the director sees it by their role."""
    director = person(Role.DIRECTOR, root_unit(), "Dan Ek", "director")
    for user in (world.planner, director):
        actor = actor_on(user, DAY)
        assert not any(practised.path.startswith(path) for path in actor.unit_paths(Role))
    client.force_login(world.planner, BACKEND)
    said = client.get(reverse("clients:list")).content.decode()
    assert "Frida Karlsson" in said
    assert "Öv" not in said.replace("Övning", "")
    answer = client.post(reverse("practice:enter", args=[practised.practice.pk]), follow=True)
    assert "Inget skickas, och ingen här finns på riktigt." in answer.content.decode()
    said = client.get(reverse("clients:list")).content.decode()
    assert "Frida Karlsson" not in said
    assert Client.objects.get(unit=practised).name in said
    assert Event.objects.get(name="enter_practice").actor == world.planner
    client.post(reverse("practice:leave"))
    assert "Frida Karlsson" in client.get(reverse("clients:list")).content.decode()


def test_what_is_published_in_practice_goes_nowhere(world, practised, settings, tmp_path):
    """BEY-17, PLN-16, PLN-18: the state changes as for real; no delivery, no file."""
    settings.RECEIVERS = {"viva": "http://127.0.0.1:9/"}
    settings.PACKS = tmp_path
    from organisation.models import RoleAssignment

    RoleAssignment.objects.create(
        user=world.planner, role=Role.PLANNER, unit=practised, valid_from=SINCE
    )
    plan = DayPlan.objects.get(planned_unit=practised, day=DAY)
    perform(plan, PublishPlan(), world.planner, expected_version=plan.version, at=NOW)
    plan.refresh_from_db()
    assert plan.state == "published"
    assert not Delivery.objects.exists()
    assert not list(tmp_path.iterdir())
    assert plan.pk not in packs.coming(date(2026, 11, 23))


def test_the_same_unit_gives_the_same_names_again(world, practised):
    """BEY-17: removed and made anew."""
    before = Client.objects.get(unit=practised).name
    perform(practised.practice, EndPractice(), world.planner, at=NOW)
    again = ordered(world)
    making.carry_out(again.pk, NOW)
    again.refresh_from_db()
    assert Client.objects.get(unit=again.unit).name == before
    making.carry_out(again.pk, NOW)  # twice is once
    assert Unit.objects.filter(practice_of=world.unit).count() == 2


def test_a_second_copy_and_a_copy_of_a_copy_are_refused(world, practised):
    """BEY-17"""
    with pytest.raises(Refused, match="har redan en övningsenhet"):
        ordered(world)
    perform(practised.practice, EnterPractice(), world.planner, at=NOW)
    with pytest.raises(Refused, match="redan en övningsenhet"):
        ordered(world, practised)


def test_a_making_that_was_killed_leaves_nothing_and_can_be_made_anew(world, monkeypatch):
    """BEY-17"""
    first = ordered(world)

    def die(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "generate", die)
    with pytest.raises(KeyboardInterrupt):
        making.carry_out(first.pk, NOW)
    assert not Unit.objects.exclude(practice_of=None).exists()
    monkeypatch.undo()
    later = NOW + timedelta(minutes=16)
    ordered(world, at=later)
    assert Practice.objects.filter(ended_at=None).count() == 1


def test_a_making_whose_worker_was_killed_is_begun_again_and_made_once(world, monkeypatch):
    """BEY-17, CAP-05"""
    from audit import clock

    made = ordered(world)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=50))
    assert tasks.recover() == 0, "it may still be under way"
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=70))
    assert tasks.recover() == 1
    making.carry_out(made.pk, NOW)
    assert Unit.objects.exclude(practice_of=None).count() == 1
    assert Event.objects.filter(name="make_practice").count() == 1
    assert tasks.recover() == 0


def test_a_removed_practice_unit_is_reached_by_nobody(world, practised, client):
    """BEY-17"""
    client.force_login(world.planner, BACKEND)
    client.post(reverse("practice:enter", args=[practised.practice.pk]))
    client.post(reverse("practice:leave"))
    client.post(reverse("practice:remove", args=[practised.practice.pk]))
    assert not actor_on(world.planner, DAY).practising(True).holdings
    assert Event.objects.get(name="end_practice").actor == world.planner
    assert "Frida Karlsson" in client.get(reverse("clients:list")).content.decode()


@pytest.fixture
def training(world, client):
    """Tove is introduced by Anna, who plans the unit."""
    client.force_login(world.planner, BACKEND)
    tove = person(Role.CARE_STAFF, world.unit, "Tove Rydhamn", "tove")
    said = {
        "unit": world.unit.pk,
        "trainee": tove.pk,
        "trainer": world.planner.pk,
        "day": "2026-11-23",
        "note": "Dagbild och Optimera",
    }

    def register(**more):
        return client.post(reverse("practice:train"), {**said, **more}, follow=True)

    return register


def test_who_was_trained_by_whom_and_when_is_recorded(world, training):
    """BEY-17"""
    said = training().content.decode()
    row = Training.objects.get()
    assert (str(row.trainee), str(row.trainer), row.day) == (
        "Tove Rydhamn",
        "Anna Skogmark",
        date(2026, 11, 23),
    )
    assert "Dagbild och Optimera" in said
    event = Event.objects.get(name="register_training")
    assert (event.actor, event.values.values["trainee"]) == (world.planner, row.trainee_id)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda w: {"trainee": w.planner.pk}, "Ingen kan utbilda sig själv."),
        (lambda w: {"day": "2026-11-24"}, "Dagen har inte varit än."),
        (lambda w: {"trainer": _nurse(w).pk}, "Introduktionen ges av den som redan är planerare."),
    ],
    ids=["oneself", "tomorrow", "by one who plans nothing"],
)
def test_a_training_that_cannot_be_is_refused_in_words(world, training, wrong, told):
    """BEY-17"""
    assert told in training(**wrong(world)).content.decode()
    assert not Training.objects.exists()


def _nurse(world):
    return person(Role.NURSE, world.unit, "Nils Ödmark", "nils")


def test_another_units_planner_makes_no_copy_of_it(world, client):
    """BEY-17, SEC-01"""
    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, other, "Stig Mo", "stig"), BACKEND)
    assert client.post(reverse("practice:make", args=[world.unit.pk])).status_code == 404
    assert not Practice.objects.exists()


def test_a_training_that_is_sent_twice_is_registered_once(world, training):
    """BEY-17, CAP-05"""
    training(key="once")
    assert "var redan gjort" in training(key="once").content.decode()
    assert Training.objects.count() == 1
    assert Event.objects.filter(name="register_training").count() == 1


def test_the_page_has_the_unit_copied_and_refuses_a_second_copy_on_record(world, client):
    """BEY-17, CAP-05, CAP-06"""
    client.force_login(world.planner, BACKEND)
    make = reverse("practice:make", args=[world.unit.pk])
    assert "Övningsenheten görs." in client.post(make, follow=True).content.decode()
    assert Practice.objects.get().unit is not None
    assert "har redan en övningsenhet" in client.post(make, follow=True).content.decode()
    refused = Event.objects.get(kind=Event.Kind.REFUSAL)
    assert (refused.name, refused.actor) == ("start_practice", world.planner)
    assert Practice.objects.count() == 1


def test_nobody_steps_into_what_is_not_ready_and_an_old_button_takes_nothing_away(world, client):
    """BEY-17, CAP-05, CAP-06"""
    made = ordered(world)
    client.force_login(world.planner, BACKEND)
    enter = client.post(reverse("practice:enter", args=[made.pk]), follow=True)
    assert "Övningsenheten är inte klar än." in enter.content.decode()
    refused = Event.objects.get(
        chain__name=f"unit:{world.unit.pk}", name="enter_practice", kind=Event.Kind.REFUSAL
    )
    assert refused.actor == world.planner
    making.carry_out(made.pk, NOW)
    client.post(reverse("practice:enter", args=[made.pk]))
    client.post(reverse("practice:leave"))
    said = client.post(
        reverse("practice:remove", args=[made.pk]), {"version": made.version}, follow=True
    )
    assert "Övningsenheten har ändrats sedan du öppnade sidan" in said.content.decode()
    assert Practice.objects.get().ended_at is None
