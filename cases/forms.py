"""Forms of the engine's own pages; those of commands stand beside their command."""

from typing import Any

from django import forms

from cases.models import Outgoing
from cases.models.message import party_label
from cases.outbox import parties

ALL = ("", "Alla")


class WhatIfForm(forms.Form):
    """Another first day to try."""

    anchor = forms.DateField(label="Om tiden i stället började löpa")


class OutgoingFilter(forms.Form):
    """Which outgoing messages are listed."""

    till = forms.ChoiceField(label="Till", required=False)
    lage = forms.ChoiceField(label="Läge", required=False, choices=[ALL, *Outgoing.State.choices])
    dag = forms.DateField(label="Dag", required=False)
    ord = forms.CharField(label="Ämne eller adress i brev", required=False, max_length=150)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        to_whom = [
            (f"{party.kind}:{party.name}", party_label(party.kind, party.name))
            for party in parties()
        ]
        self.fields["till"] = forms.ChoiceField(
            label="Till", required=False, choices=[ALL, *to_whom]
        )
