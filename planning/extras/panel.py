"""What the case page of an extra need shows beyond what every case has."""

from typing import Any

from organisation.request import Request
from planning.extras import rules
from planning.models import ExtraNeed

TEMPLATE = "planning/extras/need.html"


def panel(need: ExtraNeed, request: Request) -> dict[str, Any]:
    """The contacts, the visits, what was sent to Viva, and which day it is."""
    return {
        "timer": rules.timer(need.first_day, request.today) if need.counts_days else "",
        "day_ten": rules.day_ten(need.first_day),
        "is_over": need.counts_days and rules.day_ten(need.first_day) < request.today,
        "contacts": need.contacts.select_related("made_by", "recorded_by"),
        "visits": need.visits.select_related("plan").order_by("plan__day", "start"),
        "notices": need.notices.all(),
    }
