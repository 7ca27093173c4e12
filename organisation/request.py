"""A request as every view meets it: the middlewares have said who acts, when, and as of which day."""

from datetime import date, datetime

from django.http import HttpRequest

from organisation.authority import Actor
from organisation.models import User


class Request(HttpRequest):
    """What the middlewares add. On a public page `user` may be nobody, and `actor` then holds nothing."""

    user: User
    actor: Actor
    at: datetime
    """The product's moment (DAY-01), aware, the same all through the request."""
    today: date
    """Its day in Sweden."""
    in_background: bool
    """A page's own question, with nobody at the desk: see `organisation.access.in_background`."""
