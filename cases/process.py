"""What a kind of case is, said in one place: the `Process` in a folder's `process.py`. Begin reading there.

An app's `processes.py` names those that it has. `manage.py check` says what one lacks (`cases.checks`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString

from audit.parts import parts
from cases.models import AgendaItem, Case
from organisation.models import User
from organisation.request import Request

if TYPE_CHECKING:
    from viewflow.workflow.base import Flow

    from audit.act import Act
    from cases.charts import Step
    from cases.commands import CaseCommand
    from cases.deadlines import DeadlineRule
    from cases.documents import DocumentKind
    from cases.opening import Opening


@dataclass(frozen=True)
class Page:
    """How a case is shown: the template, and what it needs beyond what every case has."""

    template: str
    more: Callable[[Any, Request], dict[str, Any]] = lambda case, request: {}
    """Raises Http404 when the person may not see the case yet."""


@dataclass(frozen=True)
class Column:
    """A column of a kind's cases in some states.

    `note` stands beside the label and may name a choice of the municipality: "{handling_weeks}".
    """

    label: str
    kind: str
    states: Sequence[str]
    note: str = ""
    band: str = ""


@dataclass(frozen=True)
class Figures:
    """What the charts show of a kind: its steps, and the field that holds the day of arrival."""

    kind: str
    arrived: str
    arrived_label: str
    steps: "tuple[Step, ...]"
    label: str


@dataclass(frozen=True)
class Starter:
    """A button that begins a new case, at an address that takes `arguments`."""

    label: str
    url_name: str
    roles: Collection[str]
    arguments: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where it leads."""
        return reverse(self.url_name, args=self.arguments)


@dataclass(frozen=True, kw_only=True)
class Process:
    """A kind of case: what can be done with it, by when, how it goes on, and how it is shown."""

    case: type[Case]
    commands: "Sequence[type[CaseCommand[Any]]]"
    """In the order of the routine."""
    page: Page | None = None
    """The case page; a kind that is not listed (`Case.is_listed`) has pages of its own."""
    portal: Page | None = None
    """How the company sees it."""
    own_page: str = ""
    """The address at which staff who read none of the kind by unit see one given by name."""
    agenda: Callable[[Sequence[AgendaItem], Request], dict[int, SafeString]] | None = None
    """How the committee's page shows its cases after a meeting, by the item's id."""
    flow: "type[Flow] | None" = None
    deadlines: "Sequence[DeadlineRule]" = ()
    documents: "Sequence[DocumentKind]" = ()
    duties: "Mapping[str, Callable[[Any, User | None, Act], Case]]" = field(default_factory=dict)
    """How a case is opened for a duty of the yearly wheel, by the kind of duty."""
    events: Mapping[str, str] = field(default_factory=dict)
    """The Swedish names of its events that are no commands."""
    columns: Sequence[Column] = ()
    figures: Figures | None = None
    starter: Starter | None = None
    """How a case is begun that has a page of its own for it."""
    opens: "type[Opening[Any]] | None" = None
    """What is stated when a case is opened from the page that all kinds have."""
    lends: "Mapping[type[Case], Sequence[type[CaseCommand[Any]]]]" = field(default_factory=dict)
    """Commands that it gives to other kinds of case, by which they lead here."""

    @property
    def verbs(self) -> "tuple[type[CaseCommand[Any]], ...]":
        """Every command that it declares: the one that opens a case, its own, and those it lends."""
        opens = (self.opens,) if self.opens else ()
        return (*opens, *self.commands, *chain.from_iterable(self.lends.values()))

    @property
    def begins(self) -> Starter | None:
        """The button that begins a case of the kind, if a person may."""
        if self.opens:
            return Starter(self.opens.label, "cases:open", self.opens.roles, (self.case.case_kind,))
        return self.starter


@cache
def processes() -> tuple[Process, ...]:
    """Every process there is."""
    return tuple(chain.from_iterable(part.PROCESSES for part in parts("processes")))


@cache
def process_of(kind: str) -> Process:
    """The process of a kind of case."""
    return next(process for process in processes() if process.case.case_kind == kind)


@cache
def commands_of(kind: str) -> "dict[str, type[CaseCommand[Any]]]":
    """The commands that a kind of case has, by name and in the order of the routine."""
    own = list(process_of(kind).commands)
    lent = [
        command
        for process in processes()
        for case, commands in process.lends.items()
        for command in commands
        if case.case_kind == kind
    ]
    return {command.command_name(): command for command in own + lent}


@cache
def deadline_rules() -> "dict[str, DeadlineRule]":
    """Every rule there is for a deadline, by its code."""
    return {rule.code: rule for process in processes() for rule in process.deadlines}


@cache
def document_kinds() -> "dict[str, DocumentKind]":
    """Every kind of document, by its code."""
    return {kind.code: kind for process in processes() for kind in process.documents}
