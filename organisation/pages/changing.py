"""The page of a command that a form states, and the button of one that needs no form. CAP-05, CAP-08."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from door.command import Command
from door.filled import Filled
from door.models import Subject
from organisation.pages.doing import hidden, press, send
from organisation.request import Request

S = TypeVar("S", bound=Subject)
Trail = Collection[tuple[str, str]]


def do_page(
    request: Request,
    subject: S,
    command: type[Filled[S]],
    form: forms.BaseForm,
    *,
    back: str,
    about: Mapping[str, Any] | None = None,
    then: Callable[[Any], str | HttpResponse] | None = None,
    title: str = "",
    trail: Trail = (),
    lead: str = "",
    button: str = "Spara",
    danger: bool = False,
) -> HttpResponse:
    """The page of a command on `subject`: its form, and carrying it out.

    `about` is what else the command takes, by its names: the row that it is about, or forms sent with
    the first. Who has done it comes to `back`, or to what `then` makes of the command: an address, or a
    page that is shown once. A refusal stands above the fields, and nothing written is lost; the same
    page sent twice is done once.
    """
    sent = send(request, subject, command, form, about)
    if sent.outcome:
        where = then(sent.command) if then and sent.command else back
        return redirect(where) if isinstance(where, str) else where
    also = [part for part in (about or {}).values() if isinstance(part, forms.BaseForm)]
    context = {
        **hidden(request, subject, sent.status),
        "forms": [form, *also],
        "title": title or command.label,
        "back": back,
        "trail": trail,
        "lead": lead,
        "button": button,
        "danger": danger,
    }
    return render(request, "organisation/form.html", context, status=sent.status)


def change_page(
    request: Request,
    row: S,
    command: type[Filled[S]],
    form: "forms.ModelForm[Any]",
    *,
    back: str,
    **more: Any,
) -> HttpResponse:
    """The page of a command on `row`. What is sent as it stands already is told as saved, and
    leaves no line in the log."""
    if request.method == "POST" and form.is_valid() and not form.changed_data:
        messages.success(request, command(filled=form).receipt(row, {}))
        return redirect(back)
    return do_page(request, row, command, form, back=back, **more)


def do(
    request: Request, subject: S, command: Command[S], back: str, receipt: str = ""
) -> HttpResponse:
    """A command that needs no form: carried out, or refused with a message, and back."""
    outcome = press(request, subject, command)
    if outcome and outcome.repeated:
        messages.success(request, f"”{command.label}” var redan gjort.")
    elif outcome:
        messages.success(request, receipt or f"”{command.label}” är gjort.")
    return redirect(back)
