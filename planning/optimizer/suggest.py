"""The best places for one visit in a plan that otherwise stands."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .board import FAR, Layout, to_solution
from .check import check
from .insertion import MOST_MEMBERS, best_ways
from .kernel import begin, link, rollback, settle
from .model import Assignment, Id, Problem, Solution
from .standing import group_of, put_up

WIDTH_LINKED = 120
"""Openings that are tried for each of several linked visits; a single visit tries all."""


@dataclass(frozen=True)
class Suggestion:
    """One placement of a visit and of those linked with it.

    `costs` are the changes part by part against the plan without the visit; `shifted` tells by how
    many seconds other visits move within their windows.
    """

    assignments: tuple[Assignment, ...]
    costs: Mapping[str, float]
    shifted: Mapping[Id, float]
    solution: Solution
    """The whole plan with the placement in it."""

    @property
    def cost(self) -> float:
        return sum(self.costs.values())


def suggest(
    problem: Problem, solution: Solution, task: Id, count: int = 5
) -> tuple[Suggestion, ...]:
    """The cheapest placements of `task`, best first: any carer, any position, others' order kept.

    A placed visit is lifted out first, so its present place may be among them. Empty: it fits
    nowhere; ask `explain`. KeyError: unknown visit. ValueError: the plan breaks hard rules.
    """
    ids = {problem.visits[i].id for i in group_of(Layout(problem), task)}
    layout, board = put_up(problem, solution, without=ids)
    group = group_of(layout, task)
    if len(group) > MOST_MEMBERS:
        return ()
    base = to_solution(layout, board, {})
    ways, costs = np.zeros((count, MOST_MEMBERS), np.int32), np.zeros(count)
    width = 0 if len(group) == 1 else WIDTH_LINKED
    number = int(board.node["group"][group[0]])
    found = best_ways(board.core, number, width, count, ways, costs, FAR * FAR)
    before = check(problem, base).costs
    return tuple(
        _suggestion(problem, layout, board, group, ways[k], base, before) for k in range(found)
    )


def _suggestion(problem, layout, board, group, way, base, before) -> Suggestion:
    begin(board.core)
    for i, p in zip(group, way, strict=False):
        link(board.core, i, int(p))
    settle(board.core, FAR * FAR)
    plan = to_solution(layout, board, {})
    rollback(board.core)
    costs = check(problem, plan).costs
    plan = Solution(plan.assignments, plan.unplaced, plan.breaks, costs)
    own = {problem.visits[i].id for i in group}
    at = {a.task: a.start for a in base.assignments}
    return Suggestion(
        assignments=tuple(a for a in plan.assignments if a.task in own),
        costs={part: costs[part] - before[part] for part in costs},
        shifted={
            a.task: a.start - at[a.task]
            for a in plan.assignments
            if a.task in at and abs(a.start - at[a.task]) > 1e-6
        },
        solution=plan,
    )
