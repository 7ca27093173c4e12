"""Declined visits by the rule of 24 hours, and the hole they leave. PLN-08."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from organisation.models import Unit
from organisation.roles import Role
from planning.declines.rules import stays
from planning.models import Decline, Visit
from tests.factories import SINCE, at, person, root_unit
from tests.planning.plan.world import DAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MONDAY = date(2026, 11, 23)


@pytest.fixture
def w(monkeypatch, client):
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, 10))
    world = World()
    client.force_login(world.planner)
    return world


def sent(visit: Visit, **more) -> dict:
    return {
        "day": MONDAY,
        "clock": "10:00",
        "why": "Dottern kommer",
        "staff_used": "nej",
        "status_version": visit.status_version,
        "key": "d1",
        **more,
    }


def where(visit: Visit, page: str = "decline") -> str:
    return reverse(f"declines:{page}", args=[visit.plan_id, visit.pk])


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("start", "declined", "kept"),
    [
        (moment(DAY, 10), moment(MONDAY, 10), True),  # 24 hours
        (moment(DAY, 10, 1), moment(MONDAY, 10), False),  # a minute more
        # Summer time begins on Sunday 29 March 2026: from 10 to 10 pass 23 hours, from 9 on 24.
        (moment(date(2026, 3, 29), 10), moment(date(2026, 3, 28), 9), True),
        (moment(date(2026, 3, 29), 10), moment(date(2026, 3, 28), 8, 59), False),
        # It ends on Sunday 25 October 2026: from 10 to 10 pass 25 hours, from 11 on 24.
        (moment(date(2026, 10, 25), 10), moment(date(2026, 10, 24), 10), False),
        (moment(date(2026, 10, 25), 10), moment(date(2026, 10, 24), 11), True),
    ],
)
def test_the_24_hours_pass_as_time_does(start, declined, kept):
    """PLN-08"""
    assert stays(start, declined, staff_used=False) is kept
    assert not stays(start, declined, staff_used=True)


def test_a_visit_within_24_hours_stays_as_declined_with_who_said_it(client, w):
    """PLN-08: Tuesday at ten, declined on Monday at ten; the same key twice is done once."""
    visit = w.visit("Astrid Hagberga", 600)
    w.put(visit, w.ali)
    for _ in range(2):
        answer = client.post(where(visit), sent(visit))
        assert answer["Location"] == where(visit, "hole")
    visit.refresh_from_db()
    assert (visit.status, visit.status_reason) == ("declined", "Avböjt: Dottern kommer")
    row = Decline.objects.get()
    assert (row.stays, row.staff_used, row.recorded_by) == (True, False, w.planner)
    board = client.get(f"{reverse('board:board')}?enhet={w.unit.pk}&dag={DAY}").content.decode()
    assert "Ligger kvar och ersätts" in board
    assert Event.objects.filter(chain__name=w.plan.chain, name="decline_visit").count() == 1
    said = Event.objects.get(chain__name=f"client:{visit.client_id}", name="decline_visit")
    assert said.values.values == {"visit": visit.pk, "stays": True, "staff_used": False}
    again = client.post(where(visit), sent(visit, key="d2"))
    assert "redan avböjt" in again.content.decode()


@pytest.mark.parametrize(("start", "staff_used"), [(601, "nej"), (600, "ja")])
def test_a_later_visit_and_one_whose_staff_did_something_else_are_removed(
    client, w, start, staff_used
):
    """PLN-08"""
    visit = w.visit("Astrid Hagberga", start)
    answer = client.post(where(visit), sent(visit, staff_used=staff_used), follow=True)
    visit.refresh_from_db()
    assert (visit.status, Decline.objects.get().stays) == ("removed", False)
    assert "Besöket är borttaget" in answer.content.decode()
    assert "inte på någon rad" in answer.content.decode()


def test_a_visit_that_had_begun_is_not_declined_and_nothing_is_lost(client, w, monkeypatch):
    """PLN-08"""
    visit = w.visit("Astrid Hagberga", 600)
    monkeypatch.setattr(clock, "now", lambda: at(DAY, 12))
    late = client.post(where(visit), sent(visit, day=DAY))
    assert late.status_code == 422
    assert "Besöket började tis 24 nov 10:00" in late.content.decode()
    assert "Dottern kommer" in late.content.decode()
    ahead = client.post(where(visit), sent(visit, day=DAY, clock="13:00"))
    assert "i framtiden" in ahead.content.decode()
    visit.refresh_from_db()
    assert (visit.status, Decline.objects.count()) == ("planned", 0)
    refusals = Event.objects.filter(chain__name=f"client:{visit.client_id}", kind="refusal")
    assert [event.name for event in refusals] == ["decline_visit"] * 2  # CAP-06


def test_what_fits_in_the_hole_is_offered_and_put_there(client, w):
    """PLN-08, PLN-20: Ali is free from nine to twelve; only the short visit at ten fits there."""
    gone, before, after = (
        w.visit(name, start) for name, start in (("Astrid H", 600), ("Bo L", 510), ("Eva M", 720))
    )
    for visit in (gone, before, after):
        w.put(visit, w.ali)
    fits = w.visit("Nils Ek", 615, 30, slack=15)
    w.visit("Ulla Ås", 800, 30, slack=15)  # in the afternoon
    client.post(where(gone), sent(gone))
    page = client.get(where(gone, "hole"))
    [hole] = page.context["holes"]
    assert (hole.shift, hole.start, hole.end) == (w.ali, 540, 720)
    assert [fit.visit for fit in hole.fits] == [fits]
    [fit] = hole.fits
    client.post(
        reverse("board:visit", args=[w.plan.pk, fits.pk]),
        {
            "gor": "flytta",
            "plats": 1,
            "staff_version": 1,
            "time_version": 1,
            "key": "d3",
            "forslag": f"{fit.placing.shifts} {fit.placing.moves}",
        },
    )
    assert fits.staff.get().shift == w.ali


def test_nobody_else_declines(client, w):
    """SEC-01"""
    visit = w.visit("Astrid Hagberga", 600)
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, south, username="south"))
    assert client.post(where(visit), sent(visit)).status_code == 404
    client.force_login(person(Role.NURSE, w.unit))
    assert client.post(where(visit), sent(visit)).status_code == 403
    assert not Decline.objects.exists()
