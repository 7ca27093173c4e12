"""The board by its pages: opened, changed, followed, clashed, undone. PLN-15, PLN-20, SEC-02."""

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from clients.models import Client
from door.performing import perform
from door.refusals import Refused
from planning.board import pieces
from planning.extras.adding import AddVisit, NewVisit
from planning.models import AcceptedBreach, DayPlan, Visit
from planning.publishing.commands import SettlePlan
from tests.factories import at, root_unit
from tests.planning.plan.world import DAY, NOW, World

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    client.force_login(w.planner, BACKEND)
    return w


def board_of(world) -> str:
    return f"{reverse('board:board')}?enhet={world.unit.pk}&dag={DAY}"


def move(client, world, visit, **said):
    now = Visit.objects.get(pk=visit.pk)
    form = {
        "gor": "flytta",
        "plats": 1,
        "staff_version": now.staff_version,
        "time_version": now.time_version,
        "key": "k",
        **said,
    }
    return client.post(reverse("board:visit", args=[world.plan.pk, visit.pk]), form)


def test_the_board_shows_rows_visits_and_what_is_unplaced_and_its_reading_is_logged(client, world):
    """PLN-13, PLN-20, SEC-02"""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    world.visit("Gösta Mård", 660)
    page = client.get(board_of(world)).content.decode()
    assert "Ali Sandhem" in page
    assert "Frida K, 10:00 till 10:30, 30 min, omvårdnad" in page
    assert "Gösta M" in page
    assert "<b>1</b> otilldelade" in page
    read = Event.objects.get(name="read_plan")
    assert (read.kind, read.actor, read.personal) == ("read", world.planner, True)


def test_a_day_without_visits_says_how_to_fetch_them(client, world):
    """PLN-03"""
    page = client.get(f"{reverse('board:board')}?enhet={world.unit.pk}&dag=2026-12-24")
    assert "Hämta besöken" in page.content.decode()
    client.post(reverse("board:fetch"), {"enhet": world.unit.pk, "dag": "2026-12-24"})
    assert DayPlan.objects.filter(planned_unit=world.unit, day="2026-12-24").exists()


def test_a_visit_is_moved_by_its_page(client, world):
    """PLN-15"""
    frida = world.visit("Frida Karlsson", 600)
    answer = move(client, world, frida, rad=world.britt.pk, start="10:15")
    assert answer.status_code == 302
    frida.refresh_from_db()
    assert (frida.start, frida.staff.get().shift) == (615, world.britt)


def test_a_time_that_is_no_time_is_refused_in_words(client, world):
    """PLN-15"""
    frida = world.visit("Frida Karlsson", 600)
    answer = move(client, world, frida, rad=world.britt.pk, start="tidigt")
    assert answer.status_code == 422
    assert "Skriv tiden som tt:mm, till exempel 07:30." in answer.content.decode()
    assert Visit.objects.get(pk=frida.pk).time_version == 1


def test_a_clash_shows_both_values_and_lets_the_later_choose(client, world):
    """PLN-15"""
    frida = world.visit("Frida Karlsson", 600)
    world.change(frida, "time", {"start": 615, "minutes": 30}, by=world.colleague())
    answer = move(client, world, frida, rad=world.ali.pk, start="11:00", time_version=1)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "10:15, 30 minuter" in page
    assert "11:00, 30 minuter" in page
    assert 'name="time_version" value="2"' in page
    assert frida.staff.get().shift is None  # nothing was done by half
    assert move(client, world, frida, rad=world.ali.pk, start="11:00").status_code == 302


def test_followers_get_the_rows_that_changed_and_nothing_when_nothing_has(client, world):
    """PLN-15"""
    frida = world.visit("Frida Karlsson", 600)
    address = reverse("board:follow", args=[world.plan.pk])
    seen = DayPlan.objects.get(pk=world.plan.pk).last_seq
    first = client.get(address, {"efter": seen}).json()
    assert client.get(address, {"efter": seen, "dar": first["digest"]}).status_code == 304
    world.put(frida, world.ali, by=world.colleague())
    news = client.get(address, {"efter": seen, "dar": first["digest"]}).json()
    assert list(news["rows"]) == [str(world.ali.pk)]
    assert "Frida K" in news["rows"][str(world.ali.pk)]
    assert news["said"] == ["Tove Rydhamn flyttade Frida K till Ali Sandhem"]
    assert client.get(address, {"efter": news["seq"], "dar": news["digest"]}).status_code == 304


def test_asking_whether_there_is_news_is_few_questions(
    client, world, django_assert_max_num_queries
):
    """PLN-15: what every open board asks all the time."""
    address = reverse("board:follow", args=[world.plan.pk])
    digest = client.get(address, {"efter": 999}).json()["digest"]
    with django_assert_max_num_queries(10):
        assert client.get(address, {"efter": 999, "dar": digest}).status_code == 304


def test_who_else_is_there_is_told_with_the_visit_they_hold(client, world):
    """PLN-15"""
    frida, tove = world.visit("Frida Karlsson", 600), world.colleague()
    address = reverse("board:follow", args=[world.plan.pk])
    client.force_login(tove, BACKEND)
    client.get(address, {"efter": 0, "haller": frida.pk})
    client.force_login(world.planner, BACKEND)
    assert client.get(address, {"efter": 999}).json()["who"] == [["TR", "Tove Rydhamn", frida.pk]]
    assert 'data-by="TR"' not in client.get(board_of(world)).content.decode()  # it is unplaced


def test_undo_by_the_button(client, world):
    """PLN-15"""
    frida = world.visit("Frida Karlsson", 600)
    move(client, world, frida, rad=world.ali.pk, start="10:00")
    client.post(reverse("board:undo", args=[world.plan.pk]), {"key": "u"})
    assert frida.staff.get().shift is None


def test_a_breach_is_accepted_with_a_reason_and_logged(client, world):
    """PLN-20"""
    address = reverse("board:accept", args=[world.plan.pk])
    assert client.post(address, {"code": "break", "about": ":1", "reason": ""}).status_code == 422
    client.post(address, {"code": "break", "about": ":1", "reason": "Rasten tas på kontoret."})
    assert AcceptedBreach.objects.get().reason == "Rasten tas på kontoret."
    assert Event.objects.filter(name="accept_breach").count() == 1


def test_a_breach_is_accepted_once_and_never_from_an_old_page(client, world):
    """CAP-05, CAP-06, PLN-20: the plan was settled since the page was opened."""
    address = reverse("board:accept", args=[world.plan.pk])
    said = {"code": "break", "about": ":1", "reason": "Rasten tas på kontoret.", "key": "one"}
    world.visit("Frida Karlsson", 600)
    plan = DayPlan.objects.get(pk=world.plan.pk)
    perform(plan, SettlePlan(), world.planner, at=NOW)
    old = client.post(address, {**said, "version": plan.version})
    assert old.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in old.content.decode()
    assert not AcceptedBreach.objects.exists()
    for _ in range(2):
        client.post(address, {**said, "version": plan.version + 1})
    assert Event.objects.filter(name="accept_breach").count() == 1


def test_the_same_visit_sent_twice_is_added_once_and_one_that_cannot_be_is_on_record(client, world):
    """CAP-05, CAP-06, PLN-20: Frida goes away while the form is checked."""
    frida = world.client("Frida Karlsson")
    said = {"client": frida.pk, "services": [world.care.pk], "start": "10:00", "minutes": 30}
    said |= {"staff_needed": 1, "key": "one"}
    address = reverse("board:add", args=[world.plan.pk])
    for _ in range(2):
        assert client.post(address, said).status_code == 302
    assert Visit.objects.count() == 1
    line = Event.objects.get(chain__name=frida.chain, name="add_visit")
    assert line.values.values["visit"] == Visit.objects.get().pk
    Client.objects.filter(pk=frida.pk).update(is_dormant=True)
    new = NewVisit(frida, [world.care], start=600, minutes=30, earliest=600, latest_end=630)
    with pytest.raises(Refused):
        perform(frida, AddVisit(plan=world.plan, new=new), world.planner, at=NOW)
    refusal = Event.objects.get(chain__name=frida.chain, kind=Event.Kind.REFUSAL)
    assert (refusal.name, refusal.actor) == ("add_visit", world.planner)
    assert Visit.objects.count() == 1


def test_a_new_visit_is_laid_among_the_unplaced(client, world):
    """PLN-20"""
    frida = world.client("Frida Karlsson")
    said = {
        "client": frida.pk,
        "services": [world.care.pk],
        "start": "10:00",
        "minutes": 30,
        "staff_needed": 1,
        "latest_end": "10:15",
    }
    address = reverse("board:add", args=[world.plan.pk])
    refused = client.post(address, said)
    assert "Besöket slutar 10:30. Skriv 10:30 eller senare, eller flytta starten." in (
        refused.content.decode()
    )
    client.post(address, {**said, "latest_end": ""})
    made = Visit.objects.get()
    assert (made.start, made.latest_end, made.staff.get().shift) == (600, 630, None)


def test_a_planner_of_another_unit_does_not_see_the_board(client, world):
    """SEC-01"""
    from organisation.models import Unit
    from organisation.roles import Role
    from tests.factories import SINCE, person

    other = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, other, "Per Annan", "per"), BACKEND)
    assert client.get(reverse("board:follow", args=[world.plan.pk])).status_code == 404
    assert "Ali Sandhem" not in client.get(board_of(world)).content.decode()
    assert at(DAY)


def test_what_the_form_shows_and_nobody_touched_is_a_colleagues_to_change(client, world):
    """PLN-15: I change the row; Tove has changed the time since I opened the form. Both stand."""
    frida = world.visit("Frida Karlsson", 600)
    world.change(frida, "time", {"start": 615, "minutes": 30}, by=world.colleague())
    seen = {"staff_version": 1, "time_version": 1, "var_rad": "", "var_start": "10:00"}
    untouched = move(client, world, frida, rad=world.ali.pk, start="10:00", **seen)
    assert untouched.status_code == 302
    frida.refresh_from_db()
    assert (frida.start, frida.staff.get().shift) == (615, world.ali)
    assert Event.objects.filter(name="change_visits").count() == 2
    both = move(client, world, frida, rad=world.britt.pk, start="11:00", key="l", **seen)
    assert both.status_code == 409
    frida.refresh_from_db()
    assert (frida.start, frida.staff.get().shift) == (615, world.ali)


def test_an_open_board_that_asks_by_itself_keeps_nobody_logged_in(client, world):
    """SEC-04, PLN-15: the session ends half an hour after the person's own last deed."""
    address = reverse("board:follow", args=[world.plan.pk])
    assert "sessionid" not in client.get(address, {"efter": 0}).cookies
    assert "sessionid" in client.get(board_of(world)).cookies


def test_what_changed_is_drawn_once_for_all_who_see_the_same(client, world, monkeypatch):
    """PLN-15: three planners follow; one of them holds a visit that the others then see held."""
    drawn = []
    read = pieces.reading.read
    monkeypatch.setattr(pieces.reading, "read", lambda plan: drawn.append(plan) or read(plan))
    address, frida = reverse("board:follow", args=[world.plan.pk]), world.visit("Frida Ek", 600)
    seen = DayPlan.objects.get(pk=world.plan.pk).last_seq
    world.put(frida, world.ali, by=world.colleague())
    for user in (world.planner, world.colleague()):
        client.force_login(user, BACKEND)
        client.get(address, {"efter": seen})
    assert len(drawn) == 1
    client.get(address, {"efter": seen, "haller": frida.pk})
    client.force_login(world.planner, BACKEND)
    client.get(address, {"efter": seen})
    assert len(drawn) == 2


def test_who_is_protected_is_named_and_placed_nowhere_on_the_board(client, world):
    """BEY-03: not in board, list, map, dialog, news, nor on the page of the unplaced."""
    hidden = world.client("Frida Karlsson", has_protected_identity=True, address="Hemliga gatan 7")
    visit = world.visit("", 600, client=hidden)
    seen = DayPlan.objects.get(pk=world.plan.pk).last_seq
    pages = [client.get(f"{board_of(world)}&visa={view}") for view in ("tavla", "lista", "karta")]
    pages += [
        client.get(reverse("board:visit", args=[world.plan.pk, visit.pk])),
        client.get(reverse("board:unplaced", args=[world.plan.pk])),
    ]
    world.put(visit, world.ali, by=world.colleague())
    pages += [
        client.get(board_of(world)),
        client.get(reverse("board:follow", args=[world.plan.pk]), {"efter": seen}),
    ]
    for page in pages:
        text = page.content.decode()
        assert "Frida" not in text, page.request["PATH_INFO"]
        assert "Hemliga" not in text
    assert "Skyddad" in pages[-2].content.decode()
    assert "<polyline" not in pages[2].content.decode()
