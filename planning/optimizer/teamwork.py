"""Several processes on one problem: each has its own seed, and before a reheat they share plans.

Plans are exchanged as files in a folder that lives as long as the search. All count time from one
moment of the machine's monotonic clock, so that they reheat together.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from .check import check
from .model import Problem, Solution, Stop
from .serial import problem_to_json, solution_from_json, solution_to_json

if TYPE_CHECKING:
    from .search import Search

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds a helper may take to write its plan after the end."""


class Mailbox:
    """Where the members of a team leave their best plan for the others."""

    def __init__(self, folder: Path, rank: int):
        self.folder, self.rank = folder, rank

    def leave(self, cost: float, kept: np.ndarray, release: np.ndarray) -> None:
        """Leaves a plan, whole or not at all."""
        draft = self.folder / f"draft-{self.rank}.npz"
        np.savez(draft, cost=cost, kept=kept, release=release)
        os.replace(draft, self.folder / f"plan-{self.rank}.npz")

    def best(self) -> tuple[float, np.ndarray, np.ndarray] | None:
        """The best plan that another one left."""
        found = None
        for file in self.folder.glob("plan-*.npz"):
            if file.name == f"plan-{self.rank}.npz":
                continue
            with np.load(file) as plan:
                if found is None or plan["cost"] < found[0]:
                    found = float(plan["cost"]), plan["kept"], plan["release"]
        return found


def solve_together(
    problem: Problem,
    seed: int,
    stop: Stop,
    warm_start: Solution | None,
    gentle: bool,
    processes: int,
    run_own: Callable[[Mailbox, float], "Solution"],
) -> Solution:
    """The best of `processes` searches; `run_own(mailbox, began)` is this process's part."""
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name), perf_counter()
        (folder / "problem.json").write_text(problem_to_json(problem))
        command = [sys.executable, "-m", "planning.optimizer", "--mailbox", name, "--quiet"]
        command += ["--began", repr(began)]
        if stop.seconds is not None:
            command += ["--seconds", str(stop.seconds)]
        if stop.iterations is not None:
            command += ["--iterations", str(stop.iterations)]
        if warm_start is not None:
            (folder / "warm.json").write_text(solution_to_json(warm_start))
            command += ["--warm-start", str(folder / "warm.json")]
        if gentle:
            command.append("--gentle")
        helpers = []
        for rank in range(1, processes):
            own = ["--rank", str(rank), "--seed", str(seed + rank)]
            files = [str(folder / "problem.json"), str(_answer(folder, rank))]
            helpers.append(subprocess.Popen([*command, *own, *files], cwd=ROOT))
        try:
            plans = [run_own(Mailbox(folder, 0), began)]
        finally:
            for helper in helpers:
                helper.terminate()
        plans += _answers(folder, helpers)
    return min(plans, key=lambda plan: check(problem, plan).cost)


def _answer(folder: Path, rank: int) -> Path:
    return folder / f"answer-{rank}.json"


def _answers(folder: Path, helpers: list[subprocess.Popen]) -> list[Solution]:
    """What the helpers wrote; one that does not answer in time is ended, and its plan missed."""
    plans = []
    for rank, helper in enumerate(helpers, 1):
        try:
            helper.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()
        if _answer(folder, rank).exists():
            plans.append(solution_from_json(_answer(folder, rank).read_text()))
    return plans


def share(search: "Search", mailbox: Mailbox) -> None:
    """Takes over the others' best plan where it is better than the search's own."""
    other = mailbox.best()
    if other is not None and other[0] < search.best - 1e-6:
        search.best = other[0]
        search.kept[:], search.kept_release[:] = other[1], other[2]
