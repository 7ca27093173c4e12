"""Readers of published home-care instances, as problems of the optimizer."""

import json
from pathlib import Path

from planning.optimizer import Carer, Link, Problem, Shift, Solution, Visit, Weights

THIRD = Weights(
    travel=1 / 3, tardiness=1 / 3, max_tardiness=1 / 3, earliness=0, not_preferred=0, new_face=0,
    moved_carer=0, moved_second=0, overtime=0, unplaced=1e6,
)  # fmt: skip
"""The published objective: a third of distance, total tardiness and largest tardiness."""


def _tail(name: str) -> int:
    return int(name[1:])


def read(path: Path) -> Problem:
    """An instance of Mankowska et al. or of the Italian towns; times in its own minutes."""
    data = json.loads(path.read_text())
    usual = {s["id"]: s["default_duration"] for s in data["services"]}
    visits, links = [], []
    for number, patient in enumerate(data["patients"], 1):
        early, late = patient["time_window"]
        ids = []
        for asked in patient["required_caregivers"]:
            service = asked["service"]
            ids.append(f"{number}/{_tail(service)}")
            visits.append(
                Visit(
                    id=ids[-1],
                    place=number,
                    duration=asked.get("duration", usual[service]),
                    earliest=early,
                    preferred=(early, late),
                    skills=frozenset([service]),
                )
            )
        if len(ids) == 2:
            how = patient["synchronization"]
            low, high = (0, 0) if how["type"] == "simultaneous" else how["distance"]
            links.append(Link(ids[0], ids[1], low, high))
    shift = (Shift(0.0, 1e6, 0, 0),)
    carers = tuple(
        Carer(f"c{k}", shift, frozenset(c["abilities"]))
        for k, c in enumerate(data["caregivers"], 1)
    )
    return Problem(tuple(visits), carers, {"car": data["distances"]}, tuple(links), weights=THIRD)


def routes(problem: Problem, plan: Solution) -> dict:
    """The plan as the instances' independent checker reads it."""
    rows: dict = {c.id: [] for c in problem.carers}
    for a in plan.assignments:
        patient, service = map(int, str(a.task).split("/"))
        rows[a.carer].append([patient, service, a.start])
    return {"routes": [{"caregiver": c, "visits": visits} for c, visits in rows.items()]}
