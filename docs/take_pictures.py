"""Takes the handbook's pictures from a running demo: `python docs/take_pictures.py [ADDRESS]`."""

import re
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent / "pictures"
PASSWORD = "sjövik-demo"
COMPANY = "Fyrbåken Omsorg AB"


def main() -> None:
    """Log in as each role and take its pictures at 1440 px."""
    base = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--lang=sv"]
        )
        for username, shots in SHOTS.items():
            context = browser.new_context(
                base_url=base, locale="sv-SE", viewport={"width": 1440, "height": 1000}
            )
            page = context.new_page()
            log_in(page, username)
            for name, path in shots.items():
                page.goto(path(page) if callable(path) else path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=FOLDER / f"{name}.png")
            context.close()
        browser.close()


def log_in(page: Page, username: str) -> None:
    """By the login page."""
    page.goto("/konto/logga-in/")
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "logga-in" not in url)


def case(page: Page) -> str:
    """The address of a case that is under handling."""
    page.goto("/arenden/")
    return page.get_by_role("link", name=COMPANY, exact=True).first.get_attribute("href")


def of_kind(kind: str, title: str = ""):
    """The first open case of a kind, by a word of its title."""

    def find(page: Page) -> str:
        page.goto(f"/arenden/lista/?slag={kind}")
        links = page.locator("main tbody a", has_text=title)
        return links.first.get_attribute("href")

    return find


def first(start: str):
    """The first link on the list at `start` that leads to one of its things."""

    def find(page: Page) -> str:
        page.goto(start)
        links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.pathname)")
        return next(link for link in links if re.fullmatch(rf"{start}\d+/", link))

    return find


BOARD = "/planering/dagbild/"


def planned(page: Page) -> str:
    """Tomorrow's board once it has been optimized."""
    page.goto(BOARD)
    if page.locator(".kv-visit").count() > 20:
        return BOARD
    page.get_by_role("link", name="Optimera").click()
    page.get_by_role("button", name="Optimera").click()
    page.locator(".kv-compare").wait_for(timeout=120_000)
    page.get_by_role("button", name="Godta alla").click()
    page.wait_for_load_state("networkidle")
    return BOARD


def beside_the_board(name: str):
    """The page of tomorrow that a link of the board leads to."""

    def find(page: Page) -> str:
        page.goto(BOARD)
        return page.get_by_role("link", name=name, exact=True).get_attribute("href")

    return find


def merging(page: Page) -> str:
    """What merging the second unit into the first would do."""
    page.goto("/enheter/ny/")
    choices = page.locator("select[name=fran] option")
    units = {row.inner_text().strip(): row.get_attribute("value") for row in choices.all()}
    north, south = units["Hemtjänst Sjövik Norr"], units["Hemtjänst Sjövik Söder"]
    day = page.locator("input[name=dag]").input_value()
    return f"/enheter/ny/?fran={south}&till={north}&dag={day}&hur=sla-ihop"


SHOTS = {
    "development-strategist": {
        "case": case,
        "do": lambda page: case(page) + "gor/add_reference/",
        "introduction": of_kind("introduction", "Solviken"),
        "contract": of_kind("contract", "Bryggsundet"),
        "wheel": "/arshjul/",
        "comparison": "/uppfoljningar/jamfor/",
    },
    "deputy-director": {"overview": "/arenden/", "in_depth": of_kind("in_depth")},
    "investigator-lawyer": {"tender": of_kind("tender")},
    "committee-secretary": {"meeting": first("/namnd/")},
    "viva-administrator": {"users": "/organisation/anvandare/"},
    "social-worker": {"choose": "/utforare/valj/"},
    "planner": {
        "board": planned,
        "optimizing": beside_the_board("Optimera"),
        "publishing": beside_the_board("Publicera"),
        "base-plan": first("/grundplanering/"),
        "schedule": "/personal/schema/",
        "extra": of_kind("extra_need"),
    },
    "unit-manager": {"enheter": merging},
    "applicant": {"portal": first("/portal/")},
}

if __name__ == "__main__":
    main()
