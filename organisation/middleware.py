"""Gives each request the person who acts, with the roles they hold that day."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions import middleware as sessions
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_vary_headers
from django.utils.datastructures import MultiValueDict
from django.utils.functional import SimpleLazyObject

from door import entry
from organisation.authority import Actor, actor_on
from organisation.request import Request

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict as Sent

PRACTISING = "practising"
"""The session's word for a person who is in a practice unit (BEY-17)."""


def acting_middleware(
    get_response: Callable[[Request], HttpResponse],
) -> Callable[[Request], HttpResponse]:
    """Set `request.actor`, read when first used. Anonymous visitors hold nothing."""

    def middleware(request: Request) -> HttpResponse:
        # A lazy object answers as the actor whom it stands for.
        request.actor = cast(Actor, SimpleLazyObject(lambda: _actor(request)))
        return get_response(request)

    return middleware


def _actor(request: Request) -> Actor:
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


class CleanText:
    """Cleans what is sent, once, before any view reads it (DAY-05): the address's words, the form's
    fields, the files' names. Here, so that no view and no form can forget it; after the check of
    forged forms, which is the first to read a body. A password is what was typed, and is left alone.
    """

    def __init__(self, get_response: Callable[[Request], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Request, view: Any, args: Any, kwargs: Mapping[str, Any]
    ) -> None:
        """Clean the request. An address of signs that no address has, or of a number that no row can
        have, leads nowhere: 404."""
        if not all(_can_be(part) for part in kwargs.values()):
            raise Http404
        request.GET = _cleaned(request.GET)
        if request.method == "POST":
            request.POST = _cleaned(request.POST)
            for _, files in request.FILES.lists():
                for file in files:
                    assert file.name is not None  # Django takes a part without a name for no file
                    file.name = entry.line(file.name) or "namnlös"


def _can_be(part: Any) -> bool:
    """Whether a part of an address may be of something."""
    if isinstance(part, int):
        return part <= entry.LARGEST
    return not isinstance(part, str) or part == entry.line(part)


def _cleaned(sent: QueryDict) -> "Sent":
    kept = QueryDict()
    for name, values in sent.lists():
        secret = "password" in name
        said = values if secret else [entry.clean(value) for value in values]
        # A query dict of what was sent refuses to be changed; what it is made of does not.
        MultiValueDict.setlist(kept, entry.line(name), said)
    return kept
