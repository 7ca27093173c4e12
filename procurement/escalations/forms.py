"""The forms by which a deviation is reported."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases.dates import long_date
from door.fields import field_of
from organisation.models import Provider
from procurement.contracts.models import Contract
from procurement.escalations import rules
from procurement.escalations.commands.shared import NO_PERSONS
from procurement.escalations.models import Deviation


class OwnReportForm(forms.Form):
    """What a provider reports of its own work."""

    area = forms.ChoiceField(
        label="Vad det gäller", choices=rules.AREA_CHOICES, widget=forms.RadioSelect
    )
    happened_on = forms.DateField(label="När det inträffade")
    description = forms.CharField(
        label="Vad som hände", widget=forms.Textarea, max_length=10000, help_text=NO_PERSONS
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.day = day

    def clean_happened_on(self) -> date:
        happened = self.cleaned_data["happened_on"]
        if happened > self.day:
            raise ValidationError(
                f"Dagen kan inte ligga i framtiden. Skriv {long_date(self.day)} eller tidigare."
            )
        return happened


class ReportForm(OwnReportForm):
    """What staff report about a provider."""

    provider = forms.ModelChoiceField(Provider.objects.none(), label="Utförare")
    source = forms.ChoiceField(
        label="Kommer från",
        widget=forms.RadioSelect,
        choices=[row for row in Deviation.Source.choices if row[0] != Deviation.Source.OWN],
    )
    field_order = ("provider", "source", "area", "happened_on", "description")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        providers = Provider.objects.filter(cases__kind=Contract.case_kind).distinct()
        field_of(self, "provider", forms.ModelChoiceField).queryset = providers
