"""The contract and the register of providers: versions, permits, public page, choices."""

from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases import ledger
from cases.models import JournalNote, Notification, Setting
from door.refusals import NotAllowed, Refused
from organisation.authority import actor_on
from organisation.roles import Role
from procurement.contracts import commands, rules
from procurement.contracts.models import Contract, ProviderChoice
from procurement.specifications.models import ServiceArea
from tests.cases.test_overview import log_in
from tests.factories import at, person
from tests.procurement.agreements import (
    FIRST_DAY,
    SIGNED,
    agreed,
    contract,
    contract_with_company,
    do,
)
from tests.procurement.routine import pdf_file

pytestmark = pytest.mark.django_db
STRATEGIST, DEPUTY = "development-strategist", "deputy-director"
DAY = date(2026, 5, 4)


def change(**more) -> commands.ChangeContract:
    stated = {
        "valid_from": date(2026, 6, 1),
        "assignment": "both",
        "areas": agreed().areas,
        "capacity_ceiling_hours": 450,
        "operations_manager": "Bo Ekman",
        "reason": "Fler timmar",
        **more,
    }
    return commands.ChangeContract(**stated)


def names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def test_a_change_is_a_new_version_and_the_earlier_one_stays():
    """FUP-02"""
    signed = contract()
    do(signed, change(), STRATEGIST, DAY)
    signed = Contract.objects.get(pk=signed.pk)
    assert signed.version_on(date(2026, 5, 31)).capacity_ceiling_hours == 300
    assert signed.version_on(date(2026, 6, 1)).capacity_ceiling_hours == 450
    assert names(signed) == ["sign", "change_contract"]
    note = JournalNote.objects.get(case=signed, kind="official")
    assert note.text == "Avtalet ändrat från 2026-06-01: Fler timmar"


@pytest.mark.parametrize(
    ("table", "says"),
    [("home_care", {"assignment", "areas", "capacity_ceiling_hours"}), ("residential", {"places"})],
)
def test_a_change_asks_for_all_that_a_contract_of_its_kind_says(table, says):
    """FUP-02"""
    signed, actor = contract(table=table), actor_on(person(STRATEGIST), DAY)
    form = commands.ChangeContract.form({}, row=signed, actor=actor, day=DAY)
    assert set(form.errors) == {"valid_from", "operations_manager", "reason", *says}
    assert set(form.fields) == {*form.errors, "valid_to", "file"}


def test_a_contract_that_would_end_before_it_starts_is_refused_and_nothing_is_changed():
    """FUP-02"""
    signed = contract()
    with pytest.raises(Refused, match="skulle sluta sön 31 maj 2026, före det börjar mån 1 juni"):
        do(signed, change(valid_to=date(2026, 5, 31)), STRATEGIST, DAY)
    assert signed.versions.count() == 1


def test_the_last_day_of_a_contract_is_watched_from_half_a_year_before():
    """CAP-18: ends 31 December 2026; 180 days before is 4 July."""
    signed = contract(last=date(2026, 12, 31))
    deadline = signed.deadlines.get(rule="contract_ends")
    assert (deadline.due, deadline.next_rung_on) == (date(2026, 12, 31), date(2026, 7, 4))
    do(signed, change(valid_to=None), STRATEGIST, DAY)
    assert not signed.deadlines.running().filter(rule="contract_ends").exists()


def test_the_company_reports_a_new_operations_manager_and_the_handler_is_told():
    """FUP-02"""
    signed, company = contract_with_company()
    report = commands.ReportManager(
        name="Siv Holm", from_day=date(2026, 6, 1), competence="Sjuksköterska, fem år som chef."
    )
    with pytest.raises(NotAllowed):
        do(signed, report, Role.COMMITTEE_SECRETARY, DAY)
    do(signed, report, company, DAY)
    assert signed.version_on(date(2026, 6, 1)).operations_manager == "Siv Holm"
    assert Notification.objects.filter(
        user=person(STRATEGIST), text__contains="ny verksamhetsansvarig är anmäld"
    ).exists()


def test_an_insurance_is_watched_and_its_renewal_takes_over():
    """CAP-18: expires 31 August 2026; the company is told 60 days before, on 2 July."""
    signed, company = contract_with_company()
    first = commands.AddPermit(
        kind="insurance",
        reference="Brev 4711",
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 8, 31),
        file=pdf_file(),
    )
    do(signed, first, company, DAY)
    deadline = signed.deadlines.get(rule="permit_expires")
    assert (deadline.label, deadline.due) == ("Ansvarsförsäkring går ut", date(2026, 8, 31))
    ledger.sweep(at(date(2026, 7, 1)))
    told = Notification.objects.filter(user=company, text__contains="Giltighetstiden för ansvarsf")
    assert not told.exists()
    ledger.sweep(at(date(2026, 7, 2)))
    assert told.get().text == (
        "AVT-2026-0001: Giltighetstiden för ansvarsförsäkring går ut mån 31 aug 2026"
    )
    renewed = commands.AddPermit(
        kind="insurance",
        reference="Brev 5050",
        valid_from=date(2026, 7, 6),
        valid_to=date(2027, 8, 31),
        file=pdf_file("ny.pdf"),
    )
    do(signed, renewed, company, date(2026, 7, 6))
    deadline.refresh_from_db()
    assert (deadline.met_on, deadline.met_text) == (date(2026, 7, 6), "Förnyat")
    assert [row.reference for row in signed.current_permits()] == ["Brev 5050"]


def test_an_expired_permit_is_refused_with_the_day_it_expired():
    """CAP-18"""
    signed = contract()
    late = commands.AddPermit(
        kind="ivo", reference="8.1-1", valid_from=date(2025, 1, 1), valid_to=date(2026, 5, 1)
    )
    with pytest.raises(Refused, match="gick ut fre 1 maj 2026"):
        do(signed, late, STRATEGIST, DAY)
    assert not signed.permits.exists()


def test_a_lawful_end_takes_accounts_back_and_stops_what_is_watched():
    """INT-08"""
    signed = contract(last=date(2027, 4, 30))
    administrator = person(Role.VIVA_ADMINISTRATOR)
    end = commands.EndContract(last_day=date(2026, 9, 30), why="Bolaget läggs ned.")
    with pytest.raises(NotAllowed):
        do(signed, end, STRATEGIST, DAY)
    do(signed, end, DEPUTY, DAY)
    signed = Contract.objects.get(pk=signed.pk)
    assert (signed.state, signed.closed_on) == ("ended", date(2026, 9, 30))
    assert not signed.deadlines.running().exists()
    assert Notification.objects.filter(
        user=administrator, text__contains="Ta tillbaka konton, kort och utrustning"
    ).exists()


# --------------------------------------------------------------------- those who choose


def choose(hours: int, reference: str, area: str = "Sjövik Norr") -> commands.RegisterChoice:
    found, _ = ServiceArea.objects.get_or_create(name=area)
    return commands.RegisterChoice(
        reference=reference, area=found, hours=hours, wanted_from=date(2026, 5, 11)
    )


def test_a_choice_is_taken_queued_or_refused_with_the_reason():
    """BEY-02: the ceiling is 300 hours."""
    signed = contract()
    worker = person(Role.SOCIAL_WORKER)
    do(signed, choose(280, "V-1"), worker, DAY)
    do(signed, choose(40, "V-2"), worker, DAY)
    do(signed, choose(10, "V-3", "Bergfors"), worker, DAY)
    assert [(row.reference, row.outcome, row.starts_on) for row in signed.choices.all()] == [
        ("V-1", "accepted", date(2026, 5, 11)),
        ("V-2", "queued", None),
        ("V-3", "refused", None),
    ]
    assert [row.reason for row in signed.choices.all()][1:] == [
        "Kapacitetstaket är 300 timmar i månaden, och 20 är lediga.",
        "Utföraren arbetar inte i Bergfors.",
    ]
    assert names(signed)[-3:] == ["register_choice"] * 3


def test_a_person_has_one_provider_at_a_time():
    """BEY-02"""
    first, second = contract(), contract("Måsholmens Omsorg AB")
    worker = person(Role.SOCIAL_WORKER)
    do(first, choose(10, "V-1"), worker, DAY)
    with pytest.raises(Refused, match="har redan valt Fyrbåken Omsorg AB"):
        do(second, choose(10, "V-1"), worker, DAY)
    assert not second.choices.exists()


def test_a_change_of_provider_has_the_municipalitys_notice_and_the_queue_moves_up():
    """BEY-02: told on 4 May, 14 days: 18 May."""
    signed = contract()
    worker = person(Role.SOCIAL_WORKER)
    for hours, reference in ((280, "V-1"), (40, "V-2")):
        do(signed, choose(hours, reference), worker, DAY)
    leaving = signed.choices.get(reference="V-1")
    do(signed, commands.EndChoice(choice=leaving, told_on=DAY), worker, DAY)
    leaving.refresh_from_db()
    assert leaving.ends_on == date(2026, 5, 18)
    assert signed.choices.get(reference="V-2").outcome == "accepted"
    Setting.objects.create(key="provider_change_days", value=0)
    again = signed.choices.get(reference="V-2")
    do(signed, commands.EndChoice(choice=again, told_on=DAY), worker, DAY)
    again.refresh_from_db()
    assert again.ends_on == DAY
    with pytest.raises(Refused, match="”Avsluta val” går inte att göra"):
        do(signed, commands.EndChoice(choice=leaving, told_on=DAY), worker, DAY)


def test_the_order_of_providers_is_by_lot_the_same_all_day_and_another_day_another():
    """BEY-01"""
    names = [f"Utförare {sign}" for sign in "ABCDEFGH"]
    today = rules.neutral_order(names, DAY)
    assert sorted(today) == list(range(8))
    assert today == rules.neutral_order(names, DAY)
    others = {tuple(rules.neutral_order(names, date(2026, 5, day))) for day in range(5, 25)}
    assert len(others) > 15
    first = {
        rules.neutral_order(names, date.fromordinal(DAY.toordinal() + n))[0] for n in range(200)
    }
    assert first == set(range(8))  # everybody stands first some day


def test_the_page_for_those_who_choose_shows_facts_of_all_and_nothing_of_control(
    client, monkeypatch
):
    """BEY-01"""
    monkeypatch.setattr(clock, "now", lambda: at(DAY))
    private, company = contract_with_company()
    contract("Hemtjänst Norr", own=True)
    ended = contract("Nedlagda Omsorg AB")
    do(ended, commands.EndContract(last_day=date(2026, 5, 1), why="Slut."), DEPUTY, DAY)
    contract("Ännu inte AB", first=date(2026, 9, 1))
    text = commands.WriteInformation(
        presentation="Vi arbetar i små grupper.",
        hours="Alla dagar 7–22",
        languages="Svenska, finska",
        phone="0000-111 11",
        mail="hej@fyrbaken.example",
    )
    do(private, text, company, DAY)
    page = client.get(reverse("contracts:choose")).content.decode()
    assert "Vi arbetar i små grupper." not in page  # not read by the administration yet
    do(private, commands.PublishInformation(), STRATEGIST, DAY)
    response = client.get(reverse("contracts:choose"))
    page = response.content.decode()
    assert {row["name"] for row in response.context["providers"]} == {
        "Fyrbåken Omsorg AB",
        "Hemtjänst Norr",
    }
    assert "Vi arbetar i små grupper." in page
    assert "Kommunens egen regi" in page
    assert "Bo Ekman" not in page  # no names of persons, no findings
    assert "Om du inte väljer får du hemtjänst av kommunens egen regi i området" in page
    by_name = client.get(reverse("contracts:choose"), {"ordning": "namn"})
    assert [row["name"] for row in by_name.context["providers"]] == [
        "Fyrbåken Omsorg AB",
        "Hemtjänst Norr",
    ]


def test_the_register_has_companies_and_own_units_and_is_filtered_by_address(client, monkeypatch):
    """FUP-02, BEY-02"""
    monkeypatch.setattr(clock, "now", lambda: at(DAY))
    contract()
    log_in(client, Role.DEPUTY_DIRECTOR)
    stated = {
        "name": "Hemtjänst Norr",
        "table": "home_care",
        "unit": contract("Annan AB").unit_id,
        "valid_from": "2026-01-01",
        "assignment": "both",
        "areas": [ServiceArea.objects.get(name="Sjövik Norr").pk],
        "capacity_ceiling_hours": 4000,
        "operations_manager": "Lena Sund",
        "key": "k1",
    }
    for _ in range(2):  # a double click enters it once
        assert client.post(reverse("contracts:own_unit"), stated).status_code == 302
    own = Contract.objects.get(title="Hemtjänst Norr")
    assert (own.provider.kind, own.signing, own.number) == (
        "in_house",
        "internal",
        "AVT-2026-0003",
    )
    page = client.get(reverse("contracts:register"))
    assert [row.title for row in page.context["rows"]] == [
        "Annan AB",
        "Fyrbåken Omsorg AB",
        "Hemtjänst Norr",
    ]
    named = client.get(reverse("contracts:register"), {"namn": "norr"})
    assert [row.title for row in named.context["rows"]] == ["Hemtjänst Norr"]
    book = client.get(reverse("contracts:register"), {"format": "xlsx"})
    assert b"".join(book.streaming_content)[:2] == b"PK"
    assert client.get(reverse("cases:case", args=[own.pk])).status_code == 200


@pytest.mark.parametrize(
    ("role", "opens"), [(Role.DEPUTY_DIRECTOR, True), (Role.FEE_OFFICER, False)]
)
def test_the_company_of_a_contract_is_a_link_for_those_who_may_open_it(client, role, opens):
    """SEC-01: no page offers what it then refuses."""
    signed = contract()
    log_in(client, role)
    page = client.get(reverse("cases:case", args=[signed.pk])).content.decode()
    company = reverse("applications:company", args=[signed.provider_id])
    assert "Fyrbåken Omsorg AB" in page
    assert (f'href="{company}"' in page) == opens
    assert (client.get(company).status_code == 200) == opens


def test_an_own_home_is_entered_with_its_places_and_is_nobodys_choice_of_home_care(
    client, monkeypatch
):
    """FUP-02"""
    monkeypatch.setattr(clock, "now", lambda: at(DAY))
    log_in(client, Role.DEPUTY_DIRECTOR)
    unit = contract("Annan AB").unit_id
    stated = {
        "name": "Strandgården",
        "table": "residential",
        "unit": unit,
        "key": "k2",
        "valid_from": "2026-01-01",
        "operations_manager": "Lena Sund",
    }
    refused = client.post(reverse("contracts:own_unit"), stated)
    assert refused.status_code == 422
    assert refused.context["form"].errors == {"places": ["Fyll i det här."]}
    client.post(reverse("contracts:own_unit"), {**stated, "places": 48})
    home = Contract.objects.get(title="Strandgården")
    assert (home.is_residential, home.version_on(DAY).places) == (True, 48)
    shown = client.get(reverse("contracts:choose")).context["providers"]
    assert "Strandgården" not in [row["name"] for row in shown]


def test_the_register_asks_the_same_number_of_questions_however_many_providers(
    client, monkeypatch, django_assert_num_queries
):
    """CAP-15"""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    monkeypatch.setattr(clock, "now", lambda: at(DAY))
    log_in(client, Role.DEPUTY_DIRECTOR)
    counts = []
    for number in (2, 6):
        for place in range(number):
            contract(f"Utförare {number}{place} AB", first=FIRST_DAY, opened=SIGNED)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("contracts:register"))
            client.get(reverse("contracts:choose"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert ProviderChoice.objects.count() == 0
