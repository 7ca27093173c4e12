"""Ärendeöversikt: columns, lights, what waits, scope, and charts by hand-worked numbers."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import clock
from cases import charts, flows
from cases.models import Setting
from cases.pages import overview
from organisation.models import Unit
from organisation.roles import Role
from procurement.applications.models import DecisionProposal
from tests.cases.factories import application, deadline, notice
from tests.factories import SINCE, at, person, root_unit

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 18)  # a Wednesday


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))


def log_in(client, role, **more):
    user = person(role, **more)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


def lanes(response) -> dict[str, list[str]]:
    return {
        lane.column.label: [case.title for case in lane.cases]
        for _, band in response.context["bands"]
        for lane in band
    }


def test_open_cases_stand_in_columns_by_state_with_the_most_urgent_first(client):
    """CAP-14, LOV-12"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    application("Sen AB", state="handling", due=date(2026, 4, 1))
    application("Tidig AB", state="assessment", due=date(2026, 3, 20))
    application("Utan frist AB", state="handling")
    application("Ny AB", state="received", due=date(2026, 3, 30))
    application("Meddelas AB", state="decided", due=date(2026, 3, 16))
    application("Avslutad AB", state="approved", closed=date(2026, 3, 2))
    response = client.get(reverse("cases:overview"))
    shown = lanes(response)
    assert list(shown)[:5] == ["LOV-ansökan", "Komplettering", "Handläggning", "MBL", "Nämnd"]
    assert {label: titles for label, titles in shown.items() if titles} == {
        "LOV-ansökan": ["Ny AB"],
        "Handläggning": ["Tidig AB", "Sen AB", "Utan frist AB"],
        "Nämnd": ["Meddelas AB"],
    }
    page = response.content.decode()
    assert "Röd – 2 dagar sen" in page
    assert "Gul – 2 dagar kvar" in page
    assert "Grön – 14 dagar kvar" in page
    assert "Underrättelse till sökanden" in page


def test_the_column_says_what_the_municipality_has_chosen(client):
    """CAP-14"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    Setting.objects.create(key="completion_days", value=10)
    page = client.get(reverse("cases:overview")).content.decode()
    assert "<span>10 dagar</span>" in page
    assert "<span>4 veckor</span>" in page


def test_of_a_long_column_twelve_are_shown_and_the_rest_stand_in_the_list(client):
    """CAP-14"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    for n in range(15):
        application(f"Bolag {n} AB", state="handling" if n else "assessment")
    response = client.get(reverse("cases:overview"))
    assert len(lanes(response)["Handläggning"]) == 12
    address = f"{reverse('cases:worklist')}?slag=application&amp;lage=handling&amp;lage=assessment"
    assert address in response.content.decode()
    assert "Visa 3 till" in response.content.decode()
    rows = client.get(reverse("cases:worklist"), {"lage": ["handling", "assessment"]})
    assert rows.context["page"].paginator.count == 15


def test_the_overview_asks_as_many_questions_whatever_the_number_of_cases(
    client, django_assert_num_queries
):
    """CAP-14"""
    deputy = log_in(client, Role.DEPUTY_DIRECTOR)
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    states = ("received", "completion", "handling", "mbl", "committee", "decided")

    def add(many: int) -> None:
        for n in range(many):
            case = application(
                f"Bolag {n} AB", state=states[n % 6], due=date(2026, 3, 20), responsible=worker
            )
            deadline(case, date(2026, 3, 9), met=date(2026, 3, 6), rule="completion_request")
            notice(deputy, case, "är försenad", TODAY, urgent=True)

    add(3)
    client.get(reverse("cases:overview"))
    with CaptureQueriesContext(connection) as with_three:
        client.get(reverse("cases:overview"))
    add(27)
    with django_assert_num_queries(len(with_three)):
        client.get(reverse("cases:overview"))


def test_a_person_of_another_unit_sees_nothing_of_the_cases(client):
    """SEC-01, CAP-14"""
    application("Fyrbåken Omsorg AB", due=date(2026, 3, 9))
    other = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    log_in(client, Role.DEVELOPMENT_STRATEGIST, unit=other, username="annan")
    for name in ("overview", "worklist", "search", "to_register"):
        page = client.get(reverse(f"cases:{name}"), {"q": "Fyr"}).content.decode()
        assert "Fyrbåken" not in page
    context = client.get(reverse("cases:overview")).context
    assert [count for _, _, count in context["counts"]] == [0, 0, 0, 0, 0]
    assert context["charts"]()[0]["times"] == []


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.DEPUTY_DIRECTOR, 200),
        (Role.DEVELOPMENT_STRATEGIST, 200),
        (Role.ARCHIVIST, 200),
        (Role.PLANNER, 200),
        (Role.CARE_STAFF, 403),
        (Role.AUDITOR, 403),
    ],
)
def test_the_overview_is_for_those_who_read_cases(client, role, status):
    """SEC-01"""
    log_in(client, role)
    assert client.get(reverse("cases:overview")).status_code == status


@pytest.mark.both
def test_filters_by_deadline_person_and_state_are_addresses(client):
    """CAP-14: overdue is before today; within seven days is 18 to 25 March, both inclusive"""
    deputy = log_in(client, Role.DEPUTY_DIRECTOR)
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    application("Försenad AB", due=date(2026, 3, 17), responsible=worker)
    application("I dag AB", due=date(2026, 3, 18))
    application("Dag sju AB", due=date(2026, 3, 25), responsible=deputy)
    mine = application("Dag åtta AB", state="mbl", due=date(2026, 3, 26))

    def shown(**query) -> list[str]:
        response = client.get(reverse("cases:overview"), query)
        return [title for titles in lanes(response).values() for title in titles]

    assert shown(visa="forsenade") == ["Försenad AB"]
    assert shown(visa="inom7") == ["I dag AB", "Dag sju AB"]
    assert shown(visa="mina") == ["Dag sju AB"]
    assert shown(ansvarig=worker.pk) == ["Försenad AB"]
    assert shown(ansvarig="ingen") == ["I dag AB", "Dag åtta AB"]
    assert shown(lage="mbl") == ["Dag åtta AB"]
    assert shown(utforare=mine.provider_id) == ["Dag åtta AB"]
    counts = client.get(reverse("cases:overview"), {"ansvarig": "ingen"}).context["counts"]
    assert [(name, count) for name, _, count in counts] == [
        ("alla", 2),
        ("forsenade", 0),
        ("inom7", 1),
        ("mina", 0),
        ("vantar", 2),
    ]


def test_what_cannot_be_read_in_an_address_is_said_and_not_used(client):
    """CAP-14"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    application("Fyrbåken Omsorg AB")
    response = client.get(reverse("cases:overview"), {"visa": "allt", "utforare": "7;drop"})
    assert response.status_code == 200
    assert "går inte att läsa" in response.content.decode()
    assert lanes(response)["LOV-ansökan"] == ["Fyrbåken Omsorg AB"]


def waiting(client) -> list[tuple[str, str]]:
    tasks = client.get(reverse("cases:overview")).context["tasks"]
    return [(task.case.title, task.button) for task in tasks]


def propose(case, by, **answer) -> None:
    DecisionProposal.objects.create(
        application=case,
        recommendation="approve",
        reasons="Kraven är uppfyllda.",
        proposed_on=TODAY,
        recorded_at=at(TODAY),
        recorded_by=by,
        **answer,
    )
    flows.advance(case, TODAY)


def test_what_waits_for_the_deputy_director_is_notices_proposals_and_cases_to_give(client):
    """LOV-08, LOV-14, CAP-04"""
    deputy = log_in(client, Role.DEPUTY_DIRECTOR)
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    late = application("Sen AB", state="completion", responsible=worker)
    notice(deputy, late, "är försenad", date(2026, 3, 16), urgent=True)
    notice(deputy, late, "är tre dagar försenad", TODAY, urgent=True)
    read = application("Läst AB", responsible=worker)
    notice(deputy, read, "ny ansökan", TODAY)
    proposed = application(
        "Förslag AB", state="assessment", responsible=worker, due=date(2026, 3, 20)
    )
    propose(proposed, worker)
    answered = application("Besvarat AB", state="assessment", responsible=worker)
    propose(answered, worker, declined_on=TODAY)
    own = application("Eget AB", state="assessment", responsible=worker)
    propose(own, deputy)
    application("Ofördelad AB", due=date(2026, 3, 30))
    assert waiting(client) == [
        ("Sen AB", "Öppna ärendet"),
        ("Förslag AB", "Läs ärendet"),
        ("Ofördelad AB", "Fördela"),
    ]
    page = client.get(reverse("cases:overview")).content.decode()
    assert "är tre dagar försenad" in page


def test_what_waits_for_the_secretary_is_decisions_to_notify(client):
    """LOV-11"""
    log_in(client, Role.COMMITTEE_SECRETARY)
    application("Meddelas AB", state="decided", due=date(2026, 3, 19))
    application("Ofördelad AB")
    assert waiting(client) == [("Meddelas AB", "Meddela sökande")]


def test_at_most_eight_things_wait_and_at_most_three_of_them_are_notices(client):
    """CAP-14"""
    deputy = log_in(client, Role.DEPUTY_DIRECTOR)
    for n in range(6):
        notice(deputy, application(f"Bolag {n} AB"), "är försenad", TODAY, urgent=True)
    assert [button for _, button in waiting(client)] == ["Öppna ärendet"] * 3 + ["Fördela"] * 5


def test_a_cards_menu_offers_what_the_role_may(client):
    """LOV-14, SEC-01"""
    case = application("Fyrbåken Omsorg AB")
    change = reverse("cases:do", args=[case.pk, "change_responsible"])
    escalate = reverse("cases:do", args=[case.pk, "escalate"])
    journal = reverse("cases:case", args=[case.pk]) + "#journal"
    log_in(client, Role.DEPUTY_DIRECTOR)
    page = client.get(reverse("cases:overview")).content.decode()
    assert change in page
    assert escalate in page
    assert journal in page
    assert reverse("applications:enter") in page
    log_in(client, Role.ARCHIVIST)
    page = client.get(reverse("cases:overview")).content.decode()
    assert change not in page
    assert escalate not in page
    assert journal in page
    assert reverse("applications:enter") not in page


# ------------------------------------------------------------------ charts


def test_median_and_ninetieth_percentile_by_hand():
    """One of 5 days, two of 8, one of 20: 5 8 8 20. Middle (8 + 8) / 2; 0.9 * 4 = 3.6 -> the 4th"""
    days = {5: 1, 8: 2, 20: 1}
    assert charts.median(days) == 8
    assert charts.ninetieth(days) == 20


def test_ten_values_have_the_ninth_as_ninetieth_percentile():
    """1 to 10: middle (5 + 6) / 2 = 5.5; 0.9 * 10 = 9 -> the 9th"""
    days = dict.fromkeys(range(1, 11), 1)
    assert charts.median(days) == 5.5
    assert charts.ninetieth(days) == 9


def test_lead_times_have_the_chosen_target_and_no_line_without_figures():
    steps = [
        charts.Step("handling", "Handläggning", "handling_weeks", 7),
        charts.Step("notify", "Besked"),
        charts.Step("completion_request", "Granskning", "completion_days"),
    ]
    rows = [("handling", 20, 1), ("handling", 30, 1), ("notify", 3, 1)]
    assert charts.lead_times(rows, steps, {"handling_weeks": 4, "completion_days": 14}) == [
        charts.LeadTime("Handläggning", 25, 30, 2, 28),
        charts.LeadTime("Besked", 3, 3, 1, None),
    ]


def test_the_twelve_months_end_with_this_one():
    months = charts.months_up_to(date(2026, 3, 31))
    assert (months[0], months[-1], len(months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)


def test_kept_deadlines_by_the_month_they_fell_due():
    """February: 3 of 4 = 75 percent; March: 1 of 3 = 33 percent, the weakest; January: none"""
    months = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    rows = [(date(2026, 2, 2), 2, 2), (date(2026, 2, 28), 1, 2), (date(2026, 3, 1), 1, 3)]
    found = charts.kept_by_month(rows, months)
    assert [month.percent for month in found] == [None, 75, 33]
    assert charts.weakest(found).first == date(2026, 3, 1)
    assert charts.weakest(found[:1]) is None


def test_the_lead_time_drawing_is_on_whole_weeks():
    """The longest is 34 days: five weeks, 35 days over 538 - 176 = 362 units; 28 days at 466"""
    drawing = charts.draw_lead_times([charts.LeadTime("Handläggning", 21, 34, 9, 28)])
    assert [days for _, days in drawing.ticks] == [0, 7, 14, 21, 28, 35]
    row = drawing.rows[0]
    assert (row.from_x, row.to_x, row.target_x) == (393, 528, 466)


def test_bars_stand_on_the_base_line():
    """90 of 100 over 140 units is 126 high, from 42 to 168"""
    bars = charts.draw_bars(
        [(date(2026, 2, 1), None), (date(2026, 3, 1), 90)], top=28, base=168, full=100
    )
    assert (bars[1].y, bars[1].height, bars[1].is_now, bars[1].month) == (42, 126, True, "mar")
    assert (bars[0].height, bars[0].is_marked) == (0, False)


@pytest.mark.both
def test_the_charts_read_the_deadlines_of_the_last_twelve_months(client):
    """CAP-14: April 2025 to March 2026. Lead times 4 and 7 days: median 5.5, 90th percentile 7

    Due in March: one kept, one met late, one open and late = 1 of 3. Open in time: not counted,
    nor is the applicant's own time for correction.
    """
    log_in(client, Role.DEPUTY_DIRECTOR)
    case = application(opened=date(2026, 3, 2))
    ask = {"rule": "completion_request", "anchor": date(2026, 3, 2)}
    deadline(case, date(2026, 3, 16), met=date(2026, 3, 6), **ask)
    deadline(case, date(2026, 3, 6), met=date(2026, 3, 9), **ask)
    deadline(case, date(2026, 3, 17))
    deadline(case, date(2026, 3, 18))
    deadline(case, date(2026, 3, 2), rule="correction")
    old = application(opened=date(2025, 3, 3), state="approved", closed=date(2025, 5, 5))
    deadline(
        old,
        date(2025, 3, 31),
        met=date(2025, 3, 31),
        anchor=date(2025, 3, 3),
        rule="completion_request",
    )
    chart = client.get(reverse("cases:overview")).context["charts"]()[0]
    assert chart["times"] == [charts.LeadTime("Granskning", 5.5, 7, 2, 14)]
    assert chart["kept"][-1] == charts.Month(date(2026, 3, 1), 1, 3)
    assert sum(month.total for month in chart["kept"]) == 3
    assert [count for _, count in chart["arrived"]] == [0] * 11 + [1]


def test_the_charts_are_each_persons_own_and_kept_for_ten_minutes(client):
    """CAP-14, SEC-01"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    address = reverse("cases:overview")
    client.get(address)
    deadline(application(), date(2026, 3, 16), met=date(2026, 3, 6), rule="completion_request")
    assert "Granskning</text>" not in client.get(address).content.decode()
    client.logout()
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    assert "Granskning</text>" in client.get(address).content.decode()


def test_a_later_process_adds_its_column_and_nothing_else_changes(client, monkeypatch):
    """LOV-14"""
    more = overview.Column("Uppföljning", "application", {"withdrawn": "Prov"}, band="Avtal")
    shown = overview.columns()
    monkeypatch.setattr(overview, "columns", lambda: [*shown, more])
    log_in(client, Role.DEPUTY_DIRECTOR)
    assert root_unit() is not None
    response = client.get(reverse("cases:overview"))
    bands = [band for band, _ in response.context["bands"]]
    assert (bands[0], bands[-1]) == ("Från ansökan till beslut", "Avtal")
