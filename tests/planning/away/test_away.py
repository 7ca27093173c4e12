"""Away and home again: extra visits follow, and the planner is told what it does. PLN-09."""

from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from organisation.models import Unit
from organisation.roles import Role
from planning.baseplans.generation import generate
from planning.extras.commands import EndNeed
from planning.models import Absence, DayPlan, Visit
from tests.factories import SINCE, at, person, root_unit
from tests.planning.baseplans import factories as baseplans
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
SUNDAY, MONDAY = date(2026, 11, 29), date(2026, 11, 30)


@pytest.fixture
def w(monkeypatch, client):
    monkeypatch.setattr(clock, "now", lambda: at(FRIDAY, 18))
    world = World()
    client.force_login(world.planner)
    world.need = world.need()
    for day in (SUNDAY, MONDAY):
        world.extra(day)
    return world


def go_away(client, w, last: date | None = None, first: date = SUNDAY):
    sent = {"why": "hospital", "first": first, "last": last or ""}
    return client.post(reverse("clients:absence_add", args=[w.astrid.pk]), sent, follow=True)


def standing(w) -> list[date]:
    rows = Visit.objects.standing().filter(client=w.astrid).order_by("plan__day")
    return list(rows.values_list("plan__day", flat=True))


def test_extra_visits_go_with_the_person_and_come_back_with_them(client, w):
    """PLN-09: away from Sunday with no end known; home on Monday, then on Sunday after all."""
    go_away(client, w)
    assert standing(w) == [SATURDAY]
    plan = DayPlan.objects.get(day=SUNDAY)
    assert Event.objects.filter(chain__name=plan.chain, name="follow_absence").count() == 1
    away = Absence.objects.get()
    change = reverse("clients:absence_change", args=[away.pk])
    early = client.post(change, {"why": "hospital", "first": SUNDAY, "last": SATURDAY})
    assert "Frånvaron slutar innan den börjar" in early.content.decode()
    client.post(change, {"why": "hospital", "first": SUNDAY, "last": SUNDAY})
    assert standing(w) == [SATURDAY, MONDAY]
    client.post(reverse("clients:absence_cancel", args=[away.pk]))
    assert standing(w) == [SATURDAY, SUNDAY, MONDAY]
    assert w.need.visits.filter(plan__day=SUNDAY).get().changes.count() == 2


def test_a_need_that_ended_meanwhile_gets_no_visits_back(client, w):
    """PLN-09, EXT-04"""
    go_away(client, w)
    w.do(w.need, EndNeed(ended_on=SATURDAY, why="Frisk"), FRIDAY)
    client.post(reverse("clients:absence_cancel", args=[Absence.objects.get().pk]))
    assert standing(w) == []


def test_a_visit_removed_for_another_reason_stays_removed(client, w):
    """PLN-09"""
    visit = w.need.visits.get(plan__day=MONDAY)
    w.plan = visit.plan
    w.change(visit, "status", {"status": "removed", "reason": "Avbokat"})
    go_away(client, w)
    client.post(reverse("clients:absence_cancel", args=[Absence.objects.get().pk]))
    assert standing(w) == [SATURDAY, SUNDAY]


def test_what_an_absence_does_is_said_in_words_and_the_holes_are_offered(client, w):
    """PLN-06, PLN-07, PLN-09, EXT-03: two carers on Monday, laundry on Monday, key 118."""
    w.astrid.key_number = "118"
    w.astrid.save()
    pair = baseplans.base_plan(w.astrid)
    baseplans.row(pair, services=(w.care,), weekday=0, staff_needed=2)
    errand = baseplans.base_plan(w.client("Tvättstugan", is_surrounding=True))
    baseplans.row(errand, 780, services=(w.care,), weekday=0).serves.add(w.astrid)
    generate(w.unit, MONDAY, MONDAY, Act.by_system(at(FRIDAY, 18)))
    page = go_away(client, w, last=MONDAY).content.decode()
    for said in (
        "Båda ur personalen blir lediga från ett dubbelbemannat besök.",
        f"{w.need} (Dusch) pågår, dag 0 av 10. Besöken väntar till hemkomsten, men dagarna räknas: "
        "dag tio är tisdag 8 december 2026.",
        "till exempel tvätt: mån 30 nov 13:00.",
        "Nyckel 118 behövs inte före hemkomsten.",
        "3 besök",
    ):
        assert said in page
    removed = Visit.objects.filter(status="removed", plan__day=MONDAY).first()
    assert reverse("declines:hole", args=[removed.plan_id, removed.pk]) in page


def test_an_active_end_takes_the_extra_visits_and_a_later_start_brings_them_back(client, w):
    """PLN-09: the seed's other way, an end and then a new start."""
    change = reverse("clients:change", args=[w.astrid.pk])
    values = {"name": w.astrid.name, "unit": w.unit.pk, "provider": w.provider.pk}
    client.post(change, {**values, "active_from": SINCE, "active_to": SATURDAY})
    assert standing(w) == [SATURDAY]
    client.post(change, {**values, "active_from": MONDAY})
    assert standing(w) == [MONDAY]


def test_nobody_of_another_unit_reads_of_an_absence(client, w):
    """SEC-01"""
    go_away(client, w)
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PLANNER, south, username="south"))
    where = reverse("clients:absence_consequences", args=[Absence.objects.get().pk])
    assert client.get(where).status_code == 404
