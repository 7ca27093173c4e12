"""The cheap answer to the question that open boards ask all the time: nothing is new. PLN-15.

It comes before sessions, roles and the view. A board whose question the view itself has answered
within the last seconds, for the same session, costs one indexed query. Nothing else is ever told.
"""

import re
from collections.abc import Callable
from functools import cache
from time import monotonic

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import reverse

from audit import clock
from door import entry
from organisation.models import User
from organisation.request import Request
from planning.board import following
from planning.models import DayPlan

TRUSTED = 5.0
"""Seconds after which the view is asked again: it checks permission, and notes who is there."""
SAME_PEOPLE = 0.25
"""Seconds for which those who have a board open are taken to be the same."""
MOST = 2000

_trusted: dict[tuple[str, int, str], tuple[float, int]] = {}
"""Until when a session may be told that nothing is new of a plan, holding a visit, and who it is."""
_there: dict[int, tuple[float, following.Who]] = {}


def trust(request: Request, plan: DayPlan, user: User) -> None:
    """The view has answered the person's question about the plan."""
    if len(_trusted) > MOST:
        forget()
    _trusted[_key(request, plan.pk)] = (monotonic() + TRUSTED, user.pk)


def forget() -> None:
    """Trust nobody."""
    _trusted.clear()
    _there.clear()


def _key(request: Request, plan: int) -> tuple[str, int, str]:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return session, plan, request.GET.get("haller", "")


def middleware(
    get_response: Callable[[Request], HttpResponse],
) -> Callable[[Request], HttpResponse]:
    """Answer 304 where nothing is new; else go on."""

    def answer(request: Request) -> HttpResponse:
        return HttpResponseNotModified() if _nothing_new(request) else get_response(request)

    return answer


def _nothing_new(request: Request) -> bool:
    asked = _address().fullmatch(request.path_info)
    if asked is None:
        return False
    plan = entry.number(asked[1])
    until, user = _trusted.get(_key(request, plan), (0.0, 0))
    return (
        monotonic() < until
        and request.GET.get("dar") == following.digest(_people(plan), user)
        and request.GET.get("efter") == str(_last_seq(plan))
    )


@cache
def _address() -> re.Pattern[str]:
    before, after = reverse("board:follow", args=[0]).split("0")
    return re.compile(re.escape(before) + r"([0-9]+)" + re.escape(after))


def _last_seq(plan: int) -> int | None:
    return DayPlan.objects.filter(pk=plan).values_list("last_seq", flat=True).first()


def _people(plan: int) -> following.Who:
    until, there = _there.get(plan, (0.0, []))
    if monotonic() >= until:
        there = following.who_is_there(plan, clock.now())
        _there[plan] = (monotonic() + SAME_PEOPLE, there)
    return there
