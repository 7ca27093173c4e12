"""Who does something, for whom, and when: what every line of the log says. Requirement CAP-08."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from audit import clock


@dataclass(frozen=True)
class Act:
    """Who does it (None: the system itself), for whom (None: for themselves), when, and why.

    An act by a role comes from `organisation.acting`, which knows who is a substitute for whom.
    """

    user: Any
    on_behalf_of: Any
    at: datetime
    reason: str = ""

    @classmethod
    def by_system(cls, at: datetime) -> "Act":
        """What no person does: a job, a sweep, the first set-up."""
        return cls(None, None, at)

    @classmethod
    def own(cls, user: Any, at: datetime) -> "Act":
        """What a person does by no role: about their own account, or before they have any."""
        return cls(user, None, at)

    @property
    def day(self) -> date:
        """The day in Europe/Stockholm."""
        return clock.local_date(self.at)

    @property
    def stamp(self) -> dict[str, Any]:
        """The columns of `cases.models.Record`."""
        return {
            "recorded_at": self.at,
            "recorded_by": self.user,
            "on_behalf_of": self.on_behalf_of,
        }
