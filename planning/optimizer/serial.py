"""Problems and plans as JSON, both ways; the form that `python -m planning.optimizer` reads.

Objects have the names of the dataclasses' fields; sets are sorted lists; what is left out has its
default; an infinite bound is null or left out.
"""

import json
from dataclasses import asdict, fields
from math import inf
from typing import Any

from .model import (
    Assignment,
    Break,
    BreakTime,
    Carer,
    Link,
    Placement,
    Problem,
    Progress,
    Shift,
    Solution,
    Visit,
    Weights,
)


def problem_to_json(problem: Problem) -> str:
    """The problem as text."""
    travel = {mode: [list(map(float, row)) for row in m] for mode, m in problem.travel.items()}
    return json.dumps(
        {
            "visits": [_plain(v) for v in problem.visits],
            "carers": [_plain(c) for c in problem.carers],
            "links": [_plain(link) for link in problem.links],
            "travel": travel,
            "floor": problem.floor,
            "weights": _plain(problem.weights),
        },
        ensure_ascii=False,
    )


def problem_from_json(text: str) -> Problem:
    """Reads what `problem_to_json` wrote. KeyError, TypeError or ValueError: the text is wrong."""
    data = json.loads(text)
    return Problem(
        visits=tuple(_visit(v) for v in data["visits"]),
        carers=tuple(_carer(c) for c in data["carers"]),
        travel=data["travel"],
        links=tuple(_make(Link, link) for link in data.get("links", ())),
        floor=data.get("floor", 0.0),
        weights=_make(Weights, data.get("weights", {})),
    )


def solution_to_json(solution: Solution) -> str:
    """The plan as text."""
    return json.dumps(_plain(solution) | {"cost": solution.cost}, ensure_ascii=False)


def solution_from_json(text: str) -> Solution:
    """Reads what `solution_to_json` wrote."""
    data = json.loads(text)
    return Solution(
        assignments=tuple(_make(Assignment, a) for a in data["assignments"]),
        unplaced=tuple(data.get("unplaced", ())),
        breaks=tuple(_make(BreakTime, b) for b in data.get("breaks", ())),
        costs=data.get("costs", {}),
        iterations=data.get("iterations", 0),
        seconds=data.get("seconds", 0.0),
    )


def progress_to_json(progress: Progress) -> str:
    """One line of progress."""
    return json.dumps(asdict(progress))


def _plain(thing: Any) -> Any:
    """A dataclass as plain values; bounds that are infinite are left out."""
    if isinstance(thing, frozenset | set):
        return sorted(thing, key=lambda x: (isinstance(x, str), x))
    if isinstance(thing, tuple | list):
        return [_plain(x) for x in thing]
    if hasattr(thing, "__dataclass_fields__"):
        values = {f.name: getattr(thing, f.name) for f in fields(thing)}
        return {
            name: None if value in (inf, -inf) else _plain(value)
            for name, value in values.items()
            if not (value is None and name != "max_lag")
        }
    if isinstance(thing, dict):
        return dict(thing)
    return thing


INFINITE = {"latest", "latest_end", "max_work", "max_lag"}


def _make(kind: Any, data: dict) -> Any:
    names = {f.name for f in fields(kind)}
    if unknown := data.keys() - names:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    values = {k: inf if v is None and k in INFINITE else v for k, v in data.items()}
    return kind(**{k: v for k, v in values.items() if v is not None or k in INFINITE})


def _visit(data: dict) -> Visit:
    data = dict(data)
    for name in ("skills", "incompatible", "preferred_carers", "known_carers"):
        data[name] = frozenset(data.get(name) or ())
    if data.get("preferred") is not None:
        first, last = data["preferred"]
        data["preferred"] = (-inf if first is None else first, inf if last is None else last)
    if data.get("settled") is not None:
        data["settled"] = _make(Placement, data["settled"])
    return _make(Visit, data)


def _carer(data: dict) -> Carer:
    data = dict(data)
    data["skills"] = frozenset(data.get("skills") or ())
    data["shifts"] = tuple(_shift(s) for s in data["shifts"])
    return _make(Carer, data)


def _shift(data: dict) -> Shift:
    data = dict(data)
    data["breaks"] = tuple(_make(Break, b) for b in data.get("breaks") or ())
    return _make(Shift, data)
