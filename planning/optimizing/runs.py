"""A run of the optimizer: started by a planner, carried out in a job, accepted in whole or by row.

Requirement PLN-20. The search is a process of its own; how it goes and whether it is to stop pass
through the run's row. The plan is untouched until somebody accepts, and edits made during the run
win: a visit that was changed meanwhile stays as it was changed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from audit import clock
from cases.commands import Refused
from organisation.models import User
from planning.board import advice, problem, reading
from planning.board.change import Wanted, change
from planning.models import DayPlan, OptimizerRun, PlanChange, Shift, Visit
from planning.optimizer import check, model, serial

Status = OptimizerRun.Status
LENGTHS = (15, 60, 180)
"""Seconds that a planner may let it search."""
SILENT = timedelta(seconds=90)
"""How long a run may be silent before it counts as killed."""
MOST_POINTS = 200


def start(
    plan: DayPlan, user: User | None, *, profile: str, seconds: int, at: datetime,
    frozen_until: int | None = None,
) -> OptimizerRun:  # fmt: skip
    """Put a run in the queue. Raises Refused when one is under way."""
    if profile not in problem.PROFILES:
        raise Refused("Välj vad som är viktigast.")
    with transaction.atomic():
        DayPlan.objects.select_for_update().get(pk=plan.pk)
        end_silent(plan, at)
        if plan.runs.filter(status__in=(Status.WAITING, Status.RUNNING)).exists():
            raise Refused("En körning pågår redan. Vänta tills den är klar, eller stoppa den.")
        plan.refresh_from_db()
        return OptimizerRun.objects.create(
            plan=plan, started_by=user, started_at=at, profile=profile, seconds=seconds,
            frozen_until=frozen_until, seen_seq=plan.last_seq, beat_at=clock.real_now(),
        )  # fmt: skip


def end_silent(plan: DayPlan, at: datetime) -> int:
    """Mark runs whose process was killed. Nothing of the plan is lost: it was never touched."""
    return plan.runs.filter(
        status__in=(Status.WAITING, Status.RUNNING), beat_at__lt=clock.real_now() - SILENT
    ).update(status=Status.FAILED, error="Körningen avbröts. Planen är orörd. Starta en ny.")


def carry_out(pk: int) -> None:
    """Search, following progress and the wish to stop, and keep what was found as a proposal."""
    run = OptimizerRun.objects.select_related("plan__planned_unit").get(pk=pk)
    if run.status != Status.WAITING:
        return
    data = reading.read(run.plan)
    asked = problem.with_full_travel(
        problem.problem_of(data, run.profile, frozen_until=run.frozen_until)
    )
    standing = advice.sound(asked, problem.solution_of(data))
    OptimizerRun.objects.filter(pk=pk).update(
        status=Status.RUNNING, before=figures(asked, problem.solution_of(data)),
        beat_at=clock.real_now(),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kundval-plan-") as folder:
        found = _search(run, asked, standing, Path(folder))
    run.refresh_from_db()
    if found is None:
        run.status, run.error = Status.FAILED, run.error or "Körningen avbröts. Planen är orörd."
    else:
        run.status = Status.STOPPED if run.stop_wanted else Status.DONE
        run.after, run.proposal = figures(asked, found), proposal(data, found)
    run.beat_at = clock.real_now()
    run.save()


def _search(
    run: OptimizerRun, asked: model.Problem, standing: model.Solution, folder: Path
) -> model.Solution | None:
    """The process: progress on its output, the answer in a file. None when it gave none."""
    (folder / "problem.json").write_text(serial.problem_to_json(asked))
    (folder / "warm.json").write_text(serial.solution_to_json(standing))
    command = [
        sys.executable, "-m", "planning.optimizer", str(folder / "problem.json"),
        str(folder / "solution.json"), "--seconds", str(run.seconds), "--seed", str(run.seed),
        "--warm-start", str(folder / "warm.json"),
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=settings.ROOT) as process:
        for said in _lines(process):
            if "error" in said:
                _fail(run, said["error"])
            elif _beat(run, said):
                process.terminate()
    answer = folder / "solution.json"
    if process.returncode != 0 or not answer.exists():
        return None
    return serial.solution_from_json(answer.read_text())


def _lines(process: subprocess.Popen) -> Iterator[dict[str, Any]]:
    assert process.stdout
    for line in process.stdout:
        yield json.loads(line)


def _fail(run: OptimizerRun, error: str) -> None:
    text = f"Planen går inte att räkna på: {error}"[:240]
    OptimizerRun.objects.filter(pk=run.pk).update(error=text)


def _beat(run: OptimizerRun, said: Mapping[str, Any]) -> bool:
    """Keep how far it has come, at most a few times a second. Returns whether it is to stop."""
    points = run.progress.get("points", [])
    point = [round(said["seconds"], 1), round(said["cost"]), said["unplaced"]]
    if points and point[1:] == points[-1][1:]:
        run.progress = {**run.progress, "seconds": point[0]}
    else:
        run.progress = {"seconds": point[0], "points": [*points, point][-MOST_POINTS:]}
    OptimizerRun.objects.filter(pk=run.pk).update(progress=run.progress, beat_at=clock.real_now())
    return OptimizerRun.objects.filter(pk=run.pk, stop_wanted=True).exists()


def figures(asked: model.Problem, plan: model.Solution) -> dict[str, Any]:
    """What a plan is judged by, before and after, in the units a planner counts in."""
    report = check(asked, plan)
    weights = asked.weights
    return {
        "unplaced": len(plan.unplaced),
        "travel": round(report.costs["travel"] / weights.travel / 60),
        "new_faces": round(report.costs["new_faces"] / weights.new_face) if weights.new_face else 0,
        "off_time": sum(1 for at in plan.assignments if _is_off_time(asked, at)),
        "breaches": sum(1 for row in report.breaches if row.rule != model.Rule.TOGETHER),
    }


def _is_off_time(asked: model.Problem, at: model.Assignment) -> bool:
    visit = next(v for v in asked.visits if v.id == at.task)
    first, last = visit.preferred or (at.start, at.start)
    return not first - 900 <= at.start <= last + 900


def proposal(data: reading.PlanData, found: model.Solution) -> dict[str, Any]:
    """Every visit that would move: from what, to what, and the versions that were seen."""
    wanted: dict[int, dict[int, model.Assignment]] = {}
    for at in found.assignments:
        visit, place = problem.parse_task(at.task)
        wanted.setdefault(visit, {})[place] = at
    moves = {}
    for visit in data.standing:
        places = wanted.get(visit.pk, {})
        shifts = [
            int(places[n].carer) if n in places else None for n in range(1, visit.staff_needed + 1)
        ]
        start = round(places[1].start / 60) if 1 in places else visit.start
        now = [row.shift_id for row in visit.staff.all()]
        if (shifts, start) != (now, visit.start):
            moves[str(visit.pk)] = {
                "shifts": shifts, "start": start, "was": now, "was_start": visit.start,
                "seen": [visit.staff_version, visit.time_version],
            }  # fmt: skip
    breaks = {str(row.carer): round(row.start / 60) for row in found.breaks}
    return {"moves": moves, "breaks": breaks}


def accept(
    run: OptimizerRun, user: User, *, key: str, at: datetime, shifts: Iterable[int] | None = None
) -> list[PlanChange]:  # fmt: skip
    """Carry out the proposal, or what of it concerns some rows. What was edited meanwhile stays."""
    if run.status not in (Status.DONE, Status.STOPPED):
        raise Refused("Körningen har inget förslag att godta.")
    chosen = None if shifts is None else set(shifts)
    moves = {
        int(visit): said
        for visit, said in run.proposal.get("moves", {}).items()
        if chosen is None or chosen & {pk for pk in said["shifts"] + said["was"] if pk}
    }
    minutes = dict(Visit.objects.filter(pk__in=moves).values_list("pk", "minutes"))
    wanted = [row for visit, said in moves.items() for row in _wanted(visit, said, minutes)]
    with transaction.atomic():
        done = change(
            run.plan_id, wanted, user, key=key, at=at, name="accept_proposal", skip_clashes=True
        )
        for shift, minute in run.proposal.get("breaks", {}).items():
            if chosen is None or int(shift) in chosen:
                Shift.objects.filter(pk=int(shift)).update(break_start=minute)
        OptimizerRun.objects.filter(pk=run.pk).update(accepted_at=at)
    return done


def _wanted(visit: int, said: Mapping[str, Any], minutes: Mapping[int, int]) -> Iterator[Wanted]:
    yield Wanted(visit, "staff", {"shifts": said["shifts"]}, said["seen"][0])
    if said["start"] != said["was_start"]:
        time = {"start": said["start"], "minutes": minutes[visit]}
        yield Wanted(visit, "time", time, said["seen"][1])


def stop(run: OptimizerRun) -> None:
    """Ask the search to end with the best it has."""
    OptimizerRun.objects.filter(pk=run.pk).update(stop_wanted=True)
