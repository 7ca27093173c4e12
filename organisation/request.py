"""A request as every view meets it: the middlewares have said who acts, when, and as of which day."""

from audit.middleware import Timed
from organisation.authority import Actor
from organisation.models import User


class Request(Timed):
    """What the middlewares add. On a public page `user` may be nobody, and `actor` then holds nothing."""

    user: User
    actor: Actor
    in_background: bool
    """A page's own question, with nobody at the desk: see `organisation.access.in_background`."""
