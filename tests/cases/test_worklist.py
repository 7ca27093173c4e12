"""Worklist, saved filters, bulk action, Excel, calendar, inbox, search, what is to be registered."""

import hashlib
import re
from datetime import date
from io import BytesIO

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.models import Event
from cases.models import Case, ConflictOfInterest, Notification, SavedFilter
from cases.pages.worklist import MakeCalendarAddress
from door.performing import perform
from door.refusals import NotAllowed
from organisation.models import Unit, User
from organisation.roles import Role
from tests.cases.factories import application, deadline, notice, official_note
from tests.factories import SINCE, at, person, root_unit, stands_in

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = date(2026, 3, 18)  # a Wednesday
LIST = "cases:worklist"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))


def log_in(client, role, **more):
    user = person(role, **more)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


def shown(client, **query) -> list[str]:
    response = client.get(reverse(LIST), query)
    return [case.title for case in response.context["page"]]


# ------------------------------------------------------------------ the list


def test_the_list_is_filtered_by_its_address(client):
    """CAP-14: today is Wednesday 18 March 2026; within three days is 18 to 21 March"""
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    other = person(Role.INVESTIGATOR)
    application("Försenad AB", due=date(2026, 3, 17), number="LOV-2026-0031", responsible=other)
    application("I dag AB", due=date(2026, 3, 18), registry_no="SN 2026/0412")
    application("Lördag AB", due=date(2026, 3, 21), state="mbl")
    application("Söndag AB", due=date(2026, 3, 22), state="completion")
    application("Ängsro Omsorg AB")
    application("Klar AB", state="approved", closed=date(2026, 3, 9), number="LOV-2025-0009")
    assert shown(client) == [
        "Försenad AB",
        "I dag AB",
        "Lördag AB",
        "Söndag AB",
        "Ängsro Omsorg AB",
    ]
    assert shown(client, visa="forsenade") == ["Försenad AB"]
    assert shown(client, visa="inom7") == ["I dag AB", "Lördag AB", "Söndag AB"]
    assert shown(client, dagar="3") == ["I dag AB", "Lördag AB"]
    assert shown(client, lage=["mbl", "completion"]) == ["Lördag AB", "Söndag AB"]
    assert shown(client, ansvarig=other.pk) == ["Försenad AB"]
    assert len(shown(client, ansvarig="ingen")) == 4
    assert shown(client, nummer="lov-2026-0031") == ["Försenad AB"]
    assert shown(client, text="0412") == ["I dag AB"]
    assert shown(client, text="ängsRO") == ["Ängsro Omsorg AB"]
    assert shown(client, text="ängs") == ["Ängsro Omsorg AB"]
    assert shown(client, visa="avslutade") == ["Klar AB"]
    assert shown(client, lage="approved") == ["Klar AB"]
    assert shown(client, text="finns inte") == []


def test_a_met_or_cancelled_deadline_makes_nothing_late(client):
    """CAP-01"""
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    deadline(application("Mött AB"), date(2026, 3, 9), met=date(2026, 3, 9))
    late = application("Inställd AB", due=date(2026, 3, 9))
    late.deadlines.update(cancelled_on=TODAY)
    assert shown(client, visa="forsenade") == []


def test_the_list_is_sorted_by_its_address(client):
    """CAP-14: states in the order of the routine, cases without a deadline last"""
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    application("Bo AB", state="mbl", due=date(2026, 3, 20), number="LOV-2026-0802")
    application("Cia AB", state="assessment", due=date(2026, 3, 19), number="LOV-2026-0801")
    application("Ali AB", state="completion", number="LOV-2026-0803")
    assert shown(client) == ["Cia AB", "Bo AB", "Ali AB"]
    assert shown(client, sortera="-frist") == ["Bo AB", "Cia AB", "Ali AB"]
    assert shown(client, sortera="foretag") == ["Ali AB", "Bo AB", "Cia AB"]
    assert shown(client, sortera="lage") == ["Ali AB", "Cia AB", "Bo AB"]
    assert shown(client, sortera="-nummer") == ["Ali AB", "Bo AB", "Cia AB"]
    assert shown(client, sortera="svans") == shown(client)  # cannot be read: the usual order
    page = client.get(reverse(LIST), {"sortera": "-frist"}).content.decode()
    assert 'aria-sort="descending"' in page


def test_mine_are_also_those_of_whom_one_stands_in_for(client):
    """CAP-14, CAP-08"""
    substitute = log_in(client, Role.INVESTIGATOR)
    absent = person(Role.DEVELOPMENT_STRATEGIST)
    stands_in(substitute, absent, date(2026, 3, 16), date(2026, 3, 20))
    application("Frånvarandes AB", responsible=absent)
    application("Eget AB", responsible=substitute)
    application("Annans AB", responsible=person(Role.DEPUTY_DIRECTOR))
    assert sorted(shown(client, visa="mina")) == ["Eget AB", "Frånvarandes AB"]


def test_the_list_asks_as_many_questions_whatever_the_number_of_cases(
    client, django_assert_num_queries
):
    """CAP-14"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    lists = [
        reverse(LIST),
        reverse("cases:search") + "?q=bolag",
        reverse("cases:to_register"),
        reverse("cases:inbox"),
    ]

    def add(many: int) -> None:
        for n in range(many):
            case = application(f"Bolag {n} AB", due=date(2026, 3, 20), responsible=worker)
            official_note(case, worker, "Komplettering begärd.", TODAY)
            notice(worker, case, "förfaller i dag", TODAY)

    add(3)
    for address in lists:
        client.get(address)
        with CaptureQueriesContext(connection) as with_three:
            client.get(address)
        add(27)
        with django_assert_num_queries(len(with_three)):
            client.get(address)
        Notification.objects.all().delete()
        add(3)


def test_the_list_is_in_pages_of_fifty(client):
    """CAP-14"""
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    for n in range(51):
        application(f"Bolag {n} AB")
    assert len(shown(client)) == 50
    assert len(shown(client, sida=2)) == 1
    assert len(shown(client, sida="99")) == 1


def test_a_unit_below_is_seen_and_a_unit_beside_is_not(client):
    """SEC-01"""
    below = Unit.objects.create(name="Hemtjänst", parent=root_unit(), valid_from=SINCE)
    beside = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    application("Nära AB", unit=below)
    foreign = application("Främmande AB", unit=beside)
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    assert shown(client) == ["Nära AB"]
    asked = client.get(reverse(LIST), {"utforare": foreign.provider_id})
    assert "Främmande" not in asked.content.decode()


# ------------------------------------------------------------------ saved filters


def test_a_filter_is_kept_under_a_name_for_its_owner_alone(client):
    """CAP-14"""
    owner = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    kept = {"name": "Mina sena", "query": "visa=forsenade&lage=mbl&lage=handling&sida=3&x=1"}
    client.post(reverse("cases:save_filter"), kept)
    row = SavedFilter.objects.get()
    assert (row.user, row.query) == (owner, "visa=forsenade&lage=mbl&lage=handling")
    assert list(client.get(reverse(LIST)).context["saved"]) == [row]
    client.post(reverse("cases:save_filter"), {**kept, "query": "visa=mina"})
    assert SavedFilter.objects.get().query == "visa=mina"
    log_in(client, Role.DEPUTY_DIRECTOR)
    assert list(client.get(reverse(LIST)).context["saved"]) == []
    assert client.post(reverse("cases:remove_filter", args=[row.pk])).status_code == 404
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("cases:remove_filter", args=[row.pk]))
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_filter_without_a_fitting_name_is_not_kept(client, name):
    """CAP-14"""
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    sent = {"name": name, "query": "visa=mina"}
    response = client.post(reverse("cases:save_filter"), sent, follow=True)
    assert "Skriv ett namn på högst 60 tecken" in response.content.decode()
    assert not SavedFilter.objects.exists()


# ------------------------------------------------------------------ bulk


def bulk(client, person_, *cases, key="nyckel", versions=None):
    chosen = [f"{case.pk}:{(versions or {}).get(case.pk, case.version)}" for case in cases]
    return client.post(reverse("cases:bulk"), {"fall": chosen, "ansvarig": person_.pk, "key": key})


def test_many_cases_are_given_to_a_person_and_those_skipped_are_named(client):
    """CAP-14, CAP-05: skipped are a changed case, a conflict of interest, and another unit's case"""
    deputy = log_in(client, Role.DEPUTY_DIRECTOR)
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    fine = application("Fin AB")
    changed = application("Ändrad AB")
    Case.objects.filter(pk=changed.pk).update(version=2)
    conflicted = application("Jävig AB")
    ConflictOfInterest.objects.create(
        case_id=conflicted.pk, user=worker, reason="Syskon är delägare", declared_on=TODAY
    )
    beside = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    foreign = application("Främmande AB", unit=beside)
    response = bulk(client, worker, fine, changed, conflicted, foreign)
    assert [done.case.title for done in response.context["done"]] == ["Fin AB"]
    assert {skip.case.title: skip.why for skip in response.context["skipped"]} == {
        "Ändrad AB": "Ärendet har ändrats sedan du öppnade sidan: ärendet har sparats av någon "
        "annan. Inget du skrev är borta. Läs ändringen och skicka igen.",
        "Jävig AB": "Samira Norrgren kan inte vara handläggare i ärendet.",
    }
    assert Case.objects.get(pk=fine.pk).responsible == worker
    others = Case.objects.filter(pk__in=[changed.pk, conflicted.pk, foreign.pk])
    assert set(others.values_list("responsible", flat=True)) == {None}
    event = Event.objects.get(name="change_responsible")
    assert (event.chain.name, event.actor) == (fine.chain, deputy)


def test_the_same_bulk_form_sent_twice_is_done_once(client):
    """CAP-05"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    case = application()
    for _ in range(2):
        assert len(bulk(client, worker, case).context["done"]) == 1
    assert Event.objects.filter(name="change_responsible").count() == 1
    assert Case.objects.get(pk=case.pk).version == 2


def test_a_bulk_action_without_cases_or_person_changes_nothing(client):
    """CAP-14"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    case = application()
    planner = person(Role.PLANNER)
    for sent in ({}, {"fall": ["x:1", "1"]}, {"fall": f"{case.pk}:1", "ansvarig": planner.pk}):
        response = client.post(reverse("cases:bulk"), sent, follow=True)
        assert "Inget ändrades" in response.content.decode()
    assert Case.objects.get(pk=case.pk).responsible is None


def test_a_role_that_may_not_give_cases_is_refused(client):
    """SEC-01"""
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    log_in(client, Role.INVESTIGATOR)
    case = application()
    assert bulk(client, worker, case).status_code == 403
    assert 'name="fall"' not in client.get(reverse(LIST)).content.decode()
    assert Case.objects.get(pk=case.pk).responsible is None


# ------------------------------------------------------------------ Excel


def test_the_excel_file_holds_the_same_rows_as_the_list(client):
    """CAP-14"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    application(
        "=1+1 AB",
        due=date(2026, 3, 17),
        responsible=worker,
        number="LOV-2026-0031",
        registry_no="SN 2026/0412",
    )
    application("I tid AB", due=date(2026, 4, 17))
    response = client.get(reverse("cases:export"), {"visa": "forsenade"})
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("Ärendenummer", "Diarienummer", "Företag", "Läge")
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["Ärendenummer"] == "LOV-2026-0031"
    assert row["Företag"] == "=1+1 AB"
    assert row["Ansvarig"] == "Samira Norrgren"
    assert row["Förfaller"].date() == date(2026, 3, 17)
    assert row["Läge för fristen"] == "Röd – 1 dag sen"
    assert sheet.cell(2, 3).data_type == "s"
    assert "arenden-2026-03-18.xlsx" in response["Content-Disposition"]


# ------------------------------------------------------------------ calendar


def made(client, what: str = "make") -> str:
    """The calendar address that is shown when one is made."""
    page = client.post(reverse("cases:calendar_address"), {"do": what})
    assert "no-store" in page["Cache-Control"]
    return re.search(r"http://testserver(/arenden/kalender/\S+?\.ics)", page.content.decode())[1]


def test_the_calendar_has_the_deadlines_of_ones_own_cases_without_names(client):
    """CAP-14, SEC-03"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    mine = application(
        "Fyrbåken Omsorg AB", number="LOV-2026-0031", responsible=worker, due=date(2026, 3, 31)
    )
    deadline(mine, date(2026, 3, 9), met=date(2026, 3, 9))
    application("Annans AB", responsible=person(Role.INVESTIGATOR), due=date(2026, 3, 30))
    feed = made(client)
    client.logout()
    response = client.get(feed)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["LOV-2026-0031: Handläggning klar (mål)"]
    assert events[0]["dtstart"].dt == date(2026, 3, 31)
    assert events[0]["dtend"].dt == date(2026, 4, 1)
    assert "Fyrbåken" not in response.content.decode()
    assert Event.objects.get(name="make_calendar_address").actor == worker


def test_an_unknown_old_or_empty_key_gives_no_calendar(client):
    """CAP-14, SEC-01"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    person(Role.INVESTIGATOR)  # has no key
    old = made(client)
    assert client.get(old).status_code == 200
    current = made(client, "renew")
    assert client.get(old).status_code == 404
    assert client.get(reverse("cases:calendar_feed", args=["gissad"])).status_code == 404
    assert client.get("/arenden/kalender/.ics").status_code == 404
    worker.refresh_from_db()
    stored = reverse("cases:calendar_feed", args=[worker.calendar_key_hash])
    assert client.get(stored).status_code == 404
    assert client.get(current).status_code == 200
    worker.is_active = False
    worker.save()
    assert client.get(current).status_code == 404


def test_the_address_is_shown_once_and_kept_as_a_hash(client):
    """SEC-01: who reads the database learns no address that opens a calendar."""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    key = made(client).split("/")[-1].removesuffix(".ics")
    assert len(key) == 43
    worker.refresh_from_db()
    assert worker.calendar_key_hash == hashlib.sha256(key.encode()).hexdigest()
    again = client.get(reverse("cases:calendar_address")).content.decode()
    assert key not in again
    assert "Du har en adress." in again


def test_the_address_is_made_by_a_post_alone_and_can_be_removed(client):
    """CAP-14"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    client.get(reverse("cases:calendar_address"))
    worker.refresh_from_db()
    assert worker.calendar_key_hash == ""
    feed = made(client)
    client.post(reverse("cases:calendar_address"), {"do": "remove"})
    worker.refresh_from_db()
    assert worker.calendar_key_hash == ""
    assert client.get(feed).status_code == 404


def test_an_address_made_on_an_old_page_is_not_made_and_the_one_there_is_still_opens(client):
    """CAP-05, CAP-14"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    feed = made(client)
    old = {"do": "renew", "key": "k", "version": 1}
    page = client.post(reverse("cases:calendar_address"), old, follow=True).content.decode()
    assert "har ändrats sedan du öppnade sidan" in page
    assert client.get(feed).status_code == 200
    now = {**old, "version": User.objects.get(pk=worker.pk).version}
    assert client.post(reverse("cases:calendar_address"), now).status_code == 200
    again = client.post(reverse("cases:calendar_address"), now)
    assert again.status_code == 302, "sent twice it shows no address that opens nothing"
    names = Event.objects.filter(chain__name=f"user:{worker.pk}", name="make_calendar_address")
    assert names.count() == 2


def test_an_address_is_nobody_elses_to_make(client):
    """CAP-06, SEC-01"""
    worker, other = person(Role.DEVELOPMENT_STRATEGIST), person(Role.INVESTIGATOR)
    with pytest.raises(NotAllowed, match="för sig själv"):
        perform(worker, MakeCalendarAddress(key_hash="x"), other, at=at(TODAY))
    worker.refresh_from_db()
    assert worker.calendar_key_hash == ""
    refused = Event.objects.get(chain__name=f"user:{worker.pk}", kind="refusal")
    assert (refused.name, refused.actor) == ("make_calendar_address", other)


# ------------------------------------------------------------------ inbox


def test_the_inbox_is_ones_own_newest_first(client):
    """CAP-04"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    case = application(number="LOV-2026-0031")
    notice(worker, case, "förfaller om tre dagar", date(2026, 3, 15))
    notice(worker, case, "förfaller i dag", TODAY)
    notice(person(Role.DEPUTY_DIRECTOR), case, "något annat", TODAY)
    page = client.get(reverse("cases:inbox"))
    assert [row.text for row in page.context["page"]] == [
        "LOV-2026-0031: förfaller i dag",
        "LOV-2026-0031: förfaller om tre dagar",
    ]


def test_notices_are_marked_as_read_one_or_all_and_never_anothers(client):
    """CAP-04"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    case = application()
    first, second, third = (notice(worker, case, text, TODAY) for text in "abc")
    others = notice(person(Role.DEPUTY_DIRECTOR), case, "d", TODAY)
    inbox = reverse("cases:inbox")
    client.post(inbox, {"read": first.pk})
    client.post(inbox, {"read": others.pk})
    unread = Notification.objects.filter(read_at=None)
    assert set(unread) == {second, third, others}
    assert set(client.get(inbox, {"visa": "olasta"}).context["page"]) == {second, third}
    client.post(inbox, {"all": "ja"})
    assert set(unread.all()) == {others}
    assert Notification.objects.get(pk=first.pk).read_at == at(TODAY)
    assert client.post(inbox, {"open": others.pk}).status_code == 404


def test_opening_a_notice_goes_to_its_case_and_reads_what_was_said_before(client):
    """CAP-04"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    case, other = application(), application("Annat AB")
    notice(worker, case, "förfaller i dag", date(2026, 3, 16))
    late = notice(worker, case, "är försenad", date(2026, 3, 17))
    kept = [notice(worker, case, "nytt", TODAY), notice(worker, other, "nytt", date(2026, 3, 2))]
    response = client.post(reverse("cases:inbox"), {"open": late.pk})
    assert response["Location"] == reverse("cases:case", args=[case.pk])
    assert set(Notification.objects.filter(read_at=None)) == set(kept)


def test_the_inbox_never_sends_anyone_outside_the_product(client):
    """SEC-08"""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    row = notice(worker, application(), "nytt", TODAY)
    sent = {"read": row.pk, "back": "https://annan.example/"}
    assert client.post(reverse("cases:inbox"), sent)["Location"] == reverse("cases:inbox")


# ------------------------------------------------------------------ search


def test_a_whole_number_leads_straight_to_the_case(client):
    """CAP-14"""
    log_in(client, Role.REGISTRAR)
    case = application(number="LOV-2026-0031")
    response = client.get(reverse("cases:search"), {"q": " lov-2026-0031 "})
    assert response["Location"] == reverse("cases:case", args=[case.pk])


def test_search_finds_part_of_company_or_registry_number_open_cases_first(client):
    """CAP-14"""
    log_in(client, Role.REGISTRAR)
    application("Örnäs Omsorg AB", registry_no="SN 2026/0412")
    application("Örnäs Vård AB", state="rejected", closed=date(2026, 3, 9))
    application("Fyrbåken AB")

    def hits(text):
        return [
            case.title for case in client.get(reverse("cases:search"), {"q": text}).context["hits"]
        ]

    assert hits("örnäs") == ["Örnäs Omsorg AB", "Örnäs Vård AB"]
    assert hits("0412") == ["Örnäs Omsorg AB"]
    assert hits("100 %") == []
    assert hits("") == []


def test_search_shows_fifty_hits_and_says_that_there_are_more(client):
    """CAP-14"""
    log_in(client, Role.REGISTRAR)
    for n in range(51):
        application(f"Bolag {n} AB")
    response = client.get(reverse("cases:search"), {"q": "bolag"})
    assert len(response.context["hits"]) == 50
    assert "De 50 första träffarna" in response.content.decode()


def test_the_number_of_a_case_one_may_not_see_is_as_unknown_as_any_other(client):
    """SEC-01"""
    log_in(client, Role.REGISTRAR)
    beside = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    application(number="LOV-2026-0031", unit=beside)
    pages = [
        client.get(reverse("cases:search"), {"q": number}).content.decode()
        for number in ("LOV-2026-0031", "LOV-2026-9999")
    ]
    assert all("Inget ärende hittades" in page for page in pages)


# ------------------------------------------------------------------ to register


def test_official_notes_wait_for_registration_until_they_have_their_number(client):
    """LOV-13: working notes never stand here"""
    registrar = log_in(client, Role.REGISTRAR)
    case = application(number="LOV-2026-0031", state="approved", closed=date(2026, 3, 9))
    note = official_note(case, registrar, "Komplettering begärd.", TODAY)
    working = official_note(case, registrar, "Ringt företaget.", TODAY)
    working.kind = "working"
    working.save()
    page = client.get(reverse("cases:to_register"))
    assert list(page.context["page"]) == [note]
    address = reverse("cases:do", args=[case.pk, "register_note"])
    assert address in page.content.decode()
    client.post(address, {"note": note.pk, "registered_as": "0412-11", "version": 1, "key": "k"})
    note.refresh_from_db()
    assert (note.registered_on, note.registered_as) == (TODAY, "0412-11")
    assert Event.objects.filter(name="register_note").count() == 1
    assert "Allt är registrerat" in client.get(reverse("cases:to_register")).content.decode()


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.PLANNER])
def test_roles_that_register_nothing_do_not_see_what_is_to_be_registered(client, role):
    """SEC-01"""
    log_in(client, role)
    assert client.get(reverse("cases:to_register")).status_code == 403


def test_a_notice_of_a_case_that_one_no_longer_sees_has_no_button_and_leads_nowhere(client):
    """SEC-01: an expert who was released, somebody whose role has ended."""
    worker = log_in(client, Role.DEVELOPMENT_STRATEGIST)
    notice(worker, application("Sedd AB"), "ny ansökan", TODAY)
    unit = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    gone = notice(worker, application("Annans AB", unit=unit), "försenad", TODAY, urgent=True)
    page = client.get(reverse("cases:inbox")).content.decode()
    assert page.count('name="open"') == 1
    assert f'name="open" value="{gone.pk}"' not in page
    assert [
        task.case.title
        for task in client.get(reverse("cases:overview")).context["tasks"]
        if task.notice
    ] == []
    answer = client.post(reverse("cases:inbox"), {"open": gone.pk})
    assert answer.url == reverse("cases:inbox")
    gone.refresh_from_db()
    assert gone.read_at is not None
