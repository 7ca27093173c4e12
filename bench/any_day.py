"""`python -m bench.any_day`: the demo municipality as if today were many other days. DAY-01.

    python -m bench.any_day                        60 days of two years, by seed
    python -m bench.any_day --days 20 --seed 7     fewer, others
    python -m bench.any_day --every                every day of 2027 (--every 2028: of another year)
    python -m bench.any_day --from 2027-06-01      goes on from a day
    python -m bench.any_day --processes 2          two days at a time

Each day is loaded from a copy of one migrated database, looked through (`bench.soundness`), and topped
up as of nine days later. Days that are hard on a calendar are always among those chosen by seed. The
results stand in `var/any_day.csv`, a row for each day: what came last is what holds.
"""

import argparse
import csv
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIRST, LAST = date(2026, 11, 28), date(2028, 12, 31)
HARD = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-11-28", "2026-11-29",  # the first version failed on these,
        "2027-01-02", "2027-06-20", "2027-10-10", "2027-11-05",  # and on these
        "2026-12-28", "2026-12-31", "2027-01-03",  # week 53
        "2026-12-24", "2026-12-25", "2027-01-06", "2027-12-24",
        "2027-03-26", "2027-03-28", "2027-03-29",  # Easter; the clocks go forward on the Sunday
        "2027-10-31", "2028-03-26", "2028-10-29",  # the clocks
        "2027-05-06", "2027-06-25", "2027-06-26",  # Ascension Day, Midsummer
        "2027-01-31", "2027-02-28", "2027-04-30", "2027-08-31", "2028-02-28", "2028-02-29",
        "2028-03-01", "2028-12-31",
    )
)  # fmt: skip
LATER = timedelta(days=9)
COLUMNS = ("day", "seconds", "result", "why")


def main(given: list[str] | None = None) -> int:
    """Run the days asked for. Returns 1 when any of them failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, nargs="?", const=2027, metavar="YEAR")
    parser.add_argument("--from", type=date.fromisoformat, default=date.min, dest="first")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "any_day.csv")
    options = parser.parse_args(given)
    asked = _every_day(options.every) if options.every else chosen(options.days, options.seed)
    days = [day for day in asked if day >= options.first]
    template = Path(tempfile.mkdtemp(prefix="kundval-any-day-"))
    try:
        _migrate(template)
        return _run(days, template, options.processes, options.results)
    finally:
        shutil.rmtree(template)


def chosen(count: int, seed: int) -> list[date]:
    """The hard days, and others by seed, in order."""
    others = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    picked = random.Random(seed).sample(sorted(set(others) - set(HARD)), max(0, count - len(HARD)))
    return sorted([*HARD, *picked])


def _every_day(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def _migrate(folder: Path) -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings.demo", "KUNDVAL_DATA": str(folder)}
    os.environ.pop("KUNDVAL_DATABASE", None)
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0)
    connections.close_all()


def _run(days: list[date], template: Path, processes: int, results: Path) -> int:
    results.parent.mkdir(parents=True, exist_ok=True)
    is_new = not results.exists()
    failed = 0
    # A process of its own for each day: no day finds what another left in memory.
    with (
        results.open("a", newline="") as file,
        multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool,
    ):
        writer = csv.writer(file)
        if is_new:
            writer.writerow(COLUMNS)
        tasks = [(day, template) for day in days]
        for number, row in enumerate(pool.imap_unordered(_try, tasks, chunksize=1), 1):
            writer.writerow(row)
            file.flush()
            failed += row[2] != "ok"
            print(
                f"{number:3}/{len(days)}  {row[0]:%a %Y-%m-%d}  {row[1]:5.1f} s  {row[2]}  {row[3]}",
                flush=True,
            )
    print(f"{len(days)} days, {failed} failed. The results are in {results}.")
    return 1 if failed else 0


def _try(task: tuple[date, Path]) -> tuple[date, float, str, str]:
    """One day. Returns it with processor seconds, result, and why it failed."""
    day, template = task
    began = time.process_time()
    try:
        why = _why_not(day, template)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
    why = " ".join(why.split())
    return day, round(time.process_time() - began, 1), "failed" if why else "ok", why[:500]


def _why_not(day: date, template: Path) -> str:
    """What is wrong with the demo of a day, and of the same demo nine days later."""
    from django.conf import settings
    from django.db import connections

    from bench import soundness

    with tempfile.TemporaryDirectory(prefix="kundval-day-") as folder:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        connections.close_all()
        connections["default"].settings_dict["NAME"] = str(Path(folder) / "kundval.sqlite3")
        settings.FILES, settings.SEALS = Path(folder) / "files", Path(folder) / "seals"
        soundness.load(day)
        if found := soundness.faults(day):
            return "; ".join(found)
        before = soundness.counts()
        soundness.load(day + LATER, essential=True)
        doubled = {
            name: count
            for name, count in soundness.counts().items()
            if count > before[name] + soundness.MAY_COME.get(name, 0)
        }
        connections.close_all()
    return f"nine days later there are more: {doubled}" if doubled else ""


if __name__ == "__main__":
    sys.exit(main())
