"""Open boards wait here for news of their plan. PLN-15.

A board's question is held for some seconds, and answered as soon as something has happened. In each
process one thread asks the database for all who wait in it, so that fifty boards cost as many queries as
one; while nobody waits there is no thread.
"""

import threading
from collections import Counter
from collections.abc import Collection
from time import monotonic

from django.db import DatabaseError, connection

from audit import clock
from planning.board import following
from planning.board.following import Standing

EVERY = 0.2
"""Seconds between two looks at the database."""


class Watch:
    """Those who wait, and how the plans that they wait for stood when last looked at."""

    def __init__(self) -> None:
        self._looked = threading.Condition()
        self._waiting: Counter[int] = Counter()
        self._standing: dict[int, Standing] = {}
        self._is_looking = False

    def until_changed(self, plan: int, known: Standing, seconds: float) -> None:
        """Return when the plan no longer stands as `known`, or when so many seconds have passed."""
        until = monotonic() + seconds
        with self._looked:
            self._waiting[plan] += 1
            self._look_on()
            while self._standing.get(plan, known) == known and (left := until - monotonic()) > 0:
                self._looked.wait(left)
            self._waiting[plan] -= 1
            if not self._waiting[plan]:
                del self._waiting[plan]
                self._standing.pop(plan, None)

    def _look_on(self) -> None:
        if not self._is_looking:
            self._is_looking = True
            threading.Thread(target=self._look, name="boards", daemon=True).start()

    def _look(self) -> None:
        while plans := self._wanted():
            found = _standing_of(plans)
            with self._looked:
                if any(self._standing.get(plan) != there for plan, there in found.items()):
                    self._standing.update(found)
                    self._looked.notify_all()
                self._looked.wait(EVERY)
        connection.close()

    def _wanted(self) -> list[int]:
        with self._looked:
            self._is_looking = bool(self._waiting)
            return list(self._waiting)


def _standing_of(plans: Collection[int]) -> dict[int, Standing]:
    """How the plans stand; nothing while the database cannot be asked."""
    try:
        return following.standing(plans, clock.now())
    except DatabaseError:
        connection.close()
        return {}


WATCH = Watch()
"""Of this process."""
