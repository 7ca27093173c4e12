"""A client's base plan: visits that recur over one to six weeks. PLN-03, PLN-06, PLN-07."""

import uuid
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from cases.models import Record
from clients.models import Client, Service
from organisation.models import InPeriod, InPeriodQuerySet
from planning import daytime
from planning.models.staff import Skill

MOST_WEEKS = 6


def new_slot() -> str:
    """A name for a visit that is new in a base plan."""
    return uuid.uuid4().hex[:12]


class BasePlanQuerySet(InPeriodQuerySet):
    """The reading vocabulary of base plans. A draft holds on no day."""

    def settled(self):
        """Base plans that visits are made from."""
        return self.filter(is_draft=False)

    def on(self, day: date):
        return super().on(day).settled()


class BasePlan(InPeriod, Record):
    """A client's visits in a cycle of weeks, from a day; a change from another day is a new one.

    The cycle's first week is the ISO week of `cycle_monday`, however many weeks a year has (BEY-06).
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="base_plans")
    weeks = models.PositiveSmallIntegerField("veckor", default=1)
    cycle_monday = models.DateField("vecka 1 börjar")
    is_draft = models.BooleanField(default=False, editable=False)
    """Changes that are being collected, and take effect from a day when they are saved."""

    objects: ClassVar = BasePlanQuerySet.as_manager()

    class Meta(InPeriod.Meta):
        ordering = ["valid_from", "pk"]
        constraints = [
            *InPeriod.Meta.constraints,
            models.CheckConstraint(
                condition=Q(weeks__gte=1, weeks__lte=MOST_WEEKS),
                name="base_plan_has_one_to_six_weeks",
            ),
            models.UniqueConstraint(
                fields=["client", "valid_from"], condition=Q(is_draft=False),
                name="one_base_plan_per_client_and_first_day",
            ),
            models.UniqueConstraint(
                fields=["client"], condition=Q(is_draft=True), name="one_draft_per_client"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Från {self.valid_from}"


class BaseVisit(models.Model):
    """A visit of a base plan. Times are minutes that clocks show past midnight."""

    base_plan = models.ForeignKey(BasePlan, on_delete=models.CASCADE, related_name="visits")
    slot = models.CharField(max_length=12, default=new_slot, editable=False)
    """Which visit of the client's it is, the same through every change of the base plan, so
    that a day's visit can follow it without losing who does it."""
    week = models.PositiveSmallIntegerField("vecka")
    weekday = models.PositiveSmallIntegerField("veckodag")
    """0 is Monday."""
    start = models.PositiveSmallIntegerField("start")
    minutes = models.PositiveSmallIntegerField("minuter")
    earliest = models.SmallIntegerField("tidigast")
    """Negative: on the evening before."""
    latest_end = models.PositiveSmallIntegerField("senast klart")
    staff_needed = models.PositiveSmallIntegerField("antal personal", default=1)
    services = models.ManyToManyField(Service, verbose_name="insatser")
    skills = models.ManyToManyField(Skill, blank=True, verbose_name="kräver")
    after = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="followed_by",
        verbose_name="efter",
    )
    """The visit of the same day that this one follows."""
    lag_min = models.PositiveSmallIntegerField("tidigast efter, minuter", null=True, blank=True)
    lag_max = models.PositiveSmallIntegerField("senast efter, minuter", null=True, blank=True)
    """Between the starts of the two."""
    serves = models.ManyToManyField(Client, blank=True, related_name="served_by_base_visits")
    """Whose laundry or medicine an errand is (PLN-07)."""
    priority = models.PositiveSmallIntegerField("prioritet", default=2)
    """1 must be done today (insulin), 2 ordinary, 3 can wait until tomorrow."""
    note = models.CharField("att tänka på", max_length=240, blank=True)

    class Meta:
        ordering = ["week", "weekday", "start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weekday__lte=6, minutes__gte=1, staff_needed__gte=1, staff_needed__lte=4,
                    earliest__gte=daytime.EARLIEST, start__lt=daytime.DAY,
                    latest_end__lte=daytime.LATEST, priority__gte=1, priority__lte=3,
                    earliest__lte=F("start"), latest_end__gte=F("start") + F("minutes"),
                ),
                name="base_visit_fits_its_window",
            ),
            models.UniqueConstraint(
                fields=["base_plan", "week", "weekday", "slot"],
                name="a_slot_once_a_day_of_a_base_plan",
            ),
            models.CheckConstraint(
                condition=Q(lag_min=None) | Q(lag_max=None) | Q(lag_max__gte=F("lag_min")),
                name="base_visit_lag_is_in_order",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Vecka {self.week} {daytime.shown(self.start)}"


class DoubleStaffing(Record):
    """Why a client is met by two: the risk assessment and the manager's decision (PLN-06)."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="double_staffing")
    assessed_on = models.DateField("riskbedömning gjord")
    decided_on = models.DateField("beslutat")
    decided_by = models.CharField("ansvarig chef", max_length=120)
    review_on = models.DateField("omprövas senast")

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_on__gte=F("assessed_on"), review_on__gt=F("decided_on")),
                name="double_staffing_is_assessed_decided_reviewed",
            )
        ]

    def __str__(self) -> str:
        return f"Dubbelbemanning beslutad {self.decided_on}"
