"""Forms of the board."""

from datetime import date
from typing import Any

from django import forms

from cases.commands import Refused
from clients.models import Client, Service
from planning import daytime
from planning.extras.opening import refuse_impossible
from planning.extras.people import nurses
from planning.models import DayPlan, Shift
from planning.units import where


class WallField(forms.CharField):
    """A time of day as tt:mm; cleaned to minutes that clocks show past midnight."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "tt:mm"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return daytime.parse_wall(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class RowField(forms.ModelChoiceField):
    """A row of the day, with its hours."""

    def label_from_instance(self, obj: Shift) -> str:
        hours = f"{daytime.shown(obj.start)}–{daytime.shown(obj.works_until)}"
        return f"{obj.name} {hours}{'' if obj.absent_from is None else ', sjukanmäld'}"


class AcceptForm(forms.Form):
    """A breach that a planner accepts."""

    code = forms.CharField(max_length=40, widget=forms.HiddenInput)
    about = forms.CharField(max_length=80, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Motivering", max_length=240,
        help_text="Gäller den här dagen. Skriv inga hälsouppgifter.",
    )  # fmt: skip


class AddForm(forms.Form):
    """A visit that the base plan does not have."""

    client = forms.ModelChoiceField(Client.objects.none(), label="Person")
    services = forms.ModelMultipleChoiceField(
        Service.objects.offered(), label="Insatser", widget=forms.CheckboxSelectMultiple
    )
    start = WallField(label="Start")
    minutes = forms.IntegerField(label="Längd, minuter", min_value=5, max_value=720)
    earliest = WallField(label="Tidigast", required=False)
    latest_end = WallField(label="Senast klart", required=False)
    staff_needed = forms.IntegerField(label="Antal personal", min_value=1, max_value=4, initial=1)
    note = forms.CharField(label="Att tänka på", max_length=240, required=False)
    called_by = forms.ModelChoiceField(
        None, label="Påkallat av sjuksköterska", required=False, empty_label="Nej",
        help_text="Den sjuksköterska som påkallar ett extra besök kontaktar socialsekreteraren.",
    )  # fmt: skip

    def __init__(self, *args: Any, plan: DayPlan, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.day = plan.day
        people = where.clients_on(plan.planned_unit, plan.day).active(plan.day, plan.day)
        self.fields["client"].queryset = people  # type: ignore[attr-defined]
        self.fields["client"].error_messages["invalid_choice"] = (
            "Personen är inte aktiv i enheten den dagen: avslutad, vilande eller flyttad."
        )
        self.fields["called_by"].queryset = nurses(today)  # type: ignore[attr-defined]

    def clean_client(self) -> Client:
        client: Client = self.cleaned_data["client"]
        try:
            refuse_impossible(client, self.day)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return client

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        start, minutes = said.get("start"), said.get("minutes")
        if start is None or minutes is None:
            return said
        said["earliest"] = start if said.get("earliest") is None else said["earliest"]
        if said.get("latest_end") is None:
            said["latest_end"] = start + minutes
        if said["earliest"] > start:
            self.add_error("earliest", "Tidigast kan inte vara efter starten.")
        if said["latest_end"] < start + minutes:
            end = daytime.shown(start + minutes)
            self.add_error(
                "latest_end",
                f"Besöket slutar {end}. Skriv {end} eller senare, eller flytta starten.",
            )
        return said
