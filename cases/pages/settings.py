"""The municipality's choices: seen, changed and with their history. See `cases.preferences`."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit.act import Act
from audit.models import Event
from cases.models import Setting
from cases.preferences import Preference, all_chosen, all_preferences, chosen
from door import entry
from door.command import Command, Kept
from door.performing import perform
from door.refusals import Refused, Stale
from organisation.access import roles
from organisation.pages.doing import TOLD
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


class ChangePreference(Command[Setting]):
    """Something else is chosen."""

    label, roles = "Ändra inställning", EDITORS
    value: Any

    def stated(self) -> Kept:
        return {}

    def apply(self, choice: Setting, act: Act) -> Kept:
        before, choice.value = chosen(choice.key), self.value
        choice.save()
        return {"key": choice.key, "from": before, "to": self.value}


@roles(*EDITORS)
def preferences(request: Request) -> HttpResponse:
    """What the municipality has chosen, and who chose it when."""
    form = PreferencesForm(request.POST or None, initial=all_chosen())
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        before = all_chosen()
        changed = [key for key in all_preferences() if form.cleaned_data[key] != before[key]]
        refusals = [refusal for key in changed if (refusal := _change(request, form, key))]
        if not refusals:
            messages.success(
                request, "Inställningarna är sparade." if changed else "Inget ändrades."
            )
            return redirect("cases:preferences")
        if len(refusals) < len(changed):
            messages.success(request, "De andra ändringarna är sparade.")
        status = TOLD if any(isinstance(refusal, Stale) for refusal in refusals) else 422
    context = {
        "form": form,
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "versions": _versions(request, status),
        "lines": _history(),
    }
    return render(request, "cases/preferences.html", context, status=status)


def _change(request: Request, form: PreferencesForm, key: str) -> Refused | None:
    """Choose what the form says; or why not, which stands at its field."""
    page = request.POST.get("key")
    try:
        perform(
            Setting.objects.filter(pk=key).first() or Setting(pk=key),
            ChangePreference(value=form.cleaned_data[key]),
            request.user,
            expected_version=entry.whole_number(request.POST.get(f"version-{key}")),
            key=f"{page}-{key}" if page else None,
            at=request.at,
        )
    except Refused as refusal:
        form.add_error(key, str(refusal))
        return refusal
    return None


def _versions(request: Request, status: int) -> list[tuple[str, int]]:
    """The version of every choice, as the page shows it: each is changed by itself."""
    now, first = dict(Setting.objects.values_list("key", "version")), Setting().version
    sent = {} if status == TOLD else request.POST
    return [
        (key, entry.whole_number(sent.get(f"version-{key}")) or now.get(key, first))
        for key in all_preferences()
    ]


def _history() -> list[dict[str, Any]]:
    events = (
        Event.objects.filter(chain__name=CHAIN, kind=Event.Kind.CHANGE)
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
