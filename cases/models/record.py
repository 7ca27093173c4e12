"""What a person recorded in a case: who, when, and for whom."""

from django.conf import settings
from django.db import models


class Record(models.Model):
    """A record of a case, with who made it and for whom. Filled with `Act.stamp`."""

    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["pk"]
