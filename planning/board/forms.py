"""Forms of the board."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms

from clients.models import Client, Service
from door.fields import offer
from door.refusals import Refused
from organisation.models import User
from planning import daytime, windows
from planning.extras.opening import refuse_impossible
from planning.extras.people import nurses
from planning.fields import WallField
from planning.models import DayPlan, Shift
from planning.plan import where


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
        label="Motivering",
        max_length=240,
        help_text="Gäller den här dagen. Skriv inga hälsouppgifter.",
    )


class AddForm(forms.Form):
    """A visit that the base plan does not have."""

    client = forms.ModelChoiceField(Client.objects.none(), label="Person")
    services = forms.ModelMultipleChoiceField(
        Service.objects.offered(), label="Insatser", widget=forms.CheckboxSelectMultiple
    )
    start = WallField(label="Start")
    minutes = forms.IntegerField(label="Längd, minuter", min_value=5, max_value=720)
    earliest = WallField(label="Tidigast", required=False)
    latest_end = WallField(label="Senast klart", required=False, is_end=True)
    staff_needed = forms.IntegerField(label="Antal personal", min_value=1, max_value=4, initial=1)
    note = forms.CharField(label="Att tänka på", max_length=240, required=False)
    called_by = forms.ModelChoiceField(
        User.objects.none(),
        label="Påkallat av sjuksköterska",
        required=False,
        empty_label="Nej",
        help_text="Den sjuksköterska som påkallar ett extra besök kontaktar socialsekreteraren.",
    )

    def __init__(self, *args: Any, plan: DayPlan, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.day = plan.day
        people = where.clients_on(plan.planned_unit, plan.day).active(plan.day, plan.day)
        offer(self, "client", people)
        self.fields["client"].error_messages["invalid_choice"] = (
            "Personen är inte aktiv i enheten den dagen: avslutad, vilande eller flyttad."
        )
        offer(self, "called_by", nurses(today))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        start, minutes = said.get("start"), said.get("minutes")
        if start is not None and said.get("client"):
            self._refuse_impossible(said["client"], start)
        if start is not None and minutes is not None:
            self._check_window(said, start, minutes)
        return said

    def _refuse_impossible(self, client: Client, start: int) -> None:
        try:
            refuse_impossible(client, self.day, daytime.from_wall(self.day, start))
        except Refused as refusal:
            self.add_error("client", str(refusal))

    def _check_window(self, said: dict[str, Any], start: int, minutes: int) -> None:
        try:
            self.window = windows.written(
                start, minutes, said.get("earliest"), said.get("latest_end")
            )
        except windows.Misplaced as fault:
            self.add_error(fault.field, str(fault))

    @property
    def times(self) -> dict[str, int]:
        """The times of a valid form in minutes of the day."""
        return asdict(windows.on_day(self.day, self.window, self.cleaned_data["minutes"]))
