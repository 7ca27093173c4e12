"""Compiles the search once, so that nobody waits for it later."""

from .explain import explain
from .model import Break, Carer, Link, Problem, Shift, Stop, Visit
from .search import solve
from .suggest import suggest


def warm_up() -> None:
    """Compiles everything that is compiled, or loads it from the cache; used at set-up."""
    shift = Shift(0, 1000, 0, 0, (Break(10, 0, 900),))
    visits = tuple(Visit(k, 0, 10, latest=900) for k in range(4))
    carers = (Carer("a", (shift,)), Carer("b", (shift,)))
    problem = Problem(visits, carers, {"car": [[0.0]]}, (Link(0, 1),))
    plan = solve(problem, seed=1, stop=Stop(iterations=100))
    solve(problem, seed=1, stop=Stop(iterations=100), warm_start=plan)
    suggest(problem, plan, 2)
    explain(problem, plan, 2)
