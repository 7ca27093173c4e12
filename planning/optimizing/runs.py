"""A run of the optimizer: started by a planner, carried out in a job, accepted in whole or by row.

Requirement PLN-20. The search is a process of its own; how it goes and whether it is to stop pass
through the run's row. The plan is untouched until somebody accepts, and edits made during the run
win: a visit that was changed meanwhile stays as it was changed.
"""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit import clock, log
from audit.act import Act
from door.refusals import Refused
from planning import daytime
from planning.models import DayPlan, OptimizerRun, PlanChange, Shift, Visit
from planning.optimizer import check, model, serial
from planning.plan import advice, groups, problem, reading
from planning.plan.change import Wanted, change
from planning.plan.counts import count

Status = OptimizerRun.Status
LENGTHS = (15, 60, 180)
"""Seconds that a planner may let it search."""
SILENT = timedelta(seconds=45)
"""How long a run may be silent before it counts as killed, and a queue in which nothing runs before
it counts as lost. A search says every few seconds that it lives."""
IN_QUEUE = timedelta(minutes=15)
"""How late a worker may still take up a run that was given up while it waited."""
PULSE = 10.0
"""Seconds in which a search that says nothing is known to live."""
MOST_POINTS = 200
NEAR_WISH = 15
"""Minutes that a visit may start from the wished time and still be at it."""
SEEN = ("staff", "time", "lock", "status")
"""The groups of a visit which, changed by somebody since the run began, make the visit theirs."""
BROKEN_OFF = "Körningen avbröts. Planen är orörd. Starta en ny."


def start(
    plan: DayPlan,
    act: Act,
    *,
    profile: str,
    seconds: int,
    frozen_until: int | None = None,
    group: UUID | None = None,
) -> OptimizerRun:
    """Put a run in the queue, in the caller's transaction, in which the plan is held. Raises Refused
    when one is under way or there is nothing to plan."""
    end_silent(plan)
    if plan.runs.filter(status__in=(Status.WAITING, Status.RUNNING)).exists():
        raise Refused("En körning pågår redan. Vänta tills den är klar, eller stoppa den.")
    if not plan.visits.standing().exists():
        raise Refused("Dagen har inga besök att placera. Hämta besöken i Dagbild först.")
    if not Shift.objects.of(plan.planned_unit, plan.day).exists():
        raise Refused("Ingen arbetar den dagen. Lägg in pass under Personal först.")
    return OptimizerRun.objects.create(
        plan=plan,
        started_by=act.user,
        started_at=act.at,
        profile=profile,
        seconds=seconds,
        frozen_until=_frozen(plan, frozen_until, act.at),
        group=group,
        seen_seq=plan.last_seq,
        beat_at=clock.real_now(),
    )


def _frozen(plan: DayPlan, wanted: int | None, at: datetime) -> int | None:
    """The minute before which visits stay: those that have begun (DAY-02), and what was asked for."""
    begun = daytime.minute_of(plan.day, at)
    return max(begun, wanted or begun) if 0 < begun <= daytime.LATEST else wanted


def end_silent(plan: DayPlan) -> int:
    """Mark runs whose process was killed. Nothing of the plan is lost: it was never touched."""
    since = clock.real_now() - SILENT
    running = OptimizerRun.objects.filter(status=Status.RUNNING)
    silent = Q(status=Status.RUNNING)
    if not running.filter(beat_at__gte=since).exists():
        silent |= Q(status=Status.WAITING)  # nobody is at work for it to wait behind
    return plan.runs.filter(silent, beat_at__lt=since).update(
        status=Status.FAILED, error=BROKEN_OFF
    )


def lost(at: datetime) -> list[OptimizerRun]:
    """Runs that nobody carries out any more, to be sent to a worker again. One that was begun too
    long ago is given up: whatever it is that kills its worker may do so again."""
    silent = OptimizerRun.objects.filter(
        status__in=(Status.WAITING, Status.RUNNING), beat_at__lt=clock.real_now() - SILENT
    )
    silent.filter(started_at__lt=at - IN_QUEUE, status=Status.RUNNING).update(
        status=Status.FAILED, error=BROKEN_OFF
    )
    return list(silent)


def _take_up(run: OptimizerRun) -> bool:
    """Whether this worker is the one to carry out the run: it waits, or whoever had it is silent. One
    that was given up while it waited is taken up after all, if the worker comes soon and nothing else
    has been started meanwhile."""
    now = clock.real_now()
    with transaction.atomic():
        DayPlan.objects.select_for_update().get(pk=run.plan_id)
        later = OptimizerRun.objects.filter(plan=run.plan_id, pk__gt=run.pk).exists()
        waits = Q(status=Status.WAITING) | Q(status=Status.RUNNING, beat_at__lt=now - SILENT)
        if not later:
            waits |= Q(
                status=Status.FAILED, error=BROKEN_OFF, before={}, beat_at__gte=now - IN_QUEUE
            )
        taken = OptimizerRun.objects.filter(waits, pk=run.pk)
        return bool(taken.update(status=Status.RUNNING, error="", beat_at=now))


Known = Mapping[int, Set[int]]
"""Carers whom each client should meet, by client."""
Said = Mapping[str, Any]
"""What the search says of how it goes: seconds, iterations, cost, unplaced, costs."""


def carry_out(
    pk: int, known: Known | None = None, tell: Callable[[Said], None] = lambda said: None
) -> None:
    """Search, following progress and the wish to stop, and keep what was found as a proposal.

    Carers in `known` count as no new faces for the search; what is told of it counts them. `tell` is
    called with what the search says, some times a second.
    """
    run = OptimizerRun.objects.select_related("plan__planned_unit").get(pk=pk)
    if not _take_up(run):
        return
    data = reading.read(run.plan)
    asked = problem.with_full_travel(
        problem.problem_of(data, run.profile, frozen_until=run.frozen_until)
    )
    standing = advice.sound(asked, problem.solution_of(data))
    OptimizerRun.objects.filter(pk=pk).update(
        before=figures(data, asked, problem.solution_of(data)), beat_at=clock.real_now()
    )
    with tempfile.TemporaryDirectory(prefix="kundval-plan-") as folder:
        guided = _with_known(asked, data, known or {})
        found = _search(run, guided, standing, Path(folder), tell)
    run.refresh_from_db()
    done: dict[str, Any] = {"status": Status.FAILED, "error": run.error or BROKEN_OFF}
    if found is not None:
        moves = proposal(data, found)
        done = {
            "status": Status.STOPPED if run.stop_wanted else Status.DONE,
            "after": figures(proposed(data, moves), asked, found),
            "proposal": moves,
        }
    # Given up meanwhile, because its worker was silent too long, it stays given up.
    running = OptimizerRun.objects.filter(pk=pk, status=Status.RUNNING)
    running.update(beat_at=clock.real_now(), **done)


def _with_known(asked: model.Problem, data: reading.PlanData, known: Known) -> model.Problem:
    """The problem in which the rows of the carers that each client should meet are known."""
    rows: dict[int, set[model.Id]] = defaultdict(set)
    for shift in data.shifts:
        if shift.carer_id:
            rows[shift.carer_id].add(shift.pk)

    def met(visit: model.Visit) -> frozenset[model.Id]:
        assert visit.person is not None  # every visit here is a client's
        return frozenset(row for carer in known.get(int(visit.person), ()) for row in rows[carer])

    visits = tuple(replace(v, known_carers=v.known_carers | met(v)) for v in asked.visits)
    return replace(asked, visits=visits)


def _search(
    run: OptimizerRun,
    asked: model.Problem,
    standing: model.Solution,
    folder: Path,
    tell: Callable[[Said], None],
) -> model.Solution | None:
    """The process: progress on its output, the answer in a file. None when it gave none."""
    (folder / "problem.json").write_text(serial.problem_to_json(asked))
    (folder / "warm.json").write_text(serial.solution_to_json(standing))
    command = [
        sys.executable,
        "-m",
        "planning.optimizer",
        str(folder / "problem.json"),
        str(folder / "solution.json"),
        "--seconds",
        str(run.seconds),
        "--seed",
        str(run.seed),
        "--warm-start",
        str(folder / "warm.json"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.ROOT) as process:
        told = False
        for said in _lines(process):
            if said is None:
                OptimizerRun.objects.filter(pk=run.pk).update(beat_at=clock.real_now())
                continue
            if "error" in said:
                _fail(run, said["error"])
                continue
            tell(said)
            if _beat(run, said) and not told:
                process.terminate()  # once: told again while it ends, it would die at once
                told = True
    answer = folder / "solution.json"  # written whole or not at all
    return serial.solution_from_json(answer.read_text()) if answer.exists() else None


def _lines(process: subprocess.Popen) -> Iterator[dict[str, Any] | None]:
    """What the process says; None now and then while it says nothing (it is compiled, or loaded)."""
    assert process.stdout
    rest = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not waiting.select(PULSE):
                yield None
                continue
            if not (piece := os.read(process.stdout.fileno(), 65_536)):
                return
            *lines, rest = (rest + piece).split(b"\n")
            yield from map(json.loads, lines)


def _fail(run: OptimizerRun, error: str) -> None:
    text = f"Planen går inte att räkna på: {error}"[:240]
    OptimizerRun.objects.filter(pk=run.pk).update(error=text)


def _beat(run: OptimizerRun, said: Said) -> bool:
    """Keep how far it has come, at most a few times a second. Returns whether it is to stop."""
    points = run.progress.get("points", [])
    point = [round(said["seconds"], 1), round(said["cost"]), said["unplaced"]]
    if points and point[1:] == points[-1][1:]:
        run.progress = {**run.progress, "seconds": point[0]}
    else:
        run.progress = {"seconds": point[0], "points": [*points, point][-MOST_POINTS:]}
    OptimizerRun.objects.filter(pk=run.pk).update(progress=run.progress, beat_at=clock.real_now())
    return OptimizerRun.objects.filter(pk=run.pk, stop_wanted=True).exists()


def figures(data: reading.PlanData, asked: model.Problem, plan: model.Solution) -> dict[str, Any]:
    """What a plan is judged by, before and after, in the units a planner counts in: the same as on
    the board (BRD-04)."""
    report = check(asked, plan)
    weights, counts = asked.weights, count(data)
    return {
        "unplaced": counts.unplaced,
        "travel": round(report.costs["travel"] / weights.travel / 60),
        "new_faces": round(report.costs["new_faces"] / weights.new_face) if weights.new_face else 0,
        "off_time": sum(
            abs(visit.start - data.wished[visit.pk]) > NEAR_WISH
            for visit in data.standing
            if any(place.shift_id for place in visit.staff.all())
        ),
        "breaches": counts.breaches,
    }


def proposed(data: reading.PlanData, said: Mapping[str, Any]) -> reading.PlanData:
    """The plan as it would be with all of a proposal accepted."""
    visits = [_moved(visit, said["moves"].get(str(visit.pk))) for visit in data.visits]
    rows = [copy(row) for row in data.shifts]
    for row in rows:
        row.break_start = said["breaks"].get(str(row.pk), row.break_start)
    return replace(data, visits=sorted(visits, key=lambda v: (v.start, v.pk)), shifts=rows)


def _moved(visit: Visit, said: Mapping[str, Any] | None) -> Visit:
    if said is None:
        return visit
    moved, places = copy(visit), [copy(place) for place in visit.staff.all()]
    moved.start = said["start"]
    for place, shift in zip(places, said["shifts"], strict=True):
        place.shift_id = shift
    read = visit.__dict__["_prefetched_objects_cache"]
    moved.__dict__["_prefetched_objects_cache"] = {**read, "staff": places}
    return moved


def proposal(data: reading.PlanData, found: model.Solution) -> dict[str, Any]:
    """Every visit that would move: from what, to what, and the versions that were seen."""
    wanted: dict[int, dict[int, model.Assignment]] = {}
    for at in found.assignments:
        pk, place = problem.parse_task(at.task)
        wanted.setdefault(pk, {})[place] = at
    moves = {}
    for visit in data.standing:
        places = wanted.get(visit.pk, {})
        shifts = [
            int(places[n].carer) if n in places else None for n in range(1, visit.staff_needed + 1)
        ]
        start = round(places[1].start / 60) if 1 in places else visit.start
        now = [row.shift_id for row in visit.staff.all()]
        if (shifts, start) == (now, visit.start) or _is_held(visit, shifts, start):
            continue
        moves[str(visit.pk)] = {
            "shifts": shifts,
            "start": start,
            "was": now,
            "was_start": visit.start,
            "seen": [getattr(visit, f"{group}_version") for group in SEEN],
        }
    breaks = {str(row.carer): round(row.start / 60) for row in found.breaks}
    return {"moves": moves, "breaks": breaks}


def _is_held(visit: Visit, shifts: list[int | None], start: int) -> bool:
    """Whether a lock keeps a visit where it stands: one that breaks a rule there is left to people."""
    wanted = (("time", {"start": start}), ("staff", {"shifts": shifts}))
    changed = wanted if start != visit.start else wanted[1:]
    return any(groups.breaks_lock(visit, group, value) for group, value in changed)


def accept(
    run: OptimizerRun, act: Act, *, key: str, shifts: Iterable[int] | None = None
) -> list[PlanChange]:
    """Carry out the proposal, or what of it concerns some rows, in the caller's transaction. What was
    edited meanwhile stays. Raises NotAllowed, or Refused when the run has no proposal."""
    if not run.has_proposal:
        raise Refused("Körningen har inget förslag att godta.")
    chosen = None if shifts is None else set(shifts)
    moves = {
        int(visit): said
        for visit, said in run.proposal.get("moves", {}).items()
        if chosen is None or chosen & {pk for pk in said["shifts"] + said["was"] if pk}
    }
    done = change(
        run.plan_id,
        list(_untouched(run.plan, moves, act.at)),
        act.user,
        key=key,
        at=act.at,
        name="accept_proposal",
        skip_clashes=True,
    )
    _move_breaks(run, act, chosen)
    OptimizerRun.objects.filter(pk=run.pk).update(accepted_at=act.at)
    return done


def _untouched(plan: DayPlan, moves: Mapping[int, Any], at: datetime) -> Iterator[Wanted]:
    """What is to be written of the visits and rows that stand as they did when the run began. What
    has begun stays, and nothing is put in the past (DAY-02)."""
    rows = {row.pk: row for row in Shift.objects.of(plan.planned_unit, plan.day)}
    for visit in Visit.objects.filter(pk__in=moves).select_related("plan").order_by("pk"):
        said = moves[visit.pk]
        if visit.has_begun(at) or daytime.has_begun(plan.day, said["start"], at):
            continue
        until = said["start"] + visit.minutes
        works = all(pk in rows and until <= rows[pk].works_until for pk in said["shifts"] if pk)
        if works and said["seen"] == [getattr(visit, f"{group}_version") for group in SEEN]:
            yield from _wanted(visit, said)


def _move_breaks(run: OptimizerRun, act: Act, chosen: set[int] | None) -> None:
    """Put the breaks of the rows where the proposal has them, and let open boards read it."""
    wanted = {
        int(pk): minute
        for pk, minute in run.proposal.get("breaks", {}).items()
        if chosen is None or int(pk) in chosen
    }
    rows = Shift.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    moved = [row for row in rows if row.break_start != wanted[row.pk]]
    if not moved:
        return
    event = log.record(
        run.plan.chain,
        "move_breaks",
        act,
        subject=run.plan,
        values={"breaks": [[row.pk, row.break_start, wanted[row.pk]] for row in moved]},
    )
    for row in moved:
        row.break_start = wanted[row.pk]
    Shift.objects.bulk_update(moved, ["break_start"])
    DayPlan.objects.filter(pk=run.plan_id).update(last_seq=event.seq, reload_seq=event.seq)


def _wanted(visit: Visit, said: Mapping[str, Any]) -> Iterator[Wanted]:
    yield Wanted(visit.pk, "staff", {"shifts": said["shifts"]}, visit.staff_version)
    if said["start"] != said["was_start"]:
        time = {"start": said["start"], "minutes": visit.minutes}
        yield Wanted(visit.pk, "time", time, visit.time_version)


def stop(run: OptimizerRun) -> bool:
    """Ask the search to end with the best it has. Returns whether nobody had asked before."""
    searching = OptimizerRun.objects.filter(
        pk=run.pk, status__in=(Status.WAITING, Status.RUNNING), stop_wanted=False
    )
    return bool(searching.update(stop_wanted=True))
