"""The services of the municipality: added, renamed, withdrawn on pages. PLN-02, PLN-21."""

import pytest
from django.urls import reverse

from audit.models import Event
from clients.models import Service
from organisation.roles import Role
from tests.factories import person

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def administrator(client):
    user = person(Role.VIVA_ADMINISTRATOR, name="Vera Ivarsdal")
    client.force_login(user, BACKEND)
    return user


@pytest.fixture
def walk(db):
    return Service.objects.create(code="walk", name="Promenad", kind="social_company")


def said(name="Fotvård", kind="personal_care", **more):
    return {"name": name, "kind": kind, "is_offered": "on", **more}


def test_an_administrator_adds_a_service(client, administrator):
    """PLN-21, PLN-02"""
    client.post(reverse("services:add"), said(code="feet"))
    row = Service.objects.get()
    assert (row.code, row.name, row.kind, row.is_offered) == (
        "feet",
        "Fotvård",
        "personal_care",
        True,
    )
    event = Event.objects.get(name="add_service")
    assert (event.actor, event.values.values["name"]) == (administrator, [None, "Fotvård"])
    assert "Insats lades till" in client.get(reverse("services:list")).content.decode()


def test_a_name_that_exists_is_refused_in_words(client, administrator, walk):
    """PLN-21"""
    answer = client.post(reverse("services:add"), said(name="promenad", code="other"))
    assert answer.status_code == 422
    assert "Det finns redan en insats med det namnet." in answer.content.decode()
    assert Service.objects.count() == 1


def test_a_withdrawn_service_is_not_offered_and_stays_where_it_is(client, administrator, walk):
    """PLN-21"""
    lunch = Service.objects.create(code="lunch", name="Lunch", kind="personal_care")
    form = {"name": "Promenad", "kind": "social_company"}  # no tick: withdrawn
    client.post(reverse("services:change", args=[walk.pk]), form)
    assert list(Service.objects.offered()) == [lunch]
    assert set(Service.objects.offered(also=[walk.pk])) == {lunch, walk}
    event = Event.objects.get(name="change_service")
    assert event.values.values == {"version": 2, "is_offered": [True, False]}
    assert "Indragen" in client.get(reverse("services:list")).content.decode()


def test_a_planner_reads_the_services_and_may_not_change_them(client, walk):
    """PLN-21, SEC-01"""
    client.force_login(person(Role.PLANNER), BACKEND)
    page = client.get(reverse("services:list")).content.decode()
    assert "Promenad" in page
    assert "Ny insats" not in page
    assert client.post(reverse("services:change", args=[walk.pk]), said()).status_code == 403
