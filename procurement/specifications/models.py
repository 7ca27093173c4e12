"""The call document (förfrågningsunderlag) as versions: what it demands, promises and can do."""

from datetime import date

from django.db import models
from django.db.models import Q

from door.models import Subject
from organisation.swedish import SWEDISH


class ServiceArea(models.Model):
    """A geographic area in which a provider may work."""

    name = models.CharField("namn", max_length=80, unique=True, db_collation=SWEDISH)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Assignment(models.TextChoices):
    """What a provider does for those who choose it."""

    PERSONAL_CARE = "personal_care", "Omvårdnad"
    DOMESTIC = "domestic", "Service"
    BOTH = "both", "Omvårdnad och service"


class SpecificationVersionQuerySet(models.QuerySet):
    """The reading vocabulary of call documents."""

    def in_force(self, day: date) -> "SpecificationVersion | None":
        """The version in force on a day: the last one published up to then (LOV-01)."""
        rows = SpecificationVersion.objects.filter(valid_from__lte=day, published=True)
        return rows.order_by("-valid_from").first()


class SpecificationVersion(Subject):
    """A version of the call document. Fixed once published; a change is a new version."""

    called = "Utkastet"

    number = models.PositiveSmallIntegerField("version", unique=True)
    valid_from = models.DateField("gäller från")
    decision_weeks = models.PositiveSmallIntegerField(
        "beslut inom (veckor)",
        default=12,
        help_text="Den tid inom vilken beslut fattas, räknat från ansökan (LOV 4 kap. 4 §).",
    )
    published = models.BooleanField(default=False)
    published_on = models.DateField(null=True)
    change_note = models.CharField("vad är ändrat", max_length=240, blank=True)

    objects = SpecificationVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=Q(published=True),
                name="one_published_version_per_first_day",
                violation_error_message="En annan publicerad version börjar gälla samma dag.",
            ),
        ]

    def __str__(self) -> str:
        return f"Förfrågningsunderlag version {self.number}"

    @property
    def chain(self) -> str:
        return f"specification:{self.number}"


class SpecificationSection(models.Model):
    """A section of the call document."""

    specification = models.ForeignKey(
        SpecificationVersion, on_delete=models.CASCADE, related_name="sections"
    )
    number = models.CharField("avsnitt", max_length=10)
    heading = models.CharField("rubrik", max_length=160, db_collation=SWEDISH)
    text = models.TextField("text")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"


class RequiredAttachment(models.Model):
    """A row of the checklist, and what makes the attachment valid."""

    specification = models.ForeignKey(
        SpecificationVersion, on_delete=models.CASCADE, related_name="required_attachments"
    )
    code = models.SlugField("kod", max_length=40)
    name = models.CharField("bilaga", max_length=120, db_collation=SWEDISH)
    description = models.CharField("beskrivning", max_length=240, blank=True)
    max_age_months = models.PositiveSmallIntegerField(
        "högst så många månader gammal vid ansökan", null=True, blank=True
    )
    needs_expiry = models.BooleanField("måste gälla på ansökningsdagen", default=False)
    shown_only = models.BooleanField(
        "visas upp, lämnas aldrig in",
        default=False,
        help_text="För registerutdrag: bara en notering om att det har visats (lag 2026:43).",
    )
    optional_note = models.CharField(
        "gäller inte om",
        max_length=120,
        blank=True,
        help_text="Till exempel: nystartat företag. Bilagan får då utelämnas med skäl.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["specification", "code"], name="one_requirement_per_code_and_version"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Remedy(models.Model):
    """A remedy that the call document offers when a contract is not followed, with its clause."""

    class Step(models.TextChoices):
        ACTION_PLAN = "action_plan", "Åtgärdsplan"
        WARNING = "warning", "Varning"
        PENALTY = "penalty", "Vite"
        WITHHELD_PAYMENT = "withheld_payment", "Innehållen ersättning"
        RESCISSION = "rescission", "Hävning"

    specification = models.ForeignKey(
        SpecificationVersion, on_delete=models.CASCADE, related_name="remedies"
    )
    step = models.CharField("åtgärd", max_length=20, choices=Step)
    clause = models.CharField("avsnitt", max_length=20)
    text = models.CharField("innebörd", max_length=240)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "remedies"

    def __str__(self) -> str:
        return f"{self.get_step_display()} ({self.clause})"
