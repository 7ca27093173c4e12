"""Fastställ och publicera by its pages. PLN-16, PLN-18, SEC-01, SEC-02."""

import pytest
from django.urls import reverse

from audit.models import Event
from organisation.models import Unit
from organisation.roles import Role
from planning.models import DayPlan, Visit
from planning.publishing.commands import PublishPlan
from tests.factories import SINCE, person, root_unit

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def planner(client, world):
    client.force_login(world.planner, BACKEND)
    return client


def page(world) -> str:
    return reverse("publishing:page", args=[world.plan.pk])


def press(client, world, what, **more):
    version = DayPlan.objects.get(pk=world.plan.pk).version
    said = {"gor": what, "version": version, "key": f"{what}{version}", **more}
    return client.post(reverse("publishing:do", args=[world.plan.pk]), said, follow=True)


def test_the_page_shows_what_goes_out_and_publishing_empties_it(planner, world):
    """PLN-16, SEC-02"""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    said = planner.get(page(world)).content.decode()
    assert "Publicera 1 besök" in said
    assert "10:00–10:30, omvårdnad, Ali Sandhem" in said
    assert "saknar personal" not in said
    assert Event.objects.filter(name="read_plan", actor=world.planner, kind="read").count() == 1
    said = press(planner, world, "publicera").content.decode()
    assert "Planen är publicerad." in said
    assert "Inget att publicera" in said
    assert DayPlan.objects.get(pk=world.plan.pk).state == "published"


def test_a_later_change_is_counted_on_the_button(planner, world, do):
    """PLN-16"""
    frida = world.visit("Frida Karlsson", 600)
    do(PublishPlan())
    world.change(frida, "time", {"start": 615, "minutes": 30})
    said = planner.get(page(world)).content.decode()
    assert "Publicera 1 ändring" in said
    assert "10:00–10:30: ny tid 10:15–10:45" in said


def test_visits_that_nobody_does_are_said_before_they_go_out(planner, world):
    """PLN-16, PLN-20"""
    world.put(world.visit("Frida Karlsson", 600, staff=2), world.ali, None)
    assert "1 besök saknar personal" in planner.get(page(world)).content.decode()


def test_hard_breaches_are_listed_with_where_to_put_them_right(planner, world):
    """PLN-16: the buttons are shut, and pressing all the same changes nothing."""
    frida = world.visit("Frida Karlsson", 600)
    world.put(frida, world.ali)
    world.put(world.visit("Gösta Mård", 610), world.ali)
    said = planner.get(page(world)).content.decode()
    assert "Planen går inte att fastställa än" in said
    assert "Dubbelbokad" in said
    assert 'value="publicera" disabled' in said
    said = press(planner, world, "publicera").content.decode()
    assert "Det går inte än. Saknas: åtgärd för dubbelbokad" in said
    assert DayPlan.objects.get(pk=world.plan.pk).state == "planning"


def test_a_page_that_is_old_says_so(planner, world, do):
    """CAP-05"""
    world.visit("Frida Karlsson", 600)
    old = DayPlan.objects.get(pk=world.plan.pk).version
    do(PublishPlan())
    said = press(planner, world, "faststall", version=old).content.decode()
    assert "har ändrats sedan du öppnade sidan" in said


def test_an_earlier_version_is_compared_and_restored(planner, world, do):
    """PLN-16, PLN-19"""
    frida = world.visit("Frida Karlsson", 600)
    do(PublishPlan())
    world.change(frida, "time", {"start": 615, "minutes": 30})
    said = planner.get(reverse("publishing:version", args=[world.plan.pk, 1])).content.decode()
    assert "10:15–10:45: ny tid 10:00–10:30" in said
    said = press(planner, world, "aterstall", nummer=1).content.decode()
    assert "Tavlan är tillbaka i version 1." in said
    assert Visit.objects.get(pk=frida.pk).start == 600


def test_the_pack_is_opened_as_a_pdf_and_its_reading_is_logged(planner, world):
    """PLN-18, SEC-02"""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    answer = planner.get(reverse("publishing:pack", args=[world.plan.pk]) + "?rad=1")
    content = b"".join(answer.streaming_content)
    assert (answer["Content-Type"], content[:5]) == ("application/pdf", b"%PDF-")
    assert 'filename="dagplan-2026-11-24-rad-1.pdf"' in answer["Content-Disposition"]
    assert Event.objects.get(name="read_pack").personal


def test_another_units_people_find_no_plan(client, world):
    """SEC-01, PLN-16: the twin of every page"""
    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, other, "Tove Rydhamn", "tove"), BACKEND)
    for name, more in (("page", []), ("version", [1]), ("pack", [])):
        assert (
            client.get(reverse(f"publishing:{name}", args=[world.plan.pk, *more])).status_code
            == 404
        )
    answer = client.post(reverse("publishing:do", args=[world.plan.pk]), {"gor": "publicera"})
    assert answer.status_code == 404
    assert DayPlan.objects.get(pk=world.plan.pk).state == "planning"


def test_who_only_reads_sees_the_page_and_no_buttons(client, world):
    """SEC-01"""
    client.force_login(person(Role.NURSE, world.unit, "Nils Ödmark", "nils"), BACKEND)
    world.visit("Frida Karlsson", 600)
    assert 'value="publicera"' not in client.get(page(world)).content.decode()
    answer = client.post(reverse("publishing:do", args=[world.plan.pk]), {"gor": "publicera"})
    assert answer.status_code == 403


def test_the_page_asks_the_database_as_often_for_twenty_visits_as_for_two(
    planner, world, django_assert_max_num_queries
):
    for number in range(2):
        world.put(world.visit(f"Frida Karlsson {number}", 480 + 20 * number, 10), world.ali)
    counted = _queries(planner, world)
    for number in range(2, 20):
        world.put(world.visit(f"Frida Karlsson {number}", 480 + 20 * number, 10), world.ali)
    assert _queries(planner, world) == counted


def _queries(client, world) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(page(world))
    return len(asked)
