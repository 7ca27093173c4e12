"""A person's extra needs as their page shows them."""

from datetime import date

from cases.filters import add_next_deadline
from clients.models import Client
from planning.extras import rules
from planning.models import ExtraNeed

SHOWN = 10
"""The newest ones."""


def needs_of(client: Client, day: date) -> list[ExtraNeed]:
    """The client's needs, running ones first, with their timer and next deadline."""
    rows = client.extra_needs.select_related("service").order_by("-is_running", "-pk")
    found = list(rows[:SHOWN])
    add_next_deadline(found)
    for need in found:
        need.timer = rules.timer(need.first_day, day) if need.counts_days else ""
    return found
