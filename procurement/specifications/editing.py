"""Writing the call document: a draft is edited, then published and fixed for good.

An application is bound to the version in force the day it arrived (LOV-01), so a published version
never changes: a change is a new version. Every write leaves an event on the version's own chain.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from audit import log
from audit.act import Act
from cases.dates import long_date
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


@transaction.atomic
def new_version(act: Act) -> SpecificationVersion:
    """A draft: a copy of the latest version, or empty when there is none.

    Raises ValidationError when there is a draft already.
    """
    latest = SpecificationVersion.objects.select_for_update().order_by("-number").first()
    if latest and not latest.published:
        raise ValidationError(f"Version {latest.number} är redan ett utkast. Arbeta vidare i den.")
    version = SpecificationVersion(number=latest.number + 1 if latest else 1, valid_from=act.day)
    if latest:
        version.decision_weeks = latest.decision_weeks
    version.save()
    if latest:
        for part in PARTS.values():
            _write([*part.rows(latest)], version)
    _log(version, "version_drafted", act, {"copy_of": latest.number if latest else None})
    return version


def discard(version: SpecificationVersion, act: Act) -> None:
    """Throw a draft away. Raises PermissionDenied for a published version."""
    with transaction.atomic():
        version = _draft(version.pk)
        _log(version, "draft_discarded", act, {})
        version.delete()


def set_terms(
    version: SpecificationVersion, decision_weeks: int, change_note: str, act: Act
) -> None:
    """The time within which decisions are made (LOV 4:4), and what is new, in a draft."""
    with transaction.atomic():
        version = _draft(version.pk)
        version.decision_weeks, version.change_note = decision_weeks, change_note
        version.save()
        values = {"decision_weeks": decision_weeks, "change_note": change_note}
        _log(version, "terms_changed", act, values)


def save_row(row: Row, act: Act) -> None:
    """Add or change a row of a draft. Sections take the place that their number gives."""
    with transaction.atomic():
        version = _draft(row.specification_id)
        name = "row_changed" if row.pk else "row_added"
        row.save()
        if isinstance(row, SpecificationSection):
            _sort_sections(version)
        _log(version, name, act, _content(row))


def remove_row(row: Row, act: Act) -> None:
    """Take a row out of a draft."""
    with transaction.atomic():
        version = _draft(row.specification_id)
        _log(version, "row_removed", act, _content(row))
        row.delete()


def move_row(part: Part, row: Row, step: int, act: Act) -> None:
    """Move a row of a draft one place up (-1) or down (+1)."""
    with transaction.atomic():
        version = _draft(row.specification_id)
        rows = part.rows(version)
        place = rows.index(row)
        if not 0 <= place + step < len(rows):
            return
        rows.insert(place + step, rows.pop(place))
        _write(rows, version)
        _log(version, "row_moved", act, {**_content(row), "step": step})


def missing(version: SpecificationVersion) -> list[str]:
    """What the version lacks before it can be published."""
    return [part.at_least_one for part in PARTS.values() if not part.rows(version)]


def publish(version: SpecificationVersion, valid_from: date, act: Act) -> SpecificationVersion:
    """Publish a draft from a day on, and fix it. Raises ValidationError with what hinders it.

    The day is not earlier than today, save for the very first version, and later than that of every
    version published before, so that the last published is always the newest. Requirement LOV-01.
    """
    with transaction.atomic():
        version = _draft(version.pk)
        faults = [f"Saknas: {what.lower()}." for what in missing(version)]
        last = SpecificationVersion.objects.filter(published=True).order_by("valid_from").last()
        if last and valid_from < act.day:
            faults.append("Dagen har passerat. Underlaget kan gälla tidigast från i dag.")
        elif last and valid_from <= last.valid_from:
            faults.append(
                f"Version {last.number} börjar gälla {long_date(last.valid_from)}. "
                "Välj en senare dag."
            )
        if faults:
            raise ValidationError(faults)
        version.valid_from, version.published = valid_from, True
        version.published_on = act.day
        version.save()
        _log(version, "version_published", act, {"valid_from": valid_from})
    return version


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
        raise PermissionDenied(
            f"Version {version.number} är publicerad och kan inte ändras. Skapa en ny version."
        )
    return version


def _draft(pk: int) -> SpecificationVersion:
    """The version, locked for writing."""
    return require_draft(SpecificationVersion.objects.select_for_update().get(pk=pk))


def _write(rows: Sequence[OneKind], version: SpecificationVersion) -> None:
    """Write the rows anew in this order, which is the order of their keys."""
    if not rows:
        return
    model = type(rows[0])
    model.objects.filter(specification=version).delete()
    for row in rows:
        row.pk, row.specification = None, version
    model.objects.bulk_create(rows)


def _sort_sections(version: SpecificationVersion) -> None:
    rows = list(version.sections.all())
    ordered = sorted(rows, key=lambda row: [int(n) for n in re.findall(r"\d+", row.number)])
    if ordered != rows:
        _write(ordered, version)


def _content(row: Row) -> dict[str, Any]:
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in ("id", "specification")
    } | {"row": row._meta.model_name}


def _log(
    version: SpecificationVersion,
    name: str,
    act: Act,
    values: Mapping[str, Any],
) -> None:
    log.record(f"specification:{version.number}", name, act, subject=version, values=values)
