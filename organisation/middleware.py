"""Gives each request the person who acts, with the roles they hold that day."""

from collections.abc import Callable

from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from organisation.authority import Actor, actor_on

PRACTISING = "practising"
"""The session's word for a person who is in a practice unit (BEY-17)."""


def acting_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.actor`, read when first used. Anonymous visitors hold nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))
        return get_response(request)

    return middleware


def _actor(request: HttpRequest) -> Actor:
    """Practice and the real are never on one page: who practises holds nothing outside it."""
    actor = actor_on(request.user, request.today)
    practising = actor.practising(True)
    if request.session.get(PRACTISING) and practising.holdings:
        return practising
    return actor.practising(False)


class SessionMiddleware(sessions.SessionMiddleware):
    """Sessions kept alive by what people do, not by what their open pages ask by themselves."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session, unless a page asked in the background (`access.in_background`)."""
        if getattr(request, "in_background", False) and not request.session.modified:
            patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
