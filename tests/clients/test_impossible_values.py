"""Values that cannot be true, odd text and people without a Swedish number, on the clients' pages.

Requirements DAY-04, DAY-05, DAY-07; findings of 2026-11, part 2, rows 5, 7, 9, 10, 12 and 20.
"""

from datetime import date
from io import BytesIO
from urllib.parse import quote_from_bytes

import pytest
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.models import Event, EventValues
from clients.models import CareDecision, Client, ServiceOrder
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Absence, Base
from tests.factories import SINCE, person, root_unit
from tests.planning.baseplans.factories import TEST_NUMBER, north, provider, service, someone

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """24 November 2026, as in the findings."""
    monkeypatch.setattr(
        clock, "demo_days", lambda: (TODAY - clock.local_date(clock.real_now())).days
    )


@pytest.fixture
def planner(client):
    user = person(Role.PLANNER, north(), "Sofia Kvarnby")
    client.force_login(user)
    return user


def address(name: str, *args: int) -> str:
    return reverse(f"clients:{name}", args=args)


def particulars(**more) -> dict:
    return {
        "identity_number": "",
        "name": "Astrid Hagberga",
        "unit": north().pk,
        "provider": provider().pk,
        "address": "Strandgatan 4",
        "key_number": "118",
        "active_from": "2026-01-01",
        **more,
    }


def text(answer) -> str:
    return answer.content.decode()


def sheet(answer) -> list[tuple]:
    return list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)


# ------------------------------------------------------------------ text (row 5)


def test_a_name_with_words_line_break_is_one_line_and_the_list_is_exported(client, planner):
    """DAY-05, row 5"""
    client.post(address("add"), particulars(name="Astrid\vHagberga\x1b", address="\u202eGatan 4"))
    there = Client.objects.get()
    assert (there.name, there.address) == ("Astrid Hagberga", "Gatan 4")
    rows = sheet(client.get(address("list"), {"format": "xlsx"}))
    assert rows[1][:2] == ("Astrid Hagberga", "Gatan 4")


def test_a_row_from_before_texts_were_cleaned_does_not_stop_the_export(client, planner):
    """DAY-05, row 5: the sign is in the database already."""
    someone(name="Astrid\v\x07Hagberga", address="=1+1")
    rows = sheet(client.get(address("list"), {"format": "xlsx"}))
    assert rows[1][:2] == ("Astrid\nHagberga", "=1+1")


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800", "²", "9" * 4301, "\u202e", "'; --", "%"])
def test_any_search_is_answered(client, planner, odd):
    """DAY-05, row 20: PostgreSQL refuses NUL."""
    sent = f"sok={quote_from_bytes(odd.encode('utf-8', 'surrogatepass'))}"
    form = "application/x-www-form-urlencoded"
    assert client.post(address("list"), sent, content_type=form).status_code == 200
    assert (
        client.get(
            address("list") + f"?nyckel=a%00b&{sent}&{sent.replace('sok', 'sida')}"
        ).status_code
        == 200
    )


def test_an_address_of_unseen_signs_leads_nowhere(client):
    """DAY-05: 404 before the database is asked."""
    assert client.get("/arenden/kalender/a%00b.ics").status_code == 404


# ------------------------------------------------------------------ days (row 10)


def test_an_absence_in_the_year_26_is_refused(client, planner):
    """DAY-04, row 10"""
    there = someone()
    sent = {"why": "hospital", "first": "0026-11-24", "last": "0026-11-25", "note": ""}
    answer = client.post(address("absence_add", there.pk), sent)
    assert answer.status_code == 422
    assert "Året 26 kan inte stämma. Skriv årtalet med fyra siffror, från 2006 till 2046." in text(
        answer
    )
    assert not Absence.objects.exists()
    client.post(
        address("absence_add", there.pk), {**sent, "first": "2026-11-24", "last": "2026-11-25"}
    )
    assert Absence.objects.get().last == date(2026, 11, 25)


def decision(**more) -> dict:
    return {
        "reference": "B-1",
        "legal_basis": "lss",
        "decided_on": "2026-11-24",
        "decided_by": "Elin Ek",
        "valid_from": "2026-11-24",
        "valid_to": "",
        **more,
    }


def test_a_decision_is_made_today_or_earlier(client):
    """DAY-04, row 10: made a year ahead it is refused; one by LSS from 1994 still holds."""
    client.force_login(person(Role.SOCIAL_WORKER))
    there = someone()
    answer = client.post(address("decision_add", there.pk), decision(decided_on="2027-11-24"))
    assert answer.status_code == 422
    assert "Dagen har inte varit än. Skriv 2026-11-24 eller tidigare." in text(answer)
    assert not CareDecision.objects.exists()
    client.post(
        address("decision_add", there.pk),
        decision(decided_on="1994-03-01", valid_from="1994-03-01"),
    )
    assert CareDecision.objects.get().decided_on == date(1994, 3, 1)


def test_an_order_from_the_year_26_is_refused(client):
    """DAY-04, row 10"""
    client.force_login(person(Role.SOCIAL_WORKER))
    there = someone()
    sent = {
        "service": service().pk,
        "legal_basis": "sol_11_5",
        "decision": "",
        "provider": provider().pk,
        "times": 7,
        "per": "week",
        "minutes": 20,
        "staff_needed": 1,
        "valid_from": "0026-11-24",
        "valid_to": "",
        "note": "",
    }
    answer = client.post(address("order_add", there.pk), sent)
    assert answer.status_code == 422
    assert "Året 26 kan inte stämma." in text(answer)
    assert not ServiceOrder.objects.exists()
    client.post(address("order_add", there.pk), {**sent, "valid_from": "2026-12-01"})
    assert ServiceOrder.objects.get().valid_from == date(2026, 12, 1)


# ------------------------------------------------------------------ coordinates (row 12)


@pytest.fixture
def base():
    """In Stockholm."""
    return Base.objects.create(unit=north(), address="Torget 1", latitude=59.33, longitude=18.07)


def test_swapped_coordinates_are_offered_the_other_way_round(client, planner, base):
    """DAY-04, row 12: 18.0710 / 59.3251"""
    sent = particulars(latitude="18,0710", longitude="59,3251")
    answer = client.post(address("add"), sent)
    assert answer.status_code == 422
    told = text(answer)
    assert "ser ut att ha bytt plats: 59,3251 och 18,0710 ligger i Sverige." in told
    assert 'name="swap_places"' in told
    assert 'value="Astrid Hagberga"' in told
    assert not Client.objects.exists()
    client.post(address("add"), {**sent, "swap_places": "on"})
    there = Client.objects.get()
    assert (there.latitude, there.longitude) == (59.3251, 18.071)


@pytest.mark.parametrize(("latitude", "longitude"), [("0", "0"), ("48,8", "2,3"), ("-59,3", "18")])
def test_a_home_outside_sweden_is_refused(client, planner, latitude, longitude):
    """DAY-04, row 12"""
    answer = client.post(address("add"), particulars(latitude=latitude, longitude=longitude))
    assert answer.status_code == 422
    assert "Platsen ligger inte i Sverige." in text(answer)
    assert not Client.objects.exists()


def test_a_home_far_from_the_base_is_asked_about(client, planner, base):
    """DAY-04, row 12: Malmö lies 513 km from Stockholm as the crow flies."""
    sent = particulars(latitude="55,6050", longitude="13,0038")
    answer = client.post(address("add"), sent)
    assert answer.status_code == 422
    assert "Platsen ligger 513 km från enhetens bas." in text(answer)
    assert not Client.objects.exists()
    client.post(address("add"), {**sent, "is_far": "on"})
    assert Client.objects.get().latitude == 55.605
    assert EventValues.objects.latest("pk").values["is_far"] == [None, True]


def test_a_home_near_the_base_is_saved_without_a_question(client, planner, base):
    """DAY-04"""
    client.post(address("add"), particulars(latitude="59,3251", longitude="18,0710"))
    assert Client.objects.get().longitude == 18.071


# ------------------------------------------------------------------ identity (rows 7 and 9)


@pytest.mark.parametrize("number", ["20991231-2387", "261231-2385"])
def test_somebody_who_is_not_born_yet_is_refused(client, planner, number):
    """DAY-04, row 7: on 24 November 2026."""
    answer = client.post(address("add"), particulars(identity_number=number))
    assert answer.status_code == 422
    assert "Födelsedatumet i personnumret har inte varit än." in text(answer)
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept", "typed_again"),
    [
        ("19400101-T123", "19400101T123", "19400101t123"),
        ("19400101-TF10", "19400101TF10", "19400101-TF10"),
    ],
)
def test_somebody_without_a_swedish_number_is_held_as_the_authority_writes_it(
    client, planner, typed, kept, typed_again
):
    """DAY-07, row 9"""
    client.post(address("add"), particulars(identity_number=typed))
    there = Client.objects.get()
    assert there.identity_number == kept
    assert stored("identity_number") != kept
    page = text(client.get(address("client", there.pk)))
    assert "19400101-****" in page
    assert typed[9:] not in page
    assert "Astrid Hagberga" in text(client.post(address("list"), {"sok": typed_again}))
    answer = client.post(address("add"), particulars(identity_number=typed, name="Någon annan"))
    assert "Numret finns redan: Astrid Hagberga" in text(answer)


def stored(column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from clients_client")
        return cursor.fetchone()[0]


def test_a_reserve_number_is_kept_with_the_system_that_gave_it(client, planner):
    """DAY-07, SEC-03"""
    sent = particulars(reserve_number="99-1940 0101x7", reserve_system="1.2.752.97.3.1.3")
    client.post(address("add"), sent)
    there = Client.objects.get()
    assert (there.reserve_number, there.reserve_system) == ("9919400101X7", "1.2.752.97.3.1.3")
    assert stored("reserve_number") != there.reserve_number
    page = text(client.get(address("client", there.pk)))
    assert "99194001**** (1.2.752.97.3.1.3)" in page
    assert "01X7" not in page
    assert not any("9919400101X7" in str(row.values) for row in EventValues.objects.all())
    assert "Astrid Hagberga" in text(client.post(address("list"), {"sok": "99-19400101-X7"}))
    again = client.post(address("add"), {**sent, "name": "Någon annan"})
    assert "Numret finns redan: Astrid Hagberga" in text(again)
    client.post(address("add"), {**sent, "name": "Hos annat system", "reserve_system": "Cosmic"})
    assert Client.objects.count() == 2


@pytest.mark.parametrize(
    ("number", "system", "message"),
    [
        ("R123456", "", "Skriv vilket system som har gett reservnumret."),
        ("", "Cosmic", "Skriv reservnumret, eller töm fältet under det."),
        ("abc", "Cosmic", "4 till 20 bokstäver och siffror"),
        ("18900208-9804", "Cosmic", "Det är ett personnummer."),
    ],
)
def test_a_reserve_number_that_says_too_little_is_refused(client, planner, number, system, message):
    """DAY-07"""
    sent = particulars(reserve_number=number, reserve_system=system)
    answer = client.post(address("add"), sent)
    assert answer.status_code == 422
    assert message in text(answer)
    assert not Client.objects.exists()


def test_a_reserve_number_still_finds_the_person_when_it_is_replaced(client, planner):
    """DAY-07"""
    there = someone(reserve_number="R123456", reserve_system="Cosmic")
    sent = {"reserve_number": "R999999", "reserve_system": "Cosmic", "identity_number": TEST_NUMBER}
    client.post(address("number", there.pk), sent)
    there.refresh_from_db()
    assert (there.identity_number, there.reserve_number) == (TEST_NUMBER, "R999999")
    assert str(there.identities.get()) == "R12**** (Cosmic)"
    for number in ("R123456", "R999999", TEST_NUMBER):
        assert there.name in text(client.post(address("list"), {"sok": number}))
    event = Event.objects.filter(chain__name=f"client:{there.pk}", kind=Event.Kind.CHANGE).get()
    assert event.name == "replace_identity_number"
    answer = client.post(address("number", there.pk), {"identity_number": ""})
    assert "Skriv det nya numret." in text(answer)


def test_a_protected_persons_reserve_number_is_not_shown(client, planner):
    """DAY-07, BEY-03"""
    there = someone(reserve_number="R123456", reserve_system="Cosmic", has_protected_identity=True)
    page = text(client.get(address("client", there.pk)))
    assert "R12" not in page
    assert "Cosmic" not in page


def test_another_unit_learns_nothing_of_who_has_a_reserve_number(client, planner):
    """DAY-07, SEC-01"""
    other = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    someone(unit=other, reserve_number="R123456", reserve_system="Cosmic")
    sent = particulars(reserve_number="R123456", reserve_system="Cosmic", name="Ny")
    answer = client.post(address("add"), sent)
    assert "hos en enhet som du inte når" in text(answer)
    assert "Hagberga" not in text(client.post(address("list"), {"sok": "R123456"}))
