"""The annual wheel: what has to be done and when, as rows. The work itself is a case (FUP-02)."""

from datetime import date

from django.db import models
from django.db.models import Q

from cases.models import Case
from organisation.authority import Actor
from organisation.models import Responsibility, Unit
from organisation.roles import Role
from procurement.contracts.models import Contract


def light_of(due: date, opened: bool, closed_on: date | None, today: date) -> str:
    """The light of a duty on a day: green when done, red when late, amber when it has a case."""
    if closed_on:
        return "green"
    return "red" if due < today else "amber" if opened else "none"


class DutyQuerySet(models.QuerySet):
    """The reading vocabulary of duties."""

    def standing(self):
        """Duties that have not been taken out of the wheel."""
        return self.filter(cancelled_on=None)

    def visible_to(self, actor: Actor):
        """What `actor` may see, by the unit in which they read contracts (SEC-01)."""
        seen = Q(pk=None)
        for path in actor.unit_paths(Contract.reader_roles):
            seen |= Q(unit__path__startswith=path)
        return self.filter(seen)


class Duty(models.Model):
    """Something that the matrix and the contracts demand by a day; made once, whoever makes it.

    `ordinal` says which of its kind it is: months since the contract began, or the month that it
    belongs to (year times twelve plus month). It stays when the day moves.
    """

    class Kind(models.TextChoices):
        FOLLOW_UP = "follow_up", "Avtalsuppföljning"
        TAX_CONTROL = "tax_control", "Kontroll av skatter och kredit"
        REPORT_REVIEW = "report_review", "Granskning av berättelse och årsredovisning"
        PROVIDER_MEETING = "provider_meeting", "Utförarträff"
        SPECIFICATION_REVIEW = "specification_review", "Genomgång av förfrågningsunderlaget"
        DECISION_REVIEW = "decision_review", "Uppföljning av enskilda biståndsbeslut"
        INTERNAL_MEETING = "internal_meeting", "Möte för berörda professioner"

    kind = models.CharField("uppgift", max_length=24, choices=Kind)
    table = models.CharField("gäller", max_length=12, choices=Responsibility.Table)
    agreement = models.ForeignKey(
        Contract, null=True, on_delete=models.PROTECT, related_name="duties", verbose_name="avtal"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveIntegerField()
    due = models.DateField("senast")
    main_role = models.CharField("ansvarig", max_length=40, choices=Role)
    substitute_role = models.CharField("ersättare", max_length=40, choices=Role)
    case = models.OneToOneField(Case, null=True, on_delete=models.PROTECT, related_name="duty")
    cancelled_on = models.DateField(null=True)

    objects = DutyQuerySet.as_manager()

    light: str
    word: str
    """Its `status`; the page of the wheel puts them there."""

    class Meta:
        ordering = ["due", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "agreement", "ordinal"], condition=Q(agreement__isnull=False),
                name="one_duty_per_contract_and_ordinal",
            ),
            models.UniqueConstraint(
                fields=["kind", "table", "ordinal"], condition=Q(agreement=None),
                name="one_duty_per_table_and_ordinal",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["due"], condition=Q(case=None, cancelled_on=None), name="duties_to_open"
            ),
        ]

    def __str__(self) -> str:
        about = self.agreement.title if self.agreement else self.get_table_display()
        return f"{self.get_kind_display()}, {about}"

    def status(self, today: date) -> tuple[str, str]:
        """The light and the word of the duty on a day."""
        closed = self.case.closed_on if self.case else None
        light = light_of(self.due, self.case_id is not None, closed, today)
        return light, {"green": "Klar", "red": "Försenad", "amber": "Pågår", "none": "Kommer"}[
            light
        ]
