"""Staff's pages for companies: their facts, who may represent them, and applications on paper."""

import uuid
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.commands import open_once
from cases.models import Case
from door import entry
from door.command import Command
from door.performing import perform
from organisation import swedish
from organisation.access import roles
from organisation.acting import act_of
from organisation.models import Provider, Representation, Unit
from organisation.pages import changing
from organisation.pages.doing import Sent, hidden, send
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import ADMINISTRATION
from procurement.applications.commands.intake import enter_application
from procurement.applications.companies import (
    INTAKE,
    ApproveRepresentation,
    EditCompany,
    EndRepresentation,
    EnterCompany,
)
from procurement.applications.intake_forms import CompanyForm, EnterForm


@roles(*ADMINISTRATION)
def companies(request: Request) -> HttpResponse:
    """Companies, with the authority that waits for approval first."""
    rows = Provider.objects.annotate(
        waiting=Count(
            "representations",
            filter=Q(representations__approved_on=None, representations__ended_on=None),
        )
    ).order_by("-waiting", "name")
    if text := entry.sought(request.GET.get("namn")):
        rows = rows.filter(swedish.containing(text, "name"))
    if request.GET.get("visa") == "vantar":
        rows = rows.filter(waiting__gt=0)
    return render(request, "procurement/companies.html", {"rows": rows[:200]})


@roles(*ADMINISTRATION)
def company(request: Request, pk: int) -> HttpResponse:
    """A company's facts, people and applications."""
    provider = get_object_or_404(Provider, pk=pk)
    log_read(request, f"provider:{pk}", "read_company", provider, ADMINISTRATION)
    may_edit = request.actor.has_role(*INTAKE)
    form = CompanyForm(request.POST or None, instance=provider)
    sent = send(request, provider, EditCompany, form) if may_edit else Sent[Provider](None, 200)
    if sent.outcome:
        return redirect("applications:company", pk)
    context = {
        "provider": provider,
        "form": form,
        "may_edit": may_edit,
        "representations": provider.representations.select_related("user", "approved_by"),
        "cases": Case.objects.visible_to(request.actor)
        .filter(provider=provider)
        .select_related("responsible")
        .order_by("-opened_at"),
        **hidden(request, provider, sent.status),
    }
    return render(request, "procurement/company.html", context, status=sent.status)


@roles(*INTAKE)
@require_POST
def authority(request: Request, pk: int) -> HttpResponse:
    """Approve or end a person's authority to represent the company."""
    representation = get_object_or_404(
        Representation, pk=entry.whole_number(request.POST.get("representation")), provider_id=pk
    )
    person = representation.user
    command: Command[Provider] = EndRepresentation(representation=representation)
    said = f"Behörigheten för {person} är avslutad."
    if request.POST.get("do") == "approve":
        command = ApproveRepresentation(representation=representation)
        said = f"{person} är godkänd som företrädare."
    back = reverse("applications:company", args=[pk])
    return changing.do(request, representation.provider, command, back, receipt=said)


@roles(*INTAKE)
def enter(request: Request) -> HttpResponse:
    """An application that came on paper or by mail: the company first, then its day of arrival."""
    form = EnterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        unit, act = Unit.objects.get(parent=None), act_of(request, INTAKE)
        company = _entered(request, form.cleaned_data)
        application = open_once(
            request.POST.get("key", ""),
            "enter_application",
            lambda: enter_application(company, unit, form.cleaned_data["channel"], act),
        )
        return redirect("cases:do", application.pk, "register_arrival")
    status = 422 if form.errors else 200
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    return render(request, "procurement/enter.html", context, status=status)


def _entered(request: Request, stated: dict[str, Any]) -> Provider:
    """The company with that number; a known one keeps what stands of it."""
    found = Provider.with_number(stated["organisation_number"])
    if found:
        return found
    company = Provider(
        name=stated["company"],
        organisation_number=stated["organisation_number"],
        address=stated["address"],
        mail=stated["mail"],
    )
    page = request.POST.get("key")
    key = f"{page}-company" if page else None
    return perform(company, EnterCompany(), request.user, key=key, at=request.at).subject
