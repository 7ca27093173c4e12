"""Reads of a person's data, one event for each page that shows any. Requirement SEC-02.

No page has to remember it: the fields that tell who a client is say so themselves when they are
read (`see`), and when the page is made, one event names everybody it showed. A page that is about
something in particular says what, with `log_read`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpResponse

from audit import log
from audit.act import Act
from organisation.acting import act_of
from organisation.models import Unit
from organisation.request import Request
from organisation.roles import Role

READ_PEOPLE = "read_people"
SHOWS_TOO = frozenset({409, 410, 422})
"""Answers that are no success and show the page all the same."""


@dataclass(frozen=True)
class Read:
    """What a page is about."""

    chain: str
    name: str
    act: Act
    subject: models.Model
    values: Mapping[str, Any] | None


@dataclass
class Page:
    """What is read while a page is made: what it is about, by chain, and each person's number and
    unit."""

    reads: dict[str, Read] = field(default_factory=dict)
    people: dict[int, int | None] = field(default_factory=dict)


_page: ContextVar[Page] = ContextVar("page")


def see(person: int, unit: int | None) -> None:
    """That something which tells who the person is has been read."""
    if page := _page.get(None):
        page.people[person] = unit


def log_read(
    request: Request,
    chain: str,
    name: str,
    subject: models.Model,
    roles: Collection[str],
    unit_path: str = "",
    values: Mapping[str, Any] | None = None,
) -> None:
    """That the page being made is about `subject`, which one reads by `roles` in the unit.

    Said again of the same chain, the last holds: a page knows better than the door it came by.
    """
    act = act_of(request, roles, unit_path)
    _page.get().reads[chain] = Read(chain, name, act, subject, values)


def reading_middleware(
    get_response: Callable[[Request], HttpResponse],
) -> Callable[[Request], HttpResponse]:
    """Log what a page showed before it is sent; a page whose reading cannot be logged is not."""

    def middleware(request: Request) -> HttpResponse:
        with watched() as page:
            response = get_response(request)
        if _is_shown(request, response, page):
            _log(request, page)
        return response

    return middleware


def _is_shown(request: Request, response: HttpResponse, page: Page) -> bool:
    if getattr(request, "in_background", False) and not page.people:
        return False  # an open page asks all the time, and is told that nothing is new
    return response.status_code < 300 or response.status_code in SHOWS_TOO


@contextmanager
def watched() -> Iterator[Page]:
    """What is read meanwhile."""
    page = Page()
    token = _page.set(page)
    try:
        yield page
    finally:
        _page.reset(token)


def _log(request: Request, page: Page) -> None:
    unnamed = [_unnamed(request, page)] if page.people and not page.reads else []
    for place, read in enumerate([*page.reads.values(), *unnamed]):
        log.record_read(
            read.chain,
            read.name,
            read.act,
            subject=read.subject,
            values=read.values,
            people=() if place else page.people,
        )


def _unnamed(request: Request, page: Page) -> Read:
    """A page that showed people and did not say what it is about: the reader's own chain has it."""
    act = _nearest(request, page.people.values())
    asked = {name: value for name, value in request.GET.items() if value}
    values = {"page": request.path, **({"asked": asked} if asked else {})}
    return Read(f"reads:{request.user.pk}", READ_PEOPLE, act, request.user, values)


def _nearest(request: Request, units: Iterable[int | None]) -> Act:
    """Who reads and for whom: for themselves when a role of their own reaches somebody shown."""
    match = request.resolver_match
    assert match is not None  # a view has made the page
    allowed = getattr(match.func, "access", "")
    roles = allowed if isinstance(allowed, frozenset) else frozenset(Role)
    paths = Unit.objects.filter(pk__in=set(units)).values_list("path", flat=True)
    acts = [act_of(request, roles, path) for path in paths]
    return next((act for act in acts if act.on_behalf_of is None), None) or next(
        iter(acts), act_of(request, roles)
    )
