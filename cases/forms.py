"""Forms of the engine's own pages; those of commands stand beside their command."""

from django import forms


class WhatIfForm(forms.Form):
    """Another first day to try."""

    anchor = forms.DateField(label="Om tiden i stället började löpa")
