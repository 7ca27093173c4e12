"""Where a unit's shifts start and end is kept on a page. PLN-21."""

import pytest
from django.urls import reverse

from audit.models import Event
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Base
from tests.factories import SINCE, person, root_unit

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PLACE = {"address": "Torget 1", "latitude": "60,1265", "longitude": "15,4290"}


@pytest.fixture
def unit(client):
    row = Unit.objects.create(name="Sjövik Norr", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.UNIT_MANAGER, row, "Ulla Norrbäck"), BACKEND)
    return row


def test_a_unit_manager_places_the_base_and_the_log_says_from_what_to_what(client, unit):
    """PLN-21"""
    address = reverse("staffing:base_change", args=[unit.pk])
    client.post(address, PLACE)
    base = Base.objects.get(unit=unit)
    assert (base.address, base.latitude, base.longitude) == ("Torget 1", 60.1265, 15.429)
    client.post(address, {**PLACE, "address": "Hamnen 2"})
    event = Event.objects.filter(name="place_base").order_by("seq").last()
    assert event.values.values == {"address": ["Torget 1", "Hamnen 2"]}
    assert "Hamnen 2" in client.get(reverse("staffing:bases")).content.decode()


def test_a_place_outside_sweden_is_refused_with_what_to_look_for(client, unit):
    """PLN-21: latitude and longitude have changed places."""
    address = reverse("staffing:base_change", args=[unit.pk])
    answer = client.post(address, {**PLACE, "latitude": "15,4290", "longitude": "60,1265"})
    assert answer.status_code == 422
    assert "Kontrollera att latitud och longitud inte har bytt plats." in answer.content.decode()
    assert not Base.objects.exists()


def test_another_units_base_is_not_found(client, unit):
    """PLN-21, SEC-01"""
    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    assert client.post(reverse("staffing:base_change", args=[other.pk]), PLACE).status_code == 404
