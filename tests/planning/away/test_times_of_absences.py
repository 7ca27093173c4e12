"""An absence has times as well as days. PLN-09, DAY-02.

Tuesday 24 November 2026. Frida has visits at 07:00, 13:00 and 17:00 every day.
"""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from organisation.pages import history
from planning import daytime
from planning.baseplans.generation import generate
from planning.models import Absence, DayPlan, Visit
from planning.plan.absences import away_of
from planning.publishing import reading
from tests.factories import at, words
from tests.planning.begun.world import based
from tests.planning.plan.world import DAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MONDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture
def w(client, monkeypatch):
    now = {"is": at(MONDAY, 3)}
    monkeypatch.setattr(clock, "now", lambda: now["is"])
    world = World()
    world.now = now
    client.force_login(world.planner, BACKEND)
    world.frida = world.client("Frida Karlsson")
    based(world, world.frida, 420, 780, 1020)
    generate(world.unit, MONDAY, TOMORROW, Act.by_system(at(MONDAY, 3)))
    return world


def standing(w, day: date = DAY) -> list[str]:
    rows = Visit.objects.standing().filter(client=w.frida, plan__day=day)
    return [daytime.wall(day, row.start) for row in rows]


def add(client, w, **said):
    where = reverse("clients:absence_add", args=[w.frida.pk])
    return client.post(where, {"why": "hospital", "first": MONDAY, **said}, follow=True)


def change(client, **said):
    where = reverse("clients:absence_change", args=[Absence.objects.get().pk])
    return client.post(where, {"why": "hospital", "first": MONDAY, **said}, follow=True)


def test_home_from_hospital_at_1400_supper_is_planned_and_nobody_comes_to_an_empty_home(client, w):
    """PLN-09, DAY-02: gone on Monday at 10:00, the end not known; said at 11:00 on Tuesday."""
    w.now["is"] = at(MONDAY, 9, 43)
    page = add(client, w, leaves_at="10:00").content.decode()
    assert standing(w, MONDAY) == ["07:00"]
    assert (standing(w), standing(w, TOMORROW)) == ([], [])
    assert "Sjukhus från mån 23 nov 2026 10:00" in page
    assert "Hemkomst inte känd" in page
    w.now["is"] = at(DAY, 11)
    page = words(change(client, leaves_at="10:00", last=DAY, home_at="14:00"))
    assert standing(w) == ["17:00"]
    assert standing(w, TOMORROW) == ["07:00", "13:00", "17:00"]
    assert "hemma igen tis 24 nov 2026 14:00. 4 planerade besök ändrades." in page
    assert "Hemma igen tis 24 nov 2026 14:00. Besöken kommer tillbaka av sig själva då." in page
    plan = DayPlan.objects.get(planned_unit=w.unit, day=DAY)
    assert [s["start"] for s in reading.pending(plan).new.values()] == ["2026-11-24T17:00:00+01:00"]
    event = Event.objects.get(name="change_absence")
    said = {"last": [None, "2026-11-24"], "home_at": [None, "14:00"]}
    assert event.values.values == {"version": 3, "visits": 4, **said}
    [line, *_] = history.of_chain(f"client:{w.frida.pk}")
    assert [(row.field, row.after) for row in line.changes] == [
        ("Sista dag", "2026-11-24"),
        ("Hemma igen klockan", "14:00"),
    ]


def test_without_times_whole_days_are_meant_and_the_pages_say_the_day_of_return(client, w):
    """PLN-09: the visits come back the day the person returns, which all pages name alike."""
    page = add(client, w, first=DAY, last=DAY).content.decode()
    assert (standing(w, MONDAY), standing(w)) == (["07:00", "13:00", "17:00"], [])
    assert standing(w, TOMORROW) == ["07:00", "13:00", "17:00"]
    assert "Hemma igen ons 25 nov 2026" in page
    for where in (
        reverse("clients:client", args=[w.frida.pk]),
        reverse("baseplans:plan", args=[w.frida.pk]),
    ):
        assert "Hemma igen ons 25 nov 2026" in client.get(where).content.decode()
    w.now["is"] = at(DAY, 8)
    listed = client.get(f"{reverse('clients:list')}?visa=borta").content.decode()
    assert "Borta, hemma igen ons 25 nov 2026" in listed
    stored = Absence.objects.get()
    assert (stored.leaves_at, stored.home_at) == (None, None)


def test_home_at_midnight_is_the_whole_day(client, w):
    """DAY-03, PLN-09: 24:00 is an end; as the time of leaving it is refused."""
    add(client, w, first=DAY, last=DAY, home_at="24:00")
    assert (standing(w), Absence.objects.get().home_at) == ([], None)
    refused = change(client, first=DAY, last=DAY, leaves_at="24:00")
    assert refused.status_code == 422
    assert "Skriv 00:00 och nästa dag i stället för 24:00." in refused.content.decode()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"home_at": "14:00"}, "Skriv vilken dag personen är hemma igen"),
        (
            {"leaves_at": "10:00", "last": MONDAY, "home_at": "09:00"},
            "Personen går 10:00 den dagen.",
        ),
        ({"last": MONDAY - timedelta(days=1)}, "Frånvaron slutar innan den börjar"),
        ({"leaves_at": "10:70"}, "Skriv tiden som tt:mm"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_and_nothing_changes(client, w, said, why):
    """PLN-09"""
    answer = add(client, w, **said)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not Absence.objects.exists()
    assert standing(w) == ["07:00", "13:00", "17:00"]
    assert not Event.objects.filter(name="add_absence").exists()


def test_away_twice_on_a_day_but_never_at_once(client, w):
    """PLN-09: home at 10:00, gone again at 16:00; a third one at noon to the evening is refused."""
    add(client, w, last=DAY, home_at="10:00")
    add(client, w, first=DAY, leaves_at="16:00", last=DAY)
    assert standing(w) == ["13:00"]
    again = add(client, w, first=DAY, leaves_at="12:00", last=DAY, home_at="16:30")
    assert "Personen är redan borta från" in again.content.decode()
    assert Absence.objects.count() == 2


def test_a_visit_is_added_after_the_return_and_refused_before(client, w):
    """PLN-09, EXT-01"""
    add(client, w, last=DAY, home_at="14:00")
    w.plan = DayPlan.objects.get(planned_unit=w.unit, day=DAY)
    where = reverse("board:add", args=[w.plan.pk])
    said = {"client": w.frida.pk, "services": [w.care.pk], "minutes": 30, "staff_needed": 1}
    early = client.post(where, {**said, "start": "11:00"})
    assert early.status_code == 422
    assert (
        "Frida K är borta måndag 23 november 2026 till tisdag 24 november 2026 14:00 (sjukhus). "
        "Välj en annan tid, eller ändra frånvaron först."
    ) in early.content.decode()
    client.post(where, {**said, "start": "15:00"})
    assert standing(w) == ["15:00", "17:00"]


def test_an_added_visit_goes_and_comes_by_the_time(client, w):
    """PLN-09: at 15:00 on the day of the return; the night's 01:00 belongs to the day after."""
    w.plan = DayPlan.objects.get(planned_unit=w.unit, day=DAY)
    for start in (900, 1500):
        w.visit("", start, client=w.frida, origin=Visit.Origin.BY_HAND)
    add(client, w, first=DAY, leaves_at="08:00", last=DAY)
    assert standing(w) == ["07:00", "01:00"]
    change(client, first=DAY, leaves_at="08:00", last=DAY, home_at="14:00")
    assert standing(w) == ["07:00", "15:00", "17:00", "01:00"]


def test_a_return_in_the_spring_night_is_by_the_clock():
    """PLN-09, DAY-03: home at 03:30 on 28 March 2027, which is minute 150 of that day."""
    absence = Absence(first=date(2027, 3, 27), last=date(2027, 3, 28), home_at=time(3, 30))
    away = away_of(absence)
    assert away.covers(date(2027, 3, 28), 149)
    assert not away.covers(date(2027, 3, 28), 150)
