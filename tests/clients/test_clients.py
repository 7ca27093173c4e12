"""Clients, their decisions and orders, on pages; every change has its line in the log."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.models import Event, EventValues
from clients.models import CareDecision, Client, ServiceOrder
from organisation.models import Unit
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit
from tests.planning.baseplans.factories import (
    OTHER_NUMBER,
    TEST_NUMBER,
    decision,
    north,
    order,
    provider,
    service,
    someone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def social_worker(client):
    user = person(Role.SOCIAL_WORKER)
    client.force_login(user)
    return user


@pytest.fixture
def planner(client):
    user = person(Role.PLANNER, north(), "Sofia Kvarnby")
    client.force_login(user)
    return user


def address(name: str, *args: int) -> str:
    return reverse(f"clients:{name}", args=args)


def events(of: Client) -> list[str]:
    found = Event.objects.filter(chain__name=f"client:{of.pk}", kind=Event.Kind.CHANGE)
    return list(found.order_by("seq").values_list("name", flat=True))


def text(answer) -> str:
    return answer.content.decode()


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


def asked(of_service, **more) -> dict:
    return {
        "service": of_service.pk,
        "legal_basis": "sol_11_5",
        "decision": "",
        "provider": provider().pk,
        "times": 7,
        "per": "week",
        "minutes": 20,
        "staff_needed": 1,
        "valid_from": "2026-12-01",
        "valid_to": "",
        **more,
    }


def test_a_new_client_is_found_by_number_and_nothing_of_it_stands_in_the_log(client, planner):
    """PLN-02, SEC-02, SEC-03"""
    answer = client.post(address("add"), particulars(identity_number="18900208-9804"))
    made = Client.objects.get()
    assert answer["Location"] == address("client", made.pk)
    assert Client.with_number(TEST_NUMBER) == made
    assert events(made) == ["add_client"]
    assert not any(TEST_NUMBER[2:8] in str(row.values) for row in EventValues.objects.all())
    page = text(client.get(address("client", made.pk)))
    assert "18900208-****" in page
    assert "9804" not in page
    read = Event.objects.get(kind=Event.Kind.READ)
    assert (read.name, read.personal, read.actor) == ("read_client", True, planner)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("890208-9804x", "Skriv personnumret som"),
        ("18900208-9805", "Kontrollsiffran i personnumret stämmer inte."),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(client, planner, typed, said):
    """SEC-03"""
    answer = client.post(address("add"), particulars(identity_number=typed))
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Client.objects.exists()


def test_a_number_twice_names_the_person_only_to_those_who_see_them(client, planner):
    """SEC-01, SEC-03"""
    there = someone(identity_number=TEST_NUMBER, key_number="7")
    answer = client.post(address("add"), particulars(identity_number=TEST_NUMBER))
    assert "Numret finns redan: Astrid Hagberga" in text(answer)
    there.unit = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    there.save()
    answer = client.post(address("add"), particulars(name="Ny", identity_number=TEST_NUMBER))
    assert answer.status_code == 422
    assert "hos en enhet som du inte når" in text(answer)
    assert "Hagberga" not in text(answer)


def test_a_replaced_number_still_finds_the_person(client, planner):
    """PLN-02, SEC-03"""
    there = someone(identity_number=OTHER_NUMBER)
    client.post(address("number", there.pk), {"identity_number": TEST_NUMBER})
    there.refresh_from_db()
    assert Client.with_number(OTHER_NUMBER) == Client.with_number(TEST_NUMBER) == there
    assert there.identity_number == TEST_NUMBER
    assert there.identities.get().replaced_on == clock.today()
    assert events(there) == ["replace_identity_number"]
    answer = client.post(address("number", there.pk), {"identity_number": OTHER_NUMBER})
    assert "har redan det här numret" in text(answer)


def test_a_search_is_sent_and_never_stands_in_an_address(client, planner):
    """SEC-03"""
    someone(identity_number=TEST_NUMBER, key_number="118"), someone("Rune Kvarntorpa")
    for typed in ("18900208-9804", "hagb", "118"):
        page = text(client.post(address("list"), {"sok": typed}))
        assert "Astrid Hagberga" in page
        assert "Rune" not in page
        assert f"?{typed}" not in page
    assert "Rune Kvarntorpa" in text(client.get(f"{address('list')}?sok=hagb"))


def test_a_protected_person_is_masked_in_list_page_and_excel_and_found_by_number_alone(
    client, planner
):
    """BEY-03"""
    hidden = someone(
        identity_number=TEST_NUMBER, has_protected_identity=True, phone="000-12 34", entry="Gården"
    )
    excel = load_workbook(
        BytesIO(b"".join(client.get(f"{address('list')}?format=xlsx").streaming_content))
    )
    cells = [cell.value for line in excel.active.iter_rows() for cell in line]
    assert "Skyddade uppgifter" in cells
    pages = [
        text(client.get(address("list"))),
        text(client.get(address("client", hidden.pk))),
        text(client.get(reverse("baseplans:plan", args=[hidden.pk]))),
        text(client.get(reverse("baseplans:list"))),
        str(cells),
        text(client.post(address("list"), {"sok": TEST_NUMBER})),
    ]
    for page in pages:
        assert not [
            word for word in ("Hagberga", "Strandgatan", "000-12", "Gården") if word in page
        ]
    assert f"/brukare/{hidden.pk}/" in pages[-1]
    assert f"/brukare/{hidden.pk}/" not in text(client.post(address("list"), {"sok": "Hagberga"}))
    assert Event.objects.filter(name="export_clients").exists()
    client.get(address("change", hidden.pk))
    assert Event.objects.filter(name="read_protected_client").count() == 1
    client.post(
        address("change", hidden.pk),
        particulars(has_protected_identity="on", address="Nygatan 1", active_from="2020-01-01"),
    )
    assert Client.objects.get().address == "Nygatan 1"
    assert not [row for row in EventValues.objects.all() if "gatan" in str(row.values)]


def test_the_list_is_filtered_by_what_says_nothing_of_anybody(client, planner, today):
    """PLN-04, PLN-05, PLN-09"""
    awake, asleep = someone(key_number="1"), someone("Rune Kvarntorpa", is_dormant=True)
    order(awake, read_on=None)
    decision(awake, valid_to=today + timedelta(days=20))
    for query, shown in (
        ("", awake),
        ("visa=vilande", asleep),
        ("visa=olast", awake),
        ("visa=upphor", awake),
        ("nyckel=1", awake),
        ("visa=borta", None),
        ("visa=avslutade", None),
    ):
        page = text(client.get(f"{address('list')}?{query}"))
        assert (str(awake) in page, str(asleep) in page) == (shown == awake, shown == asleep), query


def test_an_order_is_unread_until_the_planner_has_planned_it(client, social_worker):
    """PLN-04"""
    there = someone()
    client.post(address("order_add", there.pk), asked(service()))
    row = ServiceOrder.objects.get()
    assert (row.read_on, row.recorded_by) == (None, social_worker)
    assert client.post(address("order_read", row.pk)).status_code == 403
    client.force_login(person(Role.PLANNER, north(), "Sofia Kvarnby"))
    assert "Läst och inplanerad" in text(client.get(reverse("baseplans:plan", args=[there.pk])))
    client.post(address("order_read", row.pk), {"till": "grundplanering"})
    row.refresh_from_db()
    assert (row.read_on, str(row.read_by)) == (clock.today(), "Sofia Kvarnby")
    assert events(there) == ["add_order", "read_order"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"legal_basis": "sol_11_1"}, "kräver ett beslut"),
        ({"legal_basis": "sol_11_1", "decision": "it", "valid_from": "2026-01-31"},
         "Beslutet börjar gälla 2026-02-01. Skriv den dagen eller senare"),
        ({"legal_basis": "sol_11_1", "decision": "it", "valid_to": "2027-02-01"},
         "Beslutet slutar 2027-01-31. Skriv den dagen eller tidigare"),
        ({"legal_basis": "sol_11_1", "decision": "it"}, "Beslutet slutar 2027-01-31"),
        ({"legal_basis": "lss", "decision": "it", "valid_to": "2027-01-31"},
         "Beslutet är fattat enligt SoL 11 kap. 1 §"),
        ({"legal_basis": "hsl"}, "Dusch är ingen hälso- och sjukvård"),
        ({"valid_to": "2026-11-30"}, "Beställningen slutar innan den börjar"),
        ({"times": 0}, "Skriv 1 eller mer."),
    ],
)  # fmt: skip
def test_an_order_that_the_law_or_its_decision_does_not_hold_is_refused(
    client, social_worker, more, said
):
    """PLN-04"""
    there = someone()
    it = decision(there, valid_from="2026-02-01", valid_to="2027-01-31")
    answer = client.post(
        address("order_add", there.pk),
        asked(service(), **{**more, "decision": it.pk if more.get("decision") else ""}),
    )
    assert answer.status_code == 422
    assert said in text(answer)
    assert not ServiceOrder.objects.exists()


def test_a_changed_order_is_a_new_row_and_the_old_one_ends_the_day_before(client, social_worker):
    """PLN-04"""
    there = someone()
    old = order(there)
    client.post(address("order_change", old.pk), asked(service(), minutes=45))
    old.refresh_from_db()
    new = old.replaced_by
    assert (str(old.valid_to), old.minutes) == ("2026-11-30", 30)
    assert (str(new.valid_from), new.minutes, new.read_on) == ("2026-12-01", 45, None)
    assert events(there) == ["change_order"]
    assert client.get(address("order_change", old.pk)).status_code == 403
    early = asked(service(), valid_from="2026-12-01")
    answer = client.post(address("order_change", new.pk), early)
    assert "Skriv en senare dag" in text(answer)


def test_a_place_is_filled_in_as_a_browser_shows_it_and_stays_when_something_else_is_changed(
    client, social_worker
):
    """PLN-02: 59,3251 in a field of numbers would be shown as nothing, and saved so."""
    there = someone()
    Client.objects.update(latitude=59.3251, longitude=18.071)
    form = client.get(address("change", there.pk)).context["forms"][0]
    assert [form[name].field.widget.input_type for name in ("latitude", "longitude")] == [
        "text"
    ] * 2
    shown = {name: form[name].value() for name in form.fields}
    said = {name: value for name, value in shown.items() if value not in (None, False)}
    client.post(address("change", there.pk), {**said, "latitude": "59,3251", "longitude": "18,071"})
    there.refresh_from_db()
    assert (there.latitude, there.longitude) == (59.3251, 18.071)


def test_an_ended_decision_ends_its_orders_and_they_are_unread_again(client, social_worker, today):
    """PLN-04"""
    there = someone()
    it = decision(there)
    row = order(there, decision=it, legal_basis="sol_11_1")
    answer = client.post(address("decision_end", it.pk), {"last_day": "2019-12-31"})
    assert "Skriv den dagen eller senare" in text(answer)
    client.post(address("decision_end", it.pk), {"last_day": today})
    row.refresh_from_db()
    assert (CareDecision.objects.get().valid_to, row.valid_to, row.read_on) == (today, today, None)
    assert events(there) == ["end_order", "end_decision"]
    changed = {
        "legal_basis": "sol_11_1",
        "decided_on": today,
        "decided_by": "Helena",
        "valid_from": today,
    }
    answer = client.post(address("decision_change", it.pk), changed)
    assert "börjar redan 2020-01-01" in text(answer)


def test_a_nurse_orders_health_care_and_nothing_else(client):
    """SEC-01, PLN-02"""
    there = someone()
    client.force_login(person(Role.NURSE, north()))
    care = service("insulin", "Insulin", "nursing")
    assert client.post(address("order_add", there.pk), asked(service())).status_code == 422
    client.post(address("order_add", there.pk), asked(care, legal_basis="hsl"))
    assert ServiceOrder.objects.get().legal_basis == "hsl"
    assert client.get(address("order_end", order(there).pk)).status_code == 403
    assert client.get(address("decision_add", there.pk)).status_code == 403


def test_nobody_of_another_unit_finds_anything_of_a_client(client):
    """SEC-01: 404 on every address, whatever they hold elsewhere."""
    there = someone(identity_number=TEST_NUMBER)
    it, row = decision(there), order(there)
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.UNIT_MANAGER, south))
    for name in (
        "client",
        "change",
        "number",
        "decision_add",
        "order_add",
        "absence_add",
        "care_contact",
        "wish_add",
        "double_staffing",
    ):
        assert client.get(address(name, there.pk)).status_code == 404, name
    for name, pk in (
        ("decision_change", it.pk),
        ("decision_end", it.pk),
        ("order_change", row.pk),
        ("order_end", row.pk),
    ):
        assert client.get(address(name, pk)).status_code == 404, name
    assert client.post(address("order_read", row.pk)).status_code == 404
    for page in (client.get(address("list")), client.post(address("list"), {"sok": TEST_NUMBER})):
        assert "Hagberga" not in text(page)
