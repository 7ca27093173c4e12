"""What every page that changes the organisation does: a form, the change, its line in the log."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect, render

from audit import log
from organisation.acting import act_of
from organisation.models import InPeriod
from organisation.request import Request

Values = Mapping[str, Any]


def record(
    request: Request,
    roles: Collection[str],
    chain: str,
    name: str,
    subject: models.Model,
    values: Values | None = None,
    *,
    unit_path: str = "",
    personal: bool = False,
) -> None:
    """Log a change made by the person of the request, by one of `roles` in the unit (empty:
    anywhere), in the caller's transaction."""
    log.record(
        chain,
        name,
        act_of(request, roles, unit_path),
        subject=subject,
        values=values,
        personal=personal,
    )


def stated(form: forms.BaseForm) -> dict[str, list]:
    """What a form for something new says: field -> [nothing, value]."""
    return {
        name: [None, plain(value)]
        for name, value in form.cleaned_data.items()
        if value not in (None, "")
    }


def differences(form: forms.BaseForm) -> dict[str, list]:
    """What a form changes: field -> [before, after]."""
    return {
        name: [plain(form.initial.get(name)), plain(form.cleaned_data[name])]
        for name in form.changed_data
    }


def end_on(row: InPeriod, last_day: date) -> None:
    """Let a row end on a day. One that would end before it begins never holds, and is removed."""
    if last_day < row.valid_from:
        row.delete()
        return
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])


def plain(value: Any) -> Any:
    """A value as the log keeps it: rows by the name they had, dates as 2026-11-24, times as 14:00."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value if isinstance(value, (int, bool, type(None))) else str(value)


def form_page(
    request: Request,
    *form: Any,
    save: Callable[[], str | HttpResponse],
    title: str,
    back: str,
    trail: Collection[tuple[str, str]] = (),
    lead: str = "",
    button: str = "Spara",
    danger: bool = False,
) -> HttpResponse:
    """A page with one form (or several that are sent together).

    When all are valid, `save` makes the change and returns what to tell the person, who then comes
    to `back`; or it returns a page of its own.
    """
    if request.method == "POST" and all(each.is_valid() for each in form):
        done = save()
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return redirect(back)
    context = {
        "forms": form,
        "title": title,
        "back": back,
        "trail": trail,
        "lead": lead,
        "button": button,
        "danger": danger,
    }
    wrong = any(each.is_bound and each.errors for each in form)
    return render(request, "organisation/form.html", context, status=422 if wrong else 200)
