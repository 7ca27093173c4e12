"""Who has what to do next in a case: its process and tasks (viewflow), and what an open task waits for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from viewflow.workflow import STATUS
from viewflow.workflow.models import AbstractProcess, AbstractTask

from cases.models.case import Case


class CaseProcess(AbstractProcess):
    """The way of one case through its flow."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="process")


class CaseTask(AbstractTask):
    """A step on the way: open, done or cancelled. `owner` has taken it, or been given it."""

    process = models.ForeignKey(CaseProcess, on_delete=models.CASCADE, related_name="tasks")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["process"], condition=Q(status=STATUS.NEW), name="open_task_by_process"
            )
        ]

    def __str__(self) -> str:
        return self.flow_task.title if self.flow_task else f"Uppgift {self.pk}"


class Awaited(models.Model):
    """One thing that an open task waits for, as its guard says, and who gives it. Written by
    `cases.flows` alone, each time the case has changed."""

    task = models.ForeignKey(CaseTask, on_delete=models.CASCADE, related_name="awaited")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="awaited")
    what = models.CharField(max_length=240)
    does = models.CharField(max_length=120, blank=True)
    """The command that gives it, as `kind.command`; empty when nobody of the municipality can."""
    about = models.CharField(max_length=60, blank=True)
    """What that command's form is to be about."""
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="awaited"
    )
    """Who has it; None: everybody who may."""
    not_by = models.JSONField(default=list)
    """Ids of those who may not, by four eyes or a conflict of interest."""

    class Meta:
        ordering = ["task", "pk"]
        indexes = [models.Index(fields=["does", "person"], name="awaited_by_who_gives_it")]

    def __str__(self) -> str:
        return self.what

    @property
    def command(self) -> str:
        """The name of the command that gives it."""
        return self.does.partition(".")[2]
