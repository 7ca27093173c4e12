"""A tender of residential care: its call document in sections, questions, and the award.

Sealed tenders never come here: they are handled in the procurement unit's own system. TND-01, TND-02.
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import transition

from cases.models import Case, Record
from organisation.models import Provider, User
from organisation.roles import ADMINISTRATION, Role
from organisation.swedish import SWEDISH


class Tender(Case):
    """The call document for running a home (särskilt boende), until somebody has the contract."""

    case_kind = "tender"
    case_label = "Upphandling"
    number_prefix = "UPH"
    reader_roles = ADMINISTRATION | {
        Role.PROCUREMENT_OFFICER,
        Role.CHIEF_NURSE,
        Role.MAR,
        Role.FIRST_SOCIAL_WORKER,
        Role.CONTROLLER,
    }

    class State(models.TextChoices):
        DRAFTING = "drafting", "Skrivs"
        PUBLISHED = "published", "Annonserad, frågor besvaras"
        EVALUATION = "evaluation", "Anbud prövas"
        AWARDED = "awarded", "Tilldelad"
        CANCELLED = "cancelled", "Avbruten"

    home = models.CharField("boende", max_length=160)
    published_on = models.DateField("annonserad", null=True)
    questions_close_on = models.DateField("sista dag för frågor", null=True)
    tenders_close_on = models.DateField("sista dag för anbud", null=True)
    tenders_received = models.PositiveSmallIntegerField("antal anbud", null=True)
    awarded_on = models.DateField("tilldelad", null=True)
    award_paragraph = models.PositiveIntegerField("paragraf", null=True)
    award_reason = models.TextField("skäl", blank=True)
    cancel_reason = models.TextField("skäl för avbrott", blank=True)
    winner = models.ForeignKey(
        Provider,
        null=True,
        on_delete=models.PROTECT,
        related_name="won_tenders",
        verbose_name="tilldelad anbudsgivare",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_on=None)
                | (
                    Q(questions_close_on__gte=F("published_on"))
                    & Q(tenders_close_on__gt=F("questions_close_on"))
                ),
                name="tender_takes_questions_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(awarded_on=None) | (Q(winner__isnull=False) & ~Q(award_reason="")),
                name="awarded_tender_has_winner_and_reason",
            ),
        ]

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it: from its publication on, also when it was cancelled."""
        return self.published_on is not None

    def unanswered(self) -> models.QuerySet["TenderQuestion"]:
        """Questions that wait for their answer."""
        return self.questions.filter(answered_at=None)

    def takes_questions(self, day: date) -> bool:
        """Whether a bidder may ask on `day`; the last day is one of them."""
        last = self.questions_close_on
        return self.state == self.State.PUBLISHED and last is not None and day <= last

    @transition(field="state", source=State.DRAFTING, target=State.PUBLISHED)
    def publish(self, *, on: date, questions_close_on: date, tenders_close_on: date) -> None:
        """The call document is open to everybody."""
        self.published_on = on
        self.questions_close_on, self.tenders_close_on = questions_close_on, tenders_close_on

    @transition(field="state", source=State.PUBLISHED, target=State.EVALUATION)
    def close(self, *, received: int) -> None:
        """The time for tenders is out."""
        self.tenders_received = received

    @transition(field="state", source=State.EVALUATION, target=State.AWARDED)
    def award(self, *, on: date, paragraph: int, winner: Provider, reason: str) -> None:
        """The committee has decided."""
        self.awarded_on, self.award_paragraph = on, paragraph
        self.winner, self.award_reason = winner, reason

    @transition(field="state", source=State.AWARDED, target=State.AWARDED)
    def sign(self, *, on: date) -> None:
        """The contract is signed, and nothing is left to do here."""
        self.closed_on = on

    @transition(
        field="state",
        source=[State.DRAFTING, State.PUBLISHED, State.EVALUATION, State.AWARDED],
        target=State.CANCELLED,
    )
    def cancel(self, *, on: date) -> None:
        """Nobody gets a contract by it."""
        self.closed_on = on


class TenderSection(models.Model):
    """A section of the call document. Earlier wordings stand in the event log."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="sections")
    number = models.PositiveSmallIntegerField("avsnitt")
    heading = models.CharField("rubrik", max_length=160, db_collation=SWEDISH)
    text = models.TextField("text", blank=True)
    ready_on = models.DateField("klart", null=True)
    ready_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "number"], name="one_section_per_number_and_tender"
            ),
            models.CheckConstraint(
                condition=Q(ready_on=None) | ~Q(text=""), name="section_that_is_ready_has_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"

    def standing_experts(self) -> models.QuerySet["SectionExpert"]:
        """Those who answer for the section now."""
        return self.experts.filter(released_on=None).select_related("user")

    def has_expert(self, user: User | None) -> bool:
        """Whether the person answers for the section now."""
        return user is not None and self.experts.filter(user=user, released_on=None).exists()


class SectionExpert(Record):
    """A named expert of a section: responsible until the award decision (TND-01)."""

    section = models.ForeignKey(TenderSection, on_delete=models.CASCADE, related_name="experts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="expert_in"
    )
    named_on = models.DateField("utsedd")
    released_on = models.DateField("ansvaret slut", null=True)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["section", "user"],
                condition=Q(released_on=None),
                name="expert_is_named_once_per_section",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, avsnitt {self.section}"


class ReferenceGroupMeeting(Record):
    """Consultation with the committee's political reference group for procurement (TND-02)."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="consultations")
    held_on = models.DateField("hållet")
    attended = models.TextField("deltog")
    outcome = models.TextField("resultat")

    def __str__(self) -> str:
        return f"Referensgruppen {self.held_on}"


class TenderQuestion(models.Model):
    """A question about the call document. Who asked is never kept.

    Nobody outside sees it before it is answered; then everybody sees question and answer at once.
    """

    class Channel(models.TextChoices):
        PAGE = "page", "Ställd på den öppna sidan"
        SYSTEM = "system", "Ställd i upphandlingssystemet"
        OTHER = "other", "Kom på annat sätt"

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="questions")
    number = models.PositiveSmallIntegerField("fråga")
    section = models.ForeignKey(
        TenderSection, null=True, on_delete=models.PROTECT, related_name="questions"
    )
    channel = models.CharField("kom in genom", max_length=8, choices=Channel)
    text = models.TextField("fråga")
    arrived_on = models.DateField("inkom")
    answer = models.TextField("svar", blank=True)
    answered_at = models.DateTimeField("publicerad", null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tender", "number"], name="one_question_per_number_and_tender"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="answer_is_published_when_it_is_given",
            ),
        ]

    def __str__(self) -> str:
        words = self.text if len(self.text) <= 60 else f"{self.text[:59]}…"
        return f"Fråga {self.number}: {words}"


class Clarification(Record):
    """What is added to a published answer; the answer itself is never changed."""

    question = models.ForeignKey(
        TenderQuestion, on_delete=models.PROTECT, related_name="clarifications"
    )
    text = models.TextField("förtydligande")

    def __str__(self) -> str:
        return f"Förtydligande till fråga {self.question.number}"
