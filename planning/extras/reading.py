"""The extra needs of a person and of a visit, as their pages show them."""

from datetime import date

from cases.filters import add_next_deadline
from clients.models import Client
from planning.extras import rules
from planning.models import ExtraNeed, Visit

SHOWN = 10
"""The newest ones."""


def needs_of(client: Client, day: date) -> list[ExtraNeed]:
    """The client's needs, running ones first, with their timer and next deadline."""
    rows = client.extra_needs.select_related("service").order_by("-is_running", "-pk")
    found = list(rows[:SHOWN])
    add_next_deadline(found)
    return _timed(found, day)


def needs_of_visit(visit: Visit, day: date) -> list[ExtraNeed]:
    """The needs that the visit belongs to, with their timer."""
    return _timed(list(visit.needs.select_related("service").order_by("pk")), day)


def _timed(needs: list[ExtraNeed], day: date) -> list[ExtraNeed]:
    for need in needs:
        need.timer = rules.timer(need.first_day, day) if need.counts_days else ""
    return needs
