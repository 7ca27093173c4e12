"""A case that is opened from a page: the fields are said once, as a command's are. Requirement CAP-05."""

from datetime import datetime
from typing import Generic, TypeVar

from django.db import transaction

from audit.act import Act
from cases import flows
from cases.commands import CaseCommand, give_number, open_case, open_once
from cases.models import Case
from organisation.authority import Actor
from organisation.models import Unit

C = TypeVar("C", bound=Case)


class Opening(CaseCommand[C], Generic[C]):
    """What is stated when a case of a kind is opened. Its page is `cases:open`."""

    def belongs_to(self) -> Unit:
        """Where the case belongs: to the whole municipality, unless said otherwise."""
        return Unit.objects.get(parent=None)

    def new(self, act: Act) -> C:
        """The case, not saved. Raises Refused when what was stated cannot be right."""
        raise NotImplementedError

    def opened(self, case: C, act: Act) -> None:
        """What else begins with it: deadlines, rows of its own, who is told."""

    def open(self, act: Act) -> C:
        """The opened case, with its number and tasks."""
        case = self.new(act)
        case.unit = self.belongs_to()
        with transaction.atomic():
            open_case(case, act, name=self.command_name(), stated=self.stated())
            give_number(case, act.day)
            case.save()
            self.opened(case, act)
            flows.start(case, act.day)
        return case

    def open_once(self, actor: Actor, at: datetime, key: str) -> Case:
        """Open it as `actor`; the same key again gives the case that it opened."""
        act = actor.act(at, type(self).roles, self.belongs_to().path)
        return open_once(key, self.command_name(), lambda: self.open(act))
