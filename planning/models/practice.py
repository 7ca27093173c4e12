"""Units that are copied for learning, and who was trained by whom. BEY-17."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models import Record
from door.models import Subject
from organisation.models import Unit


class Practice(Subject):
    """The making of a practice unit: waited for, ready, failed or removed."""

    called = "Övningsenheten"

    original = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="practices")
    unit = models.OneToOneField(Unit, null=True, on_delete=models.PROTECT, related_name="practice")
    """The copy, when it is ready."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["original"], condition=Q(ended_at=None), name="one_practice_unit_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"Övning: {self.original}"

    @property
    def chain(self) -> str:
        """That of the unit that is copied."""
        return f"unit:{self.original_id}"

    @property
    def unit_path(self) -> str:
        return self.original.path


class Training(Record, Subject):
    """That somebody was introduced to planning by somebody who plans already."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, verbose_name="enhet")
    trainee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="trainings",
        verbose_name="den som har utbildats",
    )
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="utbildad av",
    )
    day = models.DateField("dag")
    note = models.CharField("vad ni gick igenom", max_length=240, blank=True)

    class Meta(Record.Meta):
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(trainee=F("trainer")), name="nobody_trains_themselves"
            )
        ]

    def __str__(self) -> str:
        return f"{self.trainee} av {self.trainer}"

    @property
    def chain(self) -> str:
        """That of the unit whose planning was learnt."""
        return f"unit:{self.unit_id}"

    @property
    def unit_path(self) -> str:
        return self.unit.path
