"""Ej verkställda beslut: what waits, the quarter's report, and who wants to wait. CAP-17, SoL 34."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases import calendar
from clients import editing
from clients.editing import ORDERERS
from clients.models import READERS, Client, ServiceOrder
from door.filled import Filled
from organisation.access import roles
from organisation.models import Unit
from organisation.pages import changing
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role
from planning.models import Postponement
from planning.unexecuted import commands, reading, rules
from planning.unexecuted import document as pdf
from planning.unexecuted.forms import PostponeForm, ResumeForm
from planning.unexecuted.reading import Line

REPORTERS = frozenset({
    Role.DEPUTY_DIRECTOR, Role.DIRECTOR, Role.FIRST_SOCIAL_WORKER, Role.SOCIAL_WORKER,
    Role.UNIT_MANAGER,
})  # fmt: skip
"""Who takes out the quarter's report."""
NEAR = 30
"""Days ahead from which a decision that waits is listed."""
COLUMNS = (
    ("Rapporteras som", 22), ("Person", 28), ("Enhet", 26), ("Insats", 24), ("Lagrum", 30),
    ("Beslutat", 12), ("Väntar sedan", 14), ("Dagar", 8), ("Verkställt", 12), ("Omständighet", 28),
)  # fmt: skip


@roles(*READERS)
def waiting(request: Request) -> HttpResponse:
    """What has waited for three months, what soon will have, and what else the person wants to wait."""
    found = reading.lines(Client.objects.visible_to(request.actor), request.today)
    soon = calendar.add_days(request.today, NEAR)
    late = [line for line in found if line.waiting.is_late(request.today)]
    near = [line for line in found if line.waiting.is_late(soon) and line not in late]
    wished = [line for line in found if line.waiting.own_wish and line not in [*late, *near]]
    _log_read(request, [*late, *near, *wished])
    now = rules.quarter_of(request.today)
    context = {
        "late": late,
        "near": near,
        "wished": wished,
        "quarters": [now, rules.quarter_before(now)],
        "may_report": request.actor.has_role(*REPORTERS),
        "may_postpone": request.actor.has_role(*ORDERERS),
    }
    return render(request, "planning/unexecuted/list.html", context)


def _log_read(request: Request, found: list[Line], name: str = "read_unexecuted") -> None:
    """Whose decisions were shown, by number (SEC-02)."""
    log_read(
        request,
        "clients",
        name,
        Unit.objects.get(parent=None),
        READERS,
        values={"orders": [row.order.pk for row in found]},
    )


@roles(*REPORTERS)
def report(request: Request, year: int, number: int) -> HttpResponseBase:
    """What is reported for a quarter: to IVO and the auditors by decision, to the council by number;
    as Excel with `excel=1`."""
    found = _report(request, year, number)
    if request.GET.get("excel"):
        name = f"ej-verkstallda-{year}-{number}.xlsx"
        return workbook("Skickas inte som den är", COLUMNS, _rows(found), name)
    context = {"report": found, "is_over": found.quarter.last < request.today}
    return render(request, "planning/unexecuted/report.html", context)


@roles(*REPORTERS)
@require_GET
def document(request: Request, year: int, number: int) -> FileResponse:
    """The same as a document that names nobody. It says itself that it is not to be sent as it is."""
    found = _report(request, year, number, "report_unexecuted")
    content = pdf.pdf(found, request.at)
    name = f"ej-verkstallda-{year}-{number}.pdf"
    return FileResponse(BytesIO(content), filename=name, content_type="application/pdf")


def _report(
    request: Request, year: int, number: int, name: str = "read_unexecuted"
) -> reading.Report:
    """The quarter's report of those whom one sees; its making is on record. 404 before it begins."""
    if not (1 <= number <= 4 and 2000 <= year <= request.today.year):
        raise Http404
    quarter = rules.Quarter(year, number)
    if quarter.first > request.today:
        raise Http404
    clients = Client.objects.visible_to(request.actor)
    found = reading.report(clients, quarter, request.today)
    _log_read(request, [*found.late, *found.carried_out], name)
    return found


def _rows(found: reading.Report) -> Iterator[list[Any]]:
    groups = (("Ej verkställt", found.late), ("Verkställt under kvartalet", found.carried_out))
    for name, lines in groups:
        for line in lines:
            order = line.order
            yield [
                name,
                str(order.client),
                str(order.client.unit),
                str(order.service),
                order.get_legal_basis_display(),
                order.decision and order.decision.decided_on,
                line.waiting.since,
                line.waiting.days(line.carried_out or found.on),
                line.carried_out,
                line.why,
            ]


@roles(*ORDERERS)
def postpone(request: Request, order: int) -> HttpResponse:
    """The person's own wish to wait."""
    row = get_object_or_404(ServiceOrder.objects.select_related("client", "service"), pk=order)
    client = editing.client_of(request, row.client_id, ORDERERS)
    form = PostponeForm(
        request.POST or None, instance=Postponement(order=row), initial={"first": request.today}
    )
    return _page(request, client, commands.PostponeOrder, form, row, {"order": row}, "Anteckna")


@roles(*ORDERERS)
def resume(request: Request, pk: int) -> HttpResponse:
    """The person no longer wants to wait. The three months have run all the time (UNX-02)."""
    row = get_object_or_404(Postponement.objects.select_related("order__service"), pk=pk)
    client = editing.client_of(request, row.order.client_id, ORDERERS)
    form = ResumeForm(request.POST or None, first=row.first, initial={"last": request.today})
    return _page(request, client, commands.ResumeOrder, form, row.order, {"wish": row}, "Avsluta")


def _page(
    request: Request,
    client: Client,
    command: type[Filled[Client]],
    form: forms.BaseForm,
    order: ServiceOrder,
    about: Mapping[str, Any],
    button: str,
) -> HttpResponse:
    back = reverse("unexecuted:list")
    return changing.do_page(
        request,
        client,
        command,
        form,
        back=back,
        about=about,
        trail=(("Ej verkställda beslut", back),),
        lead=f"{client}, {order}",
        button=button,
    )
