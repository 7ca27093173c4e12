"""What a kind of case is, said in one place: the `Process` in a folder's `process.py`. Begin reading there.

An app's `processes.py` names those that it has. `manage.py check` says what one lacks (`cases.checks`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.safestring import SafeString

from cases.models import AgendaItem, Case
from organisation.models import User
from organisation.parts import parts
from organisation.request import Request

if TYPE_CHECKING:
    from viewflow.workflow.base import Flow

    from audit.act import Act
    from cases.charts import Step
    from cases.commands import Command
    from cases.deadlines import DeadlineRule
    from cases.documents import DocumentKind


@dataclass(frozen=True)
class Page:
    """How a case is shown: the template, and what it needs beyond what every case has."""

    template: str
    more: Callable[[Any, Request], dict[str, Any]]
    """Raises Http404 when the person may not see the case yet."""


@dataclass(frozen=True)
class Column:
    """A column of a kind's cases. `states` gives what is needed next in each, in words.

    `note` stands beside the label and may name a choice of the municipality: "{handling_weeks}".
    """

    label: str
    kind: str
    states: Mapping[str, str]
    note: str = ""
    band: str = ""


@dataclass(frozen=True)
class Waiting:
    """Open cases that wait for one of `roles`: which, what to say, and the command that helps.

    The text is a sentence of its own: it stands beside the case's title and says nothing *of* it.

    Without a command the button leads to the case.
    """

    roles: Collection[str]
    cases: Callable[[User], Q]
    text: str
    button: str
    command: str = ""


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
    """A button that begins a new case."""

    label: str
    url_name: str
    roles: Collection[str]


@dataclass(frozen=True, kw_only=True)
class Process:
    """A kind of case: what can be done with it, by when, how it goes on, and how it is shown."""

    case: type[Case]
    commands: "Sequence[type[Command[Any]]]"
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
    waiting: Sequence[Waiting] = ()
    figures: Figures | None = None
    starter: Starter | None = None
    lends: "Mapping[type[Case], Sequence[type[Command[Any]]]]" = field(default_factory=dict)
    """Commands that it gives to other kinds of case, by which they lead here."""


@cache
def processes() -> tuple[Process, ...]:
    """Every process there is."""
    return tuple(chain.from_iterable(part.PROCESSES for part in parts("processes")))


@cache
def process_of(kind: str) -> Process:
    """The process of a kind of case."""
    return next(process for process in processes() if process.case.case_kind == kind)


@cache
def commands_of(kind: str) -> "dict[str, type[Command[Any]]]":
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
