"""What `manage.py check` says of processes: that each is whole, and that no word is said twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse

from audit.parts import parts
from cases.models import Case
from cases.process import Process, processes


@register
def check_processes(**kwargs: Any) -> list[CheckMessage]:
    """Every fault of every process, named with the process and with what to do."""
    found: list[CheckMessage] = [
        Error(said, id="kundval.E001") for process in processes() for said in faults(process)
    ]
    without = set(Case.kinds) - {process.case.case_kind for process in processes()}
    found += [
        Error(
            f"The case kind {kind!r} has no Process.",
            hint="Declare it in a process.py, and name it in the app's processes.py.",
            id="kundval.E002",
        )
        for kind in sorted(without)
    ]
    return found + [Error(said, id="kundval.E003") for said in _said_twice()]


def faults(process: Process) -> Iterator[str]:
    """What one process lacks."""
    name, kind = process.case.__name__, process.case.case_kind
    if process.case.is_listed and process.page is None:
        yield f"{name} is listed, and has no page."
    for page in (process.page, process.portal):
        if page and not _is_template(page.template):
            yield f"{name}: there is no template {page.template}."
    for document in process.documents:
        if not _is_template(document.template):
            yield f"{name}: the document {document.code} has no template {document.template}."
    if process.own_page and not _is_address(process.own_page):
        yield f"{name}: own_page {process.own_page!r} is no address that takes a case."
    for command in process.commands:
        if not getattr(command, "label", ""):
            yield f"{name}: the command {command.__name__} has no label."
    for named in _twice(command.command_name() for command in process.commands):
        yield f"{name}: two commands are called {named}."
    for column in process.columns:
        if column.kind != kind:
            yield f"{name}: the column {column.label} is of another kind, {column.kind}."
        for state in set(column.states) - set(process.case.State.values):  # type: ignore[attr-defined]
            yield f"{name}: the column {column.label} names a state that is not, {state}."
    if process.starter and not _is_address(process.starter.url_name, with_case=False):
        yield f"{name}: the starter's {process.starter.url_name!r} is no address."


def _said_twice() -> Iterator[str]:
    """Events with two Swedish names, and codes that two rules or two documents have."""
    said: dict[str, str] = {}
    for event, words in _said_of_events():
        if said.setdefault(event, words) != words:
            yield f"The event {event} is {said[event]!r} and {words!r}."
    rules = {rule for process in processes() for rule in process.deadlines}
    kinds = {kind for process in processes() for kind in process.documents}
    for code in _twice(row.code for row in rules):
        yield f"Two deadline rules have the code {code}."
    for code in _twice(row.code for row in kinds):
        yield f"Two kinds of document have the code {code}."


def _said_of_events() -> Iterator[tuple[str, str]]:
    """Every event with its Swedish name, as often as it is said."""
    for process in processes():
        for command in process.verbs:
            yield command.command_name(), str(command.label)
        yield from process.events.items()
    for part in parts("words"):
        yield from getattr(part, "EVENT_NAMES", {}).items()


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _is_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def _is_address(name: str, *, with_case: bool = True) -> bool:
    try:
        reverse(name, args=[1] if with_case else [])
    except NoReverseMatch:
        return False
    return True
