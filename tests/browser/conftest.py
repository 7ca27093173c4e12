"""A real browser against the live server."""

import os
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from audit import clock
from tests.factories import at

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


class Desk:
    """Somebody who works with a keyboard: focus, type, Enter and space; never the mouse."""

    def __init__(self, page: Page, pk: int):
        self.page, self.pk = page, pk

    def log_in(self, who: str) -> None:
        self.page.context.clear_cookies()
        log_in(self.page, who)

    def open_case(self) -> None:
        self.page.goto(f"/arenden/{self.pk}/")

    def press(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.focus()
        self.page.keyboard.press("Enter")

    def do(self, label: str, *, choose: tuple = (), tick: tuple = (), **fields: str) -> None:
        """Carry out a command from the case page's list of actions."""
        self.choose_command(label)
        for name, value in fields.items():
            field = self.page.locator(f"#id_{name}")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(index=int(value))
            else:
                field.fill(value)
        for option in (*choose, *tick):
            self.page.get_by_label(option, exact=True).focus()
            self.page.keyboard.press("Space")
        self.press("button", label)
        expect(self.page.locator(".kv-messages")).to_contain_text(f"”{label}” är gjort")

    def choose_command(self, label: str) -> None:
        """Open a command's form from the list of actions."""
        self.open_case()
        self.page.locator("summary", has_text="Alla åtgärder").focus()
        self.page.keyboard.press("Enter")
        self.press("link", label)
        self.page.wait_for_url("**/gor/**")

    def at_day(self, monkeypatch, day: date) -> None:
        monkeypatch.setattr(clock, "now", lambda: at(day))
