"""Which views a person may open at all. Deny by default: a view without a rule is refused.

What they see in it is a matter of querysets (`visible_to`) and `door.performing`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from organisation.request import Request
from organisation.roles import OUTSIDE_ROLES, Role

View = Callable[..., HttpResponse]
AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])
Rest = ParamSpec("Rest")
Answer = TypeVar("Answer", bound=HttpResponseBase)
Asked = Callable[Concatenate[Request, Rest], Answer]
"""A view of a request and the rest of what its address says."""
INSIDE_ROLES = frozenset(Role) - OUTSIDE_ROLES


def public(view: AnyView) -> AnyView:
    """Anybody, logged in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return login_not_required(view)


def logged_in(view: AnyView) -> AnyView:
    """Anybody who is logged in; the view itself asks for the object."""
    view.access = "logged_in"  # type: ignore[attr-defined]
    return view


def roles(*allowed: str) -> Callable[[Asked[Rest, Answer]], Asked[Rest, Answer]]:
    """Those who hold one of the roles today, in whatever unit."""

    def decorate(view: Asked[Rest, Answer]) -> Asked[Rest, Answer]:
        @wraps(view)
        def guarded(request: Request, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
            if not request.actor.has_role(*allowed):
                raise PermissionDenied("Din roll ger inte tillgång till sidan.")
            return view(request, *args, **kwargs)

        guarded.access = frozenset(allowed)  # type: ignore[attr-defined]
        return guarded

    return decorate


def in_background(view: Asked[Rest, Answer]) -> Asked[Rest, Answer]:
    """A page's own questions, with nobody at the desk: they do not keep a session alive."""

    @wraps(view)
    def asked(request: Request, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
        request.in_background = True
        return view(request, *args, **kwargs)

    return asked


inside = roles(*INSIDE_ROLES)
"""Those who hold a role inside the municipality."""
