"""The event log: what was changed, read and refused. Append-only; the database holds it so."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class AppendOnly(models.QuerySet):
    """Refuses what the database's triggers refuse too, with a clearer message."""

    def update(self, **kwargs):
        raise TypeError("Händelseloggen kan inte ändras.")

    def delete(self):
        raise TypeError("Händelseloggen kan inte tas bort.")


class Chain(models.Model):
    """A hash chain of events: one per case, and one per subject that is no case."""

    name = models.CharField(max_length=80, unique=True)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return self.name


class Showing(models.Model):
    """The people whom a page showed together, kept once however often they are shown.

    Its key is the checksum of their numbers, which stands in each event that shows them: neither
    can be changed unseen.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.digest


class Shown(models.Model):
    """A person of a `Showing`, by number."""

    showing = models.ForeignKey(Showing, on_delete=models.PROTECT, related_name="shown")
    person = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "showing"], name="shown_once_in_a_showing"),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Event(models.Model):
    """One change, read or refusal. Ids and field names only; values lie in `EventValues`.

    `at` is the time that the product went by (*Demodatum*), `recorded_at` the real one.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", "Ändring"
        READ = "read", "Läsning"
        REFUSAL = "refusal", "Nekat"

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    fields = models.JSONField(default=list)
    values_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    personal = models.BooleanField(default=False)
    """Whether personal data was read or changed (SEC-02)."""
    showing = models.ForeignKey(Showing, null=True, on_delete=models.PROTECT, related_name="events")
    """Who was shown, in a read (SEC-02)."""

    objects = AppendOnly.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="one_event_per_place_in_chain"),
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="events_of_object"),
            models.Index(fields=["actor", "-at"], name="events_of_actor"),
            models.Index(fields=["-at"], condition=Q(personal=True), name="personal_reads_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id}:{self.seq} {self.name}"


class EventValues(models.Model):
    """The values of an event, which can be disposed of; their salted hash stays in the chain."""

    event = models.OneToOneField(
        Event, on_delete=models.PROTECT, primary_key=True, related_name="values"
    )
    salt = models.CharField(max_length=32)
    values = models.JSONField()

    def __str__(self) -> str:
        return str(self.event_id)


class DemoDate(models.Model):
    """*Demodatum*: how far the clock is moved ahead in demo mode. One row."""

    days_ahead = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"+{self.days_ahead}"
