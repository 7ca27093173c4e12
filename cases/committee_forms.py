"""Forms of the committee's pages."""

from datetime import date
from typing import Any

from django import forms

from cases import calendar, preferences
from cases.dates import long_date
from cases.models import CommitteeMeeting, CommitteeMember


class MeetingForm(forms.ModelForm):
    """A meeting. Without a day for documents, the municipality's number of working days is used."""

    documents_due = forms.DateField(label="Manusstopp", required=False)

    class Meta:
        model = CommitteeMeeting
        fields = ("held_on", "documents_due", "place")
        error_messages = {"held_on": {"unique": "Det finns redan ett sammanträde den dagen."}}

    def __init__(self, *args: Any, day: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.day = day
        self.working_days = preferences.chosen("documents_due_working_days")
        self.fields[
            "documents_due"
        ].help_text = f"Lämna tomt för {self.working_days} arbetsdagar före sammanträdet."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        held_on, due = data.get("held_on"), data.get("documents_due")
        if held_on is None:
            return data
        if held_on < self.day:
            self.add_error("held_on", "Dagen har passerat. Skriv en kommande dag.")
        elif due is None and "documents_due" not in self.errors:
            data["documents_due"] = calendar.working_days_before(held_on, self.working_days)
        elif due and due >= held_on:
            self.add_error(
                "documents_due", f"Manusstopp måste vara före sammanträdet {long_date(held_on)}."
            )
        return data


class MatterForm(forms.Form):
    """A matter in words on the agenda."""

    title = forms.CharField(
        label="Ärende", max_length=200, help_text="Till exempel: Månadsuppföljning oktober"
    )


class MinutesForm(forms.Form):
    """The day the minutes were adjusted."""

    adjusted_on = forms.DateField(
        label="Protokollet justerat",
        error_messages={
            "required": "Skriv den dag protokollet justerades.",
            "invalid": "Dagen finns inte. Skriv den dag protokollet justerades.",
        },
    )


class MemberForm(forms.ModelForm):
    """A new member of the committee."""

    class Meta:
        model = CommitteeMember
        fields = ("name", "seat", "valid_from")


class MemberEndForm(forms.ModelForm):
    """The last day of a member."""

    valid_to = forms.DateField(label="Sista dag")

    class Meta:
        model = CommitteeMember
        fields = ("valid_to",)

    def clean_valid_to(self) -> date:
        last = self.cleaned_data["valid_to"]
        if last < self.instance.valid_from:
            raise forms.ValidationError(
                f"Uppdraget började {long_date(self.instance.valid_from)}. Skriv en senare dag."
            )
        return last
