"""The optimizer as a process of its own, its JSON, and the wall to the rest of the product."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planning.optimizer import Stop, check, solve
from planning.optimizer.serial import (
    problem_from_json,
    problem_to_json,
    solution_from_json,
    solution_to_json,
)

from .small import random_problem

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "planning.optimizer"]


def test_the_optimizer_never_sees_django():
    """PLN-20: a library of its own."""
    code = (
        "import planning.optimizer, sys;"
        "assert not any(m == 'django' or m.startswith('django.') for m in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("number", range(8))
def test_a_problem_and_its_plan_survive_json(number):
    """PLN-20: whatever the day holds; the plan's costs too."""
    day = random_problem(number)
    assert problem_from_json(problem_to_json(day)) == day
    plan = solve(day, seed=1, stop=Stop(iterations=200))
    assert solution_from_json(solution_to_json(plan)) == plan


def test_a_misspelt_field_is_refused_by_name():
    """PLN-20: nothing is silently ignored."""
    data = json.loads(problem_to_json(random_problem(1)))
    data["visits"][0]["earlyest"] = 1
    with pytest.raises(ValueError, match="earlyest"):
        problem_from_json(json.dumps(data))


def write_day(folder, number=1):
    (folder / "day.json").write_text(problem_to_json(random_problem(number)))
    return [*COMMAND, str(folder / "day.json"), str(folder / "plan.json")]


def test_the_process_writes_a_plan_and_tells_its_progress(tmp_path):
    """PLN-20: one JSON object a line while it runs; the plan keeps every rule."""
    command = [*write_day(tmp_path), "--iterations", "30000", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[-1]["iterations"] == 30000
    assert lines[-1].keys() == {"seconds", "iterations", "cost", "unplaced", "costs"}
    plan = solution_from_json((tmp_path / "plan.json").read_text())
    assert check(random_problem(1), plan).ok
    assert (
        plan.assignments
        == solve(random_problem(1), seed=3, stop=Stop(iterations=30000)).assignments
    )


def test_a_process_that_is_told_to_end_writes_the_best_so_far(tmp_path):
    """PLN-20: SIGTERM after the first line of progress, though ten minutes were given."""
    command = [*write_day(tmp_path), "--seconds", "600"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert check(random_problem(1), solution_from_json((tmp_path / "plan.json").read_text())).ok


def test_a_problem_that_cannot_be_read_is_told_as_json(tmp_path):
    """PLN-20: exit 2 and why."""
    (tmp_path / "day.json").write_text('{"visits": []}')
    command = [*COMMAND, str(tmp_path / "day.json"), str(tmp_path / "plan.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "carers" in json.loads(done.stdout)["error"]
    assert not (tmp_path / "plan.json").exists()


def test_two_processes_give_one_plan_that_keeps_every_rule():
    """PLN-20: the helper's plan is taken when it is the better."""
    day = random_problem(6)
    plan = solve(day, seed=1, stop=Stop(seconds=3), processes=2)
    assert check(day, plan).ok
