"""A slice of the benches: they run, and the number of queries does not grow with the data."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_pages_make_no_more_queries_on_a_larger_database(tmp_path):
    """CAP-15: a hundred cases beside five hundred."""
    answer = tmp_path / "web.json"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.web",
            "--scale",
            "0.005",
            "--rounds",
            "1",
            "--database",
            "sqlite",
            "--json",
            str(answer),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(answer.read_text())["sqlite"]
    assert {page["name"] for page in result["pages"]} == {
        "overview",
        "case page",
        "worklist",
        "search",
        "register",
        "contract",
        "wheel",
        "comparison",
        "choose",
    }
    assert all(page["constant"] for page in result["pages"])
    assert result["verify"]["faults"] == 0


def test_a_board_makes_as_many_queries_for_four_times_the_visits_and_loses_no_change(tmp_path):
    """PLN-15, PLN-03, EXT-03: 15 visits beside 60, extra needs on the latter beside none, two weeks
    for 100 persons, 20 planners, two followers."""
    answer = tmp_path / "board.json"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.board",
            "--scale",
            "0.05",
            "--database",
            "sqlite",
            "--json",
            str(answer),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(answer.read_text())["sqlite"]
    assert [row["visits"] for row in result["boards"]] == [15, 60]
    assert result["boards"][0]["queries"] == result["boards"][1]["queries"] <= 32
    needs = result["needs"]
    assert (needs["needs"], needs["queries_with"]) == (15, needs["queries_without"])
    assert (result["generation"]["visits"], result["generation"]["changed_again"]) == (5600, 0)
    merged = result["merge"]
    assert (merged["lost"], merged["let_through"], merged["told"]) == (0, 1, 19)
    assert result["following"]["unseen"] == 0


@pytest.mark.long
def test_killed_processes_lose_nothing_and_do_nothing_twice():
    """CAP-05, PLN-16, PLN-18: three kills of web, worker, scheduler or receiver while all are at
    work."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.kills", "--kills", "3", "--seed", "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost, nothing doubled, nothing left lying" in done.stdout


def test_the_machines_run_at_length_by_a_seed_and_say_what_they_did():
    """CAP-05: ten examples of each, and twenty steps in each of the machine's."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.models",
            "--examples",
            "10",
            "--seed",
            "7",
            "--only",
            "test_any_single_wrong_digit or test_anything_may_be_tried_in_a_follow_up",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    head, *lines = done.stdout.strip().splitlines()
    assert head == "10 examples of each, seed 7"
    assert len(lines) == 2
    assert all(line.endswith("  ok") and " 10 runs " in line for line in lines)
    assert " 200 steps " in "".join(lines)
