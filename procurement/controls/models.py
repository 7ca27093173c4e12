"""The yearly controls of a provider: taxes and credit, activity report and annual accounts. FUP-02."""

from datetime import date

from django.db import models
from django.db.models import Q
from django_fsm import transition

from cases.models import Attachment, Case, Record
from organisation.roles import ADMINISTRATION, Role
from procurement.contracts.models import Contract


class YearlyControl(Case):
    """A year's control of one provider, with an item for each thing that is looked at."""

    case_kind = "control"
    case_label = "Årlig kontroll"
    number_prefix = "KON"
    reader_roles = ADMINISTRATION | {Role.CONTROLLER}

    class State(models.TextChoices):
        OPEN = "open", "Ska göras"
        REQUESTED = "requested", "Begärd från utföraren"
        FINISHED = "finished", "Klar"
        CANCELLED = "cancelled", "Inställd"

    class About(models.TextChoices):
        TAX = "tax", "Skatter och kredit"
        REPORTS = "reports", "Verksamhetsberättelse och årsredovisning"

    about = models.CharField("gäller", max_length=10, choices=About)
    agreement = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="controls")
    due_on = models.DateField("senast")
    requested_on = models.DateField("begärd", null=True)

    @transition(field="state", source=State.OPEN, target=State.REQUESTED)
    def request(self, *, on: date) -> None:
        """The provider is asked for its reports."""
        self.requested_on = on

    @transition(field="state", source=[State.OPEN, State.REQUESTED], target=State.FINISHED)
    def finish(self, *, on: date) -> None:
        """Every item is reviewed."""
        self.closed_on = on

    @transition(field="state", source=[State.OPEN, State.REQUESTED], target=State.CANCELLED)
    def cancel(self, *, on: date) -> None:
        """It is not made, for a reason that is recorded."""
        self.closed_on = on


class ControlItem(models.Model):
    """One thing that is looked at: what came, and what was found."""

    class Kind(models.TextChoices):
        TAX = "tax", "Kontroll med Skatteverket"
        CREDIT = "credit", "Kreditupplysning"
        ACTIVITY_REPORT = "activity_report", "Verksamhetsberättelse"
        ANNUAL_ACCOUNTS = "annual_accounts", "Årsredovisning"

    control = models.ForeignKey(YearlyControl, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=20, choices=Kind)
    received_on = models.DateField("kom in", null=True)
    evidence = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["control", "kind"], name="one_item_per_kind_and_control"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    def standing(self) -> "Review | None":
        """The last review."""
        return self.reviews.order_by("pk").last()


class Review(Record):
    """What was found in an item; reviewed again, it is a new row."""

    class Outcome(models.TextChoices):
        PASSED = "passed", "Utan anmärkning"
        REMARK = "remark", "Med anmärkning"
        FAILED = "failed", "Brister"

    item = models.ForeignKey(ControlItem, on_delete=models.PROTECT, related_name="reviews")
    done_on = models.DateField("granskad")
    outcome = models.CharField("utfall", max_length=8, choices=Outcome)
    note = models.TextField("vad som framkom", blank=True)
    by_controller = models.BooleanField(default=False)

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="passed") | ~Q(note=""), name="a_remark_says_what_it_is"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_outcome_display()}"
