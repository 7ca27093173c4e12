"""Pages on which a deviation is reported, by staff and by the provider, and the chain of a case."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from audit.act import Act
from cases.commands import open_once
from cases.models import Case
from cases.views import back_to, get_case
from organisation.access import logged_in, roles
from organisation.acting import act_of
from organisation.models import Unit
from organisation.request import Request
from procurement.contracts.models import Contract
from procurement.escalations.chain import chain as links_of
from procurement.escalations.commands.deviation import contract_in_force, open_deviation
from procurement.escalations.commands.shared import REPORTERS
from procurement.escalations.forms import OwnReportForm, ReportForm
from procurement.escalations.models import Deviation, InDepthFollowUp


@roles(*REPORTERS)
def report(request: Request) -> HttpResponse:
    """Report a deviation or a complaint about a provider."""
    form = ReportForm(
        request.POST or None, day=request.today, initial={"provider": request.GET.get("utforare")}
    )
    return _report(request, form, "base.html", lambda: _of_staff(request, form.cleaned_data))


@logged_in
def report_own(request: Request, pk: int) -> HttpResponse:
    """The provider reports something of its own, by the contract's number."""
    contract = get_case(request, pk).concrete()
    if (
        not isinstance(contract, Contract)
        or contract.state != Contract.State.IN_FORCE
        or contract.provider_id not in request.actor.provider_ids
    ):
        raise Http404
    form = OwnReportForm(request.POST or None, day=request.today)
    return _report(
        request,
        form,
        "procurement/portal/base.html",
        lambda: _of_company(request, contract, form.cleaned_data),
    )


def _report(request: Request, form: Any, frame: str, open_new: Callable[[], Case]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        case = open_once(request.POST.get("key", ""), "open_deviation", open_new)
        messages.success(request, f"Avvikelsen är rapporterad och har nummer {case}.")
        return redirect(back_to(request, case))
    context = {
        "form": form,
        "frame": frame,
        "own": isinstance(form, ReportForm) is False,
        "key": request.POST.get("key") or uuid.uuid4().hex,
    }
    status = 422 if form.errors else 200
    return render(request, "procurement/escalations/report.html", context, status=status)


def _of_staff(request: Request, stated: dict[str, Any]) -> Deviation:
    provider = stated["provider"]
    contract = contract_in_force(provider)
    unit = contract.unit if contract else Unit.objects.get(parent=None)
    return open_deviation(
        provider,
        contract,
        unit,
        source=stated["source"],
        area=stated["area"],
        happened_on=stated["happened_on"],
        description=stated["description"],
        act=act_of(request, REPORTERS, unit.path),
    )


def _of_company(request: Request, contract: Contract, stated: dict[str, Any]) -> Deviation:
    return open_deviation(
        contract.company,
        contract,
        contract.unit,
        source=Deviation.Source.OWN,
        area=stated["area"],
        happened_on=stated["happened_on"],
        description=stated["description"],
        act=Act.own(request.user, request.at),
    )


@logged_in
def receipt(request: Request, pk: int) -> HttpResponse:
    """How it goes with a deviation, for who reported it and has no page of a case."""
    row = get_case(request, pk)
    if row.kind != Deviation.case_kind or request.actor.is_outside:
        raise Http404
    return render(request, "procurement/escalations/receipt.html", {"case": row.concrete()})


@roles(*InDepthFollowUp.reader_roles)
def chain(request: Request, pk: int) -> HttpResponse:
    """Everything from deviation to end in order of time (CAP-10)."""
    row = get_case(request, pk)
    if row.kind != InDepthFollowUp.case_kind:
        raise Http404
    case: Any = row.concrete()
    context = {
        "case": case,
        "links": links_of(case),
        "documents": row.documents.filter(kind="chain"),
    }
    return render(request, "procurement/escalations/chain.html", context)
