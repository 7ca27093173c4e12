"""The call document's rows, how they are written, and how two versions differ. Requirement LOV-01."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied

from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    SpecificationSection,
    SpecificationVersion,
)

Row = SpecificationSection | RequiredAttachment | Remedy
OneKind = TypeVar("OneKind", SpecificationSection, RequiredAttachment, Remedy)


@dataclass(frozen=True)
class Part:
    """A kind of row in the call document."""

    model: type[Row]
    related: str
    name: str
    at_least_one: str
    same: Callable[[Any], Any]
    """What makes a row of one version the same row in another."""
    fields: tuple[str, ...]

    def rows(self, version: SpecificationVersion) -> list[Any]:
        """The version's rows, in their order."""
        return list(getattr(version, self.related).all())

    def can_move(self, version: SpecificationVersion, row: Row, step: int) -> bool:
        """Whether there is a place `step` rows away from the row's own."""
        rows = self.rows(version)
        return row in rows and 0 <= rows.index(row) + step < len(rows)


PARTS = {
    "avsnitt": Part(
        SpecificationSection, "sections", "Avsnitt", "Minst ett avsnitt",
        lambda row: row.number, ("heading", "text"),
    ),
    "bilaga": Part(
        RequiredAttachment, "required_attachments", "Bilaga", "Minst en bilaga som krävs",
        lambda row: row.code,
        ("name", "description", "max_age_months", "needs_expiry", "shown_only", "optional_note"),
    ),
    "atgard": Part(
        Remedy, "remedies", "Åtgärd", "Minst en åtgärd när avtalet inte följs",
        lambda row: row.clause, ("step", "text"),
    ),
}  # fmt: skip


def missing(version: SpecificationVersion) -> list[str]:
    """What the version lacks before it can be published."""
    return [part.at_least_one for part in PARTS.values() if not part.rows(version)]


def fix(version: SpecificationVersion, valid_from: date, day: date) -> None:
    """Let a draft hold from a day on, published on `day`, and change no more."""
    version.valid_from, version.published, version.published_on = valid_from, True, day
    version.save()


@dataclass(frozen=True)
class Difference:
    """A row that is new, changed or removed against the version before."""

    part: str
    row: str
    what: str
    """`new`, `changed` or `removed`."""
    changes: tuple[str, ...] = ()
    before: str = ""
    """The former text of a section whose text has changed."""


def differences(new: SpecificationVersion, old: SpecificationVersion) -> list[Difference]:
    """What is new, changed and removed in `new` against `old`, in words."""
    found = []
    if new.decision_weeks != old.decision_weeks:
        change = f"beslut inom: {old.decision_weeks} veckor → {new.decision_weeks} veckor"
        found.append(Difference("Tid för beslut", "", "changed", (change,)))
    for part in PARTS.values():
        before = {part.same(row): row for row in part.rows(old)}
        after = {part.same(row): row for row in part.rows(new)}
        for key, row in after.items():
            if key not in before:
                found.append(Difference(part.name, str(row), "new"))
            elif changed := _changed(part, before[key], row):
                found.append(changed)
        found += [
            Difference(part.name, str(row), "removed")
            for key, row in before.items()
            if key not in after
        ]
    return found


def _changed(part: Part, old: Row, new: Row) -> Difference | None:
    names = [name for name in part.fields if getattr(old, name) != getattr(new, name)]
    if not names:
        return None
    changes = tuple(
        "texten är ändrad"
        if part.model is SpecificationSection and name == "text"
        else f"{_label(part, name)}: {_shown(old, name)} → {_shown(new, name)}"
        for name in names
    )
    before = old.text if isinstance(old, SpecificationSection) and "text" in names else ""
    return Difference(part.name, str(new), "changed", changes, before)


def _label(part: Part, name: str) -> str:
    return str(next(f.verbose_name for f in part.model._meta.fields if f.name == name))


def _shown(row: Row, name: str) -> str:
    value = getattr(row, f"get_{name}_display", lambda: getattr(row, name))()
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return "–" if value in (None, "") else str(value)


def require_draft(version: SpecificationVersion) -> SpecificationVersion:
    """The version itself. Raises PermissionDenied when it has been published."""
    if version.published:
        raise PermissionDenied(fixed(version))
    return version


def fixed(version: SpecificationVersion) -> str:
    """Why a published version stays as it is."""
    return f"Version {version.number} är publicerad och kan inte ändras. Skapa en ny version."


def copy_rows(latest: SpecificationVersion, draft: SpecificationVersion) -> None:
    """Let a draft say what the latest version says."""
    for part in PARTS.values():
        write([*part.rows(latest)], draft)


def write(rows: Sequence[OneKind], version: SpecificationVersion) -> None:
    """Write the rows anew in this order, which is the order of their keys."""
    if not rows:
        return
    model = type(rows[0])
    model.objects.filter(specification=version).delete()
    for row in rows:
        row.pk, row.specification = None, version
    model.objects.bulk_create(rows)


def sort_sections(version: SpecificationVersion) -> None:
    """Put the sections in the order of their numbers."""
    rows = list(version.sections.all())
    ordered = sorted(rows, key=lambda row: [int(n) for n in re.findall(r"\d+", row.number)])
    if ordered != rows:
        write(ordered, version)


def content(row: Row) -> dict[str, Any]:
    """What a row says, as the log keeps it."""
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in ("id", "specification")
    } | {"row": row._meta.model_name}
