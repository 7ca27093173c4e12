"""A real browser against the live server."""

import os

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = os.environ.get("KUNDVAL_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--lang=sv",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole run."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def base(live_server) -> str:
    """The live server's address, by name: passkeys refuse addresses in numbers."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(chromium: Browser, base: str):
    """A fresh page at 1440 px, in Swedish."""
    context = chromium.new_context(
        base_url=base, locale="sv-SE", viewport={"width": 1440, "height": 900}
    )
    yield context.new_page()
    context.close()


def log_in(page: Page, username: str, password: str = "lösenord-för-prov") -> None:
    """Log in by the login page, with the keyboard."""
    page.goto("/konto/logga-in/")
    page.get_by_label("Användarnamn").focus()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "logga-in" not in url)
