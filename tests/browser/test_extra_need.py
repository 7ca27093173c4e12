"""Two extra needs by pages and keyboard alone: one ends, the other is applied for on day ten.

It is Friday evening, 27 November 2026. Saturday, and Advent Sunday, are no weekdays: the social worker
is contacted on Monday the 30th. Day ten of Saturday the 28th is Tuesday 8 December.
"""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from audit import clock
from audit.models import Event
from cases import flows, ledger
from planning.models import ExtraNeed
from tests.browser.conftest import Desk
from tests.factories import at
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MONDAY, WEDNESDAY = date(2026, 11, 30), date(2026, 12, 9)
DAY_TEN = date(2026, 12, 8)
WHOM_AND_WHEN = (
    "Anna Skogmark kontaktar Leila Havsby senast måndag 30 november 2026, nästa vardag efter fredag 27 "
    "november 2026, då det planerades (lördag och söndag är inga vardagar). Dag tio är tisdag 8 december "
    "2026."
)


@pytest.fixture
def w(monkeypatch, transactional_db):
    monkeypatch.setattr(clock, "now", lambda: at(FRIDAY, 18))
    world = World()
    world.bo = world.client("Bo Lindtorpa")
    world.extra(services=(world.care,))  # what is granted: the Saturday has a plan
    return world


def board(page: Page, w: World, day: date) -> None:
    page.goto(f"/planering/dagbild/?enhet={w.unit.pk}&dag={day}")


def add(desk: Desk, w: World, name: str) -> ExtraNeed:
    """A shower more than is granted, on the Saturday's board."""
    page = desk.page
    board(page, w, SATURDAY)
    desk.press("link", "Nytt besök")
    expect(page.locator("main")).to_contain_text(
        "Leila Havsby ska då få veta det senast måndag 30 november 2026"
    )
    page.get_by_label("Person", exact=True).select_option(label=name)
    page.get_by_label("Dusch", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("Start", exact=True).fill("10:00")
    page.get_by_label("Längd, minuter").fill("30")
    desk.press("button", "Lägg in besöket")
    expect(page.locator("main")).to_contain_text(WHOM_AND_WHEN)
    return ExtraNeed.objects.get(client__name=name)


def contact(desk: Desk, need: ExtraNeed, label: str) -> None:
    """The page's own button, what was said, and Enter."""
    desk.page.goto(f"/arenden/{need.pk}/")
    desk.press("link", label)
    desk.page.get_by_label("Vad som sades").fill("Behöver hjälp med dusch efter ett fall.")
    desk.press("button", label)
    expect(desk.page.locator(".kv-messages")).to_contain_text(f"”{label}” är gjort")


def test_one_need_ends_and_another_is_applied_for_from_its_first_day(page, w, monkeypatch):
    """EXT-01, EXT-03, EXT-04, CAP-15"""
    desk = Desk(page, 0)
    desk.log_in("planner")
    astrid, bo = add(desk, w, "Astrid Hagberga"), add(desk, w, "Bo Lindtorpa")
    for day in (DAY_TEN, WEDNESDAY):
        w.extra(day, client=w.bo)
    desk.at_day(monkeypatch, MONDAY)
    for need in (astrid, bo):
        contact(desk, need, "Registrera kontakt")
    come_to_day_ten(desk, w, monkeypatch)
    ends(desk, w, bo)
    contact(desk, astrid, "Behovet kvarstår: ansök")
    expect(page.locator("main")).to_contain_text("Ansökan är gjord från lördag 28 november 2026.")
    social_worker_is_told(desk, astrid, bo)
    astrid.refresh_from_db()
    bo.refresh_from_db()
    assert (astrid.state, astrid.application_from) == ("renewed", SATURDAY)
    assert (bo.state, bo.ended_on) == ("ended", DAY_TEN)
    done = Event.objects.filter(kind="change", chain__name__in=(astrid.chain, bo.chain))
    assert {"open_extra_need", "record_contact", "apply_for_need", "end_need"} <= set(
        done.values_list("name", flat=True)
    )


def come_to_day_ten(desk: Desk, w: World, monkeypatch) -> None:
    """Nobody remembers: the planner is told, in the inbox, on the board and in the overview."""
    page = desk.page
    desk.at_day(monkeypatch, DAY_TEN)
    ledger.sweep(at(DAY_TEN, 6))
    flows.refresh(DAY_TEN)
    page.goto("/hem/")
    expect(page.locator("main")).to_contain_text("avsluta den (dag tio) går ut i dag")
    board(page, w, DAY_TEN)
    expect(page.locator("main")).to_contain_text("extra, dag 10 av 10")
    page.goto("/arenden/")
    expect(page.locator("main")).to_contain_text("Avsluta, eller ansök dag tio")


def ends(desk: Desk, w: World, need: ExtraNeed) -> None:
    """Day ten's visit at ten has not begun, and goes with the next day's."""
    page = desk.page
    Desk(page, need.pk).choose_command("Behovet har upphört")
    page.get_by_label("Behovet upphörde").fill("2026-12-09")
    page.get_by_label("Varför").fill("Klarar sig själv")
    desk.press("button", "Behovet har upphört")
    expect(page.locator("main")).to_contain_text("Behovet har inte upphört än.")
    expect(page.get_by_label("Varför")).to_have_value("Klarar sig själv")
    page.get_by_label("Behovet upphörde").fill("2026-12-08")
    desk.press("button", "Behovet har upphört")
    expect(page.get_by_text("Borttaget: Det extra behovet har upphört")).to_have_count(2)
    board(page, w, DAY_TEN)
    expect(page.locator("main")).not_to_contain_text("extra, dag 10 av 10")


def social_worker_is_told(desk: Desk, renewed: ExtraNeed, ended: ExtraNeed) -> None:
    page = desk.page
    desk.log_in("social-worker")
    page.goto("/hem/")
    for said in (
        f"{ended}: behovet (dusch) upphörde tisdag 8 december 2026, 2 planerade besök togs bort",
        f"{renewed}: behovet kvarstår, ansökan om dusch från lördag 28 november 2026",
    ):
        expect(page.locator("main")).to_contain_text(said)
    page.goto(f"/arenden/{renewed.pk}/")
    expect(page.get_by_role("link", name="Registrera beslut").first).to_be_visible()
