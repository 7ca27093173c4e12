"""What moves from one unit to another from a day: units merge and split. PLN-21."""

from django.db import models
from django.db.models import F, Q

from cases.models import Record
from clients.models import Client
from door.models import Subject
from organisation.models import Unit
from planning.models.staff import Carer


class UnitMoveQuerySet(models.QuerySet):
    """The reading vocabulary of moves."""

    def prepared(self):
        """Moves whose day has not come."""
        return self.filter(carried_out_at=None, cancelled_at=None)


class UnitMove(Record, Subject):
    """A merger of a unit into another, or a split: chosen persons and carers go to another unit.

    What is planned for `first_day` and later goes over at once, so that it can be planned where it
    will be done; the persons and the carers themselves go over on the day.
    """

    source = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="moves_out")
    target = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="moves_in")
    first_day = models.DateField("från och med")
    is_merger = models.BooleanField()
    """Everything goes, also what comes to the unit before the day; the unit then ends."""
    clients = models.ManyToManyField(Client, related_name="unit_moves")
    """The chosen persons of a split."""
    carers = models.ManyToManyField(Carer, related_name="unit_moves")
    shifts = models.JSONField(default=list)
    """The rows of the schedule that went over, so that they can go back."""
    carried_out_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = UnitMoveQuerySet.as_manager()

    called = "Det förberedda"

    class Meta(Record.Meta):
        ordering = ["-first_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="a_unit_moves_to_another"
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at=None) | Q(cancelled_at=None),
                name="a_move_is_carried_out_or_cancelled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} till {self.target}"

    @property
    def chain(self) -> str:
        """That of the unit that things move from; the other unit's tells the same."""
        return f"unit:{self.source_id}"

    @property
    def unit_path(self) -> str:
        return self.source.path
