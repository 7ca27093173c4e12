"""Who has what to do next in a case: its open tasks, and what each of them waits for.

A flow's task is a `Step`: it is done when the guard that `perform` uses finds nothing missing. What
the guards of the open tasks miss is kept as `Awaited`, which the worklist, the overview and the
picture read. No status of its own: everything here follows from the case, and `refresh` makes it anew.
`start` and `advance` are called with the case's row locked. Requirement CAP-14.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from viewflow.workflow import STATUS, flow, lock

from cases.models import Awaited, Case, CaseProcess, CaseTask
from cases.permission import barred, permitting
from cases.process import commands_of, process_of, processes
from organisation.authority import Actor, actor_on
from organisation.models import User

if TYPE_CHECKING:
    from cases.commands import CaseCommand
    from door.refusals import Missing

UNGIVEN = "Ärendet har ingen handläggare"
GIVE = "change_responsible"
"""The command that gives a case to somebody."""


class CaseFlow(flow.Flow):
    """The steps of a kind of case, from `start` to `end`."""

    process_class = CaseProcess
    task_class = CaseTask
    lock_impl = lock.select_for_update_lock


class Step(flow.Handle):
    """Something that has to be done in a case, and what is still missing before it is."""

    def __init__(self, title: str, missing: "Callable[[Any, date], list[Missing]]"):
        super().__init__()
        self.Annotation(title=title)
        self.title, self.missing = title, missing


def start(case: Case, day: date) -> None:
    """Begin the flow of a case that has arrived."""
    flow_class = process_of(case.kind).flow
    assert flow_class, f"a case of the kind {case.kind} has no flow to start"
    activation = flow_class.instance.start.activation_class.create(flow_class.start, None, None)
    activation.process.case_id = case.pk
    activation.execute()
    advance(case, day)


def reopen(case: Case) -> None:
    """Let the last step of an ended process wait again."""
    tasks = CaseTask.objects.filter(process__case=case.pk).order_by("-pk")
    last = next((task for task in tasks if isinstance(task.flow_task, Step)), None)
    if last is None:
        return
    ended = last.flow_task.activation_class(last)
    ended.process.status, ended.process.finished = STATUS.NEW, None
    ended.process.save()
    type(ended).create(last.flow_task, ended, last.token)


def open_tasks(case: Case) -> list[CaseTask]:
    """The tasks that wait, oldest first."""
    tasks = CaseTask.objects.filter(process__case=case.pk, status=STATUS.NEW)
    return list(tasks.select_related("process", "owner").order_by("pk"))


def advance(case: Any, day: date, *known: Actor) -> None:
    """Finish every open task whose step has nothing missing, cancel all on an ended case, and keep
    what the others wait for. `known` are people whose roles have been read already."""
    if process_of(case.kind).flow is None:
        return
    try:
        _advance(case, day, known)
    finally:
        case._prefetched_objects_cache = {}  # what follows reads anew


def _advance(case: Any, day: date, known: tuple[Actor, ...]) -> None:
    lacking: dict[CaseTask, list[Missing]] = {}
    while tasks := [task for task in open_tasks(case) if isinstance(task.flow_task, Step)]:
        if len(tasks) > 1:  # many guards ask for the same rows
            prefetch_related_objects([case], *type(case).guarded)
        lacking = {task: lacking.get(task) or task.flow_task.missing(case, day) for task in tasks}
        ready = [_activation(task) for task, missing in lacking.items() if not missing]
        if not ready:
            break
        for done in ready:
            done.run(None)
            done.execute()
    if case.closed_on:
        for task in tasks:
            _activation(task).cancel()
    _keep(case, {} if case.closed_on or not tasks else lacking, _Givers(case, day, known))


def refresh(day: date) -> int:
    """Make the tasks of every open case anew for a day. Returns how many cases were looked at.

    A guard may ask what has changed outside its case, and what day it is; this mends what it misses,
    and gives tasks to a case that has none. May run twice, and beside anything.
    """
    kinds = [process.case.case_kind for process in processes() if process.flow]
    waiting = Case.objects.open().filter(kind__in=kinds).exclude(state=Case.DRAFT)
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
    for pk in numbers:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=pk).concrete()
            has_begun = CaseProcess.objects.filter(case=pk).exists()
            (advance if has_begun else start)(case, day)
    return len(numbers)


def _activation(task: CaseTask) -> Any:
    return task.flow_task.activation_class(task)


def _keep(case: Case, lacking: "dict[CaseTask, list[Missing]]", givers: "_Givers") -> None:
    """Write what the open tasks wait for, and leave what stands there already."""
    wanted = {_said(row): row for row in _awaited(case, lacking, givers)}
    kept = {_said(row): row for row in Awaited.objects.filter(case=case.pk)}
    if gone := [row.pk for said, row in kept.items() if said not in wanted]:
        Awaited.objects.filter(pk__in=gone).delete()
    Awaited.objects.bulk_create([row for said, row in wanted.items() if said not in kept])


def _said(row: Awaited) -> tuple[Any, ...]:
    return row.task_id, row.what, row.does, row.about, row.person_id, *row.not_by


def _awaited(
    case: Case, lacking: "dict[CaseTask, list[Missing]]", givers: "_Givers"
) -> Iterator[Awaited]:
    commands = commands_of(case.kind)
    for task, missing in lacking.items():
        for each in missing:
            names = [] if each.by_company else [each.command, each.or_else]
            giving = [commands[name] for name in names if name in commands]
            for command in giving or (None,):
                for person in each.people or [givers.person(task, command)]:
                    yield givers.line(task, each.what, command, each.subject, person)
    if lacking and case.responsible_id is None and GIVE in commands:
        yield givers.line(next(reversed(lacking)), UNGIVEN, commands[GIVE], "", None)


class _Givers:
    """Who gives what a case waits for; looked up once for each person and command."""

    def __init__(self, case: Case, day: date, known: tuple[Actor, ...]):
        self.case = case
        by_person = {actor.user: actor for actor in known}
        self._actor = cache(lambda user: by_person.get(user) or actor_on(user, day))
        self._may: dict[tuple[User, type[CaseCommand[Any]]], bool] = {}
        self._barred: dict[type[CaseCommand[Any]], list[int]] = {}

    def person(self, task: CaseTask, command: "type[CaseCommand[Any]] | None") -> int | None:
        """Who has the task: who has taken it, else who is responsible for the case; None when that
        person may not do the command, or there is none."""
        if command is None:
            return None
        having = (task.owner, self.case.responsible)
        return next((user.pk for user in having if user and self._may_do(user, command)), None)

    def line(
        self,
        task: CaseTask,
        what: str,
        command: "type[CaseCommand[Any]] | None",
        about: str,
        person: int | None,
    ) -> Awaited:
        """One thing that is awaited."""
        does = f"{self.case.kind}.{command.command_name()}" if command else ""
        return Awaited(
            task=task,
            case_id=self.case.pk,
            what=what[:240],
            does=does,
            about=about,
            person_id=person,
            not_by=self._barred_from(command) if command else [],
        )

    def _may_do(self, user: User, command: "type[CaseCommand[Any]]") -> bool:
        if (user, command) not in self._may:
            held = permitting(self.case, command, self._actor(user))
            self._may[user, command] = not isinstance(held, str)
        return self._may[user, command]

    def _barred_from(self, command: "type[CaseCommand[Any]]") -> list[int]:
        if command not in self._barred:
            self._barred[command] = sorted(barred(self.case, command))
        return self._barred[command]
