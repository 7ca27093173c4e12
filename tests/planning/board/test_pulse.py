"""What every open board asks all the time is answered by few queries, and only to whom it may. PLN-15."""

import pytest
from django.urls import reverse

from audit import clock
from organisation.roles import Role
from planning.board import pulse
from planning.models import DayPlan
from tests.factories import person, root_unit
from tests.planning.board.test_pages import BACKEND
from tests.planning.plan.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    client.force_login(w.planner, BACKEND)
    return w


@pytest.fixture
def asked(client, world):
    """The board's question after the view has answered it once."""
    address = reverse("board:follow", args=[world.plan.pk])
    seen = DayPlan.objects.get(pk=world.plan.pk).last_seq
    digest = client.get(address, {"efter": seen}).json()["digest"]
    return address, {"efter": seen, "dar": digest}


def test_nothing_new_costs_one_query_more_than_knowing_who_asks(
    client, asked, django_assert_num_queries
):
    """PLN-15"""
    client.get(*asked)
    with django_assert_num_queries(3):  # session, person, plan; who is there now and then
        assert client.get(*asked).status_code == 304


def test_a_change_is_told_at_once(client, world, asked):
    """PLN-15: trust is about nothing having happened."""
    assert client.get(*asked).status_code == 304
    world.put(world.visit("Frida Karlsson", 600), world.ali, by=world.colleague())
    answer = client.get(*asked)
    assert answer.status_code == 200
    assert answer.json()["said"] == ["Tove Rydhamn flyttade Frida K till Ali Sandhem"]


def test_after_some_seconds_the_view_checks_permission_again(client, world, asked, monkeypatch):
    """SEC-01, PLN-15: the planner's role has ended meanwhile."""
    world.planner.roles.all().delete()
    now = pulse.monotonic()
    assert client.get(*asked).status_code == 304
    monkeypatch.setattr(pulse, "monotonic", lambda: now + pulse.TRUSTED + 1)
    assert client.get(*asked).status_code in (403, 404)


def test_another_persons_session_is_not_told_that_nothing_has_happened(client, world, asked):
    """SEC-01"""
    client.force_login(
        person(
            Role.PLANNER,
            root_unit().children.create(name="Sjövik Söder", valid_from="2020-01-01"),
            "Per Annan",
            "per",
        ),
        BACKEND,
    )
    assert client.get(*asked).status_code == 404
    client.logout()
    assert client.get(*asked).status_code == 302


def test_a_visit_that_the_person_takes_hold_of_is_noted(client, world, asked):
    """PLN-15: holding something else is something new."""
    frida = world.visit("Frida Karlsson", 600)
    address, said = asked
    client.get(address, {**said, "haller": frida.pk})
    assert world.plan.presences.get(user=world.planner).visit == frida
