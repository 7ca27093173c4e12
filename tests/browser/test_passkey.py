"""A key (passkey) in a real browser, with Chromium's virtual authenticator."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from organisation.roles import Role
from tests.factories import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def page(page: Page) -> Page:
    """A page of a browser that has a key built in."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/")


def test_a_person_adds_a_key_and_logs_in_with_it_alone(page, settings):
    """SEC-04: staff without a second factor are led there; the key is enough at the next login."""
    user = person(Role.DEVELOPMENT_STRATEGIST, username="samira.norrgren")
    settings.SECOND_FACTOR_REQUIRED = True
    page.goto("/konto/logga-in/")
    page.get_by_label("Användarnamn").fill("samira.norrgren")
    page.get_by_label("Lösenord", exact=True).fill("lösenord-för-prov")
    page.get_by_role("button", name="Logga in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Lägg upp tvåstegsverifiering")
    page.get_by_role("link", name="Lägg till nyckel").click()
    page.get_by_label("Lösenord", exact=True).fill("lösenord-för-prov")
    page.get_by_role("button", name="Bekräfta").click()
    page.get_by_label("Nyckelns namn").fill("Arbetsdatorn")
    page.get_by_role("button", name="Lägg till").click()
    expect(page.get_by_role("heading", name="Återställningskoder")).to_be_visible()
    page.get_by_role("link", name="Klar").click()
    expect(page.get_by_role("link", name="Ta bort Arbetsdatorn")).to_be_visible()
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert (key.user, key.wrap().name) == (user, "Arbetsdatorn")

    log_out(page)
    page.goto("/konto/logga-in/")
    page.get_by_role("button", name="Logga in med nyckel").click()
    expect(page.get_by_role("heading", name="Hej Samira Norrgren")).to_be_visible()

    log_out(page)
    page.goto("/konto/logga-in/")
    page.get_by_label("Användarnamn").fill("samira.norrgren")
    page.get_by_label("Lösenord", exact=True).fill("lösenord-för-prov")
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.get_by_role("button", name="Använd nyckeln").click()
    expect(page.get_by_role("heading", name="Hej Samira Norrgren")).to_be_visible()


def test_a_browser_without_a_key_for_us_is_told_so(page):
    """SEC-04: refused, in Swedish."""
    page.goto("/konto/logga-in/")
    page.get_by_role("button", name="Logga in med nyckel").click()
    expect(page.get_by_role("alert")).to_contain_text("ingen nyckel för Kundval")
    page.goto("/hem/")
    expect(page.get_by_role("heading", name="Logga in", exact=True)).to_be_visible()
