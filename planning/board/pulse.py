"""The cheap answer to the question that open boards ask all the time: nothing is new. PLN-15.

It is given to whom login has let in, before roles and the plan are read. A board whose question the view
itself has answered within the last seconds, for the same person and session, costs one indexed query more
than knowing who asks. Nothing else is ever told.
"""

from collections.abc import Callable
from functools import wraps
from time import monotonic

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified

from audit import clock
from organisation.request import Request
from planning.board import following
from planning.models import DayPlan

TRUSTED = 5.0
"""Seconds after which the view is asked again: it checks permission, and notes who is there."""
SAME_PEOPLE = 0.25
"""Seconds for which those who have a board open are taken to be the same."""
MOST = 2000

_trusted: dict[tuple[str, int, int, str], float] = {}
"""Until when a session of a person may be told that nothing is new of a plan, holding a visit."""
_there: dict[int, tuple[float, following.Who]] = {}


def trust(request: Request, plan: int) -> None:
    """The view has answered the person's question about the plan."""
    if len(_trusted) > MOST:
        forget()
    _trusted[_key(request, plan)] = monotonic() + TRUSTED


def forget() -> None:
    """Trust nobody."""
    _trusted.clear()
    _there.clear()


def _key(request: Request, plan: int) -> tuple[str, int, int, str]:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return session, request.user.pk, plan, request.GET.get("haller", "")


def quick(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 304 where nothing is new; else ask the view."""

    @wraps(view)
    def answer(request: Request, pk: int) -> HttpResponse:
        return HttpResponseNotModified() if _nothing_new(request, pk) else view(request, pk)

    return answer


def _nothing_new(request: Request, plan: int) -> bool:
    return (
        monotonic() < _trusted.get(_key(request, plan), 0.0)
        and request.GET.get("dar") == following.digest(_people(plan), request.user.pk)
        and request.GET.get("efter") == str(_last_seq(plan))
    )


def _last_seq(plan: int) -> int | None:
    return DayPlan.objects.filter(pk=plan).values_list("last_seq", flat=True).first()


def _people(plan: int) -> following.Who:
    until, there = _there.get(plan, (0.0, []))
    if monotonic() >= until:
        there = following.who_is_there(plan, clock.now())
        _there[plan] = (monotonic() + SAME_PEOPLE, there)
    return there
