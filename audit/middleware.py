"""Gives each request the one moment at which everything in it happens."""

from collections.abc import Callable
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse

from audit import clock


class Timed(HttpRequest):
    """A request with its moment."""

    at: datetime
    """The product's moment (DAY-01), aware, the same all through the request."""
    today: date
    """Its day in Sweden."""


def clock_middleware(
    get_response: Callable[[Timed], HttpResponse],
) -> Callable[[Timed], HttpResponse]:
    """Set `request.at` and `request.today`."""

    def middleware(request: Timed) -> HttpResponse:
        request.at = clock.now()
        request.today = clock.local_date(request.at)
        return get_response(request)

    return middleware
