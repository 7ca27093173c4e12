"""What every page that changes staffing does: a form, the change, and why it was refused."""

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from door.refusals import Refused
from organisation.pages import changing
from organisation.request import Request


def page(
    request: Request, form: forms.BaseForm, save: Callable[[], str | HttpResponse], **more: Any
) -> HttpResponse:
    """A page with a form; a change that is refused says why above the fields."""
    try:
        return changing.form_page(request, form, save=save, **more)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return changing.form_page(request, form, save=save, **more)


def deed(request: Request, save: Callable[[], str], back: str) -> HttpResponse:
    """A change that needs no form: done, or refused with a message."""
    try:
        messages.success(request, save())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


def trail(*more: tuple[str, str]) -> Collection[tuple[str, str]]:
    """The path to a page of staffing."""
    return (("Personal", reverse("staffing:carers")), *more)
