"""Extra needs: what a client gets beyond what is granted, until it ends or is applied for.

Requirements EXT-01 to EXT-05.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from cases.models import Case, Outgoing, Record
from clients.models import READERS, CareDecision, Client, Service
from planning.models.visits import Visit


class ExtraNeed(Case):
    """A client's extra need of a service. Whether it is overdue follows from its deadlines.

    The provider is the client's; a company's people do not see the case, so it is not the case's.
    """

    case_kind = "extra_need"
    case_label = "Extra insats"
    number_prefix = "EXT"
    reader_roles = READERS

    class State(models.TextChoices):
        NOTIFY = "notify", "Kontakt ska tas"
        RUNNING = "running", "Kontakt tagen"
        RENEWED = "renewed", "Ansökan gjord"
        DECIDED = "decided", "Beslutad"
        ENDED = "ended", "Upphörd"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="extra_needs")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField("första dag med behov")
    """Day 0."""
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="påkallad av sjuksköterska",
    )
    visits = models.ManyToManyField(Visit, related_name="needs")
    application_from = models.DateField("ansökan gäller från", null=True)
    renewed_on = models.DateField("ansökan gjord", null=True)
    ended_on = models.DateField("behovet upphörde", null=True)
    ended_why = models.CharField("varför", max_length=240, blank=True)
    decided_on = models.DateField("beslutat", null=True)
    decision = models.ForeignKey(
        CareDecision,
        null=True,
        on_delete=models.PROTECT,
        related_name="extra_needs",
        verbose_name="beslut",
    )
    """None when the application was rejected."""
    is_running = models.BooleanField(default=True, editable=False)
    """The same as the case's being open; here so that a client has one open need of a service."""
    timer: str
    """Which of the ten days it is, in words, where a page shows it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "service"], condition=Q(is_running=True),
                name="one_open_extra_need_per_client_and_service",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("first_day")),
                name="extra_need_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(application_from=None) | Q(application_from=F("first_day")),
                name="extra_need_is_applied_for_from_its_first_day",
            ),
        ]  # fmt: skip

    @property
    def counts_days(self) -> bool:
        """Whether the ten days run: neither applied for, decided nor ended."""
        return self.state in (self.State.NOTIFY, self.State.RUNNING)

    @property
    def was_granted(self) -> bool:
        """Whether a decision covers it."""
        return self.decision_id is not None

    def _close(self, on: date) -> None:
        self.closed_on, self.is_running = on, False

    @transition(field="state", source=State.NOTIFY, target=State.RUNNING)
    def contact(self) -> None:
        """The social worker knows of the need (EXT-01)."""

    @transition(field="state", source=State.RUNNING, target=State.RENEWED)
    def renew(self, *, on: date) -> None:
        """The need remains: it is applied for from its first day (EXT-03)."""
        self.renewed_on, self.application_from = on, self.first_day

    @transition(
        field="state", source=[State.NOTIFY, State.RUNNING, State.RENEWED], target=State.ENDED
    )
    def end(self, *, need_ended: date, why: str, on: date) -> None:
        """The need has ended (EXT-04)."""
        self.ended_on, self.ended_why = need_ended, why
        self._close(on)

    @transition(
        field="state", source=[State.RUNNING, State.RENEWED, State.ENDED], target=State.DECIDED
    )
    def decide(self, *, decision: CareDecision | None, on: date) -> None:
        """The social worker has granted it, or rejected it; also of a need that has ended since."""
        self.decision, self.decided_on = decision, on
        self._close(self.closed_on or on)


class ExtraContact(Record):
    """A contact with the social worker about a need: in which round, how, by whom, when, what."""

    class Round(models.TextChoices):
        FIRST = "first", "Första kontakten"
        DAY_TEN = "day_ten", "Efter tio dagar"

    class Channel(models.TextChoices):
        MESSAGE = "message", "Meddelande i Viva"
        TELEPHONE = "telephone", "Telefon"

    need = models.ForeignKey(ExtraNeed, on_delete=models.PROTECT, related_name="contacts")
    round = models.CharField("omgång", max_length=8, choices=Round)
    channel = models.CharField("hur", max_length=10, choices=Channel)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="vem tog kontakten",
    )
    made_on = models.DateField("när")
    told = models.CharField("med vem", max_length=120)
    said = models.TextField("vad som sades", max_length=2000)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["need", "round"], name="one_contact_per_round")
        ]

    def __str__(self) -> str:
        return f"{self.get_round_display()} {self.made_on}"


class NeedNotice(Outgoing):
    """What the social worker's system is to know of a need."""

    message_kind = "notice"
    message_label = "Extra insatser"
    joined = ("need",)

    class About(models.TextChoices):
        STARTED = "started", "Extra insats påbörjad"
        CONTACT = "contact", "Kontakt tagen"
        RENEWED = "renewed", "Behovet kvarstår, ansökan"
        ENDED = "ended", "Behovet har upphört"

    need = models.ForeignKey(ExtraNeed, on_delete=models.PROTECT, related_name="notices")
    about = models.CharField("vad", max_length=8, choices=About)
    content = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "about"], name="one_notice_of_a_need_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.need}: {self.get_about_display()}"
