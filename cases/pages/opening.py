"""The page on which a case of some kind is opened. Requirement CAP-05."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from cases.models import Case
from cases.process import process_of
from cases.views import back_to
from door.refusals import Refused
from organisation.access import logged_in
from organisation.request import Request


@logged_in
def begin(request: Request, kind: str) -> HttpResponse:
    """Open a case; once per key."""
    opening = process_of(kind).opens if kind in Case.kinds else None
    if opening is None:
        raise Http404
    if not request.actor.has_role(*opening.roles):
        raise PermissionDenied
    form = opening.form(
        request.POST or None,
        request.FILES or None,
        row=None,
        actor=request.actor,
        day=request.today,
    )
    key = request.POST.get("key") or uuid.uuid4().hex
    if request.method == "POST" and form.is_valid():
        try:
            case = opening(**form.cleaned_data).open_once(request.actor, request.at, key)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"”{opening.label}” är gjort. Ärendet har nummer {case}.")
            return redirect(back_to(request, case))
    status = 422 if form.errors else 200
    context = {"opening": opening, "form": form, "key": key}
    return render(request, "cases/open.html", context, status=status)
