"""What surrounds a client, on pages. PLN-05, PLN-06, PLN-09, PLN-20, BEY-04."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from clients.models import Client
from organisation.roles import Role
from planning.baseplans.generation import generate
from planning.models import Absence, Carer, Visit
from tests.factories import SINCE, at, person
from tests.planning.baseplans.factories import base_plan, north, row, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture(autouse=True)
def planner(client):
    client.force_login(person(Role.PLANNER, north(), "Sofia Kvarnby"))


@pytest.fixture
def astrid():
    """A person with a visit every morning."""
    of = base_plan(someone(key_number="118"))
    for weekday in range(7):
        row(of, weekday=weekday, slot="morning")
    return of.client


def text(answer) -> str:
    return answer.content.decode()


def events(of: Client) -> list[str]:
    found = Event.objects.filter(chain__name=f"client:{of.pk}", kind=Event.Kind.CHANGE)
    return list(found.order_by("seq").values_list("name", flat=True))


def plan(first: date, days: int) -> None:
    generate(north(), first, first + timedelta(days=days - 1), Act.by_system(clock.now()))


def test_an_absence_without_an_end_takes_visits_away_until_it_is_known(client, astrid, today):
    """PLN-09"""
    plan(today, 7)
    add = reverse("clients:absence_add", args=[astrid.pk])
    early = {"why": "hospital", "first": today, "last": today - timedelta(days=1)}
    assert "Frånvaron slutar innan den börjar" in text(client.post(add, early))
    client.post(add, {"why": "hospital", "first": today + timedelta(days=1), "last": ""})
    assert Visit.objects.standing().count() == 1
    assert "Hemkomst inte känd" in text(client.get(reverse("baseplans:plan", args=[astrid.pk])))
    again = client.post(add, {"why": "away", "first": today + timedelta(days=9), "last": ""})
    assert "Personen är redan borta" in text(again)
    away = Absence.objects.get()
    change = reverse("clients:absence_change", args=[away.pk])
    client.post(change, {"why": "hospital", "first": away.first, "last": today + timedelta(days=3)})
    assert Visit.objects.standing().count() == 4
    client.post(reverse("clients:absence_cancel", args=[away.pk]))
    assert Visit.objects.standing().count() == 7
    assert events(astrid) == ["add_absence", "change_absence", "cancel_absence"]


def test_the_care_contact_is_an_assistant_nurse_or_a_reason(client, astrid, today):
    """BEY-04, PLN-20"""
    shared = {"unit": north(), "valid_from": SINCE}
    ali = Carer.objects.create(name="Ali Sandhem", title="assistant_nurse", **shared)
    eva = Carer.objects.create(name="Eva Myrås", title="care_assistant", **shared)
    where = reverse("clients:care_contact", args=[astrid.pk])
    assert client.post(where, {"carer": eva.pk, "valid_from": today}).status_code == 422
    assert "eller skriv varför" in text(client.post(where, {"valid_from": today}))
    client.post(where, {"carer": ali.pk, "valid_from": today})
    later = today + timedelta(days=30)
    client.post(where, {"reason_for_none": "Anhörig samordnar", "valid_from": later})
    assert [str(found) for found in astrid.care_contacts.all()] == [
        "Anhörig samordnar",
        "Ali Sandhem",
    ]
    assert astrid.care_contacts.last().valid_to == later - timedelta(days=1)
    wish = reverse("clients:wish_add", args=[astrid.pk])
    client.post(wish, {"carer": eva.pk, "wish": "unwanted"})
    assert "Ta bort det först" in text(client.post(wish, {"carer": eva.pk, "wish": "preferred"}))
    client.post(reverse("clients:wish_remove", args=[astrid.preferences.get().pk]))
    assert events(astrid)[-2:] == ["add_wish", "remove_wish"]


def test_one_who_becomes_dormant_or_moves_has_no_visits_left(client, astrid, today, monkeypatch):
    """PLN-05, PLN-21: seen before the first visit of the day."""
    monkeypatch.setattr(clock, "now", lambda: at(today, 6))
    plan(today, 3)
    values = {
        "name": astrid.name,
        "unit": astrid.unit_id,
        "provider": astrid.provider_id,
        "active_from": SINCE,
    }
    where = reverse("clients:change", args=[astrid.pk])
    client.post(where, {**values, "is_dormant": "on"})
    assert Visit.objects.standing().count() == 0
    client.post(where, values)
    assert Visit.objects.standing().count() == 3
    assert events(astrid) == ["change_client", "change_client"]
