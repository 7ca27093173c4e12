"""The published instances, where they are at hand: the smallest of them to its best known plan."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SET = ROOT.parent / "shared" / "bench"


@pytest.mark.skipif(not SET.exists(), reason="the published instances are not here")
def test_the_smallest_instance_reaches_its_best_known_plan(tmp_path):
    """PLN-20: and the set's own checker agrees with the objective that is printed."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench.optimizer",
            str(SET / "mankowska"),
            "--only",
            "*_10_1.json",
            "--seconds",
            "1",
            "--out",
            str(tmp_path / "plans"),
            "--json",
            str(tmp_path / "all.json"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    row = json.loads((tmp_path / "all.json").read_text())["instances"][0]
    assert row["objective"] <= row["best_known"] + 0.001
    (plan,) = (tmp_path / "plans").iterdir()
    judged = subprocess.run(
        [
            sys.executable,
            str(SET / "check.py"),
            "mankowska",
            str(SET / "mankowska" / plan.name),
            str(plan),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(judged.stdout)["objective"] == pytest.approx(row["objective"], abs=0.002)
