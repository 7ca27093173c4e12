"""Every change of a visit is found by person, visit, staff, date and who made it. PLN-19."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.models import Event
from organisation.models import Unit
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit
from tests.planning.plan.world import NOW, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ADDRESS = reverse("history:changes")


@pytest.fixture
def world(client, monkeypatch):
    """Frida is given to Ali and then to Britt, Gösta is moved in time by a colleague."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    w.frida, w.gosta = w.visit("Frida Karlsson", 600), w.visit("Gösta Mård", 700)
    w.put(w.frida, w.ali)
    w.put(w.frida, w.britt)
    w.tove = w.colleague()
    w.change(w.gosta, "time", {"start": 720, "minutes": 30}, by=w.tove)
    client.force_login(w.planner, BACKEND)
    return w


def found(client, world, **said) -> list[tuple[str, str, str, str]]:
    asked = {"enhet": world.unit.pk, "fran": "2026-11-20", "till": "2026-11-30", **said}
    rows = client.get(ADDRESS, asked).context["rows"]
    return [(str(r.change.visit.client), r.what, r.before, r.after) for r in rows]


FRIDA_1 = ("Frida Karlsson", "Personal", "otilldelat", "Ali Sandhem")
FRIDA_2 = ("Frida Karlsson", "Personal", "Ali Sandhem", "Britt Åkerlo")
GOSTA = ("Gösta Mård", "Tid", "11:40–12:10", "12:00–12:30")


def test_the_latest_change_comes_first_with_who_and_from_what_to_what(client, world):
    """PLN-19, SEC-02: and the search itself is a read on record, by number."""
    assert found(client, world) == [GOSTA, FRIDA_2, FRIDA_1]
    said = client.get(ADDRESS).content.decode()
    assert "Tove Rydhamn" in said
    assert "Anna Skogmark" in said
    read = Event.objects.filter(name="read_changes").first()
    assert (read.kind, read.personal, read.actor) == ("read", True, world.planner)


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda w: {"person": w.gosta.client_id}, [GOSTA]),
        (lambda w: {"besok": w.frida.pk}, [FRIDA_2, FRIDA_1]),
        (lambda w: {"av": w.tove.pk}, [GOSTA]),
        (lambda w: {"personal": w.ali.carer_id}, [FRIDA_2, FRIDA_1]),
        (lambda w: {"personal": w.cecilia.carer_id}, []),
        (lambda w: {"fran": "2026-11-25"}, []),
    ],
    ids=["person", "visit", "who made it", "staff that had it", "other staff", "later days"],
)
def test_changes_are_found_by(client, world, ask, expected):
    """PLN-19"""
    assert found(client, world, **ask(world)) == expected


def test_what_was_asked_wrongly_is_said(client, world):
    """PLN-19"""
    asked = {"enhet": world.unit.pk, "fran": "2026-11-24", "till": "2026-11-20"}
    said = client.get(ADDRESS, asked).content.decode()
    assert "Sista dagen är före den första." in said
    asked["till"] = "2027-11-20"
    assert "Sök i högst 62 dagar åt gången." in client.get(ADDRESS, asked).content.decode()


def test_the_list_can_be_had_as_excel(client, world):
    """PLN-19"""
    answer = client.get(
        ADDRESS, {"enhet": world.unit.pk, "fran": "2026-11-20", "till": "2026-11-30", "excel": 1}
    )
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][1:2] + rows[1][3:] == (
        "Tove Rydhamn",
        "2026-11-24",
        "Sjövik Norr",
        "Gösta Mård",
        world.gosta.pk,
        "Tid",
        "11:40–12:10",
        "12:00–12:30",
    )
    assert len(rows) == 4


def test_another_unit_shows_nothing_of_it(client, world):
    """SEC-01, PLN-19"""
    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, other, "Stig Mo", "stig"), BACKEND)
    said = client.get(ADDRESS, {"enhet": world.unit.pk, "fran": "2026-11-20", "till": "2026-11-30"})
    assert "Frida" not in said.content.decode()


def test_as_many_queries_for_thirty_changes_as_for_three(client, world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS)
        return len(queries)

    asked()  # the first asks for what is then remembered
    before = asked()
    for start in range(600, 627):
        world.change(world.gosta, "time", {"start": start, "minutes": 30})
    assert asked() == before
