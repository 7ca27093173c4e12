"""How many visits, unplaced and breaches a plan has: counted here, and said on every page. BRD-04.

A visit that lacks somebody is one unplaced visit, however many hands it lacks. A breach that somebody
has accepted with a reason is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planning.plan import breaches as rules
from planning.plan.breaches import Breach
from planning.plan.reading import PlanData


@dataclass(frozen=True)
class Counts:
    """A plan in the numbers that all its pages say."""

    visits: int
    """Visits that are to be done."""
    unplaced: int
    """Those of them that lack somebody."""
    found: Sequence[Breach]
    """What the plan breaks and nobody has accepted."""

    @property
    def breaches(self) -> int:
        """Regelbrott."""
        return len(self.found)

    @property
    def hard(self) -> list[Breach]:
        """What stops the plan from being settled."""
        return [row for row in self.found if row.is_hard]


def count(data: PlanData) -> Counts:
    """The numbers of a whole plan."""
    found = rules.not_accepted(data, rules.breaches_of(data))
    return Counts(len(data.standing), len(data.unplaced), found)
