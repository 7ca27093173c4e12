"""The state machines and the property tests at length, on SQLite or the database in KUNDVAL_DATABASE.

    python -m bench.models [--examples 200] [--seed N] [--only WORDS]

Prints a line for each test: examples drawn, steps of its machine, seconds, and what failed. A
failure is drawn again by the same seed.
"""

import argparse
import os
import secrets
import sys
from functools import wraps
from pathlib import Path
from time import perf_counter

import pytest

ROOT = Path(__file__).resolve().parents[1]


class Report:
    """Counts what each test draws, and says it when the test has ended."""

    def __init__(self) -> None:
        self.runs = 0
        self.started = 0.0

    def pytest_collection_modifyitems(self, items) -> None:
        tests = {getattr(item.obj, "__func__", item.obj) for item in items}
        for test in tests:
            if hasattr(test, "hypothesis"):
                test.hypothesis.inner_test = self.counted(test.hypothesis.inner_test)

    def counted(self, test):
        @wraps(test)
        def drawn(*args, **kwargs):
            self.runs += 1
            return test(*args, **kwargs)

        return drawn

    def pytest_runtest_setup(self, item) -> None:
        from tests.models import drawn

        drawn.clear()
        self.runs, self.started = 0, perf_counter()

    def pytest_runtest_logreport(self, report) -> None:
        from tests.models import drawn

        if report.when != "call" and not report.failed:
            return
        name = report.nodeid.split("::")[-1].removeprefix("test_")
        steps = f"{drawn['steps'] - drawn['runs']} steps" if drawn else ""  # one look at the start
        print(
            f"{name[:90]:90} {self.runs + drawn['runs']:6} runs {steps:>12} "
            f"{perf_counter() - self.started:8.1f} s  {'FAILED' if report.failed else 'ok'}",
            flush=True,
        )
        if report.failed:
            print(report.longreprtext, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="of each test")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--only", default="", help="tests whose names hold this, as pytest's -k")
    options = parser.parse_args()
    os.environ["KUNDVAL_EXAMPLES"] = str(options.examples)
    print(f"{options.examples} examples of each, seed {options.seed}", flush=True)
    return pytest.main(
        [
            "-m",
            "hypothesis",
            "-k",
            options.only,
            "-p",
            "no:cacheprovider",
            "-p",
            "no:terminalreporter",
            f"--hypothesis-seed={options.seed}",
            f"--rootdir={ROOT}",
            str(ROOT / "tests"),
        ],
        plugins=[Report()],
    )


if __name__ == "__main__":
    sys.exit(main())
