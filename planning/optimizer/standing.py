"""A given plan on a board: where `suggest` and `explain` start from."""

from dataclasses import replace

from . import moves
from .board import Board, Layout, build
from .kernel import start_board
from .model import Id, Problem, Solution
from .search import place_warm


def put_up(problem: Problem, plan: Solution, without: set[Id]) -> tuple[Layout, Board]:
    """The plan on a board, apart from the visits `without`; nothing else is moved.

    Raises ValueError when the plan breaks hard rules, so that there is nothing to stand on.
    """
    layout = Layout(problem)
    board = build(layout)
    kept = tuple(a for a in plan.assignments if a.task not in without)
    moves.set_seed(0)
    if not start_board(board.core):
        raise ValueError("the breaks do not fit their shifts")
    place_warm(layout, board, replace(plan, assignments=kept))
    placed = int((board.node["route"][: layout.n] >= 0).sum())
    if placed != len(kept):
        raise ValueError("the plan breaks hard rules; check() tells which")
    return layout, board


def group_of(layout: Layout, task: Id) -> list[int]:
    """Numbers of the visits that are placed together with this one, itself among them."""
    number = layout.number[task]
    return next(g for g in layout.groups if number in g)
