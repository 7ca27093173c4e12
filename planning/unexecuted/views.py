"""Ej verkställda beslut: what waits, the quarter's report, and who wants to wait. CAP-17, SoL 34."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

from django import forms
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases import calendar
from clients import editing
from clients.editing import ORDERERS
from clients.models import READERS, Client, ServiceOrder
from organisation.access import roles
from organisation.models import Unit
from organisation.pages import changing
from organisation.pages.excel import workbook
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role
from planning.models import Postponement
from planning.unexecuted import document as pdf
from planning.unexecuted import reading, rules
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


class PostponeForm(forms.ModelForm):
    """From when the person wants to wait, until when if it is known, and who said so."""

    class Meta:
        model = Postponement
        fields = ("first", "last", "note")
        help_texts = {
            "last": "Lämna tomt om det inte är bestämt.",
            "note": "Till exempel: Personen själv vid hembesök. Skriv inga hälsouppgifter.",
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", f"Sista dagen är före den första. Skriv {first} eller senare.")
        return said


@roles(*ORDERERS)
@transaction.atomic
def postpone(request: Request, order: int) -> HttpResponse:
    """The person's own wish to wait."""
    row = get_object_or_404(ServiceOrder.objects.select_related("client", "service"), pk=order)
    client = editing.client_of(request, row.client_id, ORDERERS)
    form = PostponeForm(
        request.POST or None, instance=Postponement(order=row), initial={"first": request.today}
    )
    if form.is_bound and row.postponements.filter(last=None).exists():
        form.add_error(None, "Personen vill redan vänta. Avsluta den väntan först.")

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS)
        for name, value in act.stamp.items():
            setattr(form.instance, name, value)
        form.save()
        values = {"order": str(row), **editing.changes(form)}
        editing.record(client, act, "postpone_order", values, form.instance)
        return (
            f"Antecknat: {row.service} väntar på personens egen önskan. Önskan är skälet, och "
            "beslutet rapporteras ändå efter tre månader."
        )

    back = reverse("unexecuted:list")
    return changing.form_page(
        request,
        form,
        save=save,
        title="Personen vill vänta",
        back=back,
        trail=(("Ej verkställda beslut", back),),
        lead=f"{client}, {row}",
        button="Anteckna",
    )


@roles(*ORDERERS)
@transaction.atomic
def resume(request: Request, pk: int) -> HttpResponse:
    """The person no longer wants to wait. The three months have run all the time (UNX-02)."""
    row = get_object_or_404(Postponement.objects.select_related("order__service"), pk=pk)
    client = editing.client_of(request, row.order.client_id, ORDERERS)
    form = ResumeForm(request.POST or None, first=row.first, initial={"last": request.today})

    def save() -> str:
        act = editing.act_of(request, client, ORDERERS)
        row.last = form.cleaned_data["last"]
        row.save(update_fields=["last"])
        editing.record(
            client, act, "resume_order", {"order": str(row.order), "last": str(row.last)}
        )
        return "Antecknat: personen vill inte vänta längre. De tre månaderna räknas som förut."

    back = reverse("unexecuted:list")
    return changing.form_page(
        request,
        form,
        save=save,
        title="Personen vill inte vänta längre",
        back=back,
        trail=(("Ej verkställda beslut", back),),
        lead=f"{client}, {row.order}",
        button="Avsluta",
    )


class ResumeForm(forms.Form):
    """The last day on which the person wanted to wait."""

    last = forms.DateField(label="Sista dag")

    def __init__(self, *args: Any, first: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.first = first

    def clean_last(self) -> date:
        last = self.cleaned_data["last"]
        if last < self.first:
            raise forms.ValidationError(
                f"Väntan började {self.first}. Skriv den dagen eller senare."
            )
        return last
