"""Commands on pages with a look of their own: a form among other things, and buttons. CAP-05, CAP-08.

`organisation.pages.changing` has the page that shows a form alone, and the button that leads back.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.http import QueryDict
from django.utils import formats

from door import entry
from door.command import Command
from door.filled import Filled, plain
from door.models import Subject
from door.performing import Outcome, done_before, perform
from door.refusals import Refused, Stale
from organisation.request import Request

S = TypeVar("S", bound=Subject)
TOLD = 409
"""The status of a page that tells that what it shows has changed."""


@dataclass(frozen=True)
class Sent(Generic[S]):
    """What came of a form: what was done and by which command (none when it was done before), or neither;
    and how the page is answered that shows it again."""

    outcome: Outcome[S] | None
    status: int
    command: Filled[S] | None = None


def send(
    request: Request,
    subject: S,
    command: type[Filled[S]],
    form: forms.BaseForm,
    about: Mapping[str, Any] | None = None,
) -> Sent[S]:
    """Carry out what a form states, when it was sent and is right; else the form says what is wrong.

    `about` is what else the command takes, by its names: the row that it is about, or forms sent with
    the first. The template shows what `hidden` gives, as `components/sent.html` does.
    """
    if request.method != "POST":
        return Sent(None, 200)
    parts = dict(about or {})
    try:
        if done := done_before(subject, command, request.POST.get("key")):
            messages.success(request, f"”{command.label}” var redan gjort.")
            return Sent(done, 200)
        if not _all_valid(form, *parts.values()):
            return Sent(None, 422)
        stated = command(filled=form, **parts)
        outcome = _perform(request, subject, stated)
    except Stale as refusal:
        form.add_error(None, str(refusal))
        _follow(form, subject, entry.number(request.POST.get("version")))
        return Sent(None, TOLD)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return Sent(None, 422)
    if text := stated.receipt(outcome.subject, outcome.values):
        messages.success(request, text)
    return Sent(outcome, 200, stated)


def _all_valid(*parts: Any) -> bool:
    """Whether the forms among them are; each is asked, so that the page shows what is wrong in all."""
    faults = [part.errors for part in parts if isinstance(part, forms.BaseForm)]
    return not any(faults)


def _follow(form: forms.BaseForm, subject: Subject, version: int) -> None:
    """Let the fields that the person left as they were show what others have made of them since, so that
    sending again does not undo it."""
    seen: dict[str, Any] = {}
    for event in subject.events_since(version):
        for name, said in event.values.values.items():
            if isinstance(said, list) and len(said) == 2:
                seen.setdefault(name, said[0])
    assert isinstance(form.data, QueryDict)  # it was sent
    data = form.data.copy()
    for name in seen.keys() & form.fields.keys() & form.initial.keys():
        if plain(form.cleaned_data.get(name)) == seen[name]:
            now = form.fields[name].prepare_value(form.initial[name])
            data.pop(form.add_prefix(name), None)
            if now not in (None, False):
                data[form.add_prefix(name)] = formats.localize_input(now)
    form.data = data


def press(request: Request, subject: S, command: Command[S]) -> Outcome[S] | None:
    """Carry out what a button states; None when it was refused, which a message tells."""
    try:
        return _perform(request, subject, command)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None


def hidden(request: Request, subject: Subject, status: int = 200) -> dict[str, Any]:
    """What the forms of a page send along: the key of what is sent, and the version that it shows.

    What was sent with faults keeps the version that it was sent with: who is to be told of a change
    (409) has not been told by that.
    """
    rows = type(subject)._default_manager.filter(pk=subject.pk)
    now = rows.values_list("version", flat=True).first()
    seen = None if status == TOLD else entry.whole_number(request.POST.get("version"))
    return {"key": request.POST.get("key") or uuid.uuid4().hex, "version": seen or now}


def _perform(request: Request, subject: S, command: Command[S]) -> Outcome[S]:
    return perform(
        subject,
        command,
        request.user,
        expected_version=entry.whole_number(request.POST.get("version")),
        key=request.POST.get("key"),
        at=request.at,
    )
