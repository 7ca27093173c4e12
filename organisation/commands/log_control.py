"""The control of the event log (*loggkontroll*): checks that were made, whether it is whole. SEC-02, CAP-05."""

from audit import sealing
from audit.act import Act
from door.command import Command, Kept
from door.filled import Filled, plain
from organisation.forms import LogCheckForm
from organisation.models import LogControl
from organisation.roles import Role

REVIEWERS = frozenset({Role.AUDITOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
FAULTS_KEPT = 20


class CheckLog(Filled[LogControl]):
    """Note that a check was made: period, sample, outcome."""

    label, roles, done = "Anteckna en kontroll", REVIEWERS, "Kontrollen är antecknad."
    filled: LogCheckForm

    def stated(self) -> Kept:
        return {name: plain(value) for name, value in self.filled.cleaned_data.items()}

    def apply(self, control: LogControl, act: Act) -> None:
        """The log itself keeps it."""


class VerifyLog(Command[LogControl]):
    """Walk the chains and seals, and note what was found."""

    label, roles = "Verifiera loggen", REVIEWERS

    def apply(self, control: LogControl, act: Act) -> Kept:
        found = sealing.verify()
        return {
            "chains": found.chains,
            "events": found.events,
            "disposed": found.disposed,
            "fault_count": len(found.faults),
            "faults": list(found.faults[:FAULTS_KEPT]),
        }
