"""Plans home care visits: a library without Django. See `model` for the question and answer."""

from .check import Breach, Report, check
from .explain import Change, Explanation, Relaxation, explain
from .model import (
    Assignment,
    Break,
    BreakTime,
    Carer,
    Link,
    Placement,
    Problem,
    Progress,
    Rule,
    Shift,
    Solution,
    Stop,
    Task,
    Visit,
    Weights,
    freeze,
)
from .roster import Duty, Need, Roster, roster
from .search import Infeasible, solve
from .suggest import Suggestion, suggest
from .warm import warm_up

__all__ = [
    "Assignment",
    "Breach",
    "Break",
    "BreakTime",
    "Carer",
    "Change",
    "Duty",
    "Explanation",
    "Infeasible",
    "Link",
    "Need",
    "Placement",
    "Problem",
    "Progress",
    "Relaxation",
    "Report",
    "Roster",
    "Rule",
    "Shift",
    "Solution",
    "Stop",
    "Suggestion",
    "Task",
    "Visit",
    "Weights",
    "check",
    "explain",
    "freeze",
    "roster",
    "solve",
    "suggest",
    "warm_up",
]
