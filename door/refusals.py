"""Why a command was not carried out. Requirement CAP-05."""

from collections.abc import Sequence
from dataclasses import dataclass


class Refused(Exception):
    """A command that was not carried out. The message is Swedish: what, where, what to do."""

    reason_code = "refused"


class NotAllowed(Refused):
    """The actor may not do this, by role, unit, delegation, conflict of interest or four eyes."""

    reason_code = "not_allowed"


class Stale(Refused):
    """The subject has changed since the actor saw it; `changes` says what."""

    reason_code = "stale"

    def __init__(self, what: str, changes: Sequence[str]):
        self.changes = list(changes)
        happened = "; ".join(self.changes) or f"{what.lower()} har sparats av någon annan"
        super().__init__(
            f"{what} har ändrats sedan du öppnade sidan: {happened}. "
            "Inget du skrev är borta. Läs ändringen och skicka igen."
        )


@dataclass(frozen=True)
class Missing:
    """Something that has to be there before a command can be carried out."""

    what: str
    hint: str = ""
    command: str = ""
    """Name of the command that would provide it."""
    subject: str = ""
    """What that command's form is to be about, when it has a `CommandForm.subject`."""
    people: tuple[int, ...] = ()
    """Who has to give it (user ids), when it is not everybody who may do the command."""
    by_company: bool = False
    """Whether the company gives it, and the municipality waits."""
    or_else: str = ""
    """Name of another command, of other roles, that would do as well."""


class Blocked(Refused):
    """Something is missing; `missing` says what."""

    reason_code = "blocked"

    def __init__(self, missing: Sequence[Missing]):
        self.missing = list(missing)
        super().__init__("Det går inte än. Saknas: " + "; ".join(m.what for m in missing) + ".")
