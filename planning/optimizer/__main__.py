"""`python -m planning.optimizer PROBLEM.json SOLUTION.json`: one search as a process of its own.

Progress goes to standard output, one JSON object a line. SIGTERM (or SIGINT) ends the search; the
best plan so far is written, and the exit is 0. A problem that cannot be read or planned: exit 2
and one JSON line with `error`.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from .model import Problem, Progress, Solution, Stop
from .search import Search, solve
from .serial import problem_from_json, progress_to_json, solution_from_json, solution_to_json
from .teamwork import Mailbox
from .warm import warm_up


def main(given: list[str] | None = None) -> int:
    options = _arguments(given)
    if options.warm_up:
        warm_up()
        return 0
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _frame: stopped.append(got))
    try:
        problem = problem_from_json(options.problem.read_text())
        warm = solution_from_json(options.warm_start.read_text()) if options.warm_start else None
        plan = _solve(options, problem, warm, lambda: bool(stopped))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
        return 2
    _write(options.solution, solution_to_json(plan))
    return 0


def _solve(options, problem: Problem, warm: Solution | None, cancelled) -> Solution:
    stop = Stop(options.seconds, options.iterations)
    if options.mailbox:
        mailbox = Mailbox(options.mailbox, options.rank)
        search = Search(problem, options.seed, warm, options.gentle, mailbox, options.began)
        return search.run(stop, None, cancelled)
    return solve(
        problem,
        seed=options.seed,
        stop=stop,
        warm_start=warm,
        on_progress=None if options.quiet else _print_progress,
        cancelled=cancelled,
        gentle=options.gentle,
        processes=options.processes,
    )


def _print_progress(progress: Progress) -> None:
    print(progress_to_json(progress), flush=True)


def _write(path: Path, text: str) -> None:
    """Whole or not at all: whoever finds the file finds all of it."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text)
    os.replace(draft, path)


def _arguments(given: list[str] | None):
    parser = argparse.ArgumentParser(prog="python -m planning.optimizer")
    parser.add_argument("problem", type=Path, nargs="?")
    parser.add_argument("solution", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--iterations", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warm-start", type=Path, metavar="SOLUTION")
    parser.add_argument("--gentle", action="store_true", help="small changes to the warm start")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.add_argument("--mailbox", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rank", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--warm-up", action="store_true", help="compile, and stop there")
    options = parser.parse_args(given)
    if not options.warm_up and (options.problem is None or options.solution is None):
        parser.error("give PROBLEM and SOLUTION, or --warm-up")
    if not options.warm_up and options.seconds is None and options.iterations is None:
        options.seconds = 60.0
    return options


if __name__ == "__main__":
    sys.exit(main())
