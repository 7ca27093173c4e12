"""The day board in real browsers: two planners at once, and a day optimized by hand with the keyboard.

Requirements PLN-15 and PLN-20. Everybody lives in one place; a visit takes ten minutes.
"""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from audit import clock
from audit.models import Event
from planning.models import DayPlan, PlanChange, Visit, VisitStaff
from planning.optimizing import views
from tests.browser.conftest import log_in
from tests.planning.plan.world import DAY, NOW, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOVES = 40
ROWS = 8
LATER = 30
BY_DIALOG = 10
"""Every tenth move is made in the dialog, by keyboard alone; the others by dragging."""


@pytest.fixture
def world(monkeypatch, transactional_db):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return World()


def board_of(world: World, page: Page, username: str) -> Page:
    page.set_viewport_size({"width": 1920, "height": 1000})  # the whole day without scrolling
    log_in(page, username)
    page.goto(f"/planering/dagbild/?enhet={world.unit.pk}&dag={DAY}")
    expect(page.locator("[data-board]")).to_be_visible()
    return page


@pytest.fixture
def colleague(chromium: Browser, base: str):
    """A second browser of its own."""
    context = chromium.new_context(
        base_url=base, locale="sv-SE", viewport={"width": 1440, "height": 900}
    )
    yield context.new_page()
    context.close()


def start_of(n: int) -> int:
    """When the nth visit starts: wherever they are moved here, no two lie on each other."""
    return 425 + 25 * (n // 2) + 10 * (n % 2)


def visits_on_rows(world: World) -> tuple[list[Visit], list[int]]:
    """Forty visits on eight rows, in turn."""
    shifts = [world.ali, world.britt, world.cecilia]
    shifts += [world.shift(f"Dag Ek{n}") for n in range(ROWS - len(shifts))]
    client = world.client("Frida Karlsson")
    visits = []
    for n in range(MOVES):
        made = world.visit("", start_of(n), 10, client=client)
        VisitStaff.objects.filter(visit=made).update(shift=shifts[n % ROWS])
        visits.append(made)
    return visits, [shift.pk for shift in shifts]


def cell(page: Page, visit: Visit):
    return page.locator(f'.kv-visit[data-visit="{visit.pk}"]')


def box_of(page: Page, selector: str) -> dict:
    """Where something is on the page; a row may be drawn anew just then."""
    for _ in range(50):
        if box := page.locator(selector).first.bounding_box():
            return box
    raise AssertionError(f"{selector} is not there")


def drag(page: Page, visit: Visit, *, to_row: int | None = None, minutes: int = 0) -> None:
    """Take hold of a visit and let it go on another row, or later. Does not wait for the answer."""
    box = box_of(page, f'.kv-visit[data-visit="{visit.pk}"]')
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    there = box_of(page, f'[data-shift="{to_row}"] [data-lane]' if to_row else "[data-lane]")
    pixels = there["width"] / int(page.locator("[data-board]").get_attribute("data-length"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y + 3)
    page.mouse.move(
        x + minutes * pixels, there["y"] + there["height"] / 2 if to_row else y, steps=2
    )
    page.mouse.up()


def choose_in_dialog(page: Page, visit: Visit, *, row: int | None = None, start: str = "") -> None:
    """M on the visit, another row or time, Enter: no mouse. Waits until the dialog has closed."""
    cell(page, visit).focus()
    page.keyboard.press("m")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_label("Rad", exact=True)).to_be_visible()
    if row:
        dialog.get_by_label("Rad", exact=True).focus()
        dialog.get_by_label("Rad", exact=True).select_option(str(row))
    if start:
        dialog.get_by_label("Starttid", exact=True).fill(start)
    dialog.get_by_label("Starttid", exact=True).focus()
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()


def shown_on(page: Page) -> set[tuple[int, int, int]]:
    """(visit, row, start) of every visit that the board shows."""
    rows = page.evaluate(
        """() => [...document.querySelectorAll(".kv-visit")].map(c => [c.dataset.visit,
            c.closest("[data-shift]").dataset.shift, c.dataset.start].map(Number))"""
    )
    return {tuple(row) for row in rows}


def in_database() -> set[tuple[int, int, int]]:
    return set(VisitStaff.objects.values_list("visit", "shift", "visit__start"))


def caught_up(page: Page) -> None:
    last = DayPlan.objects.get().last_seq
    expect(page.locator("[data-board]")).to_have_attribute("data-seq", str(last))


@pytest.mark.both
def test_two_planners_move_forty_visits_each_at_once_and_see_the_same_board(world, page, colleague):
    """PLN-15, PLN-19: one moves every visit to the next row, the other moves the same visits half
    an hour later. Different things of one visit: all eighty are done, and nobody is asked."""
    visits, rows = visits_on_rows(world)
    world.colleague()
    board_of(world, page, "planner")
    board_of(world, colleague, "tove")
    for n, (mine, theirs) in enumerate(zip(visits, [*visits[20:], *visits[:20]], strict=True)):
        next_row = rows[(visits.index(mine) + 1) % ROWS]
        later = visits.index(theirs)
        if n % BY_DIALOG == BY_DIALOG - 1:
            choose_in_dialog(page, mine, row=next_row)
            choose_in_dialog(colleague, theirs, start=clock_at(start_of(later) + LATER))
        else:
            drag(page, mine, to_row=next_row)
            drag(colleague, theirs, minutes=LATER)
    for browser in (page, colleague):
        expect(browser.locator("#dialog")).not_to_be_visible()
    wait_for_changes(page, 2 * MOVES)
    caught_up(page)
    caught_up(colleague)
    truth = {
        (visit.pk, rows[(n + 1) % ROWS], start_of(n) + LATER) for n, visit in enumerate(visits)
    }
    assert in_database() == truth
    assert shown_on(page) == shown_on(colleague) == truth
    assert Event.objects.filter(name="change_visits").count() == 2 * MOVES


def test_a_locked_visit_asks_when_it_is_dropped_and_a_sick_row_says_why_not(world, page):
    """BRD-08: left to stand, dropped again and moved with its lock; then dropped on the row of
    somebody sick. U takes it off the row, says so, and the focus stays on the board."""
    ulla, other = world.visit("Ulla Hed", 600, 60), world.visit("Gösta Mård", 700, 60)
    for visit in (ulla, other):
        VisitStaff.objects.filter(visit=visit).update(shift=world.ali)
    Visit.objects.filter(pk=ulla.pk).update(lock="both")
    board_of(world, page, "planner")
    dialog = page.locator("#dialog")
    drag(page, ulla, to_row=world.britt.pk)
    expect(dialog).to_contain_text("Besöket är låst (tid och person). Flytta ändå?")
    dialog.get_by_role("link", name="Låt det stå").click()
    expect(dialog).not_to_be_visible()
    assert in_database() >= {(ulla.pk, world.ali.pk, 600)}
    drag(page, ulla, to_row=world.britt.pk)
    expect(dialog.get_by_role("button", name="Flytta och behåll låset")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    expect(
        page.locator(f'[data-shift="{world.britt.pk}"] [data-visit="{ulla.pk}"]')
    ).to_be_visible()
    assert Visit.objects.get(pk=ulla.pk).lock == "both"

    type(world.cecilia).objects.filter(pk=world.cecilia.pk).update(absent_from=420)
    drag(page, other, to_row=world.cecilia.pk)
    expect(dialog).to_contain_text("Cecilia Furunäs är sjukanmäld från 07:00. Välj en annan rad.")
    page.keyboard.press("Escape")
    assert in_database() >= {(other.pk, world.ali.pk, 700)}

    cell(page, other).focus()
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_have_text(
        "Besöket är taget av raden och ligger i Otilldelade."
    )
    expect(cell(page, ulla)).to_be_focused()


def test_what_was_dragged_a_moment_ago_leaves_a_dialog_opened_since_as_it_is(world, page):
    """PLN-15, BRD-08: the answer to a drag comes when the next visit's dialog is open and half filled:
    the dialog stays as it is. A refusal is shown when it has closed."""
    first, locked, third = (world.visit(f"Person Nr{n}", 540 + 45 * n) for n in range(3))
    VisitStaff.objects.update(shift=world.ali)
    Visit.objects.filter(pk=locked.pk).update(lock="both")
    board_of(world, page, "planner")
    dialog = page.locator("#dialog")
    held: list[Route] = []
    page.route("**/besok/**", lambda route: hold_posts(route, held))
    for dragged, done in ((first, 1), (locked, 1)):
        drag(page, dragged, to_row=world.britt.pk)
        cell(page, third).focus()
        page.keyboard.press("m")
        dialog.get_by_label("Starttid", exact=True).fill("11:10")
        with page.expect_response("**/besok/**"):
            held.pop().continue_()
        wait_for_changes(page, done)
        caught_up(page)
        expect(dialog.get_by_label("Starttid", exact=True)).to_have_value("11:10")
        page.keyboard.press("Escape")
    expect(dialog).to_contain_text("Besöket är låst (tid och person). Flytta ändå?")


def hold_posts(route: Route, held: list[Route]) -> None:
    if route.request.method == "POST":
        held.append(route)
    else:
        route.continue_()


def clock_at(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def wait_for_changes(page: Page, count: int) -> None:
    for _ in range(150):
        if PlanChange.objects.count() >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{PlanChange.objects.count()} of {count} changes were made")


WATCH = """() => {
    const plain = window.fetch, follow = document.querySelector("[data-board]").dataset.follow;
    window.asked = [];
    window.fetch = (address, options) => {
        if (String(address).startsWith(follow)) window.asked.push(Date.now());
        return plain(address, options);
    };
    window.appeared = {};
    const look = () => {
        for (const cell of document.querySelectorAll(".kv-visit"))
            window.appeared[`${cell.dataset.visit} ${cell.closest("[data-shift]").dataset.shift}`]
                ??= Date.now();
    };
    look();
    new MutationObserver(look).observe(document.querySelector("[data-board]"),
        { childList: true, subtree: true });
}"""
APPEARED = """key => new Promise((seen, never) => {
    setTimeout(never, 15000);
    const look = () => window.appeared[key] ? seen(window.appeared[key]) : setTimeout(look, 20);
    look();
})"""
ANSWERED = """() => {
    const plain = window.fetch;
    window.appeared = {};
    window.fetch = async (address, options) => {
        const answer = await plain(address, options);
        if (options?.method === "POST") window.appeared.answer = Date.now();
        return answer;
    };
}"""


def test_what_one_does_comes_with_the_next_question_of_the_others_board(world, page, colleague):
    """PLN-15: the board asks twice a second, and the first question after the answer to the one who
    moved brings the move. How many of a second that is, `bench.board` says of fifty boards."""
    visits, rows = visits_on_rows(world)
    world.colleague()
    board_of(world, page, "planner")
    board_of(world, colleague, "tove")
    page.evaluate(ANSWERED)
    colleague.evaluate(WATCH)
    questions = []
    for n, visit in enumerate(visits[:10]):
        row = rows[(n + 1) % ROWS]
        page.evaluate("window.appeared = {}")
        drag(page, visit, to_row=row)
        came = colleague.evaluate(APPEARED, f"{visit.pk} {row}")
        answered = page.evaluate(APPEARED, "answer")
        asked = colleague.evaluate("window.asked")
        questions.append(len([moment for moment in asked if answered < moment <= came]))
    assert max(questions) <= 1, questions


def test_a_day_is_optimized_mended_published_and_printed_by_keyboard_alone(
    world, page, monkeypatch
):
    """PLN-20, PLN-16, PLN-18: tomorrow is unplanned. One visit asks for a delegation that nobody has:
    the others are placed, the search is stopped, the last says why it is not placed, another is
    moved with M, the day goes out, and its printable plan is opened."""
    jobs: list[int] = []
    monkeypatch.setattr(views.optimize, "delay", jobs.append)  # carried out beside, as by a worker
    for n in range(6):
        world.visit(f"Person Nr{n}", 540 + 45 * n)
    alone = world.visit("Gösta Mård", 600, slack=0)
    alone.skills.add(world.insulin)
    board_of(world, page, "planner")
    expect(page.locator("#otill")).to_contain_text("7")
    press(page, "link", "Optimera")
    press(page, "button", "Optimera")
    expect(page.locator("#sokning")).to_have_text("Väntar på att börja")
    carried_out_beside(page, jobs)
    page.reload()
    expect(page.locator(".kv-compare")).to_contain_text("6 färre")
    press(page, "button", "Godta alla 6")
    expect(page.locator(".kv-messages")).to_contain_text("6 besök är ändrade enligt förslaget.")
    expect(page.locator("#otill")).to_contain_text("1")

    press(page, "link", "Varför? Gösta M")
    why = page.locator("#varfor")
    expect(why).to_contain_text("Saknar kompetens eller delegering: 3 i personalen")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).not_to_be_visible()

    first = Visit.objects.order_by("start").first()
    was = first.staff.get().shift_id
    other = next(pk for pk in (world.ali.pk, world.britt.pk, world.cecilia.pk) if pk != was)
    choose_in_dialog(page, first, row=other)
    expect(page.locator(f'[data-shift="{other}"] [data-visit="{first.pk}"]')).to_be_focused()
    assert first.staff.get().shift_id == other
    assert set(Event.objects.values_list("name", flat=True)) >= {
        "start_optimizer",
        "accept_proposal",
        "change_visits",
    }

    press(page, "link", "Publicera")
    expect(page.get_by_text("1 besök saknar personal")).to_be_visible()
    press(page, "button", "Publicera 7 besök")
    expect(page.locator(".kv-messages")).to_contain_text("Planen är publicerad.")
    assert DayPlan.objects.get(pk=world.plan.pk).state == DayPlan.State.PUBLISHED
    pack = page.get_by_role("link", name="Öppna dagplanen (PDF)").get_attribute("href")
    assert page.request.get(pack).body().startswith(b"%PDF-")


def press(page: Page, role: str, name: str) -> None:
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


def carried_out_beside(page: Page, jobs: list[int]) -> None:
    """What the worker does, here in a thread, while the page is open and shows how it goes."""
    import threading

    from django.db import connections

    from planning.optimizing import runs

    [job] = jobs

    def work():
        try:
            runs.carry_out(job)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    expect(page.locator("#sokning")).to_contain_text("Söker bättre placeringar")
    expect(page.locator(".kv-run__best")).to_contain_text("ett besök får inte plats")
    press(page, "button", "Stoppa och behåll bästa")
    thread.join()
