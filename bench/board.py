"""`python -m bench.board`: the day board under load, as ratios in one run.

    python -m bench.board                                  both databases, full size
    python -m bench.board --scale 0.05 --database sqlite   a slice, as the tests run it

Prints, per database: boards of 300 and 1,200 visits (server time as a multiple of an empty page,
bytes, queries, time until keys work in Chromium); the queries of a board with 40 extra needs that run
beside the same with none; two weeks of visits for 2,000 persons, made twice; 20 planners who change one
plan at once; 50 open boards that follow while a colleague moves visits, with the web served as
`make run` serves it. These machines are noisy: seconds are of this machine, ratios and counts mean
something.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main(given: list[str] | None = None) -> int:
    """Run the bench on the databases asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes all figures here")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(given)
    if options.inside:
        import django

        django.setup()
        from bench import board_measures

        options.inside.write_text(json.dumps(board_measures.measure(options.scale)))
        return 0
    wanted = ["postgres", "sqlite"] if options.database == "both" else [options.database]
    results = {}
    for name in wanted:
        results[name] = _in_process(name, options.scale)
        _print(name, results[name])
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0 if all(result["ok"] for result in results.values()) else 1


def _in_process(database: str, scale: float) -> dict:
    data = Path(tempfile.mkdtemp(prefix="kundval-bench-"))
    answer = data / "answer.json"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "KUNDVAL_DATA": str(data),
    }
    environment.pop("KUNDVAL_DATABASE", None)
    command = [sys.executable, "-m", "bench.board", "--inside", str(answer), "--scale", str(scale)]
    if database == "postgres":
        command = [str(ROOT / "scripts" / "with-postgres"), *command]
    try:
        subprocess.run(command, env=environment, cwd=ROOT, check=True)
        return json.loads(answer.read_text())
    finally:
        shutil.rmtree(data)


def _print(name: str, result: dict) -> None:
    print(f"\n{name}")
    print("  board     queries  server time, of an empty page  plain  gzip  keys work in Chromium")
    for row in result["boards"]:
        seconds = row["interactive_seconds"]
        ready = f"{seconds:.2f} s" if seconds is not None else "no Chromium"
        size = f"{row['bytes'] // 1024:8} kB {row['gzip'] // 1024:4} kB"
        times = f"{row['median_ratio']} times ({row['processor_ms']:.0f} ms of a processor)"
        print(f"  {row['visits']:5} v. {row['queries']:8}  {times:28}  {size}  {ready}")
    done = result["needs"]
    print(
        f"  {done['needs']} running extra needs on a board: {done['queries_with']} queries, without "
        f"them {done['queries_without']}"
    )
    done = result["generation"]
    print(
        f"  two weeks for {done['persons']:,} persons: {done['visits']:,} visits in "
        f"{done['seconds']:.0f} s, {done['queries']:,} queries ({done['queries_a_day']} a unit and "
        f"day), a second time {done['changed_again']} changed in {done['again_seconds']:.0f} s"
    )
    done = result["merge"]
    print(
        f"  {done['planners']} planners at once: {done['wanted']} changes of their own, {done['lost']} "
        f"lost; one visit that all want: {done['let_through']} done, {done['told']} told once; "
        f"{done['changes_per_second']:.0f} changes a second"
    )
    done = result["following"]
    print(
        f"  {done['boards']} boards follow, {done['moves']} moves: {done['share_within_second']:.1%} "
        f"seen within a second, median {done['p50_ms']} ms, 95 % {done['p95_ms']} ms"
    )
    print(
        f"    ({done['questions_per_second']:.0f} questions a second, which take the server "
        f"{done['server_cores']:.2f} cores)"
    )


if __name__ == "__main__":
    sys.exit(main())
