"""An application taken from arrival to the company's notice, by pages and keyboard alone."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from audit.models import Event
from cases.models import CommitteeMeeting
from procurement.applications.models import ProviderApplication
from tests.browser.conftest import Desk, log_in
from tests.factories import at
from tests.procurement.routine import application_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STRATEGIST, DEPUTY, SECRETARY = "development-strategist", "deputy-director", "committee-secretary"


def test_from_arrival_to_the_notice_of_a_rejection(page, monkeypatch):
    """LOV-05, LOV-06, LOV-07, LOV-08, LOV-09, LOV-10, LOV-11, CAP-15"""
    r = application_in("received")
    desk = Desk(page, r.application.pk)
    desk.at_day(monkeypatch, date(2026, 3, 9))
    handle(desk)
    desk.at_day(monkeypatch, date(2026, 3, 16))
    assess(desk)
    CommitteeMeeting.objects.create(held_on=date(2026, 4, 15), documents_due=date(2026, 3, 27))
    decide(desk, monkeypatch)
    row = ProviderApplication.objects.get()
    assert row.state == "correction_period"
    assert row.deadlines.get(rule="correction").due == date(2026, 5, 11)
    names = Event.objects.filter(chain__name=row.chain, kind="change").values_list(
        "name", flat=True
    )
    assert {
        "review_application",
        "declare_complete",
        "concur",
        "conclude_mbl",
        "put_on_agenda",
        "register_decision",
        "notify_applicant",
    } <= set(names)


def handle(desk: Desk) -> None:
    """The strategist reviews, completes, controls, meets and takes references."""
    desk.log_in(STRATEGIST)
    desk.do("Registrera granskning", choose=("Utan anmärkning",))
    desk.do("Förklara komplett")
    expect(desk.page.locator(".kv-missing")).to_contain_text("2 referenser om verksamhetsansvarig")
    for kind in range(4):
        desk.do("Registrera kontroll", kind=str(kind), choose=("Godtagbart",))
    desk.do("Notera visat registerutdrag", whose="ledningen")
    desk.do(
        "Registrera informationsmöte",
        place="Stadshuset",
        notes="Ansökan gicks igenom.",
        tick=("Ansökan gicks igenom på mötet",),
    )
    for about in ("Företagets ledning", "Verksamhetsansvarig"):
        for number in (1, 2):
            desk.do(
                "Lägg till referens",
                choose=(about,),
                referee=f"{about} {number}",
                organisation="Havsnäs kommun",
                relation="Chef",
                statement="Goda vitsord.",
            )


def assess(desk: Desk) -> None:
    """Proposal, concurrence by another person, MBL."""
    desk.do("Gå till bedömning")
    desk.do(
        "Föreslå beslut",
        choose=("Inte godkänna företaget",),
        reasons="Kraven är inte uppfyllda.",
        economic_consequences="Inga.",
    )
    desk.log_in(DEPUTY)
    desk.do("Tillstyrk förslaget")
    desk.log_in(STRATEGIST)
    desk.do("Skriv MBL-underlag", assessment="Ingen påverkan.")
    desk.do("Registrera MBL-förhandling", union="Kommunal", choose=("Avslutad i enighet",))
    desk.do("Gå till nämnd")
    expect(desk.page.locator(".kv-head")).to_contain_text("Nämnd")


def decide(desk: Desk, monkeypatch) -> None:
    """Agenda, frozen packet, decision, notice, and the day explained."""
    desk.do("Sätt upp på föredragningslistan", meeting="1")
    desk.log_in(SECRETARY)
    desk.page.goto("/namnd/")
    desk.page.goto(f"/namnd/{CommitteeMeeting.objects.get().pk}/")
    desk.press("button", "Lås och expediera")
    expect(desk.page.locator(".kv-messages")).to_contain_text("Utskicket är låst")
    desk.at_day(monkeypatch, date(2026, 4, 16))
    desk.do("Registrera nämndens beslut", paragraph="42", choose=("Godkänner inte",))
    desk.at_day(monkeypatch, date(2026, 4, 20))
    desk.do("Meddela sökande", choose=("Brev",), proof="Försändelse 1")
    why = desk.page.locator(".kv-dates li", has_text="Sista dag att ansöka om rättelse")
    why.locator("summary").focus()
    desk.page.keyboard.press("Enter")
    expect(why).to_contain_text("+ 3 veckor enligt LOV 10 kap. 1-3 §§ = mån 11 maj 2026")
    link = desk.page.get_by_role("link", name="Underrättelse om beslut: inte godkänd").first
    answer = desk.page.context.request.get(link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def test_the_slash_key_moves_to_search_and_finds_the_case(page):
    """CAP-14, CAP-15"""
    r = application_in("received")
    log_in(page, STRATEGIST)
    page.goto("/arenden/")
    page.keyboard.press("/")
    page.keyboard.type("Fyrb")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(r.application.number)


def test_two_people_saving_the_same_case_lose_nothing(page, chromium, base):
    """CAP-05"""
    r = application_in("received")
    log_in(page, STRATEGIST)
    page.goto(f"/arenden/{r.application.pk}/gor/write_note/")
    page.get_by_label("Anteckning", exact=True).fill("En lång anteckning som inte får försvinna.")
    r.review(at(date(2026, 3, 4)))  # a colleague saves meanwhile
    page.get_by_role("button", name="Skriv anteckning").click()
    expect(page.get_by_role("alert")).to_contain_text("Registrera granskning")
    expect(page.get_by_label("Anteckning", exact=True)).to_have_value(
        "En lång anteckning som inte får försvinna."
    )
    page.get_by_role("button", name="Skriv anteckning").click()
    expect(page.locator(".kv-messages")).to_contain_text("”Skriv anteckning” är gjort")


def test_a_double_click_on_a_command_does_it_once(page):
    """CAP-05"""
    r = application_in("received")
    log_in(page, STRATEGIST)
    page.goto(f"/arenden/{r.application.pk}/gor/review_application/")
    page.get_by_label("Utan anmärkning").check()
    page.get_by_role("button", name="Registrera granskning").dblclick()
    expect(page.locator(".kv-messages")).to_contain_text(re.compile("är gjort|var redan gjort"))
    assert r.application.steps.count() == 1
