"""Real threads on PostgreSQL: what is no case is done once per key, and by version. CAP-05."""

import pytest
from django.db import connection

from audit import sealing
from audit.models import Event
from clients.commands import AddClient, ReadOrder
from clients.forms import NewClientForm
from clients.models import Client
from door.performing import perform
from organisation.authority import actor_on
from organisation.models import Unit
from organisation.roles import Role
from tests.cases.test_concurrency import THREADS, together
from tests.factories import SINCE, at, person
from tests.planning.baseplans.factories import north, order, someone

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]
NOW = at(SINCE)


def test_sixteen_who_saw_the_same_version_give_one_success():
    """CAP-05, PLN-04"""
    there, planner = someone(), person(Role.PLANNER, north())
    row = order(there)

    def read(_: int) -> str:
        perform(there, ReadOrder(order=row), planner, expected_version=1, at=NOW)
        return "done"

    assert together(read) == {"done": 1, "Stale": THREADS - 1}
    assert Event.objects.filter(name="read_order", kind="change").count() == 1
    assert sealing.verify().faults == ()


def test_the_same_new_client_from_sixteen_threads_is_one_client():
    """CAP-05, PLN-04: there is no row yet to hold, so the key decides."""
    worker, unit = person(Role.SOCIAL_WORKER), north()
    said = {"name": "Astrid Hagberga", "unit": unit.pk, "active_from": str(SINCE)}

    def add(_: int) -> str:
        actor = actor_on(worker, SINCE)
        form = NewClientForm(said, units=Unit.objects.all(), actor=actor)
        assert form.is_valid(), form.errors
        outcome = perform(form.instance, AddClient(filled=form), worker, key="one", at=NOW)
        return "repeated" if outcome.repeated else "done"

    assert together(add) == {"done": 1, "repeated": THREADS - 1}
    assert Client.objects.count() == 1
    assert sealing.verify().faults == ()
