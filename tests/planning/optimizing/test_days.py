"""Several days optimized together: few faces over all of them, accepted all or none. PLN-20.

Two days, the same three carers on both, three people with a visit each day. Everybody lives in one
place, and each search takes a second.
"""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from door.refusals import NotAllowed, Refused
from organisation.roles import Role
from planning.models import OptimizerRun, PlanChange, Shift, Visit, VisitService, VisitStaff
from planning.optimizing import days
from planning.plan import reading
from planning.plan.opening import plan_of
from tests.factories import person
from tests.planning.optimizing import acts
from tests.planning.plan.world import NOW, World

pytestmark = pytest.mark.django_db
NEXT_DAY = date(2026, 11, 25)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    with transaction.atomic():
        w.tomorrow = plan_of(w.unit, NEXT_DAY, Act.own(w.planner, NOW))
    for shift in (w.ali, w.britt, w.cecilia):
        Shift.objects.create(unit=w.unit, day=NEXT_DAY, carer=shift.carer, start=420, end=960)
    for number, name in enumerate(("Frida Karlsson", "Gösta Mård", "Hilda Öman")):
        first = w.visit(name, 540 + 60 * number)
        again = Visit.objects.create(
            plan=w.tomorrow,
            client=first.client,
            start=first.start,
            minutes=30,
            earliest=first.earliest,
            latest_end=first.latest_end,
        )
        VisitStaff.objects.create(visit=again, place=1)
        VisitService.objects.create(visit=again, service=w.care)
    return w


def start(w: World, user=None):
    return acts.start_days(w.plan, user or w.planner)


def test_each_person_meets_one_carer_on_both_days(world):
    """PLN-20: nobody before; one each after, since every carer works both days."""
    group = start(world)
    days.carry_out(group)
    found = days.of(group)
    assert [run.status for run in found] == ["done", "done"]
    assert [(run.before["unplaced"], run.after["unplaced"]) for run in found] == [(3, 0), (3, 0)]
    now, then = days.faces(found)
    assert (days.mean(now), days.mean(then)) == (None, 1.0)
    assert not PlanChange.objects.exists(), "nothing until somebody accepts"


def test_the_roster_gives_whom_a_person_knows_and_never_whom_they_do_not_want(world):
    """PLN-20"""
    from planning.models import Preference

    gosta = Visit.objects.filter(client__name="Gösta Mård").first().client
    for shift in (world.ali, world.britt):
        Preference.objects.create(
            client=gosta,
            carer=shift.carer,
            wish="unwanted",
            recorded_at=NOW,
            recorded_by=world.planner,
        )
    plans = [reading.read(plan) for plan in (world.plan, world.tomorrow)]
    assert days.teams(plans)[gosta.pk] == {world.cecilia.carer_id}


def test_all_days_are_accepted_together_and_on_record(world):
    """PLN-20, PLN-19"""
    group = start(world)
    days.carry_out(group)
    acts.accept_days(group, world.planner)
    assert VisitStaff.objects.filter(shift=None).count() == 0
    assert Event.objects.filter(name="accept_proposal", actor=world.planner).count() == 2
    assert OptimizerRun.objects.filter(group=group, accepted_at=NOW).count() == 2


def test_a_day_with_a_run_under_way_stops_all_of_them_from_starting(world):
    """PLN-20: none is left half started."""
    start(world)
    with pytest.raises(Refused, match="En körning pågår redan"):
        start(world)
    assert OptimizerRun.objects.count() == 2


def test_days_without_visits_are_refused_in_words(world):
    """PLN-20"""
    Visit.objects.update(status="removed", status_reason="Åker bort")
    with pytest.raises(Refused, match="Dagarna har inga besök"):
        start(world)


def test_stopping_before_the_first_day_leaves_every_plan_as_it_is(world):
    """PLN-20"""
    group = start(world)
    acts.stop_days(group, world.planner)
    days.carry_out(group)
    assert {run.error for run in days.of(group)} == {
        "Stoppad innan dagen hade börjat. Planen är orörd."
    }
    with pytest.raises(Refused, match="Ingen dag har något förslag"):
        acts.accept_days(group, world.planner)


def test_who_does_not_plan_the_unit_starts_nothing(world):
    """PLN-20, SEC-01"""
    nurse = person(Role.NURSE, world.unit, "Nils Ödmark", "nils")
    with pytest.raises(NotAllowed):
        start(world, nurse)
    assert not OptimizerRun.objects.exists()


def test_the_page_starts_the_days_follows_them_and_accepts_them(client, world):
    """PLN-20: jobs run at once in tests, so the page after is the finished one."""
    client.force_login(world.planner, BACKEND)
    address = reverse("optimizing:days", args=[world.plan.pk])
    group = start(world)
    said = client.get(address).content.decode()
    assert "0 av 2 dagar är klara" in said
    days.carry_out(group)
    piece = client.get(reverse("optimizing:days_progress", args=[world.plan.pk, group]))
    assert "2 dagar är genomsökta" in piece.content.decode()
    said = client.get(address).content.decode()
    assert "enligt förslaget <b>1,0</b>" in said
    assert "Godta alla dagar, 6 besök" in said
    answer = client.post(
        reverse("optimizing:days_accept", args=[world.plan.pk, group]), {"key": "k"}, follow=True
    )
    assert "6 besök är ändrade enligt förslagen." in answer.content.decode()


def test_a_group_of_another_unit_is_not_found(client, world):
    """SEC-01"""
    client.force_login(world.planner, BACKEND)
    stranger = "00000000-0000-0000-0000-000000000000"
    answer = client.post(reverse("optimizing:days_stop", args=[world.plan.pk, stranger]))
    assert answer.status_code == 404
