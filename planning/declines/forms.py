"""The form on which a visit is declined."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from planning import daytime
from planning.fields import WallField


class DeclineForm(forms.Form):
    """When it was declined, why, and whether the staff could be used elsewhere (PLN-08)."""

    day = forms.DateField(label="Avböjdes den")
    clock = WallField(label="Klockan")
    why = forms.CharField(
        label="Varför", max_length=200, help_text="Till exempel: besök av anhörig."
    )
    staff_used = forms.TypedChoiceField(
        label="Kunde personalen göra något annat den tiden?",
        choices=[("nej", "Nej, personalen gick inte att använda"), ("ja", "Ja, de gjorde annat")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
        help_text="Ditt namn sparas med svaret: det avgör om besöket ersätts.",
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any):
        super().__init__(*args, **kwargs)
        local = timezone.localtime(now)
        self.initial.update(day=local.date(), clock=local.hour * 60 + local.minute)

    @property
    def declined_at(self) -> datetime:
        """The instant that a valid form says."""
        day = self.cleaned_data["day"]
        return daytime.instant(day, daytime.from_wall(day, self.cleaned_data["clock"]))
