"""`python -m bench.web`: pages, sweep and verification on a large database, as ratios in one run.

    python -m bench.web                                  both databases, full size
    python -m bench.web --scale 0.01 --database sqlite   a slice, as the tests run it

Prints, per database: for each page the number of queries on a small and on the large database, and
its median and 95th percentile as multiples of an empty page of the same server in the same run;
rows per second of a sweep over all open deadlines with 1 % due; events per second of verifying the
log. These machines are noisy: only ratios within one run mean anything.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASES, EVENTS, DEADLINES = 100_000, 1_000_000, 300_000
SMALL_SCALE = 0.001
MEDIAN_AIM, P95_AIM = 5, 10


def main() -> int:
    """Run the bench on the databases asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=30, help="timed requests of each page")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        options.inside.write_text(json.dumps(measure(options.scale, options.rounds)))
        return 0
    wanted = ["postgresql", "sqlite"] if options.database == "both" else [options.database]
    results = {name: _in_process(name, options) for name in wanted}
    for name, result in results.items():
        _print(name, result)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0 if all(page["constant"] for r in results.values() for page in r["pages"]) else 1


def _in_process(database: str, options: argparse.Namespace) -> dict:
    data = Path(tempfile.mkdtemp(prefix="kundval-bench-"))
    answer = data / "answer.json"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "KUNDVAL_DATA": str(data),
    }
    environment.pop("KUNDVAL_DATABASE", None)
    command = [
        sys.executable,
        "-m",
        "bench.web",
        "--inside",
        str(answer),
        "--scale",
        str(options.scale),
        "--rounds",
        str(options.rounds),
    ]
    if database == "postgresql":
        command = [str(ROOT / "scripts" / "with-postgres"), *command]
    else:
        environment["KUNDVAL_DATABASE"] = f"sqlite:///{data / 'bench.sqlite3'}"
    try:
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        return json.loads(answer.read_text())
    finally:
        shutil.rmtree(data)


def measure(scale: float, rounds: int) -> dict:
    """Fill the database twice, small and large, and measure both."""
    import django

    django.setup()
    from bench import filling
    from config.tables import make_tables

    make_tables()
    world = filling.World()
    world.fill(SMALL_SCALE)
    small = {name: queries(world, path) for name, path in world.pages().items()}
    started = time.perf_counter()
    world.fill(scale)
    filled = time.perf_counter() - started
    empty = timings(world, world.empty_page, rounds)
    return {
        "counts": world.counts(),
        "filling_seconds": round(filled, 1),
        "pages": [
            page(world, name, path, small[name], empty, rounds)
            for name, path in world.pages().items()
        ],
        "sweep": sweep(world),
        "verify": verify(),
    }


def page(world, name: str, path: str, small: int, empty: list[float], rounds: int) -> dict:
    """One page's figures."""
    found = timings(world, path, rounds)
    large = queries(world, path)
    return {
        "name": name,
        "queries_small": small,
        "queries_large": large,
        "constant": large <= small,
        "median_ratio": round(statistics.median(found) / statistics.median(empty), 2),
        "p95_ratio": round(percentile(found, 95) / statistics.median(empty), 2),
        "median_ms": round(statistics.median(found) * 1000, 1),
    }


def timings(world, path: str, rounds: int) -> list[float]:
    """Seconds of each request, after some that warm up."""
    for _ in range(3):
        world.get(path)
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        world.get(path)
        found.append(time.perf_counter() - started)
    return found


def queries(world, path: str) -> int:
    """How many queries a request makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    world.get(path)
    with CaptureQueriesContext(connection) as captured:
        world.get(path)
    return len(captured)


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def sweep(world) -> dict:
    """Rows per second of a sweep over all open deadlines, of which 1 % are due."""
    from cases import ledger

    count, due = world.make_due(0.01)
    started = time.perf_counter()
    fired = ledger.sweep(world.now)
    seconds = time.perf_counter() - started
    return {
        "open": count,
        "due": due,
        "fired": fired,
        "open_per_second": round(count / seconds),
        "fired_per_second": round(fired / seconds),
    }


def verify() -> dict:
    """Events per second of verifying every chain."""
    from audit import sealing

    started = time.perf_counter()
    found = sealing.verify()
    seconds = time.perf_counter() - started
    return {
        "events": found.events,
        "faults": len(found.faults),
        "events_per_second": round(found.events / seconds),
    }


def _print(name: str, result: dict) -> None:
    counts = ", ".join(f"{count:,} {what}" for what, count in result["counts"].items())
    print(f"\n{name}: {counts}")
    print(f"  {'page':12} {'queries':>12} {'median':>8} {'p95':>8}   (multiples of an empty page)")
    for row in result["pages"]:
        grown = f"{row['queries_small']} -> {row['queries_large']}"
        aim = (
            ""
            if row["median_ratio"] <= MEDIAN_AIM and row["p95_ratio"] <= P95_AIM
            else "  above aim"
        )
        print(f"  {row['name']:12} {grown:>12} {row['median_ratio']:>8} {row['p95_ratio']:>8}{aim}")
    done = result["sweep"]
    print(
        f"  sweep: {done['open']:,} open, {done['due']:,} due, {done['fired']:,} rungs; "
        f"{done['open_per_second']:,} open and {done['fired_per_second']:,} rungs a second"
    )
    done = result["verify"]
    print(
        f"  verify: {done['events']:,} events, {done['faults']} faults; "
        f"{done['events_per_second']:,} events a second"
    )


if __name__ == "__main__":
    sys.exit(main())
