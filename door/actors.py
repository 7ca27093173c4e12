"""Who may act, as the door asks it. `organisation` fills the interface: units, people and their roles
are subjects themselves, and lie above. Requirements SEC-01, CAP-08.
"""

from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from audit.act import Act


class Holding(Protocol):
    """What lets a person do something: a role of their own, or of somebody they stand in for."""

    @property
    def on_behalf_of(self) -> Any:
        """Whom they act for; None for themselves."""


class Actor(Protocol):
    """A person on a day, with what they hold."""

    @property
    def user(self) -> Any: ...

    @property
    def day(self) -> date: ...

    def held(self, roles: Collection[str], unit_path: str = "") -> Holding | None:
        """What gives one of `roles` in the unit (empty: anywhere), or None."""

    def act(self, at: datetime, roles: Collection[str], unit_path: str = "") -> Act:
        """What the person does, or tries, by one of `roles`."""


def actor_on(user: Any, day: date) -> Actor:
    """The person as an actor on a day."""
    return _find()(user, day)


@cache
def _find() -> Any:
    return import_string(settings.ACTORS)
