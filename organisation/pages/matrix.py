"""The responsibility matrix: read by everybody inside, kept by the administration. FUP-01."""

from django.db.models import Max
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from organisation import matrix as routine
from organisation.access import inside, roles
from organisation.commands.matrix import (
    EDITORS,
    AddResponsibility,
    ChangeResponsibility,
    RemoveResponsibility,
)
from organisation.forms import ConfirmForm, ResponsibilityForm
from organisation.models import Responsibility
from organisation.pages import changing, history
from organisation.pages.changing import change_page
from organisation.pages.excel import workbook
from organisation.pages.holders import by_role
from organisation.request import Request


@inside
def matrix(request: Request) -> HttpResponse:
    """Both tables, with who holds each role today and who stands in."""
    rows = list(Responsibility.objects.all())
    heads = {routine.MAIN_ROLE, routine.SUBSTITUTE_ROLE, *routine.OTHER_ROLES}
    wanted = heads | {row.main_role for row in rows} | {row.substitute_role for row in rows}
    context = {
        "tables": [
            (table, [row for row in rows if row.table == table]) for table in Responsibility.Table
        ],
        "facts": (
            ("Huvudansvarig", [routine.MAIN_ROLE]),
            ("Ersättare", [routine.SUBSTITUTE_ROLE]),
            ("Övriga ansvariga", routine.OTHER_ROLES),
        ),
        "held": by_role(wanted, request.today),
        "is_editor": request.actor.has_role(*EDITORS),
    }
    return render(request, "organisation/matrix.html", context)


@inside
def export(request: Request) -> FileResponse:
    """Both tables as an Excel file."""
    columns = (
        ("Tabell", 26),
        ("Område", 60),
        ("Huvudansvarig", 28),
        ("Ersättare", 28),
        ("Medansvarig", 60),
        ("Tidpunkt", 34),
        ("Kommentar", 60),
    )
    rows = (
        (
            row.get_table_display(),
            row.area,
            row.get_main_role_display(),
            row.get_substitute_role_display(),
            row.co_responsible,
            row.get_interval_display() if row.interval else "",
            row.comment,
        )
        for row in Responsibility.objects.all()
    )
    return workbook("Ansvarsmatris", columns, rows, f"ansvarsmatris-{request.today}.xlsx")


@inside
def row_history(request: Request, pk: int) -> HttpResponse:
    """What has been changed in a row, also one that has been removed."""
    row = Responsibility.objects.filter(pk=pk).first()
    lines = history.of_chain(f"responsibility:{pk}")
    if row is None and not lines:
        raise Http404
    title = f"Historik: {row}" if row else "Historik för en borttagen rad"
    return _history_page(request, title, lines)


@inside
def full_history(request: Request) -> HttpResponse:
    """What has been changed in the whole matrix, removed rows too."""
    return _history_page(request, "Matrisens historik", history.of_objects(Responsibility))


@roles(*EDITORS)
def add(request: Request, table: str) -> HttpResponse:
    """A row at the end of a table."""
    if table not in Responsibility.Table.values:
        raise Http404
    last = Responsibility.objects.filter(table=table).aggregate(last=Max("order"))["last"] or 0
    form = ResponsibilityForm(
        request.POST or None, instance=Responsibility(table=table, order=last + 1)
    )
    return changing.do_page(
        request,
        form.instance,
        AddResponsibility,
        form,
        back=_address(),
        trail=_trail(),
        title=f"Ny rad: {Responsibility.Table(table).label}",
        button="Lägg till",
    )


@roles(*EDITORS)
def change(request: Request, pk: int) -> HttpResponse:
    """Another role, time or wording of a row."""
    row = get_object_or_404(Responsibility, pk=pk)
    form = ResponsibilityForm(request.POST or None, instance=row)
    return change_page(
        request,
        row,
        ChangeResponsibility,
        form,
        back=_address(),
        trail=_trail(),
        lead=row.get_table_display(),
    )


@roles(*EDITORS)
def remove(request: Request, pk: int) -> HttpResponse:
    """Take a row away; the log keeps what it said."""
    row = get_object_or_404(Responsibility, pk=pk)
    return changing.do_page(
        request,
        row,
        RemoveResponsibility,
        ConfirmForm(request),
        back=_address(),
        trail=_trail(),
        button="Ta bort raden",
        danger=True,
        lead=f"{row} ({row.get_table_display()}). Vad raden sade står kvar i historiken.",
    )


def _history_page(request: Request, title: str, lines: list[history.Line]) -> HttpResponse:
    context = {"title": title, "trail": _trail(), "lines": lines}
    return render(request, "organisation/history_page.html", context)


def _address() -> str:
    return reverse("organisation:matrix")


def _trail() -> list[tuple[str, str]]:
    return [("Ansvarsmatris", _address())]
