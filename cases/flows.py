"""The viewflow side of a case: which tasks are open now. No status of its own.

A flow's task is a `Step`: it is done when the guard that `perform` uses finds nothing missing.
`advance` is called by `perform` with the case row locked, and by nothing else.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from viewflow.workflow import STATUS, flow
from viewflow.workflow.base import Flow
from viewflow.workflow.models import Task

from cases.models import Case, CaseProcess
from cases.process import process_of


class Step(flow.Handle):
    """Something that has to be done in a case, and what is still missing before it is."""

    def __init__(self, title: str, missing: Callable[[Any, date], list], roles: frozenset[str]):
        super().__init__()
        self.Annotation(title=title)
        self.title, self.missing, self.roles = title, missing, roles


def can_proceed(case: Any, transition: str) -> bool:
    """Whether the case's FSM has the transition from where the case is."""
    from django_fsm import can_proceed as fsm_can_proceed

    return fsm_can_proceed(getattr(case, transition))


def flow_of(kind: str) -> type[Flow]:
    """The flow of a kind of case that has one."""
    found = process_of(kind).flow
    assert found, f"a case of the kind {kind} has no flow to start"
    return found


def start(case: Case) -> None:
    """Begin the flow of a case that has arrived."""
    flow_class = flow_of(case.kind)
    activation = flow_class.instance.start.activation_class.create(flow_class.start, None, None)
    activation.process.case = Case.objects.get(pk=case.pk)
    activation.execute()


def reopen(case: Case) -> None:
    """Let the last step of an ended process wait again."""
    tasks = Task.objects.filter(process__caseprocess__case_id=case.pk).order_by("-pk")
    last = next((task for task in tasks if isinstance(task.flow_task, Step)), None)
    if last is None:
        return
    ended = last.flow_task.activation_class(last)
    ended.process.status, ended.process.finished = STATUS.NEW, None
    ended.process.save()
    type(ended).create(last.flow_task, ended, last.token)


def open_tasks(case: Case) -> list[Task]:
    """The tasks that wait, oldest first."""
    return list(
        Task.objects.filter(process__caseprocess__case_id=case.pk, status=STATUS.NEW).order_by("pk")
    )


def advance(case: Case, day: date) -> None:
    """Finish every open task whose step has nothing missing, and cancel all on an ended case."""
    if not CaseProcess.objects.filter(case_id=case.pk).exists():
        return
    while ready := [
        task
        for task in open_tasks(case)
        if isinstance(task.flow_task, Step) and not task.flow_task.missing(case, day)
    ]:
        for task in ready:
            task.flow_task.run(task)

    if case.closed_on:
        for task in open_tasks(case):
            task.flow_task.activation_class(task).cancel()
