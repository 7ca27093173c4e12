"""What a process's cases copy when they begin: a programme, questions. In versions, fixed once
published, so that a case that has begun is never changed by a later version."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from door.models import Subject


class TemplateQuerySet(models.QuerySet):
    """The reading vocabulary of templates."""

    def in_force(self, kind: str) -> Any:
        """The newest published version of a kind, or None."""
        rows = self.filter(kind=kind, published_on__isnull=False)
        return rows.order_by("number").last()


class Template(Subject):
    """A version of the template of a kind. A subclass names its kinds and its rows."""

    called = "Mallen"
    Kind: ClassVar[type[models.TextChoices]]
    word: ClassVar[str]
    """Its word in addresses."""
    name: ClassVar[str]
    """What it is a template of, on the page."""
    used_for: ClassVar[str]
    """What follows the version from now on, on the page."""
    rows_name: ClassVar[str]
    """The accessor of its rows."""
    copied: ClassVar[tuple[str, ...]]
    """The fields of a row, as a new version takes them over."""

    kind = models.CharField("gäller", max_length=12)
    number = models.PositiveSmallIntegerField("version")
    published_on = models.DateField("publicerad", null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"], name="one_%(class)s_per_kind_and_number"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(published_on=None), name="one_draft_%(class)s_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label}, version {self.number}"

    @property
    def chain(self) -> str:
        return f"{self._meta.model_name}:{self.kind}:{self.number}"

    @property
    def kind_label(self) -> str:
        """The kind in Swedish."""
        return str(self.Kind(self.kind).label)

    @property
    def rows(self) -> Any:
        """Its rows, in order."""
        return getattr(self, self.rows_name)

    def fault(self) -> str:
        """Why it cannot be published, in Swedish; empty when it can."""
        return "" if self.rows.exists() else "Mallen är tom. Lägg till minst en rad."
