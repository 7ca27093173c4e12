"""Extra needs by their pages: what cannot be is refused in words and nothing typed is lost; who
answers for the contact; what is overdue. EXT-01 to EXT-05.

It is Monday 30 November 2026; the need began on Saturday the 28th, and was planned on the Friday.
"""

from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases import flows, ledger
from cases.models import Notification
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Absence, ExtraNeed, Visit
from tests.factories import SINCE, at, person, root_unit
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = pytest.mark.django_db
MONDAY, LATE = date(2026, 11, 30), date(2026, 12, 10)
WHY = "Skrivet av planeraren"


@pytest.fixture
def w(monkeypatch, client):
    world = World()
    world.care_plan = world.extra(services=(world.care,))[0].plan
    world.begun = world.need()
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY))
    client.force_login(world.planner)
    return world


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def do(client, need: ExtraNeed, command: str, **values):
    need.refresh_from_db()
    where = reverse("cases:do", args=[need.pk, command])
    return client.post(where, {"version": need.version, **values})


def contact(w, made_on: date) -> dict:
    return {
        "channel": "telephone",
        "made_by": w.planner.pk,
        "made_on": made_on,
        "told": "Leila Havsby",
        "said": WHY,
    }


@pytest.mark.parametrize(
    ("command", "values", "said"),
    [
        ("end_need", {"ended_on": FRIDAY, "why": WHY},
         "Behovet började lördag 28 november 2026 och kan inte ha slutat före det. Skriv 2026-11-28"),
        ("end_need", {"ended_on": date(2026, 12, 1), "why": WHY}, "Behovet har inte upphört än."),
        ("record_contact", {"made_on": date(2026, 12, 1)}, "Kontakten kan inte ligga i framtiden"),
        ("record_contact", {"made_on": date(2026, 11, 26)},
         "Behovet blev känt fredag 27 november 2026. Kontakten kan inte ha tagits tidigare."),
    ],
    ids=["an end before the first day", "an end to come", "a contact to come", "a contact too early"],
)  # fmt: skip
def test_a_date_that_cannot_be_is_refused_with_what_to_write(client, w, command, values, said):
    """EXT-01, EXT-04"""
    if command == "record_contact":
        values = contact(w, values["made_on"])
    answer = do(client, w.begun, command, **values)
    assert answer.status_code == 422
    assert said in text(answer)
    assert WHY in text(answer)
    w.begun.refresh_from_db()
    assert (w.begun.state, w.begun.contacts.count()) == ("notify", 0)
    assert w.begun.visits.get().status == "planned"
    refused = Event.objects.get(chain__name=w.begun.chain, kind=Event.Kind.REFUSAL)
    assert (refused.name, refused.actor) == (command, w.planner)


def add(browser, w, **more):
    values = {
        "client": w.astrid.pk,
        "services": [w.shower.pk],
        "start": "11:00",
        "minutes": 30,
        "staff_needed": 1,
        "note": WHY,
        **more,
    }
    return browser.post(reverse("board:add", args=[w.care_plan.pk]), values, follow=True)


def test_a_person_who_is_away_gets_no_need_and_the_page_says_until_when(client, w):
    """EXT-01, PLN-09"""
    bo = w.client("Bo Lindtorpa")
    Absence.objects.create(
        client=bo,
        why="hospital",
        first=FRIDAY,
        last=date(2026, 12, 2),
        recorded_at=at(FRIDAY),
        recorded_by=w.planner,
    )
    answer = add(client, w, client=bo.pk)
    assert answer.status_code == 422
    assert (
        "Bo L är borta fredag 27 november 2026 till onsdag 2 december 2026 (sjukhus). Välj en annan "
        "dag, eller ändra frånvaron först."
    ) in text(answer)
    assert WHY in text(answer)
    values = {
        "client": bo.pk,
        "services": [w.shower.pk],
        "start": "11:00",
        "minutes": 30,
        "day": SATURDAY,
    }
    reported = client.post(reverse("extras:report"), values)
    assert (reported.status_code, "Bo L är borta" in text(reported)) == (422, True)
    assert not Visit.objects.filter(client=bo).exists()
    assert ExtraNeed.objects.count() == 1


def test_a_person_who_has_died_gets_no_need(client, w):
    """EXT-01: an end on the Friday; what is reported of the Saturday is refused."""
    w.astrid.active_to = FRIDAY
    w.astrid.save()
    values = {
        "client": w.astrid.pk,
        "services": [w.shower.pk],
        "start": "11:00",
        "minutes": 30,
        "day": SATURDAY,
    }
    answer = client.post(reverse("extras:report"), values)
    assert answer.status_code == 422
    assert "Astrid H är avslutad sedan fredag 27 november 2026." in text(answer)
    assert add(client, w).status_code == 422
    assert ExtraNeed.objects.count() == 1


def test_a_second_need_for_the_same_service_joins_the_first_and_the_planner_is_told(client, w):
    """EXT-01: one need per person and service."""
    answer = add(client, w)
    told = [str(message) for message in answer.context["messages"]]
    assert told[1] == (
        f"Besöket hör till {w.begun} (Dusch), som redan pågår. Dag tio är tisdag 8 december 2026."
    )
    assert (ExtraNeed.objects.count(), w.begun.visits.count()) == (1, 2)
    assert Event.objects.filter(chain__name=w.begun.chain, name="join_extra_need").count() == 1
    assert [row.about for row in w.begun.notices.all()] == ["started"]


def test_a_nurse_who_called_for_it_answers_for_the_contact(client, w):
    """EXT-02: chosen on the board, told, and the one who records it; another nurse finds nothing."""
    health = Unit.objects.create(name="Hälso- och sjukvård", parent=root_unit(), valid_from=SINCE)
    eva = person(Role.NURSE, health, "Eva Lindesnäs", "eva")
    bo = w.client("Bo Lindtorpa")
    answer = add(client, w, client=bo.pk, called_by=eva.pk)
    need = ExtraNeed.objects.get(client=bo)
    assert f"Extra insats {need} (Dusch): Eva Lindesnäs kontaktar Leila Havsby" in text(answer)
    assert (need.responsible, need.called_by) == (eva, eva)
    assert Event.objects.filter(chain__name=need.chain, name="open_extra_need").exists()
    assert Notification.objects.get(user=eva).text.startswith(
        f"{need}: du påkallade en extra insats"
    )
    client.force_login(eva)
    page = text(client.get(reverse("cases:case", args=[need.pk])))
    assert "Eva Lindesnäs ansvarar och har som sjuksköterska påkallat insatsen" in page
    assert reverse("extras:report") not in text(client.get(reverse("cases:overview")))
    do(client, need, "record_contact", **contact(w, MONDAY) | {"made_by": eva.pk})
    row = need.contacts.get()
    assert (row.made_by, row.recorded_by) == (eva, eva)
    assert Event.objects.get(chain__name=need.chain, name="record_contact").actor == eva
    client.force_login(person(Role.NURSE, health, "Nils Okänd", "nils"))
    assert client.get(reverse("cases:case", args=[need.pk])).status_code == 404


def test_another_takes_over_the_contact_and_a_care_worker_cannot(client, w):
    """EXT-02: the nurse who called was named afterwards."""
    stranger = person(Role.CARE_STAFF, w.unit, "Siv Myrås", "siv")
    refused = do(client, w.begun, "change_responsible", user=stranger.pk)
    assert refused.status_code == 422
    do(client, w.begun, "change_responsible", user=w.nurse.pk)
    w.begun.refresh_from_db()
    assert w.begun.responsible == w.nurse
    assert Event.objects.filter(chain__name=w.begun.chain, name="change_responsible").exists()
    [told] = Notification.objects.filter(user=w.nurse)
    assert told.text == f"{w.begun}: du ansvarar nu för kontakten med socialsekreteraren"


def test_what_is_over_time_is_shown_as_overdue_to_whoever_answers_for_it(client, w, monkeypatch):
    """EXT-05: Thursday 10 December, two days after day ten, after three days when nothing swept."""
    do(client, w.begun, "record_contact", **contact(w, MONDAY))
    ledger.sweep(at(date(2026, 12, 6)))
    monkeypatch.setattr(clock, "now", lambda: at(LATE))
    ledger.sweep(at(LATE))
    escalated = Event.objects.filter(chain__name=w.begun.chain, name="deadline_escalated")
    assert escalated.get().values.values["told"] == [w.manager.pk]
    newest = Notification.objects.filter(user=w.planner).latest("pk")
    assert newest.text == (
        f"{w.begun}: Tiden för att ansöka om insatsen eller avsluta den (dag tio) "
        "gick ut tis 8 dec 2026"
    )
    page = text(client.get(reverse("cases:case", args=[w.begun.pk])))
    assert "<b>Dag tio var tisdag 8 december 2026.</b>" in page
    late = text(client.get(reverse("extras:list"), {"visa": "forsenade"}))
    assert "2 dagar över tiden" in late
    assert "Svara på eskaleringen" not in page  # the planner is not the one who answers
    client.force_login(w.manager)
    flows.refresh(LATE)
    assert "Svar på att det varken är avslutat eller sökt" in text(
        client.get(reverse("cases:overview"))
    )
    assert "Svara på eskaleringen" in text(client.get(reverse("cases:case", args=[w.begun.pk])))


def test_a_visit_names_its_need_and_the_social_worker_has_a_button(client, w):
    """EXT-03: the timer on the visit leads to the need; the decision is the social worker's step. The
    Saturday has no staff yet, so no place is suggested."""
    where = reverse("cases:case", args=[w.begun.pk])
    visit = w.begun.visits.get()
    page = text(client.get(reverse("board:visit", args=[visit.plan_id, visit.pk])))
    assert f'Extra insats <a href="{where}">{w.begun}</a>, dusch: dag 2 av 10' in page
    assert "Ingen arbetar den dagen. Lägg in ett arbetspass först." in page
    do(client, w.begun, "record_contact", **contact(w, MONDAY))
    decide = reverse("cases:do", args=[w.begun.pk, "decide_need"])
    assert f'class="ds-button" href="{decide}"' not in text(client.get(where))
    client.force_login(w.social_worker)
    assert f'class="ds-button" href="{decide}"' in text(client.get(where))
