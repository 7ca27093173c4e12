"""The forms on which a person's wish to wait is noted, and ended. CAP-17, SoL 34."""

from datetime import date
from typing import Any

from django import forms

from planning.models import Postponement


class PostponeForm(forms.ModelForm):
    """From when the person wants to wait, until when if it is known, and who said so."""

    class Meta:
        model = Postponement
        fields = ("first", "last", "note")
        help_texts = {
            "last": "Lämna tomt om det inte är bestämt.",
            "note": "Till exempel: Personen själv vid hembesök. Skriv inga hälsouppgifter.",
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", f"Sista dagen är före den första. Skriv {first} eller senare.")
        return said


class ResumeForm(forms.Form):
    """The last day on which the person wanted to wait."""

    last = forms.DateField(label="Sista dag")

    def __init__(self, *args: Any, first: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.first = first

    def clean_last(self) -> date:
        last = self.cleaned_data["last"]
        if last < self.first:
            raise forms.ValidationError(
                f"Väntan började {self.first}. Skriv den dagen eller senare."
            )
        return last
