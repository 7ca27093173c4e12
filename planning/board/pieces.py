"""What of a board is sent to those who follow it, drawn once for all who see the same. PLN-15."""

from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from organisation.reading import see
from planning.board import figures, shown
from planning.board.following import News
from planning.board.once import Once
from planning.models import DayPlan, Visit
from planning.plan import breaches as rules
from planning.plan import reading
from planning.plan.counts import Counts, count
from planning.publishing.reading import state_words

DRAWINGS = Once()
FRESH = 10
"""Seconds for which what was drawn for one board serves the others."""


class Drawing:
    """A plan as it stands, for those who may plan it or not, while some visits are held."""

    def __init__(self, plan: DayPlan, span: shown.Span, held: dict[int, str], *, may_plan: bool):
        self.data = reading.read(plan)
        self.counts = count(self.data)
        found = self.counts.found
        self.rows = {row.shift.pk: row for row in shown.rows_of(self.data, span, found, held)}
        self.shared = {
            "plan": plan,
            "span": span,
            "may_plan": may_plan,
            "visits": visits_address(plan),
        }
        self.html: dict[tuple[str, int], str] = {}

    @cached_property
    def beside(self) -> dict[str, str]:
        """What stands beside the board and above it."""
        side = beside(self.data, self.counts)
        total = figures.total([r.figures for r in self.rows.values() if r.shift.carer_id])
        sums = {**side, "total": total, "state": state_words(self.data.plan)}
        return {"side": self._draw("side", side), "sums": self._draw("sums", sums)}

    def row(self, name: str, shift: int) -> str:
        """A row, by the template of that name."""
        if (name, shift) not in self.html:
            self.html[name, shift] = self._draw(name, {"row": self.rows[shift]})
        return self.html[name, shift]

    def _draw(self, name: str, context: dict[str, Any]) -> str:
        return render_to_string(f"planning/board/{name}.html", {**self.shared, **context})


def changed(
    plan: DayPlan,
    news: News,
    span: shown.Span,
    held: dict[int, str],
    *,
    may_plan: bool,
    moment: int,
) -> dict[str, Any]:
    """The rows that changed, and what stands beside the board, as HTML. `moment` is in seconds."""
    key = (
        plan.pk,
        news.seq,
        news.key,
        span.code,
        may_plan,
        tuple(sorted(held.items())),
        moment // FRESH,
    )
    drawing = DRAWINGS.get(key, lambda: Drawing(plan, span, held, may_plan=may_plan))
    for visit in drawing.data.visits:  # what was drawn for another board shows them as well
        if not visit.client.has_protected_identity:
            see(visit.client_id, visit.client.unit_id)
    shifts = [pk for pk in drawing.rows if pk in news.shifts]
    return {
        "rows": {pk: drawing.row("row", pk) for pk in shifts},
        "lists": {pk: drawing.row("list_row", pk) for pk in shifts},
        **drawing.beside,
    }


def beside(data: reading.PlanData, counts: Counts) -> dict[str, Any]:
    """The unplaced, the declined and the breaches, and how many."""
    return {
        "counts": counts,
        "unplaced": data.unplaced,
        "declined": [row for row in data.visits if row.status == Visit.Status.DECLINED],
        "breaches": [
            (group, [row for row in counts.found if row.group == group]) for group in rules.GROUPS
        ],
    }


def visits_address(plan: DayPlan) -> str:
    """What the addresses of the plan's visits begin with."""
    return reverse("board:visit", args=[plan.pk, 0]).removesuffix("0/")
