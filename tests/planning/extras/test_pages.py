"""Extra needs on pages: planned on the board, reported afterwards, listed, in the overview."""

from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases.models import Case
from organisation.models import Unit
from organisation.roles import Role
from planning.models import ExtraNeed, Visit
from tests.factories import SINCE, at, person, root_unit
from tests.organisation import queries_of
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 30)


@pytest.fixture
def w(monkeypatch, client):
    monkeypatch.setattr(clock, "now", lambda: at(FRIDAY, 18))
    world = World()
    client.force_login(world.planner)
    return world


def text(answer) -> str:
    return answer.content.decode()


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def stay(w, **more) -> dict:
    return {
        "client": w.astrid.pk,
        "services": [w.shower.pk],
        "start": "10:00",
        "minutes": 30,
        "staff_needed": 1,
        **more,
    }


def test_a_planner_adds_an_extra_visit_and_is_told_whom_by_when_and_why(client, w):
    """EXT-01: on a Friday evening."""
    w.extra(services=(w.care,))
    plan = Visit.objects.get().plan
    where = reverse("board:add", args=[plan.pk])
    page = text(client.get(where))
    assert "Leila Havsby ska då få veta det senast <b>måndag 30 november 2026</b>" in page
    assert "Dag tio är tisdag 8 december 2026" in page
    answer = client.post(where, stay(w), follow=True)
    need = ExtraNeed.objects.get()
    assert said(answer)[0] == "Besöket hos Astrid H ligger i Otilldelade."
    assert f"Extra insats {need} (Dusch): Anna Skogmark kontaktar Leila Havsby" in said(answer)[1]
    added = Event.objects.filter(chain__name=plan.chain, name="add_visit").latest("seq")
    assert added.values.values["needs"] == [need.pk]
    w.astrid.active_to = FRIDAY
    w.astrid.save()
    refused = client.post(where, stay(w, start="11:00"))
    assert refused.status_code == 422
    assert "inte aktiv i enheten den dagen" in text(refused)
    assert need.visits.count() == 1


def test_what_was_done_without_planning_begins_the_same_need_when_it_is_reported(client, w):
    """EXT-01: done on the Thursday, reported on the Friday: day 0 is the Thursday."""
    where = reverse("extras:report")
    thursday = date(2026, 11, 26)
    late = client.post(where, stay(w, day=SATURDAY))
    assert "Planera det på dagbilden i stället" in text(late)
    answer = client.post(where, stay(w, day=thursday), follow=True)
    need = ExtraNeed.objects.get()
    assert (need.first_day, need.state) == (thursday, "notify")
    assert need.visits.get().plan.day == thursday
    assert [row.about for row in need.notices.all()] == ["started"]  # its record goes to Viva
    assert need.deadlines.get(rule="extra_contact").due == MONDAY
    assert "Astrid Hagberga" in text(answer)
    assert Event.objects.filter(chain__name=need.chain, name="open_extra_need").count() == 1


def test_what_was_done_is_reported_once_however_often_the_page_is_sent(client, w):
    """CAP-05, EXT-01: and it stands in the person's log."""
    said = {**stay(w, day=date(2026, 11, 26)), "key": "one"}
    client.post(reverse("extras:report"), said)
    again = client.post(reverse("extras:report"), said, follow=True)
    assert "Det extra besöket är redan registrerat." in text(again)
    need = ExtraNeed.objects.get()
    line = Event.objects.get(chain__name=w.astrid.chain, name="report_visit")
    assert line.values.values == {
        "day": "2026-11-26",
        "visit": need.visits.get().pk,
        "needs": [need.pk],
        "begun": [need.pk],
    }


def test_the_contact_is_recorded_on_the_page_of_the_need(client, w):
    """EXT-01"""
    need = w.need()
    where = reverse("cases:do", args=[need.pk, "record_contact"])
    values = {
        "channel": "message",
        "made_by": w.planner.pk,
        "made_on": MONDAY,
        "told": "Leila Havsby",
        "said": "Duschhjälp.",
        "version": need.version,
    }
    assert "Kontakten kan inte ligga i framtiden" in text(client.post(where, values))
    client.post(where, {**values, "made_on": FRIDAY})
    need.refresh_from_db()
    assert need.state == "running"
    page = text(client.get(reverse("cases:case", args=[need.pk])))
    assert "Behovet pågår, dag 0 av 10" in page
    assert "meddelande i viva, fre 27 nov 2026" in page
    assert Event.objects.filter(chain__name=need.chain, name="record_contact").exists()
    refusal = Event.objects.get(chain__name=need.chain, kind=Event.Kind.REFUSAL)
    assert refusal.name == "record_contact"


def test_the_needs_stand_in_the_overview_and_in_the_list(client, w):
    """EXT-01, EXT-05"""
    need = w.need()
    page = client.get(reverse("cases:overview"))
    [(band, [lane])] = page.context["bands"]
    assert (band, lane.column.label, lane.note, lane.count) == (
        "Extra insatser",
        "Extra insats",
        "10 dagar",
        1,
    )
    assert "Registrera kontakt" in text(page)
    for visa, shown in (("", True), ("mina", True), ("forsenade", False), ("avslutade", False)):
        found = client.get(reverse("extras:list"), {"visa": visa})
        assert ("Astrid Hagberga" in text(found)) is shown, visa
    read = Event.objects.filter(name="read_extra_needs", kind=Event.Kind.READ).first()
    assert read.values.values["needs"] == [need.pk]


def test_nobody_of_another_unit_finds_a_need(client, w):
    """SEC-01"""
    need = w.need()
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.UNIT_MANAGER, south, username="south"))
    assert client.get(reverse("cases:case", args=[need.pk])).status_code == 404
    assert "Astrid" not in text(client.get(reverse("extras:list")))
    refused = client.post(reverse("extras:report"), stay(w, day=FRIDAY))
    assert refused.status_code == 422
    assert Case.objects.filter(kind="extra_need").count() == 1


def test_the_list_costs_as_many_queries_for_many_as_for_few(client, w):
    """CAP-14"""
    seen = []
    client.get(reverse("extras:list"))  # the first reading makes its chain
    for count in (2, 8):
        for number in range(count):
            w.need(client=w.client(f"Brukare {count}{number}"))
        seen.append(queries_of(client, reverse("extras:list")))
    assert seen[0] == seen[1]


def test_a_board_with_forty_running_needs_costs_no_more_queries_than_one_with_none(client, w):
    """EXT-03: the timers of all visits are read together."""
    w.extra(services=(w.care,))
    where = f"{reverse('board:board')}?enhet={w.unit.pk}&dag={SATURDAY}"
    client.get(where)
    before = queries_of(client, where)
    for number in range(40):
        w.need(client=w.client(f"Brukare {number}"), start=420 + 10 * number)
    assert ExtraNeed.objects.filter(is_running=True).count() == 40
    assert queries_of(client, where) == before
    assert "extra, dag 0 av 10" in text(client.get(where))
