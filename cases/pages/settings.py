"""The municipality's choices: seen, changed and with their history. See `cases.preferences`."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit import log
from audit.models import Event
from cases.models import Setting
from cases.preferences import Preference, all_chosen, all_preferences
from organisation.access import roles
from organisation.acting import act_of
from organisation.request import Request
from organisation.roles import Role

EDITORS = frozenset({Role.DEPUTY_DIRECTOR, Role.VIVA_ADMINISTRATOR})
CHAIN = "preferences"
SHOWN_EVENTS = 50


class PreferencesForm(forms.Form):
    """A field per choice, within its limits."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for key, preference in all_preferences().items():
            self.fields[key] = _field(preference)


def _field(preference: Preference) -> forms.Field:
    if preference.is_flag:
        return forms.BooleanField(label=preference.label, help_text=preference.help, required=False)
    if preference.words:
        return forms.ChoiceField(
            label=preference.label,
            help_text=preference.help,
            choices=preference.words,
            widget=forms.RadioSelect,
        )
    return forms.IntegerField(
        label=preference.label,
        help_text=f"{preference.help} Mellan {preference.low} och {preference.high}.",
        min_value=preference.low,
        max_value=preference.high,
    )


@roles(*EDITORS)
def preferences(request: Request) -> HttpResponse:
    """What the municipality has chosen, and who chose it when."""
    form = PreferencesForm(request.POST or None, initial=all_chosen())
    if request.method == "POST" and form.is_valid():
        changed = _save(request, form)
        messages.success(request, "Inställningarna är sparade." if changed else "Inget ändrades.")
        return redirect("cases:preferences")
    context = {"form": form, "lines": _history()}
    return render(request, "cases/preferences.html", context, status=422 if form.errors else 200)


def _save(request: Request, form: PreferencesForm) -> bool:
    """Write what differs, with one event each. Returns whether anything did."""
    with transaction.atomic():
        before = all_chosen()
        changed = [key for key in all_preferences() if form.cleaned_data[key] != before[key]]
        for key in changed:
            value = form.cleaned_data[key]
            row, _ = Setting.objects.update_or_create(key=key, defaults={"value": value})
            log.record(
                CHAIN,
                "change_preference",
                act_of(request, EDITORS),
                subject=row,
                values={"key": key, "from": before[key], "to": value},
            )
    return bool(changed)


def _history() -> list[dict[str, Any]]:
    events = (
        Event.objects.filter(chain__name=CHAIN)
        .select_related("actor", "on_behalf_of", "values")
        .order_by("-seq")[:SHOWN_EVENTS]
    )
    return [{"event": event, **_said(event)} for event in events if hasattr(event, "values")]


def _said(event: Event) -> dict[str, str]:
    values = event.values.values
    preference = all_preferences().get(values["key"])
    return {
        "label": preference.label if preference else values["key"],
        "before": _word(values["from"], preference),
        "after": _word(values["to"], preference),
    }


def _word(value: Any, preference: Preference | None) -> str:
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    return dict(preference.words if preference else ()).get(value, str(value))
