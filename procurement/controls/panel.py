"""What the page of a yearly control shows beyond what every case has, for staff and the provider."""

from typing import Any

from django.http import Http404

from organisation.request import Request
from procurement.controls.models import YearlyControl

TEMPLATE = "procurement/control.html"


def panel(control: YearlyControl, request: Request) -> dict[str, Any]:
    """Each item with what came and what was found, and what the end waits for."""
    items = control.items.select_related("evidence").prefetch_related("reviews__recorded_by")
    return {"items": items}


def for_company(control: YearlyControl, request: Request) -> dict[str, Any]:
    """What the provider is asked for; taxes and credit are looked at without it."""
    if control.requested_on is None:
        raise Http404
    return {"items": control.items.select_related("evidence")}
