"""How extra needs go, per unit and month. EXT-05; the expected numbers are counted by hand."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from organisation.roles import Role
from planning.extras import commands
from tests.factories import at, person, root_unit
from tests.organisation import queries_of
from tests.planning.extras.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 14)


@pytest.fixture
def w(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))
    client.force_login(person(Role.DEPUTY_DIRECTOR, root_unit()))
    return World()


def need(w, name: str, first: date):
    begun = w.need(day=first, planned=first, client=w.client(name))
    return w.contacted(begun, first)


def test_the_year_is_counted_by_month_and_unit(client, w):
    """Ended after 3 days and after 9; applied for on day ten; ended on day 12 and open on day 16
    are forgotten; one began today."""
    november, december = date(2026, 11, 2), date(2026, 12, 1)
    for name, first, last in (
        ("A A", november, date(2026, 11, 5)),
        ("B B", december, date(2026, 12, 10)),
        ("C C", november, date(2026, 11, 14)),
    ):
        w.do(need(w, name, first), commands.EndNeed(ended_on=last, why="Frisk"), last)
    tenth = date(2026, 11, 12)
    w.do(need(w, "D D", november), w.contact(tenth, commands.ApplyForNeed), tenth)
    need(w, "E E", date(2026, 11, 28))
    need(w, "F F", TODAY)
    found = client.get(reverse("extras:figures")).context["figures"]
    by_month = {first: (t.ended, t.renewed, t.forgotten, t.running) for first, t in found.months}
    assert by_month[date(2026, 11, 1)] == (1, 1, 2, 0)
    assert by_month[date(2026, 12, 1)] == (1, 0, 0, 1)
    assert sum(map(sum, by_month.values())) == 6
    [unit] = found.units
    assert (unit.label, unit.total, sorted(unit.days), unit.median_days) == (
        "Sjövik Norr",
        6,
        [3, 9, 12],
        9,
    )
    answer = client.get(reverse("extras:figures"), {"format": "xlsx"})
    lines = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert lines[1] == ("Sjövik Norr", 6, 9, 2, 1, 2, 1)


def test_the_figures_cost_as_many_queries_for_many_as_for_few(client, w):
    """CAP-14"""
    where = reverse("extras:figures")
    assert "Här visas hur många" in client.get(where).content.decode()
    seen = []
    for count in (2, 6):
        for number in range(count):
            need(w, f"Brukare {count}{number}", TODAY)
        seen.append(queries_of(client, where))
    assert seen[0] == seen[1]


def test_a_planner_does_not_see_the_figures(client, w):
    """SEC-01"""
    client.force_login(w.planner)
    assert client.get(reverse("extras:figures")).status_code == 403
