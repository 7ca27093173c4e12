"""Gives each request the one moment at which everything in it happens."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit import clock


def clock_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.at` (aware datetime) and `request.today` (date)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.at = clock.now()
        request.today = clock.local_date(request.at)
        return get_response(request)

    return middleware
