"""That a person wants a granted service to wait. SoL 34:6."""

from django.db import models
from django.db.models import F, Q

from cases.models import Record
from clients.models import ServiceOrder


class Postponement(Record):
    """The person's own wish that what is granted waits: a reason, which the report states (UNX-02)."""

    order = models.ForeignKey(ServiceOrder, on_delete=models.CASCADE, related_name="postponements")
    first = models.DateField("från och med")
    last = models.DateField("till och med", null=True, blank=True)
    note = models.CharField("vem som sa det, och hur", max_length=240)

    class Meta(Record.Meta):
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last=None) | Q(last__gte=F("first")),
                name="postponement_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"Vill vänta från {self.first}"
