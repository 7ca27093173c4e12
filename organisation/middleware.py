"""Gives each request the person who acts, with the roles they hold that day."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from organisation.authority import actor_on


def acting_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.actor`, read when first used. Anonymous visitors hold nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_on(request.user, request.today))
        return get_response(request)

    return middleware
