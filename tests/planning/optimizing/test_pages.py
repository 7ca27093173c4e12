"""Optimera by its pages: started, watched, stopped, compared, accepted whole or by row. PLN-20."""

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from organisation.roles import Role
from planning.models import OptimizerRun
from planning.optimizing import views
from tests.factories import at, person
from tests.planning.board.test_pages import BACKEND
from tests.planning.optimizing import acts
from tests.planning.plan.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    client.force_login(w.planner, BACKEND)
    return w


@pytest.fixture
def short(monkeypatch):
    """Searches of a second."""
    field = views.RunForm.base_fields["seconds"]
    monkeypatch.setattr(field, "choices", [(1, "En sekund")])


def address(world, name: str = "page", *more: int) -> str:
    return reverse(f"optimizing:{name}", args=[world.plan.pk, *more])


def text_of(client, url: str) -> str:
    return client.get(url, follow=True).content.decode()


START = {"profile": "balanced", "seconds": 1}


def test_a_planner_starts_a_run_compares_and_accepts_all(
    client, world, short, django_capture_on_commit_callbacks
):
    """PLN-20: three unplaced before, none after, in words; then the board has them."""
    visits = [world.visit(f"Person Nr{n}", 540 + 60 * n) for n in range(3)]
    assert "Inget förslag än." in text_of(client, address(world))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address(world), START).status_code == 302
    page = text_of(client, address(world))
    assert "Före och efter" in page
    assert "3 färre" in page
    assert "Godta alla 3" in page
    run = OptimizerRun.objects.get()
    assert Event.objects.get(name="start_optimizer").actor == world.planner

    board = client.post(address(world, "accept", run.pk), {"allt": "ja", "key": "a"}, follow=True)
    assert "3 besök är ändrade enligt förslaget." in board.content.decode()
    assert all(visit.staff.get().shift for visit in visits)
    assert Event.objects.filter(name="accept_proposal").count() == 1
    assert "Godtaget" in text_of(client, address(world))


def test_rows_are_accepted_by_ticking_them_and_none_ticked_is_told(
    client, world, short, django_capture_on_commit_callbacks
):
    """PLN-20"""
    visit = world.visit("Frida Karlsson", 600)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(world), START)
    run = OptimizerRun.objects.get()
    answer = client.post(address(world, "accept", run.pk), {}, follow=True)
    assert "Kryssa i minst en rad, eller godta allt." in answer.content.decode()
    assert visit.staff.get().shift is None
    [shift] = run.proposal["moves"][str(visit.pk)]["shifts"]
    client.post(address(world, "accept", run.pk), {"rad": shift})
    assert visit.staff.get().shift_id == shift


def test_a_day_without_visits_and_a_second_run_are_refused_in_words(client, world):
    """PLN-20"""
    answer = client.post(address(world), {**START, "seconds": 15})
    assert answer.status_code == 422
    assert "Dagen har inga besök att placera. Hämta besöken i Dagbild först." in (
        answer.content.decode()
    )
    world.visit("Frida Karlsson", 600)
    client.post(address(world), {**START, "seconds": 15})
    again = client.post(address(world), {**START, "seconds": 15})
    assert again.status_code == 422
    assert "En körning pågår. Vänta tills den är klar, eller stoppa den." in again.content.decode()
    assert OptimizerRun.objects.count() == 1


def test_while_it_runs_the_page_shows_how_far_it_has_come_and_how_to_stop(client, world):
    """PLN-20: 15 of 60 seconds are a quarter; the best leaves one unplaced."""
    world.visit("Frida Karlsson", 600)
    run = OptimizerRun.objects.create(
        plan=world.plan,
        started_at=NOW,
        profile="balanced",
        seconds=60,
        seen_seq=0,
        status="running",
        beat_at=clock.real_now(),
        progress={"seconds": 15, "points": [[1, 900, 3], [15, 400, 1]]},
    )
    piece = text_of(client, address(world, "progress", run.pk))
    assert "15 av 60 sekunder" in piece
    assert 'value="25"' in piece
    assert "ett besök får inte plats" in piece
    client.post(address(world, "stop", run.pk))
    run.refresh_from_db()
    assert run.stop_wanted
    assert Event.objects.filter(name="stop_optimizer").count() == 1
    assert (
        "inget förslag att godta"
        in client.post(
            address(world, "accept", run.pk), {"allt": "ja"}, follow=True
        ).content.decode()
    )


def test_a_run_that_was_killed_is_told_and_leaves_the_form_to_start_anew(client, world):
    """PLN-20"""
    world.visit("Frida Karlsson", 600)
    OptimizerRun.objects.create(
        plan=world.plan,
        started_at=NOW,
        profile="balanced",
        seconds=60,
        seen_seq=0,
        status="running",
        beat_at=clock.real_now().replace(year=2020),
    )
    page = text_of(client, address(world))
    assert "Körningen avbröts. Planen är orörd. Starta en ny." in page
    assert "data-running" not in page
    assert 'name="profile"' in page


def test_another_units_planner_and_a_reader_get_neither_page_nor_deed(client, world):
    """PLN-20, SEC-01"""
    world.visit("Frida Karlsson", 600)
    nurse = person(Role.NURSE, world.unit)
    client.force_login(nurse, BACKEND)
    assert client.post(address(world), START).status_code == 403
    assert not OptimizerRun.objects.exists()


def test_the_two_coming_hours_are_frozen_only_on_the_day_itself(client, world, monkeypatch):
    """PLN-20: at 8:00 on the day, visits that start before 10:00 stay; the day before, none do."""
    world.visit("Frida Karlsson", 600)
    form = {"profile": "balanced", "seconds": 15, "freeze": "on"}
    client.post(address(world), form)
    run = OptimizerRun.objects.get()
    assert run.frozen_until is None
    run.delete()
    monkeypatch.setattr(clock, "now", lambda: at(DAY, 8))
    client.post(address(world), form)
    assert OptimizerRun.objects.get().frozen_until == 600


def test_the_same_page_sent_twice_starts_one_search_and_what_is_refused_is_on_record(client, world):
    """CAP-05, CAP-06, PLN-20"""
    form = {"profile": "balanced", "seconds": 15, "key": "one"}
    assert client.post(address(world), form).status_code == 422  # no visits yet
    refusal = Event.objects.get(chain__name=world.plan.chain, kind=Event.Kind.REFUSAL)
    assert refusal.name == "start_optimizer"
    assert "inga besök att placera" in refusal.values.values["message"]
    world.visit("Frida Karlsson", 600)
    for _ in range(2):
        assert client.post(address(world), form).status_code == 302
    assert OptimizerRun.objects.count() == 1


def test_a_proposal_is_accepted_once_however_often_the_page_is_sent(client, world):
    """CAP-05, PLN-20"""
    visit = world.visit("Frida Karlsson", 600)
    run = acts.start(world.plan, world.planner)
    move = {"shifts": [world.ali.pk], "start": 600, "was": [None], "was_start": 600}
    run.proposal = {"moves": {str(visit.pk): {**move, "seen": [1, 1, 1, 1]}}}
    run.status = "done"
    run.save()
    where, said = address(world, "accept", run.pk), {"allt": "ja", "key": "one"}
    first, again = (client.post(where, said, follow=True).content.decode() for _ in range(2))
    assert "1 besök är ändrade enligt förslaget." in first
    assert "Förslaget är redan godtaget." in again
    assert Event.objects.filter(name="accept_proposal").count() == 1
