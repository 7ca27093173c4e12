"""`python -m bench.kills`: web, worker and scheduler killed in the middle of what they do.

    python -m bench.kills                          40 kills on SQLite and the queue in files
    python -m bench.kills --database postgres      on PostgreSQL and Redis (needs redis-server)
    python -m bench.kills --kills 4 --seed 7       a slice, as the tests run it

Planners write notes on visits and publish, and the optimizer is asked for plans, all by HTTP, while
processes get SIGKILL and are started again. Whoever gets no answer sends the same again with the same
key, as a browser does. In the end nothing that was answered may be lost, nothing done twice, the
receiver of plans must know what was published last, the log must verify, and no job may be left lying.
"""

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAUSE_SECONDS = (0.5, 3.0)
"""Between one kill and the next."""
AT_WORK_ANSWERS, AT_WORK_WITHIN_SECONDS = 6, 60
DONE_WITHIN_SECONDS = 240
PLANNERS = 4
VISITS = 60
ANSWER_SECONDS = 30
PATIENCE_SECONDS = 180
"""After so long without an answer nobody believes that there will be one."""


def main(given: list[str] | None = None) -> int:
    """Run the bench in a process that has the database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    if options.inside:
        import django

        django.setup()
        return _measure(options.kills, Random(options.seed), options.inside)
    if options.database == "postgres" and not shutil.which("redis-server"):
        print("redis-server is missing: apt-get install redis-server", file=sys.stderr)
        return 2
    data = Path(tempfile.mkdtemp(prefix="kundval-kills-"))
    try:
        with _queue(options.database) as broker:
            return _in_process(options, data, broker)
    finally:
        shutil.rmtree(data)


def _in_process(options: argparse.Namespace, data: Path, broker: dict[str, str]) -> int:
    environment = (
        os.environ
        | broker
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "KUNDVAL_DATA": str(data),
            "KUNDVAL_PACKS": str(data / "packs"),
            "KUNDVAL_RECEIVERS": f"phone=http://127.0.0.1:{free_port()}",
        }
    )
    if options.database == "sqlite":
        environment.pop("KUNDVAL_DATABASE", None)
    command = [
        sys.executable,
        "-m",
        "bench.kills",
        "--inside",
        str(data),
        "--kills",
        str(options.kills),
        "--seed",
        str(options.seed),
    ]
    if options.database == "postgres":
        command = [str(ROOT / "scripts" / "with-postgres"), *command]
    return subprocess.run(command, env=environment, cwd=ROOT).returncode


@contextmanager
def _queue(database: str) -> Iterator[dict[str, str]]:
    """A Redis of its own beside PostgreSQL; else the queue in files. Yields the settings."""
    if database == "sqlite":
        yield {}
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="kundval-redis-") as folder:
        server = subprocess.Popen(
            [
                "redis-server",
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                folder,
                "--appendonly",
                "yes",
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            address = f"redis://127.0.0.1:{port}"
            yield {"KUNDVAL_BROKER": f"{address}/0", "KUNDVAL_CACHE": f"{address}/1"}
        finally:
            server.terminate()
            server.wait()


def free_port() -> int:
    """A port that nobody listens on, and that nobody is given while what listens there is dead: below
    those that the system deals out."""
    while True:
        port = secrets.choice(range(18_000, 28_000))
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


# -- the processes


@dataclass
class Processes:
    """Web, worker, scheduler and the receiver of plans, each in a group of its own."""

    data: Path
    port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def commands(self) -> dict[str, list[str]]:
        """As `make run` starts them, and the receiver."""
        from django.conf import settings

        from config.serve import commands

        (address,) = settings.RECEIVERS.values()
        receiver = ROOT / "tests" / "planning" / "publishing" / "receiver.py"
        return commands(self.port) | {
            "receiver": [str(receiver), str(self.kept), address.rpartition(":")[2]]
        }

    @property
    def kept(self) -> Path:
        """What the receiver was sent."""
        return self.data / "received.jsonl"

    def start(self, name: str) -> None:
        """Start one of them."""
        with (self.data / f"{name}.log").open("a") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, *self.commands()[name]],
                cwd=ROOT,
                start_new_session=True,
                stdout=output,
                stderr=output,
            )

    def kill(self, name: str, only_child: bool) -> None:
        """SIGKILL to one and all that it started, or to what it started alone."""
        process = self.running[name]
        children = subprocess.run(
            ["pgrep", "-P", str(process.pid)], capture_output=True, text=True
        ).stdout.split()
        if only_child and children:
            os.kill(int(children[-1]), signal.SIGKILL)
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.start(name)

    def revive(self) -> None:
        """Start what has ended by itself, because what it had started was killed."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.start(name)

    def end(self) -> None:
        """SIGKILL to all."""
        for process in self.running.values():
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()


# -- those who work meanwhile


@dataclass
class Desk:
    """A planner's browser, which sends again what was not answered."""

    port: int
    cookies: dict[str, str]
    stop: threading.Event
    answered: int = 0
    asked_again: int = 0

    def post(self, path: str, **said: Any) -> int:
        """The status of the answer, however often it had to be asked for."""
        import requests

        token = secrets.token_hex(16)
        last = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < last:
            try:
                answer = requests.post(
                    f"http://localhost:{self.port}{path}",
                    data=said,
                    timeout=ANSWER_SECONDS,
                    cookies=self.cookies | {"csrftoken": token},
                    allow_redirects=False,
                    headers={"X-CSRFToken": token, "X-Kundval": "piece"},
                )
            except requests.RequestException:
                self.asked_again += 1
                threading.Event().wait(0.1)
                continue
            if answer.status_code < 500:
                self.answered += 1
                return answer.status_code
            self.asked_again += 1
            threading.Event().wait(0.1)
        raise RuntimeError(f"nothing answered for {PATIENCE_SECONDS} seconds")


def _write_notes(desk: Desk, plan: int, visits: list[int], told: dict[int, list[str]]) -> None:
    """One note after another on visits that nobody else writes on; what was answered is told."""
    number = 0
    while not desk.stop.is_set():
        visit = visits[number % len(visits)]
        before = told.setdefault(visit, [])
        text = f"Anteckning {visit}-{len(before) + 1}"
        status = desk.post(
            f"/planering/{plan}/besok/{visit}/",
            gor="anteckning",
            note=text,
            note_version=len(before) + 1,
            key=secrets.token_hex(16),
        )
        if status != 200:
            raise RuntimeError(f"a note was answered with {status}")
        before.append(text)
        number += 1


def _publish_often(desk: Desk, plan: int, version_of: Callable[[], int]) -> None:
    while not desk.stop.wait(1):
        desk.post(
            f"/planering/publicera/{plan}/gor/",
            gor="publicera",
            version=version_of(),
            key=secrets.token_hex(16),
        )


def _optimize_often(desk: Desk, plan: int) -> None:
    while not desk.stop.wait(2):
        desk.post(f"/planering/{plan}/optimera/", profile="balanced", seconds=15)


# -- the whole


def _measure(kills: int, random: Random, data: Path) -> int:
    from audit import clock
    from bench.boards import World
    from cases import calendar
    from config.serve import make_folders
    from config.tables import make_tables
    from planning.models import DayPlan, Shift
    from planning.publishing import reading

    make_tables()
    make_folders()
    world = World(PLANNERS + 2)
    plan = world.board(VISITS, calendar.add_days(clock.today(), 1))
    Shift.objects.update(break_minutes=0)  # nothing stops a publication
    visits = list(plan.visits.order_by("pk").values_list("pk", flat=True))
    processes, stop = Processes(data), threading.Event()
    desks = [Desk(processes.port, _cookies(world, n), stop) for n in range(PLANNERS + 2)]
    told: dict[int, list[str]] = {}
    faults: list[str] = []
    version = lambda: DayPlan.objects.values_list("version", flat=True).get(pk=plan.pk)  # noqa: E731
    work: list[Callable[[], None]] = [
        lambda n=n: _write_notes(desks[n], plan.pk, visits[n::PLANNERS], told)  # type: ignore[misc]
        for n in range(PLANNERS)
    ]
    work += [
        lambda: _publish_often(desks[-2], plan.pk, version),
        lambda: _optimize_often(desks[-1], plan.pk),
    ]
    threads = [threading.Thread(target=_guarded, args=(each, faults)) for each in work]
    try:
        for name in processes.commands():
            processes.start(name)
        for thread in threads:
            thread.start()
        killed = _kill_often(processes, kills, random, lambda: sum(desk.answered for desk in desks))
        stop.set()
        for thread in threads:
            thread.join()
        desks[0].post(
            f"/planering/publicera/{plan.pk}/gor/", gor="publicera", version=version(), key="last"
        )
        if not reading.published_version(plan):
            raise RuntimeError("nothing could be published")
        faults += _left_lying(processes, plan)
        faults += _lost_or_doubled(plan, told, processes.kept)
    finally:
        stop.set()
        processes.end()
    _print(killed, desks, told, faults)
    return 1 if faults else 0


def _cookies(world: Any, planner: int) -> dict[str, str]:
    return {each.key: each.value for each in world.browser(planner).cookies.values()}


def _guarded(work: Callable[[], None], faults: list[str]) -> None:
    from django.db import connections

    try:
        work()
    except Exception as error:
        faults.append(f"{type(error).__name__}: {error}")
    finally:
        connections.close_all()


def _kill_often(
    processes: Processes, kills: int, random: Random, answered: Callable[[], int]
) -> dict[str, int]:
    """Kill now and then, but never before the last killed are at work again."""
    killed = dict.fromkeys(("web", "worker", "scheduler", "receiver"), 0)
    for _ in range(kills):
        before = answered()
        threading.Event().wait(random.uniform(*PAUSE_SECONDS))
        for _ in range(AT_WORK_WITHIN_SECONDS):
            if answered() >= before + AT_WORK_ANSWERS:
                break
            threading.Event().wait(1)
        name = random.choices(list(killed), weights=(4, 4, 1, 1))[0]
        processes.kill(name, only_child=name == "web" and random.random() < 0.4)
        killed[name] += 1
        processes.revive()
    return killed


def _left_lying(processes: Processes, plan: Any) -> list[str]:
    """What is still not done when everybody has had time: runs, deliveries, the pack."""
    from planning.models import Delivery, OptimizerRun
    from planning.publishing import reading

    under_way = (OptimizerRun.Status.WAITING, OptimizerRun.Status.RUNNING)
    left: dict[str, Callable[[], bool]] = {
        "a run of the optimizer is under way": lambda: OptimizerRun.objects.filter(
            status__in=under_way
        ).exists(),
        "a delivery waits": lambda: Delivery.objects.filter(acknowledged_at=None).exists(),
        "the pack is not written": lambda: not reading.published_version(plan).pack_at,
    }
    for _ in range(DONE_WITHIN_SECONDS):
        processes.revive()
        left = {words: lies for words, lies in left.items() if lies()}
        if not left:
            break
        threading.Event().wait(1)
    return list(left)


def _lost_or_doubled(plan: Any, told: dict[int, list[str]], kept: Path) -> list[str]:
    """Notes, publications and deliveries against what was answered; the log against itself."""
    from django.core.management import call_command

    from planning.models import PlanChange
    from planning.publishing import reading

    faults = []
    for visit, texts in told.items():
        rows = PlanChange.objects.filter(visit=visit, group="note").order_by("seq")
        written = [row.after["note"] for row in rows]
        if written != texts:
            faults.append(f"visit {visit}: answered {len(texts)} notes, written {len(written)}")
    numbers = list(plan.versions.order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        faults.append(f"versions are numbered {numbers}")
    said = [json.loads(line) for line in kept.read_text().splitlines()]
    if len({row["key"] for row in said}) != len(said):
        faults.append("the receiver kept a delivery twice")
    content = reading.published_version(plan).content
    newest = {row["visit"]: row for row in sorted(said, key=lambda row: row["version"])}
    known = {str(visit): row["content"]["note"] for visit, row in newest.items()}
    if {visit: row["sent"]["note"] for visit, row in content.items()} != known:
        faults.append("the receiver does not know what was published last")
    try:
        call_command("verify_log", stdout=StringIO())
    except (Exception, SystemExit) as error:
        faults.append(f"verify_log: {error}")
    return faults


def _print(
    killed: dict[str, int], desks: list[Desk], told: dict[int, list[str]], faults: list[str]
) -> None:
    print("killed: " + ", ".join(f"{name} {count}" for name, count in killed.items()))
    print(
        f"answered: {sum(desk.answered for desk in desks)} requests, of them "
        f"{sum(map(len, told.values()))} notes; asked again "
        f"{sum(desk.asked_again for desk in desks)} times"
    )
    print("\n".join(faults) if faults else "nothing lost, nothing doubled, nothing left lying")


if __name__ == "__main__":
    sys.exit(main())
