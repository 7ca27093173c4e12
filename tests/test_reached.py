"""A state that is put back is the state that was reached."""

from datetime import date

import pytest

from audit import sealing
from audit.models import Event
from cases.models import Case, Document
from organisation.models import Unit
from tests.factories import SINCE, at
from tests.procurement.routine import application_in
from tests.reached import reached_once

pytestmark = [pytest.mark.django_db, pytest.mark.both]
built: list[str] = []


@reached_once
def decided():
    """Counts how often it is played."""
    built.append("decided")
    return application_in("decided")


def rows() -> dict:
    """What a state is to those who read it."""
    return {
        "states": list(Case.objects.values_list("number", "state", "version")),
        "events": list(Event.objects.values_list("seq", "name", "hash").order_by("chain", "seq")),
        "documents": [(d.kind, d.sha256) for d in Document.objects.order_by("pk")],
    }


@pytest.fixture(scope="module")
def seen() -> list:
    """What each test of this module finds."""
    return []


@pytest.mark.parametrize("time", ["played", "put back", "put back again"])
def test_every_test_finds_the_same_rows_log_and_files(time, seen):
    """CAP-06: the chains are whole, whoever played them."""
    r = decided()
    seen.append(rows())
    assert seen[-1] == seen[0]
    assert len(seen[0]["events"]) > 20
    assert sealing.verify().faults == ()
    assert Document.objects.exclude(locked_at=None).first().file.read()[:5] == b"%PDF-"
    assert r.application.state == "decided"
    assert built == ["decided"]
    r.notify(at(date(2026, 4, 17)), "post")
    assert r.application.state != "decided"


def test_what_another_test_does_after_it_is_not_found():
    """The state is the one that was reached, not the one the last test left."""
    r = decided()
    assert r.application.state == "decided"


def test_after_something_else_was_made_it_is_played_anew():
    """A test that has made something before gets what it would have got."""
    Unit.objects.create(name="Socialförvaltningen", valid_from=SINCE)
    before = len(built)
    decided()
    assert len(built) == before + 1
