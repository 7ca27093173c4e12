"""How good plans the optimizer makes, and how fast: `python -m bench.optimizer SET_DIR`.

SET_DIR holds published instances; `best_known.csv` stands beside it or in it. Other measurements
have their own words: `hard` (windows and pairs), `plain` (PyVRP beside), `day` (a real day), `replan` (after
a sick call) and `weeks` (continuity).
"""

import argparse
import csv
import json
import re
import sys
from pathlib import Path
from time import perf_counter

from bench import exact, instances, measures
from planning.optimizer import Problem, Stop, check, solve, warm_up

CLASS = re.compile(r"_(\d+)_\d+\.json$")


def best_known(folder: Path) -> dict[str, float]:
    """Best known objective by file name; empty when there is no list."""
    for place in (folder, folder.parent):
        if (place / "best_known.csv").exists():
            with open(place / "best_known.csv") as lines:
                return {r["instance"]: float(r["best_known"]) for r in csv.DictReader(lines)}
    return {}


def class_of(name: str) -> str:
    """Number of patients, where the name tells; otherwise the whole set is one class."""
    found = CLASS.search(name)
    return found[1] if found else "all"


def measure(problem: Problem, options) -> tuple[dict, object]:
    """One solve, judged by the independent check."""
    began = perf_counter()
    plan = solve(
        problem,
        seed=options.seed,
        stop=Stop(seconds=options.seconds),
        processes=options.processes,
    )
    spent = perf_counter() - began
    report = check(problem, plan)
    row = {
        "objective": round(report.cost, 3),
        "seconds": round(spent, 2),
        "iterations": plan.iterations,
        "unplaced": len(plan.unplaced),
        "breaches": [b.rule for b in report.breaches],
    }
    return row, plan


def run_set(options) -> list[dict]:
    """Every instance of a folder, printed as it is done."""
    folder = Path(options.what)
    known, rows = best_known(folder), []
    for file in sorted(folder.glob(options.only)):
        problem = instances.read(file)
        row, plan = measure(problem, options)
        row = {"instance": file.name, "class": class_of(file.name)} | row
        if file.name in known:
            row["best_known"] = known[file.name]
            row["gap_percent"] = round(100 * (row["objective"] / known[file.name] - 1), 3)
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / file.name).write_text(json.dumps(instances.routes(problem, plan)))
        print_row(row)
        rows.append(row)
    return rows


def print_row(row: dict) -> None:
    gap = f"{row['gap_percent']:+8.3f} %" if "gap_percent" in row else " " * 10
    fault = " BREACH " + ",".join(row["breaches"]) if row["breaches"] else ""
    left = f" unplaced {row['unplaced']}" if row["unplaced"] else ""
    print(
        f"{row['instance']:60} {row['objective']:10.3f} {gap} {row['seconds']:6.1f} s{left}{fault}",
        flush=True,
    )


def class_means(rows: list[dict]) -> list[dict]:
    """Mean objective of each class beside the mean of the best known."""
    means = []
    for name in sorted({r["class"] for r in rows}, key=lambda c: (len(c), c)):
        group = [r for r in rows if r["class"] == name]
        mean = {"class": name, "count": len(group)}
        mean["objective"] = sum(r["objective"] for r in group) / len(group)
        if all("best_known" in r for r in group):
            mean["best_known"] = sum(r["best_known"] for r in group) / len(group)
            mean["at_best_known"] = sum(r["gap_percent"] < 0.005 for r in group)
        means.append(mean)
    return means


def print_means(means: list[dict]) -> None:
    for m in means:
        known = ""
        if "best_known" in m:
            gap = 100 * (m["objective"] / m["best_known"] - 1)
            known = f"  best known {m['best_known']:9.3f}  {gap:+.3f} %"
            known += f"  no worse on {m['at_best_known']}"
        print(f"class {m['class']:>4} ({m['count']})  mean {m['objective']:9.3f}{known}")


def arguments(given: list[str] | None = None):
    parser = argparse.ArgumentParser(prog="python -m bench.optimizer", description=__doc__)
    parser.add_argument("what", metavar="SET_DIR", help="a folder of instances, or a word")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*.json", metavar="GLOB")
    parser.add_argument("--out", type=Path, metavar="DIR", help="writes each plan here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes all figures here")
    parser.add_argument("--beside", action="store_true", help="OR-Tools routing beside")
    parser.add_argument("--scale", type=float, default=1.0, help="share of a real day's size")
    parser.add_argument("--long", type=float, default=0, help="seconds of a long run of the day")
    parser.add_argument("--processes", type=int, default=1)
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    began = perf_counter()
    warm_up()
    print(f"compiled or loaded in {perf_counter() - began:.1f} s")
    if options.what in measures.MEASURES:
        result = measures.MEASURES[options.what](options)
    else:
        result = compare(options) if options.beside else published(options)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))
    return 0 if result["ok"] else 1


def published(options) -> dict:
    """The published instances of a folder."""
    rows = run_set(options)
    if not rows:
        print("no instance there")
    means = class_means(rows)
    print_means(means)
    ok = bool(rows) and not any(r["breaches"] for r in rows)
    return {"ok": ok, "instances": rows, "classes": means}


def compare(options) -> dict:
    """The published instances beside OR-Tools routing, the same time each."""
    rows = []
    for file in sorted(Path(options.what).glob(options.only)):
        problem = instances.read(file)
        row, _ = measure(problem, options)
        row["instance"], row["routing"] = file.name, exact.routing(problem, options.seconds)
        print(f"{file.name:60} ours {row['objective']:10.2f}  OR-Tools {row['routing']:10.2f}")
        rows.append(row)
    return {"ok": all(r["objective"] <= r["routing"] for r in rows), "instances": rows}


if __name__ == "__main__":
    sys.exit(main())
