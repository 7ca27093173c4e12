"""The visits of a day, and who does them. PLN-02, PLN-15."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q

from clients.models import Client, Service
from planning import daytime
from planning.models.baseplans import BaseVisit, new_slot
from planning.models.plans import DayPlan
from planning.models.staff import Shift, Skill


class VisitQuerySet(models.QuerySet):
    """The reading vocabulary of visits."""

    def standing(self):
        """Visits that are to be done."""
        return self.filter(status=Visit.Status.PLANNED)


class Visit(models.Model):
    """A visit on a day. Times are minutes of the day (`planning.daytime`).

    Each group of fields has a version of its own, so that two planners who change different things
    of the same visit both have their way (PLN-15).
    """

    class Status(models.TextChoices):
        PLANNED = "planned", "Planerat"
        REMOVED = "removed", "Borttaget"
        DECLINED = "declined", "Avböjt"

    class Origin(models.TextChoices):
        BASE_PLAN = "base_plan", "Grundplanering"
        EXTRA = "extra", "Extra besök"
        BY_HAND = "by_hand", "Inlagt för hand"

    class Lock(models.TextChoices):
        NONE = "", "Inte låst"
        TIME = "time", "Tiden är låst"
        STAFF = "staff", "Personen är låst"
        BOTH = "both", "Tid och person är låsta"

    plan = models.ForeignKey(DayPlan, on_delete=models.PROTECT, related_name="visits")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="visits")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.BASE_PLAN)
    source = models.ForeignKey(BaseVisit, null=True, on_delete=models.SET_NULL, related_name="made")
    slot = models.CharField(max_length=12, default=new_slot, editable=False)
    """The base plan's slot that it fills, once a day."""
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    status_reason = models.CharField("skäl", max_length=240, blank=True)
    start = models.SmallIntegerField("start")
    minutes = models.PositiveSmallIntegerField("minuter")
    earliest = models.SmallIntegerField("tidigast")
    latest_end = models.SmallIntegerField("senast klart")
    staff_needed = models.PositiveSmallIntegerField("antal personal", default=1)
    services = models.ManyToManyField(Service, through="VisitService", verbose_name="insatser")
    skills = models.ManyToManyField(Skill, blank=True)
    after = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="before")
    lag_min = models.PositiveSmallIntegerField(null=True)
    lag_max = models.PositiveSmallIntegerField(null=True)
    priority = models.PositiveSmallIntegerField(default=2)
    note = models.CharField("att tänka på", max_length=240, blank=True)
    lock = models.CharField("låst", max_length=5, choices=Lock, blank=True)
    staff_version = models.PositiveIntegerField(default=1, editable=False)
    time_version = models.PositiveIntegerField(default=1, editable=False)
    services_version = models.PositiveIntegerField(default=1, editable=False)
    note_version = models.PositiveIntegerField(default=1, editable=False)
    lock_version = models.PositiveIntegerField(default=1, editable=False)
    status_version = models.PositiveIntegerField(default=1, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["start", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "client", "slot"], name="a_base_visit_is_made_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(
                    minutes__gte=1, staff_needed__gte=1,
                    latest_end__gte=F("earliest") + F("minutes"),
                ),
                name="visit_fits_its_window",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.client} {daytime.wall(self.plan.day, self.start)}"

    @property
    def end(self) -> int:
        """The minute at which it ends."""
        return self.start + self.minutes

    @property
    def on(self) -> date:
        """The date on which it starts: of a night, the one after its plan's day."""
        return daytime.date_of(self.plan.day, self.start)

    def has_begun(self, at: datetime) -> bool:
        """Whether it is under way or done at an instant (DAY-02)."""
        return daytime.has_begun(self.plan.day, self.start, at)

    @property
    def outcome(self) -> str:
        """Its status, with the reason there may be."""
        return outcome(self.status, self.status_reason)

    @property
    def locks_time(self) -> bool:
        """Whether its time is not to be changed without a question."""
        return self.lock in (self.Lock.TIME, self.Lock.BOTH)

    @property
    def locks_staff(self) -> bool:
        """Whether who does it is not to be changed without a question."""
        return self.lock in (self.Lock.STAFF, self.Lock.BOTH)

    @property
    def locked(self) -> str:
        """What of it is locked, in words: tid och person."""
        return " och ".join(["tid"] * self.locks_time + ["person"] * self.locks_staff)


def outcome(status: str, reason: str) -> str:
    """A status and its reason in words, without saying the same twice."""
    label = str(Visit.Status(status).label)
    return f"{label}: {reason.removeprefix(f'{label}: ')}" if reason else label


class VisitService(models.Model):
    """A service that is carried out in a visit."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="contents")
    service = models.ForeignKey(Service, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "service"], name="a_service_once_per_visit")
        ]

    def __str__(self) -> str:
        return str(self.service)


class VisitStaff(models.Model):
    """A place for one carer in a visit, and the shift that fills it; all of a visit start together."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="staff")
    place = models.PositiveSmallIntegerField()
    """1 for the first carer, 2 for the second."""
    shift = models.ForeignKey(
        Shift, null=True, blank=True, on_delete=models.PROTECT, related_name="work"
    )

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "place"], name="one_carer_per_place"),
            models.UniqueConstraint(
                fields=["visit", "shift"], condition=Q(shift__isnull=False),
                name="a_shift_fills_one_place_of_a_visit",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.visit}, {self.shift or 'otilldelat'}"
