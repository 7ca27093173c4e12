"""Review of the log (SEC-02): reads, refused attempts and changed personal data."""

import json
from datetime import date
from io import BytesIO

import pytest
from django.db import connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock, log, sealing, triggers
from audit.act import Act
from audit.models import Event
from cases.models import Case
from door.performing import perform
from door.refusals import NotAllowed
from organisation.commands.log_control import VerifyLog
from organisation.models import LogControl
from organisation.pages import access_log
from organisation.roles import Role
from tests.factories import at, person, root_unit, stands_in
from tests.organisation import CHANGED, queries_of, refusals

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PAGE = "/organisation/logg/"
DAY = date(2026, 11, 10)


@pytest.fixture
def auditor(client):
    user = person(Role.AUDITOR)
    client.force_login(user)
    return user


@pytest.fixture
def reader():
    return person(Role.DEVELOPMENT_STRATEGIST)


@pytest.fixture
def case():
    return Case.objects.create(
        kind="application",
        number="LOV-2026-0001",
        title="Strandlinan Hemtjänst AB",
        state_since=at(DAY),
        opened_at=at(DAY),
        unit=root_unit(),
    )


def read(case: Case, reader, day: date = DAY, hour: int = 9, on_behalf_of=None) -> Event:
    act = Act(reader, on_behalf_of, at(day, hour))
    return log.record_read(case.chain, "read_case", act, subject=case)


def record(case: Case, actor, name: str, **more) -> Event:
    with transaction.atomic():
        return log.record(case.chain, name, Act.own(actor, at(DAY)), subject=case, **more)


def shown(client, **query) -> list[Event]:
    return [line.event for line in client.get(PAGE, query).context["lines"]]


def test_reads_refusals_and_personal_changes_are_shown_and_other_changes_not(
    client, auditor, reader, case
):
    first = read(case, reader)
    refused = record(
        case,
        reader,
        "concur",
        kind=Event.Kind.REFUSAL,
        values={"message": "”Samråd” får inte göras enligt din roll."},
    )
    record(case, reader, "submit", values={"state": "received"})
    personal = record(case, reader, "change_user", values={"name": ["A", "B"]}, personal=True)
    assert shown(client) == [personal, refused, first]
    page = client.get(PAGE).content.decode()
    assert "”Samråd” får inte göras enligt din roll." in page
    assert "Läste ärendet" in page
    assert "Ärende LOV-2026-0001" in page


def test_the_log_is_filtered_by_person_case_period_and_kind(client, auditor, reader, case):
    other_reader = person(Role.INVESTIGATOR)
    other_case = Case.objects.create(
        kind="application",
        number="LOV-2026-0002",
        title="Granudden Vård AB",
        state_since=at(DAY),
        opened_at=at(DAY),
        unit=root_unit(),
    )
    a = read(case, reader, date(2026, 11, 9), 23)
    b = read(case, other_reader, date(2026, 11, 10), 0)
    c = read(other_case, reader, date(2026, 11, 10), 23)
    d = record(other_case, reader, "concur", kind=Event.Kind.REFUSAL, values={"message": "Nej"})
    assert shown(client, person=other_reader.pk) == [b]
    assert shown(client, objekt="lov-2026-0001") == [b, a]
    assert shown(client, objekt="LOV-2026-9999") == []
    assert shown(client, fran="2026-11-10", till="2026-11-10") == [d, c, b]
    assert shown(client, till="2026-11-09") == [a]
    assert shown(client, slag="refusal") == [d]
    assert shown(client, slag="read", person=reader.pk) == [c, a]
    assert shown(client, fran="2026-11-10", till="2026-11-09") == []


def test_what_concerns_a_person_is_found_by_their_user_name(client, auditor):
    admin, planner = person(Role.VIVA_ADMINISTRATOR), person(Role.PLANNER)
    client.force_login(admin)
    client.get(reverse("organisation:user", args=[planner.pk]))
    client.force_login(auditor)
    assert [event.name for event in shown(client, objekt="planner")] == ["read_user"]
    assert shown(client, objekt="nurse") == []


def test_who_read_for_another_is_shown_with_both_names(client, auditor, reader, case):
    """CAP-08."""
    read(case, reader, on_behalf_of=person(Role.DEPUTY_DIRECTOR))
    assert "Samira Norrgren för Birgitta Lindehall" in client.get(PAGE).content.decode()


def test_pages_follow_each_other_without_gap_or_double(client, auditor, reader, case):
    events = [read(case, reader) for _ in range(access_log.PER_PAGE + 3)]
    first = client.get(PAGE)
    assert [line.event for line in first.context["lines"]] == events[:2:-1]
    second = shown(client, fore=first.context["older"])
    assert second == events[2::-1]
    assert client.get(PAGE, {"fore": first.context["older"]}).context["older"] is None


def test_a_page_costs_the_same_number_of_queries_however_long_the_log(
    client, auditor, reader, case
):
    read(case, reader)
    few = queries_of(client, PAGE)
    for _ in range(60):
        read(case, reader)
    assert queries_of(client, PAGE) == few


def test_the_excel_file_holds_the_filtered_log_and_is_itself_logged(client, auditor, reader, case):
    read(case, reader, hour=14)
    read(case, person(Role.INVESTIGATOR))
    answer = client.get(f"{PAGE}excel/", {"person": reader.pk})
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert len(rows) == 2
    assert rows[1][0].isoformat() == "2026-11-10T14:00:00"
    assert rows[1][1:] == (
        "Samira Norrgren",
        None,
        "Läsning",
        "Läste ärendet",
        "Ärende LOV-2026-0001",
    )
    event = Event.objects.get(name="export_log")
    assert (event.kind, event.actor) == (Event.Kind.READ, auditor)
    assert event.values.values == {"events": 1, "person": str(reader.pk)}


def test_a_long_excel_file_says_that_it_is_cut(client, auditor, reader, case, monkeypatch):
    monkeypatch.setattr(access_log, "EXPORTED_AT_MOST", 2)
    for _ in range(3):
        read(case, reader)
    answer = client.get(f"{PAGE}excel/")
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert len(rows) == 4
    assert rows[3][0] == "Bara de 2 senaste händelserna. Avgränsa med filtret."


@pytest.mark.parametrize("place", ["²", "x", "9" * 40, ""])
def test_a_nonsense_place_in_the_list_does_no_harm(client, auditor, place):
    assert client.get(PAGE, {"fore": place}).status_code == 200


def check(**more) -> dict:
    return {
        "first_day": "2026-11-01",
        "last_day": "2026-11-10",
        "outcome": "nothing",
        "sample": "Tio slumpvis valda ärenden",
        "note": "",
        **more,
    }


def test_a_made_check_is_noted_in_the_log_and_listed(client, auditor):
    client.post(f"{PAGE}kontroll/", check())
    event = Event.objects.get(chain__name="logcontrol")
    assert (event.name, event.actor) == ("check_log", auditor)
    assert event.values.values["sample"] == "Tio slumpvis valda ärenden"
    page = client.get(PAGE).content.decode()
    assert "Utan anmärkning" in page
    assert "2026-11-01 till 2026-11-10" in page


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"outcome": "deviation"}, "Skriv vad som avvek och vad som händer nu."),
        ({"sample": ""}, "måste fyllas i"),
        ({"last_day": "2026-10-31"}, "Slutdagen måste vara startdagen eller senare."),
        ({"last_day": "2040-01-01"}, "Perioden kan inte sluta efter dagens datum."),
        ({"last_day": "2999-01-01"}, "Året 2999 kan inte stämma."),
    ],
)
def test_a_check_that_says_too_little_is_refused(client, auditor, more, message):
    answer = client.post(f"{PAGE}kontroll/", check(**more))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Event.objects.exists()


def test_a_whole_log_is_said_to_be_whole(client, auditor, reader, case):
    read(case, reader)
    sealing.seal(clock.today())
    client.post(f"{PAGE}verifiera/")
    event = Event.objects.get(name="verify_log")
    assert event.values.values["fault_count"] == 0
    page = client.get(PAGE)
    assert page.context["verification"] == event
    assert 'id="hel"' in page.content.decode()


def test_a_changed_event_is_found_and_shown(client, auditor, reader, case):
    event = read(case, reader)
    connection.check_constraints()  # PostgreSQL changes no triggers while checks are waiting
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("update audit_event set actor_id = %s where id = %s", [auditor.pk, event.pk])
    triggers.install(connection)
    client.post(f"{PAGE}verifiera/")
    found = Event.objects.get(name="verify_log").values.values
    assert found["faults"] == [f"case:{case.pk}: händelse 1 är ändrad."]
    assert f"case:{case.pk}: händelse 1 är ändrad." in client.get(PAGE).content.decode()


def test_a_big_log_is_verified_by_the_command(client, auditor, reader, case, monkeypatch):
    read(case, reader)
    monkeypatch.setattr(access_log, "VERIFIED_AT_ONCE", 1)
    page = client.get(PAGE).content.decode()
    assert "manage.py verify_log" in page
    assert reverse("organisation:log_verify") not in page
    client.post(f"{PAGE}verifiera/")
    assert not Event.objects.filter(name="verify_log").exists()


def test_a_substitute_reviews_for_the_absent(client, reader, case):
    """CAP-08: both names stand in the log of the check."""
    auditor, registrar = person(Role.AUDITOR), person(Role.REGISTRAR)
    stands_in(registrar, auditor, DAY, clock.today())
    client.force_login(registrar)
    client.post(f"{PAGE}kontroll/", check())
    event = Event.objects.get(name="check_log")
    assert (event.actor, event.on_behalf_of) == (registrar, auditor)


def test_the_reviewer_sees_which_fields_not_which_values(client, auditor, reader, case):
    record(
        case,
        reader,
        "change_user",
        personal=True,
        values={"phone": ["", json.dumps("070-123 45 67")]},
    )
    assert "070-123 45 67" not in client.get(PAGE).content.decode()


def test_the_same_check_sent_twice_is_noted_once(client, auditor):
    """CAP-05, CAP-06, SEC-02."""
    for _ in range(2):
        client.post(f"{PAGE}kontroll/", check(key="k1"))
    assert Event.objects.filter(chain__name="logcontrol").count() == 1


def test_a_check_is_not_noted_from_a_page_older_than_the_latest(client, auditor):
    """CAP-05, SEC-02: somebody else has made the same, and it is told."""
    client.post(f"{PAGE}kontroll/", check())
    answer = client.post(f"{PAGE}kontroll/", check(version="1"))
    assert answer.status_code == 409
    assert f"Loggkontrollen {CHANGED}: Loggkontroll gjordes" in answer.content.decode()
    assert Event.objects.filter(name="check_log").count() == 1


def test_the_log_is_verified_time_after_time(client, auditor):
    """SEC-02"""
    for _ in range(3):
        client.post(f"{PAGE}verifiera/")
    assert Event.objects.filter(name="verify_log").count() == 3


def test_who_may_not_control_the_log_is_refused_and_logged(reader):
    """CAP-05, CAP-06, SEC-02: by whatever way the command comes."""
    with pytest.raises(NotAllowed):
        perform(LogControl.one(), VerifyLog(), reader, at=clock.now())
    assert refusals("logcontrol") == ["”Verifiera loggen” får inte göras enligt din roll."]
