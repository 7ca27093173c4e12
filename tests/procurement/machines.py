"""What every model-based test has: a case to which anybody may try to do anything, on days that
only move on. Nothing refused changes the case; every event stands in a whole chain."""

from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from audit import sealing
from audit.models import Event
from cases import flows
from cases.commands import CaseCommand
from cases.models import Awaited, Case
from door.refusals import Refused
from organisation.models import User
from tests.factories import person
from tests.models import RolledBack
from tests.procurement.agreements import do


class CaseMachine(RolledBack):
    """`shared` is built once for all examples."""

    first_day: ClassVar[date]
    shared: ClassVar[Any]
    who: ClassVar[tuple[str, ...]]
    """Those who try; "company" is `company`."""
    company: ClassVar[User]

    def __init__(self):
        super().__init__()
        self.day = self.first_day
        self.done = Event.objects.filter(chain__name=self.shared.chain, kind="change").count()
        self.refused = Event.objects.filter(chain__name=self.shared.chain, kind="refusal").count()

    def teardown(self):
        assert sealing.verify().faults == ()
        super().teardown()

    @property
    def case(self) -> Any:
        return type(self.shared).objects.get(pk=self.shared.pk)

    def attempt(self, command: CaseCommand, who: str) -> None:
        """Try; count what was done and what was refused."""
        before = Case.objects.get(pk=self.shared.pk)
        actor = self.company if who == "company" else person(who)
        try:
            do(self.shared, command, actor, self.day)
            self.done += 1
            self.waits_for_what_the_guards_miss()
        except Refused:
            self.refused += 1
            after = Case.objects.get(pk=before.pk)
            assert (after.state, after.version) == (before.state, before.version)

    def waits_for_what_the_guards_miss(self) -> None:
        """What a command left awaited is what the guards say of the case as it was saved (CAP-14)."""
        left = list(Awaited.objects.filter(case=self.shared.pk).values())
        flows.advance(self.case, self.day)
        assert list(Awaited.objects.filter(case=self.shared.pk).values()) == left

    @rule(days=st.integers(1, 12))
    def days_pass(self, days):
        self.day += timedelta(days=days)

    @invariant()
    def no_event_is_missing_and_the_chain_is_whole(self):
        events = Event.objects.filter(chain__name=self.shared.chain)
        assert events.filter(kind="change").count() == self.done
        assert events.filter(kind="refusal").count() == self.refused
