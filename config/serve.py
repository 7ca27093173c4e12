"""`make run`: web, worker and scheduler, on SQLite and a file queue; they live and die together.

Ctrl-C stops them all; when one of them ends by itself, the others are stopped too. The rest of the demo
is loaded behind the first page, by a process that ends when it is done.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 15
LOADER = "loader"
Processes = dict[str, subprocess.Popen]


def main() -> int:
    """Set up the data, start the processes, and wait for one of them to end or for Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if trouble := _trouble_with(port):
        print(f"Port {port} cannot be used: {trouble}.", file=sys.stderr)
        print(f"Try another: make run PORT={port + 1}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    processes: Processes = {}
    try:
        if not _prepared():
            return 1
        wanted = commands(port)
        # The web alone first: the others would take half of its time to begin.
        _start(processes, "web", wanted.pop("web"))
        if not _answers(processes["web"], port):
            print("The web process does not answer.", file=sys.stderr)
            return 1
        for name, arguments in wanted.items():
            _start(processes, name, arguments)
        _start(processes, LOADER, ["-m", "django", "demo", "--only", "rest", "--verbosity", "0"])
        _greet(port)
        return _watch(processes)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(processes)


def _trouble_with(port: int) -> str:
    """Why the port cannot be listened on, or nothing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return os.strerror(error.errno or 0)
        except OverflowError:
            return "there is no such port"
    return ""


def _prepared() -> bool:
    """Make the database and the demo ready. Says in one line what failed, unless asked for all."""
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    try:
        _prepare()
    except Exception as error:
        if os.environ.get("KUNDVAL_TRACEBACK"):
            raise
        said = " ".join(f"{type(error).__name__}: {error}".split())
        print(
            f"Demokommunen kunde inte laddas, och inget halvt finns kvar ({said[:300]}). "
            "Försök igen, med KUNDVAL_TRACEBACK=1 för att se var det brast, eller flytta undan mappen "
            f"{os.environ.get('KUNDVAL_DATA', 'var')} och börja om.",
            file=sys.stderr,
        )
        return False
    return True


def _prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from config import tables
    from config.demo import loading

    make_folders()
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(name).exists():
        with loading.part("Skapar databasen", _say):
            tables.make_new_file()
    else:
        with loading.part("Ser över databasen", _say):
            call_command("migrate", verbosity=0)
    call_command("demo", only="essential")
    loading.sign().write_text("")
    connections.close_all()


def _say(line: str) -> None:
    print(line, flush=True)


def make_folders() -> None:
    """What the queue in files and the documents are written to."""
    from django.conf import settings

    for folder in (settings.FILES, settings.DATA / "queue", settings.DATA / "queue-control"):
        folder.mkdir(parents=True, exist_ok=True)


def commands(port: int) -> dict[str, list[str]]:
    """The arguments of Python that start each process."""
    # The warning is about untrusted messages; the demo's queue is a folder of its own.
    celery = ["-W", "ignore:You're running", "-m", "celery", "-A", "config", "--quiet"]
    return {
        "web": [
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
            "warning",
            "config.wsgi:application",
        ],
        "worker": [*celery, "worker", "--loglevel", "warning"],
        "scheduler": [*celery, "beat", "--loglevel", "warning"],
    }


def _start(processes: Processes, name: str, arguments: list[str]) -> None:
    # Ctrl-C must not reach them too: a granian worker that is told twice to stop may never do so.
    # Should this process be killed outright, the kernel tells them.
    tied = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    processes[name] = subprocess.Popen([*tied, sys.executable, *arguments], start_new_session=True)


def _greet(port: int) -> None:
    from django.core.management import call_command

    print(f"\nKundval is ready: http://localhost:{port}\n\nDemo logins:", flush=True)
    call_command("demo", logins=True)
    print("\nCtrl-C stops it.", flush=True)


def _watch(processes: Processes) -> int:
    """Wait until a process ends, which the loader does when it is done. Returns the exit code."""
    name = _first_to_end(processes)
    if name == LOADER:
        _end_loading(processes.pop(LOADER))
        name = _first_to_end(processes)
    print(f"The {name} process ended by itself; stopping the others.", file=sys.stderr)
    return 1


def _first_to_end(processes: Processes) -> str:
    """Wait until a process ends. Returns its name."""
    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    return next(name for name, row in processes.items() if ended and row.pid == ended.si_pid)


def _end_loading(loader: subprocess.Popen) -> None:
    """The pages say no more that the demo is loading."""
    from config.demo import loading

    loading.sign().unlink(missing_ok=True)
    if loader.wait():
        print(
            "Resten av demokommunen kunde inte laddas. Nästa start försöker igen.", file=sys.stderr
        )


def _answers(web: subprocess.Popen, port: int) -> bool:
    """Whether /healthz answers in time, whatever it says."""
    last = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < last:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            try:
                web.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            return False
        else:
            return True
    return False


def _stop(processes: Processes) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    last = time.monotonic() + STOP_WITHIN_SECONDS
    for process in processes.values():
        try:
            process.wait(timeout=max(last - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
