"""What somebody says of a provider: a complaint, praise, or something that could be done better.

Source: SOSFS 2011:9 5 kap. 3 § (complaints are received and looked into).
"""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from cases.models import Case
from organisation.roles import ADMINISTRATION, Role
from procurement.areas import FollowUpArea
from procurement.escalations.models import Deviation


class Complaint(Case):
    """One person's words about one provider, and what came of them."""

    case_kind = "complaint"
    case_label = "Synpunkt"
    number_prefix = "SYN"
    reader_roles = ADMINISTRATION | {Role.FIRST_SOCIAL_WORKER, Role.SOCIAL_WORKER}
    withheld = Q(kind="complaint")
    """Who said something is never shown to the company."""

    class State(models.TextChoices):
        RECEIVED = "received", "Kommit in"
        HANDLING = "handling", "Handläggs"
        ANSWERED = "answered", "Besvarad"
        CLOSED = "closed", "Avslutad"

    class Sort(models.TextChoices):
        COMPLAINT = "complaint", "Klagomål"
        PRAISE = "praise", "Beröm"
        SUGGESTION = "suggestion", "Förslag"

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", "Befogad"
        PARTLY = "partly", "Delvis befogad"
        UNFOUNDED = "unfounded", "Inte befogad"

    sort = models.CharField("slag", max_length=10, choices=Sort)
    area = models.CharField("gäller", max_length=20, choices=FollowUpArea)
    arrived_on = models.DateField("kom in")
    said = models.TextField("vad personen säger")
    from_name = models.CharField("från", max_length=120, blank=True)
    from_address = models.CharField("adress eller e-post", max_length=254, blank=True)
    findings = models.TextField("vad som har kommit fram", blank=True)
    outcome = models.CharField("bedömning", max_length=10, choices=Outcome, blank=True)
    answered_on = models.DateField("besvarad", null=True)
    led_to = models.OneToOneField(
        Deviation, null=True, on_delete=models.PROTECT, related_name="complaint"
    )

    @property
    def is_anonymous(self) -> bool:
        """Whether there is nobody to answer."""
        return not self.from_name

    @transition(field="state", source=State.RECEIVED, target=State.HANDLING)
    def begin_handling(self) -> None:
        """Somebody looks into it."""

    @transition(field="state", source=State.HANDLING, target=State.ANSWERED)
    def answer(self, *, on: date) -> None:
        """The person has been told what was found."""
        self.answered_on = on

    @transition(field="state", source=[State.HANDLING, State.ANSWERED], target=State.CLOSED)
    def close(self, *, on: date) -> None:
        """Nothing more is to be done."""
        self.closed_on = on
