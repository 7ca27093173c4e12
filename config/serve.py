"""`make run`: web, worker and scheduler as one process group, on SQLite and a file queue.

Stops them all on Ctrl-C; when one of them ends by itself, the others are stopped too.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 15


def main() -> int:
    """Set up the data, start the processes, and wait for one of them or Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    if _is_taken(port):
        print(f"Port {port} is taken. Try another: make run PORT={port + 1}", file=sys.stderr)
        return 1
    _prepare()
    processes = _start(port)
    try:
        return _watch(processes, port)
    except KeyboardInterrupt:
        print("\nStopping.")
        return 0
    finally:
        _stop(processes)


def _is_taken(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _prepare() -> None:
    print("Preparing the database and the demo municipality (longest the first time).", flush=True)
    from django.conf import settings

    for folder in (settings.FILES, settings.DATA / "queue", settings.DATA / "queue-control"):
        folder.mkdir(parents=True, exist_ok=True)
    _manage("migrate", "--verbosity", "0")
    _manage("demo")


def _manage(*arguments: str) -> None:
    subprocess.run([PYTHON, "manage.py", *arguments], check=True)


def _start(port: int) -> dict[str, subprocess.Popen]:
    celery = [PYTHON, "-m", "celery", "-A", "config", "--quiet"]
    pid_file = ROOT / "var" / f"beat-{port}.pid"
    pid_file.unlink(missing_ok=True)
    commands = {
        "web": [
            PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", "2", "--log-level", "warning", "config.wsgi:application",
        ],
        "worker": [*celery, "worker", "--loglevel", "warning", "--concurrency", "1"],
        "scheduler": [*celery, "beat", "--loglevel", "warning", "--pidfile", str(pid_file)],
    }  # fmt: skip
    return {
        # A session of their own: Ctrl-C reaches this process, which stops them in order.
        name: subprocess.Popen(command, start_new_session=True)
        for name, command in commands.items()
    }


def _watch(processes: dict[str, subprocess.Popen], port: int) -> int:
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    if _ready(processes, port):
        print(f"\nKundval is ready: http://localhost:{port}\n\nDemo logins:", flush=True)
        _manage("demo", "--logins")
        print("\nCtrl-C stops it.", flush=True)
    while True:
        for name, process in processes.items():
            try:
                code = process.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
            print(f"The {name} process ended with code {code}; stopping.", file=sys.stderr)
            return 1


def _ready(processes: dict[str, subprocess.Popen], port: int) -> bool:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and processes["web"].poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True  # it answers, and says what is still starting
        except OSError:
            try:
                processes["web"].wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
    print("The web process did not answer in time.", file=sys.stderr)
    return False


def _stop(processes: dict[str, subprocess.Popen]) -> None:
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    for process in processes.values():
        try:
            process.wait(timeout=STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
