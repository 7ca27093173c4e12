"""What people are told in their inbox, and what Kundval sends: mails and messages to other systems."""

from typing import Any, ClassVar

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


class Outgoing(Subject):
    """A message to somebody outside Kundval, written in the transaction of what it tells of and sent
    by a job until it is taken (`cases.outbox`). A kind of message is a subclass with what it says.

    It has no name, address or number of a client: those are added when it is sent. CAP-04, PLN-16, EXT-01.
    """

    called = "Meddelandet"
    kinds: ClassVar[dict[str, type["Outgoing"]]] = {}
    message_kind: ClassVar[str] = ""
    message_label: ClassVar[str] = ""
    """What messages of the kind are called, in Swedish."""
    joined: ClassVar[tuple[str, ...]] = ()
    """Rows that its text reads."""

    class State(models.TextChoices):
        WAITING = "waiting", "Väntar"
        TAKEN = "taken", "Mottaget"
        SHOWN = "shown", "Visas här (demoläge)"
        FAILED = "failed", "Misslyckat"
        BOUNCED = "bounced", "Studsat"

    kind = models.CharField(max_length=10, editable=False)
    party = models.CharField(max_length=40, blank=True)
    """Who it goes to, among those of its kind. Empty: nobody, since it is practised."""
    key = models.CharField(max_length=64)
    """The receiver carries a key out once, so that what may have been lost is sent again."""
    series = models.CharField(max_length=40, blank=True)
    """What comes in order: it is not sent before what is older of the same. Empty: in any order."""
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(db_index=True)
    next_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    """When it was last tried."""
    acknowledged_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=240, blank=True)
    """Why the last try failed, in Swedish."""

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "party", "key"], name="one_message_per_party_and_key"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("taken", "shown"), acknowledged_at__isnull=False)
                | Q(state__in=("waiting", "failed", "bounced"), acknowledged_at=None),
                name="outgoing_that_arrived_says_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "party", "id"],
                condition=Q(state="waiting"),
                name="outgoing_waiting",
            ),
            models.Index(
                fields=["kind", "party", "series"],
                condition=Q(state="waiting"),
                name="outgoing_waiting_in_order",
            ),
            models.Index(
                fields=["state"],
                condition=~Q(state__in=("taken", "shown")),
                name="outgoing_not_taken",
            ),
        ]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.message_kind:
            Outgoing.kinds[cls.message_kind] = cls

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def chain(self) -> str:
        """All messages have one."""
        return "outgoing"

    @property
    def can_be_sent_again(self) -> bool:
        """Whether a try has failed, so that it is given up or waits for the next."""
        is_given_up = self.state in (self.State.FAILED, self.State.BOUNCED)
        return is_given_up or (self.state == self.State.WAITING and bool(self.error))

    @property
    def party_label(self) -> str:
        """Who it goes to, in Swedish."""
        return party_label(self.kind, self.party)


def party_label(kind: str, party: str) -> str:
    """A kind of message and whom it goes to, in Swedish."""
    label = Outgoing.kinds[kind].message_label
    return label if party == kind else f"{label} till {party}"


class OutgoingMail(Outgoing):
    """A mail without personal data."""

    called = "Brevet"
    message_kind = "mail"
    message_label = "E-post"
    joined = ("user",)

    to = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=160)
    body = models.TextField()

    def __str__(self) -> str:
        return self.subject
