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
    assert event.values.values == {"version": 3, "address": ["Torget 1", "Hamnen 2"]}
    assert "Hamnen 2" in client.get(reverse("staffing:bases")).content.decode()


def test_swapped_coordinates_are_offered_the_other_way_round_with_nothing_lost(client, unit):
    """DAY-04, PLN-21: latitude 15.4290 and longitude 60.1265 have changed places."""
    address = reverse("staffing:base_change", args=[unit.pk])
    wrong = {**PLACE, "latitude": "15,4290", "longitude": "60,1265"}
    answer = client.post(address, wrong)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "Latitud och longitud ser ut att ha bytt plats: 60,1265 och 15,4290" in told
    assert 'name="swap_places"' in told
    assert not Base.objects.exists()
    client.post(address, {**wrong, "swap_places": "on"})
    base = Base.objects.get(unit=unit)
    assert (base.address, base.latitude, base.longitude) == ("Torget 1", 60.1265, 15.429)


def test_a_base_outside_sweden_is_refused(client, unit):
    """DAY-04: 0 / 0 lies in the Gulf of Guinea."""
    address = reverse("staffing:base_change", args=[unit.pk])
    answer = client.post(address, {**PLACE, "latitude": "0", "longitude": "0"})
    assert answer.status_code == 422
    assert "Platsen ligger inte i Sverige." in answer.content.decode()
    assert not Base.objects.exists()


def test_another_units_base_is_not_found(client, unit):
    """PLN-21, SEC-01"""
    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    assert client.post(reverse("staffing:base_change", args=[other.pk]), PLACE).status_code == 404
