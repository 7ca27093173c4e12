"""Staff's pages for tenders: beginning one, and the page of an expert who has no lists of cases."""

import uuid

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from cases.commands import open_once
from cases.views import get_case
from organisation.access import logged_in, roles
from organisation.acting import act_of
from organisation.authority import Actor
from organisation.models import Unit
from organisation.request import Request
from procurement.tenders.commands.drafting import LEADING, open_tender
from procurement.tenders.models import Tender
from procurement.tenders.panel import may, parts


class NewForm(forms.Form):
    """What a tender begins with."""

    home = forms.CharField(
        label="Boendets namn", max_length=160, help_text="Till exempel: Strandgårdens äldreboende"
    )
    unit = forms.ModelChoiceField(
        None, label="Enhet", help_text="De som har sin roll i enheten eller ovanför ser ärendet.",
    )  # fmt: skip

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        covered = Q(pk__in=[])
        for path in actor.unit_paths(LEADING):
            covered |= Q(path__startswith=path)
        units = Unit.objects.filter(covered).order_by("path")
        self.fields["unit"].queryset = units
        self.fields["unit"].initial = units.first()


@roles(*LEADING)
def new(request: Request) -> HttpResponse:
    """Begin a call document for a home; once per key."""
    form = NewForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        home, unit = form.cleaned_data["home"], form.cleaned_data["unit"]
        tender = open_once(
            request.POST.get("key", ""),
            "open_tender",
            lambda: open_tender(home, unit, act_of(request, LEADING, unit.path)),
        )
        return redirect("cases:case", tender.pk)
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    status = 422 if form.errors else 200
    return render(request, "procurement/tenders/new.html", context, status=status)


@logged_in
def mine(request: Request, pk: int) -> HttpResponse:
    """An expert's sections and questions, whatever role they have. Logged as reading the case."""
    row = get_case(request, pk)
    if row.kind != Tender.case_kind:
        raise Http404
    tender = row.concrete()
    own = {section.pk for section in tender.sections.all() if section.has_expert(request.user)}
    shown = parts(tender)
    context = {
        "case": tender,
        "sections": [section for section in shown["sections"] if section.pk in own],
        "questions": [asked for asked in shown["questions"] if asked.section_id in own],
        "may": may(tender, request),
    }
    return render(request, "procurement/tenders/mine.html", context)
