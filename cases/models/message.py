"""What people are told: in their inbox, and by mail without personal data."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from door.models import Subject


class Notification(models.Model):
    """A line in a person's inbox."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications"
    )
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="notifications"
    )
    text = models.CharField(max_length=240)
    leads_to = models.CharField(max_length=200, blank=True)
    """The page it opens, when its receiver is not one who may open the case's own."""
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    opens: bool
    """Whether its receiver still may open what it leads to; `cases.pages.worklist` puts it there."""

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["user"], condition=Q(read_at=None), name="unread_by_person")
        ]

    def __str__(self) -> str:
        return self.text


class OutgoingMail(Subject):
    """A mail, written in the transaction of what it tells of, sent by a job with retries."""

    called = "Brevet"

    class Status(models.TextChoices):
        QUEUED = "queued", "I kö"
        SENT = "sent", "Skickat"
        SHOWN = "shown", "Visas här (demoläge)"
        FAILED = "failed", "Misslyckat"
        BOUNCED = "bounced", "Studsat"

    to = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=160)
    body = models.TextField()
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=240, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(status="queued"), name="mail_to_send")
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def chain(self) -> str:
        """All mails have one."""
        return "mail"
