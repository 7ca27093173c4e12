"""The page that changes a row to what its form says. CAP-05."""

from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from door.filled import Filled
from door.models import Subject
from organisation.pages import changing
from organisation.request import Request

S = TypeVar("S", bound=Subject)


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
    return changing.do_page(request, row, command, form, back=back, **more)
