"""Writing templates: a draft is edited as a whole, then published and fixed. INT-01, FUP-03."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseModelFormSet

from audit import log
from audit.act import Act
from procurement.templating.models import Template


def new_version(of: type[Template], kind: str, act: Act) -> Template:
    """A draft: a copy of the newest version of the kind. Raises ValidationError if there is one."""
    with transaction.atomic():
        latest = of.objects.select_for_update().filter(kind=kind).order_by("number").last()
        if latest and latest.published_on is None:
            raise ValidationError(
                f"Version {latest.number} är redan ett utkast. Arbeta vidare i den."
            )
        draft = of.objects.create(kind=kind, number=latest.number + 1 if latest else 1)
        rows = latest.rows.all() if latest else ()
        draft.rows.bulk_create(
            draft.rows.model(template=draft, **{name: getattr(row, name) for name in of.copied})
            for row in rows
        )
        _log(draft, "template_drafted", act)
    return draft


def save(draft: Template, forms: BaseModelFormSet, act: Act) -> None:
    """Keep the draft's rows as they were sent. Raises PermissionDenied for a published version."""
    with transaction.atomic():
        _locked_draft(draft)
        forms.save()
        _log(draft, "template_changed", act, rows=[str(row) for row in draft.rows.all()])


def publish(draft: Template, act: Act) -> None:
    """Fix a draft; cases that begin from now on follow it, those that have begun do not.

    Raises ValidationError when the template has a fault.
    """
    with transaction.atomic():
        row = _locked_draft(draft)
        if fault := row.fault():
            raise ValidationError(fault)
        row.published_on = act.day
        row.save()
        _log(row, "template_published", act)


def discard(draft: Template, act: Act) -> None:
    """Throw a draft away."""
    with transaction.atomic():
        row = _locked_draft(draft)
        _log(row, "template_discarded", act)
        row.delete()


def _locked_draft(draft: Template) -> Template:
    row = type(draft).objects.select_for_update().get(pk=draft.pk)
    if row.published_on:
        raise PermissionDenied("En publicerad mall ändras inte. Skapa en ny version.")
    return row


def _log(row: Any, name: str, act: Act, **values: object) -> None:
    chain = f"{row._meta.model_name}:{row.kind}:{row.number}"
    log.record(chain, name, act, subject=row, values=values)
