"""Forms of the engine's own pages, and what any form needs; those of commands stand beside their
command."""

from typing import TypeVar

from django import forms

OfKind = TypeVar("OfKind", bound=forms.Field)


class WhatIfForm(forms.Form):
    """Another first day to try."""

    anchor = forms.DateField(label="Om tiden i stället började löpa")


def field_of(form: forms.BaseForm, name: str, kind: type[OfKind]) -> OfKind:
    """A form's field, as the kind of field that it is."""
    field = form.fields[name]
    assert isinstance(field, kind), f"{name} is no {kind.__name__}"
    return field
