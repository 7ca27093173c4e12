"""When a client is away: no visits, and back by themselves. PLN-09, DAY-02."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from cases.models import Record
from clients.models import Client


class AbsenceQuerySet(models.QuerySet):
    """The reading vocabulary of absences."""

    def on(self, day: date):
        """Absences that hold on a day, or on a part of it."""
        return self.filter(Q(last=None) | Q(last__gte=day), cancelled_at=None, first__lte=day)


class Absence(Record):
    """A period in which a client is away: whole days, or from a time of the first to a time of the
    last. An end that is not known yet is empty."""

    class Why(models.TextChoices):
        HOSPITAL = "hospital", "Sjukhus"
        SHORT_TERM = "short_term", "Korttidsboende"
        AWAY = "away", "Bortrest"
        DECLINED = "declined", "Avstår"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="absences")
    why = models.CharField("varför", max_length=12, choices=Why)
    first = models.DateField("första dag borta")
    leaves_at = models.TimeField("borta från klockan", null=True, blank=True)
    last = models.DateField("sista dag borta", null=True, blank=True)
    home_at = models.TimeField("hemma igen klockan", null=True, blank=True)
    """On the last day; empty: home the day after."""
    note = models.CharField("anteckning", max_length=240, blank=True)
    cancelled_at = models.DateTimeField(null=True, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(last=None) | Q(last__gte=F("first")),
                name="absence_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(home_at=None) | Q(last__isnull=False),
                name="absence_that_ends_at_a_time_ends_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_why_display()} {self.first}"
