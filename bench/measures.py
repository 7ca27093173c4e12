"""What else is measured of the optimizer, on days made by seed."""

import resource
from dataclasses import replace
from time import perf_counter

from bench import days, exact
from planning.optimizer import (
    Duty,
    Need,
    Problem,
    Solution,
    Stop,
    check,
    freeze,
    roster,
    solve,
    suggest,
)

SHORT = {20: 5.0, 50: 15.0, 80: 60.0}
"""Seconds given to each size of the set with hard windows."""
SICK_VISITS = 12
NEW_FACE = 170.0
"""Seconds of travel that a face not met before is worth in the two weeks."""


def _say(**figures) -> dict:
    print(
        "  ".join(
            f"{k} {v:.2f}" if isinstance(v, float) else f"{k} {v}" for k, v in figures.items()
        ),
        flush=True,
    )
    return figures


def hard(options) -> dict:
    """Hard windows and pairs; the small ones against CP-SAT's optimum."""
    rows = []
    for size, usual in SHORT.items():
        for seed in range(options.seed, options.seed + 3):
            problem = days.hard(size, seed)
            seconds = min(usual, options.seconds)
            plan = solve(problem, seed=1, stop=Stop(seconds=seconds))
            report = check(problem, plan)
            best, bound = exact.cp_sat(problem, min(30.0, options.seconds))
            rows.append(
                _say(
                    visits=size,
                    seed=seed,
                    seconds=seconds,
                    travel=report.costs["travel"],
                    unplaced=len(plan.unplaced),
                    cp_sat=best,
                    bound=bound,
                    ok=report.ok,
                )
            )
    ok = all(r["ok"] and (r["unplaced"] or r["travel"] <= r["cp_sat"] + 1) for r in rows)
    return {"ok": ok, "rows": rows}


def plain(options) -> dict:
    """The same days without pairs, beside PyVRP."""
    rows = []
    for size, usual in SHORT.items():
        problem = replace(days.hard(size, options.seed), links=())
        seconds = min(usual, options.seconds, 20.0)
        plan = solve(problem, seed=1, stop=Stop(seconds=seconds))
        report = check(problem, plan)
        theirs = exact.py_vrp(problem, seconds)
        rows.append(
            _say(
                visits=size,
                seconds=seconds,
                ours=report.costs["travel"],
                unplaced=len(plan.unplaced),
                pyvrp=theirs,
                ok=report.ok,
            )
        )
    return {"ok": all(r["ok"] for r in rows), "rows": rows}


def _memory() -> float:
    """MiB at the most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def day(options) -> dict:
    """A real day: first plan, plan after the given seconds, what is left out, memory."""
    problem = days.real_day(options.seed, options.scale)
    began = perf_counter()
    first = solve(problem, seed=1, stop=Stop(iterations=0))
    first_seconds = perf_counter() - began
    _say(
        first_plan_seconds=first_seconds,
        unplaced=len(first.unplaced),
        cost=first.cost,
        ok=check(problem, first).ok,
    )
    result: dict = {"ok": True, "first_seconds": first_seconds, "runs": []}
    for seconds in filter(None, (options.seconds, options.long)):
        plan = solve(
            problem, seed=options.seed, stop=Stop(seconds=seconds), processes=options.processes
        )
        report = check(problem, plan)
        again = solve(problem, seed=1, stop=Stop(iterations=0), warm_start=plan)
        row = _say(
            seconds=plan.seconds,
            iterations=plan.iterations,
            cost=report.cost,
            unplaced=len(plan.unplaced),
            insertable=len(plan.unplaced) - len(again.unplaced),
            MiB=_memory(),
            ok=report.ok,
        )
        _say(**{k: v for k, v in report.costs.items() if v})
        result["runs"].append(row | {"costs": dict(report.costs)})
        result["ok"] = result["ok"] and report.ok
    return result


def replan(options) -> dict:
    """A sick call in one unit: twelve visits come loose, and the others stay as they are."""
    problem = days.unit(200, 834, 50, options.seed)
    plan = solve(problem, seed=1, stop=Stop(seconds=min(options.seconds, 20.0)))
    loads = sorted((sum(a.carer == c.id for a in plan.assignments), c.id) for c in problem.carers)
    sick = next(c for n, c in reversed(loads) if n <= SICK_VISITS or c == loads[0][1])
    loose = frozenset(a.task for a in plan.assignments if a.carer == sick)
    left = replace(problem, carers=tuple(c for c in problem.carers if c.id != sick))
    rows = []
    for allowed in (0.0, 300.0, 900.0):
        began = perf_counter()
        held = freeze(left, plan, loose, allowed)
        after = solve(held, seed=1, stop=Stop(seconds=0.5), warm_start=plan, gentle=True)
        spent = perf_counter() - began
        rows.append(_row_of_replan(held, plan, after, loose, allowed, spent))
    began = perf_counter()
    found = suggest(problem, plan, plan.assignments[0].task)
    _say(suggestions=len(found), milliseconds=1000 * (perf_counter() - began), visits=834)
    small = days.unit(80, 300, 18, options.seed)
    small_plan = solve(small, seed=1, stop=Stop(seconds=2))
    times = []
    for a in small_plan.assignments[:20]:
        began = perf_counter()
        suggest(small, small_plan, a.task)
        times.append(1000 * (perf_counter() - began))
    worst = max(times)
    _say(suggest_milliseconds_worst_of_20=worst, visits=300)
    ok = all(r["ok"] and r["seconds"] <= 1.0 for r in rows) and worst <= 200
    return {"ok": ok, "rows": rows, "suggest_milliseconds": worst}


def _row_of_replan(held, before: Solution, after: Solution, loose, allowed, spent) -> dict:
    old = {a.task: a for a in before.assignments}
    moved = [
        a
        for a in after.assignments
        if a.task in old
        and a.task not in loose
        and (a.carer != old[a.task].carer or abs(a.start - old[a.task].start) > allowed + 1e-3)
    ]
    return _say(
        loose=len(loose),
        may_move_seconds=allowed,
        seconds=spent,
        unplaced=len(after.unplaced) - len(before.unplaced),
        moved_more=len(moved),
        ok=check(held, after).ok and not moved,
    )


def weeks(options) -> dict:
    """Two weeks of one unit: faces per person and travel, day by day and with a roster."""
    fortnight = [_varied(days.unit(60, 200, 18, options.seed, 0), d) for d in range(14)]
    each = options.seconds / 14
    plain = _run_weeks([_no_wishes(p) for p in fortnight], each)
    with_roster = _run_weeks(_with_teams(fortnight, options.seed), each)
    base, ours = _say(**plain), _say(**with_roster)
    fewer = 100 * (1 - ours["faces"] / base["faces"])
    more = 100 * (ours["travel"] / base["travel"] - 1)
    _say(fewer_faces_percent=fewer, more_travel_percent=more)
    ok = fewer >= 25 and more <= 3
    return {"ok": ok, "day_by_day": base, "with_roster": ours}


def _varied(problem: Problem, number: int) -> Problem:
    """The same visits every day; two of three carers are at work, in turn."""
    staff = tuple(c for k, c in enumerate(problem.carers) if (k + number // 2) % 6 != 0)
    return replace(problem, carers=staff)


def _no_wishes(problem: Problem) -> Problem:
    return replace(problem, weights=replace(problem.weights, new_face=0.0))


def _with_teams(fortnight: list[Problem], seed: int) -> list[Problem]:
    needs = [
        Need(
            (d, v.id),
            v.person,
            d,
            v.earliest,
            v.latest + v.duration,
            v.duration * 1.3,
            v.skills,
            v.incompatible,
        )
        for d, p in enumerate(fortnight)
        for v in p.visits
    ]
    duties = [
        Duty(c.id, d, s.start, s.end, 0.85 * (s.end - s.start), c.skills)
        for d, p in enumerate(fortnight)
        for c in p.carers
        for s in c.shifts
    ]
    began = perf_counter()
    answer = roster(needs, duties, seed=seed)
    _say(roster_seconds=perf_counter() - began, roster_faces=answer.faces, open=len(answer.open))
    return [
        replace(
            p,
            weights=replace(p.weights, new_face=NEW_FACE),
            visits=tuple(replace(v, known_carers=answer.teams[v.person]) for v in p.visits),
        )
        for p in fortnight
    ]


def _run_weeks(fortnight: list[Problem], seconds: float) -> dict:
    faces: dict = {v.person: set() for v in fortnight[0].visits}
    travel, unplaced = 0.0, 0
    for number, problem in enumerate(fortnight):
        met = tuple(
            replace(v, known_carers=v.known_carers | faces[v.person]) for v in problem.visits
        )
        problem = replace(problem, visits=met)
        plan = solve(problem, seed=number + 1, stop=Stop(seconds=seconds))
        person = {v.id: v.person for v in problem.visits}
        for a in plan.assignments:
            faces[person[a.task]].add(a.carer)
        travel += check(problem, plan).costs["travel"]
        unplaced += len(plan.unplaced)
    mean = sum(map(len, faces.values())) / len(faces)
    return {"faces": mean, "travel": travel, "unplaced": unplaced}


MEASURES = {"hard": hard, "plain": plain, "day": day, "replan": replan, "weeks": weeks}
"""What each word measures."""
