"""Staff's pages for companies: their facts, who may represent them, and applications on paper."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from audit import log
from audit.act import Act
from cases.commands import open_once
from cases.models import Case
from door import entry
from organisation import swedish
from organisation.access import roles
from organisation.acting import act_of
from organisation.models import Provider, Representation, Unit
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import ADMINISTRATION, Role
from procurement.applications import registration
from procurement.applications.commands.intake import enter_application
from procurement.applications.intake_forms import CompanyForm, EnterForm

INTAKE = frozenset(
    {Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.DEPUTY_DIRECTOR, Role.REGISTRAR}
)
"""Who approves authority, corrects a company's facts, and enters applications."""


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
    if request.method == "POST" and may_edit and form.is_valid():
        with transaction.atomic():
            form.save()
            log.record(
                f"provider:{pk}",
                "edit_company",
                act_of(request, INTAKE),
                subject=provider,
                values={n: form.cleaned_data[n] for n in form.changed_data},
                personal=True,
            )
        messages.success(request, "Uppgifterna är sparade.")
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
    }
    return render(request, "procurement/company.html", context)


@roles(*INTAKE)
@require_POST
def authority(request: Request, pk: int) -> HttpResponse:
    """Approve or end a person's authority to represent the company."""
    representation = get_object_or_404(
        Representation, pk=entry.whole_number(request.POST.get("representation")), provider_id=pk
    )
    if request.POST.get("do") == "approve":
        try:
            registration.approve(representation, act_of(request, INTAKE))
        except ValueError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{representation.user} är godkänd som företrädare.")
    else:
        registration.end(representation, act_of(request, INTAKE))
        messages.success(request, f"Behörigheten för {representation.user} är avslutad.")
    return redirect("applications:company", pk)


@roles(*INTAKE)
def enter(request: Request) -> HttpResponse:
    """An application that came on paper or by mail: the company first, then its day of arrival."""
    form = EnterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        unit, act = Unit.objects.get(parent=None), act_of(request, INTAKE)
        application = open_once(
            request.POST.get("key", ""),
            "enter_application",
            lambda: enter_application(
                _provider(form.cleaned_data, act), unit, form.cleaned_data["channel"], act
            ),
        )
        return redirect("cases:do", application.pk, "register_arrival")
    status = 422 if form.errors else 200
    context = {"form": form, "key": request.POST.get("key") or uuid.uuid4().hex}
    return render(request, "procurement/enter.html", context, status=status)


def _provider(stated: dict, act: Act) -> Provider:
    """The company with that number; a known one keeps what stands of it."""
    found = Provider.with_number(stated["organisation_number"])
    if found:
        return found
    provider = Provider.objects.create(
        name=stated["company"],
        organisation_number=stated["organisation_number"],
        address=stated["address"],
        mail=stated["mail"],
    )
    log.record(f"provider:{provider.pk}", "enter_company", act, subject=provider, personal=True)
    return provider
