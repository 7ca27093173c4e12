"""What the page of a follow-up shows beyond what every case has, for staff and for the provider."""

from itertools import groupby
from typing import Any

from django.http import Http404

from organisation.request import Request
from procurement.areas import FollowUpArea
from procurement.followups.models import FollowUp

TEMPLATE = "procurement/follow_up.html"


def panel(follow_up: FollowUp, request: Request) -> dict[str, Any]:
    """The questions by area, and what the next step waits for."""
    return {"areas": _areas(follow_up)}


def for_company(follow_up: FollowUp, request: Request) -> dict[str, Any]:
    """The provider's own follow-up: the findings are shown when they are documented."""
    if follow_up.state == FollowUp.State.PLANNED and follow_up.booked_at is None:
        raise Http404
    documented = follow_up.state == FollowUp.State.DOCUMENTED
    return {"areas": _areas(follow_up, asked=True), "documented": documented}


def _areas(follow_up: FollowUp, **which: bool) -> list[tuple[str, list]]:
    rows = list(follow_up.questions.filter(**which))
    order = list(FollowUpArea.values)
    rows.sort(key=lambda row: (order.index(row.area), row.order))
    return [
        (str(FollowUpArea(area).label), list(group))
        for area, group in groupby(rows, key=lambda row: row.area)
    ]
