"""A company registers, applies and answers a completion, in a browser."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from audit import clock
from cases.models import OutgoingMail
from organisation.roles import Role
from procurement.applications.models import ProviderApplication
from tests.browser.conftest import log_in
from tests.factories import at, person
from tests.procurement.routine import application_in, call_document, pdf_file

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 3, 2)
PASSWORD = "ett-långt-lösenord"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The product's clock stands on a Monday."""
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))


def file(name: str) -> dict:
    content = pdf_file(name).read()
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def register(page: Page) -> None:
    page.goto("/portal/registrera/")
    for label, value in (
        ("Företagets namn", "Havsgläntans Omsorg AB"),
        ("Organisationsnummer", "559999-1014"),
        ("Postadress", "Strandgatan 9, 000 00 Sjövik"),
        ("Ditt namn", "Alva Havsgren"),
        ("Din e-postadress", "alva@havsglantan.example"),
        ("Befattning", "vd"),
        ("Telefon", "000-00 00 00"),
        ("Lösenord", PASSWORD),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label(re.compile("Firmatecknare", re.IGNORECASE)).check()
    page.get_by_role("button", name="Registrera").click()
    mail = OutgoingMail.objects.get(to="alva@havsglantan.example")
    page.goto(re.search(r"/portal/bekrafta/\S+/", mail.body)[0])
    page.get_by_role("button", name="Bekräfta").click()


def attach(page: Page, code: str, **days: str) -> None:
    """Open a row of the checklist and choose a file, without sending anything yet."""
    row = page.locator("li", has=page.locator(f"#fil-{code}"))
    row.locator("summary").click()
    row.locator("input[type=file]").set_input_files([file(f"{code}.pdf")])
    for name, value in days.items():
        page.locator(f"#{name}-{code}").fill(value)


def test_a_company_registers_applies_and_gets_its_receipt(page):
    """LOV-01, SEC-01, SEC-03"""
    call_document()
    person(Role.DEVELOPMENT_STRATEGIST)
    register(page)
    log_in(page, "alva@havsglantan.example", PASSWORD)
    page.goto("/portal/")
    page.get_by_role("button", name="Ny ansökan").click()
    page.get_by_label("Kontaktperson").fill("Alva Havsgren")
    page.get_by_label("Kapacitetstak, timmar per månad").fill("300")
    attach(page, "qms")
    page.get_by_role("button", name="Bifoga Ledningssystem").click()
    expect(page.locator(".kv-messages")).to_contain_text("Filen är mottagen.")
    expect(page.get_by_label("Kontaktperson")).to_have_value("Alva Havsgren")
    page.get_by_role("button", name="Skicka ansökan").click()
    expect(page.get_by_role("alert")).to_contain_text("Saknas: Uppdrag")
    page.get_by_label("Omvårdnad och service").check()
    page.get_by_role("group", name="Områden").get_by_role("checkbox").first.check()
    page.get_by_label("Verksamhetsansvarig").fill("Bo Ekman")
    attach(page, "skv4820", ut="2026-02-20")
    attach(page, "insurance", till="2027-01-01")
    page.get_by_role("button", name="Skicka ansökan").click()
    expect(page.locator("#kvitto + p")).to_contain_text("LOV-2026-0001")
    row = ProviderApplication.objects.get()
    assert (row.state, row.arrived_on, row.attachments.count()) == ("received", TODAY, 3)


def test_a_company_answers_a_completion_with_a_file(page):
    """LOV-03"""
    r = application_in("received")
    r.review(at(TODAY))
    r.ask(at(TODAY), "Rutin för egenkontroll.", "qms")
    log_in(page, r.company.username)
    page.goto(f"/portal/{r.application.pk}/")
    attach(page, "qms")
    page.get_by_label(re.compile("Meddelande till förvaltningen")).fill("Här är rutinen.")
    page.get_by_role("button", name="Skicka kompletteringen").click()
    expect(page.locator(".kv-messages")).to_contain_text("Kompletteringen är skickad.")
    assert ProviderApplication.objects.get().completions.get().outcome == "came"
