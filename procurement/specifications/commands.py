"""Writing the call document: a draft is edited, then published and fixed for good.

An application is bound to the version in force the day it arrived (LOV-01), so a published version
never changes: a change is a new version. Named as the log names it.
"""

from datetime import date
from typing import Any

from django import forms

from audit.act import Act
from cases.dates import long_date
from door.command import Command, Kept
from door.filled import ChangeRow, Filled
from door.refusals import Missing, Refused
from organisation.roles import Role
from procurement.specifications import editing
from procurement.specifications.editing import Part, Row
from procurement.specifications.forms import PublishForm, TermsForm
from procurement.specifications.models import SpecificationSection, SpecificationVersion

EDITORS = frozenset(
    {Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.PROCUREMENT_OFFICER}
)


class VersionDrafted(Command[SpecificationVersion]):
    """A draft: a copy of the latest version, or empty when there is none. There is one at a time."""

    label, roles = "Ny version", EDITORS

    def apply(self, draft: SpecificationVersion, act: Act) -> Kept:
        latest = SpecificationVersion.objects.select_for_update().order_by("-number").first()
        if latest and not latest.published:
            raise Refused(f"Version {latest.number} är redan ett utkast. Arbeta vidare i den.")
        draft.number, draft.valid_from = latest.number + 1 if latest else 1, act.day
        if latest:
            draft.decision_weeks = latest.decision_weeks
        draft.save()
        if latest:
            editing.copy_rows(latest, draft)
        return {"copy_of": latest.number if latest else None}


class OfDraft(Command[SpecificationVersion]):
    """What is done with a version until it is published."""

    roles = EDITORS

    @classmethod
    def fits(cls, draft: SpecificationVersion) -> bool:
        return not draft.published

    @classmethod
    def unfit(cls, draft: SpecificationVersion) -> str:
        return editing.fixed(draft)


class DraftDiscarded(OfDraft):
    """A draft is thrown away."""

    label = "Ta bort utkastet"

    def apply(self, draft: SpecificationVersion, act: Act) -> None:
        draft.delete()


class TermsChanged(OfDraft, ChangeRow[SpecificationVersion]):
    """The time within which decisions are made (LOV 4:4), and what is new."""

    label = "Tid för beslut och ändringar"
    filled: TermsForm

    def stated(self) -> Kept:
        return dict(self.filled.cleaned_data)

    def receipt(self, draft: SpecificationVersion, values: Kept) -> str:
        return ""  # the version's page shows it


class OfRow(OfDraft, Filled[SpecificationVersion]):
    """A section, a required attachment or a remedy as its form says. Sections take the place that their
    number gives."""

    filled: "forms.ModelForm[Any]"

    def stated(self) -> Kept:
        return {}

    def apply(self, draft: SpecificationVersion, act: Act) -> Kept:
        row = self.filled.save()
        if isinstance(row, SpecificationSection):
            editing.sort_sections(draft)
        return editing.content(row)

    def receipt(self, draft: SpecificationVersion, values: Kept) -> str:
        return f"Sparat: {self.filled.instance}."


class RowAdded(OfRow):
    """A row is added."""

    label = "Lägg till en rad"


class RowChanged(OfRow):
    """A row is changed."""

    label = "Ändra en rad"


class RowRemoved(OfDraft):
    """A row is taken out."""

    label = "Ta bort en rad"
    row: Row

    def stated(self) -> Kept:
        return editing.content(self.row)

    def apply(self, draft: SpecificationVersion, act: Act) -> None:
        self.row.delete()


class RowMoved(OfDraft):
    """A row stands one place higher (-1) or lower (+1)."""

    label = "Flytta en rad"
    part: Part
    row: Row
    step: int

    def stated(self) -> Kept:
        return {**editing.content(self.row), "step": self.step}

    def check(self, draft: SpecificationVersion, act: Act) -> None:
        if not self.part.can_move(draft, self.row, self.step):
            raise Refused("Raden kan inte flyttas dit. Ladda om sidan.")

    def apply(self, draft: SpecificationVersion, act: Act) -> None:
        rows = self.part.rows(draft)
        place = rows.index(self.row)
        rows.insert(place + self.step, rows.pop(place))
        editing.write(rows, draft)


class VersionPublished(OfDraft, Filled[SpecificationVersion]):
    """A draft is published from a day on, and fixed (LOV-01).

    The day is not earlier than today, save for the very first version, and later than that of every
    version published before, so that the last published is always the newest.
    """

    label = "Publicera"
    filled: PublishForm

    def stated(self) -> Kept:
        return {"valid_from": self.first_day}

    @property
    def first_day(self) -> date:
        """The day from which it is to hold."""
        day: date = self.filled.cleaned_data["valid_from"]
        return day

    @classmethod
    def missing(cls, draft: SpecificationVersion, day: date) -> list[Missing]:
        return [Missing(what) for what in editing.missing(draft)]

    def check(self, draft: SpecificationVersion, act: Act) -> None:
        last = SpecificationVersion.objects.filter(published=True).order_by("valid_from").last()
        if last and self.first_day < act.day:
            raise Refused("Dagen har passerat. Underlaget kan gälla tidigast från i dag.")
        if last and self.first_day <= last.valid_from:
            raise Refused(
                f"Version {last.number} börjar gälla {long_date(last.valid_from)}. "
                "Välj en senare dag."
            )

    def apply(self, draft: SpecificationVersion, act: Act) -> None:
        editing.fix(draft, self.first_day, act.day)

    def receipt(self, draft: SpecificationVersion, values: Kept) -> str:
        return (
            f"Version {draft.number} är publicerad. Annonsera ändringen i den nationella "
            "databasen för valfrihetssystem."
        )
