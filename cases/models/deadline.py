"""Deadlines as rows. What they mean is in `cases.deadlines`."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases import deadlines
from organisation.swedish import SWEDISH


class DeadlineQuerySet(models.QuerySet):
    """The reading vocabulary of deadlines."""

    def running(self):
        """Deadlines that are neither met nor cancelled."""
        return self.filter(met_on=None, cancelled_on=None)


class Deadline(models.Model):
    """One deadline of a case. Overdue is derived from `due`, never stored (CAP-01)."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="deadlines")
    rule = models.CharField(max_length=40)
    label = models.CharField(max_length=120, db_collation=SWEDISH)
    what = models.CharField(max_length=120, blank=True)
    """What it is about, in words, when the case has several of a kind: "Ansvarsförsäkring"."""
    source = models.CharField(max_length=120)
    about = models.CharField(max_length=60, blank=True)
    """The row of the case that it is about: "permit:12"."""
    anchor = models.DateField()
    anchor_text = models.CharField(max_length=160, blank=True)
    days = models.PositiveSmallIntegerField(default=0)
    weeks = models.PositiveSmallIntegerField(default=0)
    months = models.PositiveSmallIntegerField(default=0)
    working_days = models.SmallIntegerField(default=0)
    roll = models.BooleanField()
    amber_days = models.PositiveSmallIntegerField(default=7)
    due = models.DateField()
    met_on = models.DateField(null=True)
    met_text = models.CharField(max_length=120, blank=True)
    cancelled_on = models.DateField(null=True)
    next_rung_on = models.DateField(null=True)
    """When the sweep has to look at this deadline again; None when there is nothing left to do."""

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due", "pk"]
        indexes = [
            models.Index(
                fields=["next_rung_on"],
                condition=Q(met_on=None, cancelled_on=None),
                name="deadlines_to_sweep",
            ),
            models.Index(
                fields=["case", "due"],
                condition=Q(met_on=None, cancelled_on=None),
                name="running_deadlines_of_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.due}"

    @property
    def budget(self) -> deadlines.Budget:
        """How long it runs, as it was when it started."""
        return deadlines.Budget(self.days, self.weeks, self.months, self.working_days)

    @property
    def is_running(self) -> bool:
        """Whether it is neither met nor cancelled."""
        return self.met_on is None and self.cancelled_on is None

    @property
    def was_late(self) -> bool:
        """Whether it was met after its due date."""
        return self.met_on is not None and self.met_on > self.due

    def computed(self, until: date | None = None) -> deadlines.Computed:
        """The due date and why, from its own row, suspensions and extensions."""
        return deadlines.compute(
            self.budget,
            self.anchor,
            roll=self.roll,
            source=self.source,
            anchor_text=self.anchor_text,
            until=until,
            suspensions=[
                deadlines.Suspension(row.start, row.end, row.reason)
                for row in self.suspensions.all()
            ],
            extensions=[
                deadlines.Extension(row.days, row.reason, row.decided_by.name)
                for row in self.extensions.all()
            ],
        )

    def light(self, today: date) -> tuple[str, str]:
        """The light and its text on a given day."""
        return deadlines.light(self.due, today, self.amber_days)


class DeadlineSuspension(models.Model):
    """A period in which a deadline does not run, with its reason. No end yet: it goes on."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="suspensions")
    start = models.DateField()
    end = models.DateField(null=True)
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end=None) | Q(end__gte=models.F("start")),
                name="suspension_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["deadline"], condition=Q(end=None), name="one_open_suspension_per_deadline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} - {self.end or ''}"


class DeadlineExtension(models.Model):
    """Days added to a deadline, with reason and decider."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="extensions")
    days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=60), name="extension_is_one_to_sixty_days"
            )
        ]

    def __str__(self) -> str:
        return f"+{self.days}"


class FiredRung(models.Model):
    """A rung of the ladder that has fired for a due date: never twice, whoever sweeps (CAP-04)."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="fired")
    rung = models.CharField(max_length=20)
    due = models.DateField()
    fired_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "rung", "due"], name="each_rung_fires_once_per_due_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.rung}"
