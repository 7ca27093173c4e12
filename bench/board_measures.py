"""What `bench.board` measures: pages, generation, merging, following."""

import asyncio
import gzip
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.act import Act
from bench.boards import NOW, World, board_address, day
from bench.web import ROOT, percentile
from config.tables import make_tables
from organisation.models import User
from planning.baseplans.generation import generate
from planning.models import DayPlan, PlanChange, Shift, Visit
from planning.plan.change import Clashed, Wanted, change

SIZES = (300, 1200)
PERSONS = 2000
NEEDS = 40
PLANNERS = 20
CHANGES_EACH = 10
FOLLOWERS = 50
MOVES = 20
BEAT = 0.5
"""Seconds between a board's questions, as in `static/js/board.js`."""
ROUNDS = 15
MOST_QUERIES = 32
CHROMIUM = os.environ.get("KUNDVAL_CHROMIUM", "/usr/bin/chromium")
READY = "document.querySelector('.kv-visit[tabindex=\"0\"]') !== null"


def measure(scale: float) -> dict[str, Any]:
    """Fill the database and measure everything; `scale` shrinks all but the boards' relation."""
    make_tables()
    world = World(planners=max(PLANNERS, FOLLOWERS + 1))
    sizes = [max(15, round(size * scale)) for size in SIZES]
    plans = [world.board(size, day(number)) for number, size in enumerate(sizes)]
    with served() as port:
        rows = boards(world, plans, sizes, port)
        extra = needs(world, plans[-1])
        followed = following(world, plans[0], port, max(2, round(FOLLOWERS * scale)))
    made = generation(world, max(20, round(PERSONS * scale)))
    merged = merge(world, world.board(sizes[0], day(len(sizes))))
    return {
        "boards": rows,
        "needs": extra,
        "generation": made,
        "merge": merged,
        "following": followed,
        "ok": rows[0]["queries"] == rows[1]["queries"] <= MOST_QUERIES
        and extra["queries_with"] <= extra["queries_without"]
        and made["changed_again"] == 0
        and merged["lost"] == 0
        and merged["let_through"] == 1
        and followed["unseen"] == 0,
    }


# -- boards


def boards(world: World, plans: Sequence[DayPlan], sizes: Sequence[int], port: int) -> list[dict]:
    """Server time, bytes, queries, and how soon keys work."""
    browser = world.browser()
    empty, _ = timings(browser, reverse("home"))
    rows = []
    for plan, size in zip(plans, sizes, strict=True):
        path = board_address(plan)
        found, processor = timings(browser, path)
        with CaptureQueriesContext(connection) as captured:
            page = browser.get(path).content
        rows.append(
            {
                "visits": size,
                "queries": len(captured),
                "processor_ms": round(processor * 1000, 1),
                "median_ratio": round(found / empty, 1),
                "bytes": len(page),
                "gzip": len(gzip.compress(page)),
                "interactive_seconds": interactive(browser, path, port),
            }
        )
    return rows


def needs(world: World, plan: DayPlan) -> dict[str, int]:
    """The queries of a board with no extra need, and with `NEEDS` that run (fewer on a small one)."""
    without = queries(world, plan)
    return {
        "needs": world.needs(plan, NEEDS),
        "queries_without": without,
        "queries_with": queries(world, plan),
    }


def queries(world: World, plan: DayPlan) -> int:
    """How many queries a board costs."""
    with CaptureQueriesContext(connection) as captured:
        world.browser().get(board_address(plan))
    return len(captured)


def timings(browser: Any, path: str) -> tuple[float, float]:
    """Medians over some requests, after some that warm up: seconds, and of them the processor's."""
    passed, worked = [], []
    for number in range(ROUNDS + 3):
        began, before = time.perf_counter(), time.process_time()
        if browser.get(path).status_code != 200:
            raise RuntimeError(f"{path} did not answer")
        if number >= 3:
            passed.append(time.perf_counter() - began)
            worked.append(time.process_time() - before)
    return statistics.median(passed), statistics.median(worked)


def interactive(browser: Any, path: str, port: int) -> float | None:
    """Seconds from the address to a visit that keys reach, the median of three; None: no browser."""
    if not os.path.exists(CHROMIUM):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        context.add_cookies(
            [
                {"name": cookie.key, "value": cookie.value, "url": f"http://localhost:{port}"}
                for cookie in browser.cookies.values()
            ]
        )
        found = []
        for _ in range(3):
            page = context.new_page()
            page.goto(f"http://localhost:{port}{path}", wait_until="commit")
            page.wait_for_function(READY)
            found.append(page.evaluate("performance.now()") / 1000)
            page.close()
        chromium.close()
    return round(statistics.median(found), 2)


# -- the web, as `make run` serves it


@contextmanager
def served():
    """The web in processes of its own. Yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--log-level",
        "error",
        "config.wsgi:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    served.pid = process.pid  # type: ignore[attr-defined]
    try:
        _wait_until_it_answers(process, port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError("the web did not start")


def _cpu_seconds(group: int) -> float:
    """Processor time that a group of processes has used."""
    ticks = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as lines:
                    row = lines.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(row[2]) == group:
                ticks += int(row[11]) + int(row[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# -- following


def following(world: World, plan: DayPlan, port: int, count: int) -> dict[str, Any]:
    """Open boards that ask all the time, while a colleague moves a visit a second."""
    cookies = [_cookie(world, number + 1) for number in range(count)]
    plan.refresh_from_db()
    told: dict[int, float] = {}
    mover = threading.Thread(target=_move, args=(world.planners[0], plan, told))
    before, began = _cpu_seconds(served.pid), time.monotonic()  # type: ignore[attr-defined]
    seen, questions = asyncio.run(_follow_all(plan, port, cookies, mover))
    spent = time.monotonic() - began
    cores = (_cpu_seconds(served.pid) - before) / spent  # type: ignore[attr-defined]
    delays = [at[seq] - when for at in seen for seq, when in told.items() if seq in at]
    wanted = count * len(told)
    return {
        "boards": count,
        "moves": len(told),
        "unseen": wanted - len(delays),
        "share_within_second": sum(delay <= 1 for delay in delays) / wanted,
        "p50_ms": round(1000 * percentile(delays, 50)),
        "p95_ms": round(1000 * percentile(delays, 95)),
        "questions_per_second": questions / spent,
        "server_cores": round(cores, 2),
    }


def _cookie(world: World, planner: int) -> str:
    return "; ".join(f"{c.key}={c.value}" for c in world.browser(planner).cookies.values())


def _move(user: User, plan: DayPlan, told: dict[int, float]) -> None:
    """Move a visit a second; when each was answered, by the number that followers get."""
    rows = list(Shift.objects.of(plan.planned_unit, plan.day).values_list("pk", flat=True))
    visits = list(Visit.objects.filter(plan=plan).order_by("pk")[:MOVES])
    pause = threading.Event().wait
    pause(3)
    for number, visit in enumerate(visits):
        value = {"shifts": [rows[(number + 1) % len(rows)]]}
        for row in change(
            plan.pk, [Wanted(visit.pk, "staff", value, 1)], user, key=f"f{visit.pk}", at=NOW
        ):
            told[row.seq] = time.monotonic()
        pause(1)
    pause(2)
    connections.close_all()


async def _follow_all(
    plan: DayPlan, port: int, cookies: Sequence[str], mover: threading.Thread
) -> tuple[list[dict[int, float]], int]:
    asked = [0]
    over = asyncio.Event()
    seen = [
        _follow_one(plan.pk, plan.last_seq, port, cookie, n / len(cookies), over, asked)
        for n, cookie in enumerate(cookies)
    ]
    tasks = [asyncio.create_task(one) for one in seen]
    mover.start()
    await asyncio.to_thread(mover.join)
    over.set()
    return list(await asyncio.gather(*tasks)), asked[0]


async def _follow_one(
    plan: int, seq: int, port: int, cookie: str, share: float, over: asyncio.Event, asked: list[int]
) -> dict[int, float]:
    """A board: ask, wait a beat, ask again. Returns when each number was known."""
    import json

    known: dict[int, float] = {}
    digest = ""
    await asyncio.sleep(share * BEAT)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not over.is_set():
        path = f"/planering/{plan}/andringar/?efter={seq}&del=dag&dar={digest}"
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        status, body = await _answer(reader)
        asked[0] += 1
        if status == 200:
            news = json.loads(body)
            known |= dict.fromkeys(range(seq + 1, news["seq"] + 1), time.monotonic())
            seq, digest = news["seq"], news["digest"].replace(" ", "%20")
        elif status != 304:
            raise RuntimeError(f"a board was answered {status}")
        await asyncio.sleep(BEAT)
    writer.close()
    return known


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of an answer; its length is told."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:] if b": " in line)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        body = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
        return status, body
    return status, await reader.readexactly(int(fields.get(b"content-length", b"0")))


# -- making visits


def generation(world: World, persons: int) -> dict[str, Any]:
    """Two weeks of visits, then the same once more."""
    units = world.base_plans(persons)
    before = Visit.objects.count()
    with CaptureQueriesContext(connection) as captured:
        seconds, made = _timed(lambda: _two_weeks(units))
    again_seconds, again = _timed(lambda: _two_weeks(units))
    return {
        "persons": persons,
        "visits": made,
        "seconds": round(seconds, 1),
        "queries": len(captured),
        "queries_a_day": round(len(captured) / len(units) / 14),
        "changed_again": again + Visit.objects.count() - before - made,
        "again_seconds": round(again_seconds, 1),
    }


def _two_weeks(units: Sequence[Any]) -> int:
    return sum(generate(unit, day(0), day(13), Act.by_system(NOW)) for unit in units)


def _timed(deed: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    found = deed()
    return time.perf_counter() - began, found


# -- merging


def merge(world: World, plan: DayPlan) -> dict[str, Any]:
    """Planners in threads: each changes visits of their own, then all want one and the same."""
    visits = list(Visit.objects.filter(plan=plan).order_by("pk"))
    common, own = visits[0], visits[1:]
    gate = threading.Barrier(PLANNERS)
    told: list[int] = []
    done: list[int] = []

    def work(number: int) -> None:
        user = world.planners[number]
        gate.wait()
        for turn in range(CHANGES_EACH):
            visit = own[(number + turn * PLANNERS) % len(own)]
            note = {"note": f"Planerare {number}, ändring {turn}"}
            _try(plan, visit, "note", note, user, f"{number}-{turn}")
        time_wanted = {"start": common.start + 1 + number, "minutes": common.minutes}
        (done if _try(plan, common, "time", time_wanted, user, f"c{number}") else told).append(1)
        connections.close_all()

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(PLANNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    wanted = min(PLANNERS * CHANGES_EACH, len(own))
    kept = PlanChange.objects.filter(plan=plan, group="note").values("visit").distinct().count()
    return {
        "planners": PLANNERS,
        "wanted": wanted,
        "lost": wanted - kept,
        "let_through": len(done),
        "told": len(told),
        "changes_per_second": round(PLANNERS * (CHANGES_EACH + 1) / spent, 1),
    }


def _try(plan: DayPlan, visit: Visit, group: str, value: dict, user: User, key: str) -> bool:
    """Change a group as it was first seen. Returns whether it was let through."""
    try:
        change(plan.pk, [Wanted(visit.pk, group, value, 1)], user, key=key, at=NOW)
    except Clashed:
        return False
    return True
