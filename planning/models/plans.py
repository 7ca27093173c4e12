"""The plan of a unit's day: settled, published and restored as a case; what changed as a log.

Requirements PLN-15, PLN-16, PLN-19, PLN-20.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django_fsm import transition

from audit.models import Chain
from cases.models import Case, Outgoing, Record
from clients.models import READERS

LONGEST_KEY = 36
FIELD_GROUPS = ("staff", "time", "services", "note", "lock", "status")


class DayPlan(Case):
    """The plan of a unit's day. Visits change by the board; the plan is settled and published."""

    case_kind = "day_plan"
    case_label = "Dagplan"
    reader_roles = READERS
    is_listed = False

    class State(models.TextChoices):
        PLANNING = "planning", "Planeras"
        SETTLED = "settled", "Fastställd"
        PUBLISHED = "published", "Publicerad"

    day = models.DateField("dag")
    planned_unit = models.ForeignKey(
        "organisation.Unit", on_delete=models.PROTECT, related_name="day_plans"
    )
    """The same as the case's unit; here so that a day has one plan."""
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    """The number of the last change."""
    reload_seq = models.PositiveIntegerField(default=0, editable=False)
    """The number of the last change of many visits at once: whoever saw less reads everything."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["planned_unit", "day"], name="one_plan_per_unit_and_day"
            )
        ]

    def locked(self) -> "DayPlan":
        """It as it stands now, and every change of it kept out until the transaction ends.

        Whoever changes a plan holds its visits, then its chain, then its row: in that order alone, so
        that two who meet wait for each other and never both. What points at the row waits for nobody.
        """
        list(self.visits.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        list(Chain.objects.select_for_update().filter(name=self.chain))
        rows = DayPlan.whole().select_for_update(of=("self", "case_ptr"), no_key=True)
        return rows.get(pk=self.pk)

    @transition(
        field="state", source=[State.PLANNING, State.SETTLED, State.PUBLISHED], target=State.SETTLED
    )
    def settle(self, *, on: date) -> None:
        """What stands is fixed as a version."""

    @transition(
        field="state", source=[State.SETTLED, State.PUBLISHED], target=State.PUBLISHED
    )  # fmt: skip
    def publish(self, *, on: date) -> None:
        """The last version goes out."""


class PlanChange(models.Model):
    """One change of one group of fields of a visit: who, when, from what, to what (PLN-19).

    What was done together has one number, that of its event in the plan's chain, whose hash covers
    what it says.
    """

    plan = models.ForeignKey(DayPlan, on_delete=models.PROTECT, related_name="changes")
    seq = models.PositiveIntegerField()
    visit = models.ForeignKey("planning.Visit", on_delete=models.PROTECT, related_name="changes")
    group = models.CharField(max_length=10, choices=[(name, name) for name in FIELD_GROUPS])
    before = models.JSONField()
    after = models.JSONField()
    version = models.PositiveIntegerField()
    """The group's version that the change made."""
    key = models.CharField(max_length=LONGEST_KEY, db_index=True)
    """Of the request: the same twice is done once."""
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    class Meta:
        ordering = ["plan", "seq", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "seq", "visit", "group"], name="one_change_of_a_group_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.group} {self.seq}"


class PlanVersion(Record):
    """The plan as it was settled: every visit as receivers get it. Published when it has gone out."""

    plan = models.ForeignKey(DayPlan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    """What each visit says, by its id."""
    published_at = models.DateTimeField(null=True)
    pack_at = models.DateTimeField(null=True)
    """When its printable pack was last written to the unit's folder (PLN-18)."""

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="one_plan_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.plan.day} version {self.number}"


class Delivery(Outgoing):
    """What a receiver, which is its party, is to know of a visit (PLN-16)."""

    message_kind = "delivery"
    message_label = "Planer"
    joined = ("plan_version",)

    visit = models.ForeignKey("planning.Visit", on_delete=models.PROTECT, related_name="deliveries")
    plan_version = models.ForeignKey(
        PlanVersion, on_delete=models.PROTECT, related_name="deliveries"
    )
    content = models.JSONField(null=True)
    """None: the visit is taken away."""

    def __str__(self) -> str:
        return f"Besök {self.visit_id}, version {self.plan_version.number}"


class AcceptedBreach(Record):
    """A breach of a rule that a planner has accepted, with a reason, until a day."""

    plan = models.ForeignKey(DayPlan, on_delete=models.PROTECT, related_name="accepted")
    code = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    """What it is about, as the breach itself names it."""
    reason = models.CharField("motivering", max_length=240)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code", "about"], name="a_breach_is_accepted_once"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Presence(models.Model):
    """Who has a plan's board open, and which visit they hold."""

    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(
        "planning.Visit", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "user"], name="one_presence_per_plan_and_user")
        ]

    def __str__(self) -> str:
        return f"{self.user}"


class OptimizerRun(models.Model):
    """A run of the optimizer on a plan: how it goes, and what it proposes (PLN-20)."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Väntar"
        RUNNING = "running", "Räknar"
        DONE = "done", "Klar"
        STOPPED = "stopped", "Stoppad"
        FAILED = "failed", "Avbruten"

    plan = models.ForeignKey(DayPlan, on_delete=models.CASCADE, related_name="runs")
    group = models.UUIDField(null=True, db_index=True, editable=False)
    """The runs of several days that were started together."""
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    profile = models.CharField(max_length=12)
    seconds = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField(default=1)
    frozen_until = models.SmallIntegerField(null=True)
    """Visits that start before this minute of the day stay where they are."""
    seen_seq = models.PositiveIntegerField()
    """The plan's last change when the run began; later edits win over the proposal."""
    stop_wanted = models.BooleanField(default=False)
    progress = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    proposal = models.JSONField(default=dict)
    """Start and shifts of each visit that would move, and why each unplaced one is."""
    accepted_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=240, blank=True)
    beat_at = models.DateTimeField(null=True)
    """When the running process last said anything: one that was killed is silent."""

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.plan} {self.get_status_display()}"

    @property
    def has_proposal(self) -> bool:
        """Whether it has ended with something to accept."""
        return self.status in (self.Status.DONE, self.Status.STOPPED)
