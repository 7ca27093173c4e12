"""What people say of a provider: received, looked into, answered within ten working days. ESC-01.

Days are literal. Friday 19 June 2026 is midsummer's eve, no working day.
"""

from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases.models import Awaited, Document, JournalNote, Setting
from door.refusals import Blocked, NotAllowed, Refused
from organisation.models import Provider
from organisation.roles import Role
from procurement.complaints import commands
from procurement.complaints.models import Complaint
from procurement.escalations.models import Deviation
from tests.factories import at, person, root_unit
from tests.procurement.agreements import contract_with_company, do

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STRATEGIST, SOCIAL_WORKER = "development-strategist", Role.SOCIAL_WORKER
ARRIVED = date(2026, 6, 10)  # a Wednesday
PAGE = reverse("cases:open", args=["complaint"])


def stated(**more) -> dict:
    return {
        "sort": "complaint",
        "area": "execution",
        "arrived_on": ARRIVED,
        "said": "Ingen kom i går kväll.",
        "from_name": "Ingrid Almberg",
        "from_address": "Vikgatan 3",
        "provider": Provider.objects.get(kind="company"),
        **more,
    }


def registered(**more) -> Complaint:
    """A complaint about a provider with a contract, registered by a social worker the day it came."""
    contract_with_company()
    command = commands.RegisterComplaint(**stated(**more))
    from organisation.authority import actor_on

    actor = actor_on(person(SOCIAL_WORKER), ARRIVED)
    return Complaint.objects.get(pk=command.open_once(actor, at(ARRIVED), "k").pk)


def names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def log_in(client, who):
    client.force_login(person(who), BACKEND)
    return client


def test_a_complaint_is_registered_on_its_page_once_and_is_answered_within_ten_working_days(
    client, monkeypatch
):
    """ESC-01, CAP-05: from 10 June, 11, 12, 15-18 June are six working days, then 22-25: the tenth is
    25 June."""
    contract_with_company()
    monkeypatch.setattr(clock, "now", lambda: at(ARRIVED))
    log_in(client, SOCIAL_WORKER)
    assert "Utföraren får aldrig veta vem" in client.get(PAGE).content.decode()
    sent = stated(key="k1") | {"provider": Provider.objects.get(kind="company").pk}
    for _ in range(2):  # the same click twice
        answer = client.post(PAGE, sent)
    case = Complaint.objects.get()
    assert answer["Location"] == reverse("cases:case", args=[case.pk])
    assert (case.number, case.state) == ("SYN-2026-0001", "received")
    assert case.deadlines.get(rule="complaint_answer").due == date(2026, 6, 25)
    page = client.get(answer["Location"]).content.decode()
    assert "Ingen kom i går kväll." in page
    assert "Ingrid Almberg" in page
    event = Event.objects.get(chain__name=case.chain, name="register_complaint")
    assert event.values.values["sort"] == "complaint"
    assert not {"said", "from_name", "from_address"} & set(event.values.values)


def test_what_cannot_be_is_refused_with_what_was_written_still_there(client, monkeypatch):
    """CAP-15"""
    contract_with_company()
    monkeypatch.setattr(clock, "now", lambda: at(ARRIVED))
    log_in(client, SOCIAL_WORKER)
    sent = stated(key="k1", arrived_on="2026-06-11")
    answer = client.post(PAGE, sent | {"provider": sent["provider"].pk})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "kan inte ligga i framtiden" in page
    assert "Ingen kom i går kväll." in page
    assert not Complaint.objects.exists()
    assert log_in(client, Role.CARE_STAFF).get(PAGE).status_code == 403


def test_it_is_taken_up_looked_into_answered_and_closed():
    """ESC-01: state, log, letter and note; the person's name is in the letter, never in the log."""
    case = registered()
    do(case, commands.BeginHandling(), STRATEGIST, date(2026, 6, 11))
    with pytest.raises(Blocked, match="Saknas: Vad som har kommit fram"):
        do(case, commands.AnswerPerson(text="Hej."), STRATEGIST, date(2026, 6, 12))
    with pytest.raises(Refused, match="Välj om klagomålet är befogat"):
        do(case, commands.RegisterFindings(findings="Bilen stod."), STRATEGIST, date(2026, 6, 12))
    found = commands.RegisterFindings(findings="Bilen stod.", outcome="justified")
    do(case, found, STRATEGIST, date(2026, 6, 12))
    do(case, commands.AnswerPerson(text="Vi beklagar."), STRATEGIST, date(2026, 6, 25))
    do(case, commands.CloseComplaint(), STRATEGIST, date(2026, 6, 26))
    case = Complaint.objects.get()
    assert (case.state, case.outcome, case.answered_on) == (
        "closed",
        "justified",
        date(2026, 6, 25),
    )
    assert names(case) == [
        "register_complaint",
        "begin_handling",
        "register_findings",
        "answer_person",
        "close_complaint",
    ]
    assert case.deadlines.get(rule="complaint_answer").met_on == date(2026, 6, 25)
    letter = Document.objects.get(case=case, kind="complaint_answer")
    assert letter.locked_at
    assert letter.facts["name"] == "Ingrid Almberg"
    assert JournalNote.objects.get(case=case, kind="official").document == letter
    logged = [str(row.values.values) for row in Event.objects.filter(chain__name=case.chain)]
    assert not any("Almberg" in values or "beklagar" in values for values in logged)


def test_who_wants_to_be_unknown_gets_no_answer_and_no_deadline():
    """ESC-01"""
    case = registered(from_name="", from_address="", sort="praise")
    assert not case.deadlines.exists()
    do(case, commands.BeginHandling(), STRATEGIST, date(2026, 6, 11))
    found = commands.RegisterFindings(findings="Personalen fick berömmet.")
    do(case, found, STRATEGIST, date(2026, 6, 11))
    with pytest.raises(Refused, match="”Svara personen” går inte att göra"):
        do(case, commands.AnswerPerson(text="Tack."), STRATEGIST, date(2026, 6, 11))
    do(case, commands.CloseComplaint(), STRATEGIST, date(2026, 6, 12))
    assert Complaint.objects.get().state == "closed"


def test_it_may_become_a_deviation_once_and_the_provider_sees_neither(client):
    """ESC-01, SEC-01"""
    case = registered()
    do(case, commands.BeginHandling(), STRATEGIST, date(2026, 6, 11))
    made = commands.MakeDeviation(happened_on=date(2026, 6, 9), description="Uteblivet besök.")
    do(case, made, STRATEGIST, date(2026, 6, 11))
    deviation = Deviation.objects.get()
    assert (deviation.source, deviation.area) == ("complaint", "execution")
    assert Complaint.objects.get().led_to == deviation
    with pytest.raises(Refused, match="går inte att göra"):
        do(case, made, STRATEGIST, date(2026, 6, 11))
    company = case.provider.roleassignment_set.get().user
    client.force_login(company, BACKEND)
    for row in (case, deviation):
        assert client.get(reverse("portal:case", args=[row.pk])).status_code == 404
    assert str(case) not in client.get(reverse("portal:home")).content.decode()


def test_a_social_worker_registers_and_reads_but_does_not_handle():
    """SEC-01: the refusal stands in the log"""
    case = registered()
    with pytest.raises(NotAllowed):
        do(case, commands.BeginHandling(), person(SOCIAL_WORKER), date(2026, 6, 11))
    assert Event.objects.filter(chain__name=case.chain, kind="refusal").count() == 1


def test_the_municipality_chooses_how_soon_it_answers():
    """CAP-03: five working days from 10 June: 17 June"""
    root_unit()
    Setting.objects.create(key="complaint_answer_days", value=5)
    case = registered()
    assert case.deadlines.get().due == date(2026, 6, 17)


def test_it_waits_for_whoever_has_the_contract_and_then_for_whoever_took_it_up():
    """CAP-14"""
    case = registered()
    waits = Awaited.objects.get(case=case)
    assert (waits.what, waits.command) == ("Någon som handlägger", "begin_handling")
    assert waits.person == person(STRATEGIST)
    do(case, commands.BeginHandling(), "deputy-director", date(2026, 6, 11))
    waits = Awaited.objects.get(case=case)
    assert (waits.command, waits.person) == ("register_findings", person("deputy-director"))
