"""Visits that the client declined. PLN-08."""

from django.db import models

from cases.models import Record
from planning.models.visits import Visit


class Decline(Record):
    """That a visit was declined: when, and whether its staff could do something else instead."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="declines")
    declined_at = models.DateTimeField("avböjdes")
    staff_used = models.BooleanField("personalen kunde göra annat")
    why = models.CharField("varför", max_length=200)
    stays = models.BooleanField("ligger kvar som avböjt")
    """Whether it is compensated."""

    def __str__(self) -> str:
        return f"{self.visit_id} {self.declined_at}"
