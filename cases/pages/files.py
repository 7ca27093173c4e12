"""Documents and attachments, served through permission alone; every opening is logged (SEC-02)."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.clickjacking import xframe_options_sameorigin

from cases import documents
from cases.models import Attachment, Document
from cases.process import document_kinds
from cases.views import CASE_READERS, get_case, log_reading
from organisation.access import logged_in, roles
from organisation.request import Request


@logged_in
@xframe_options_sameorigin
def document(request: Request, pk: int) -> HttpResponse:
    """A document as PDF: fixed bytes when locked. A company opens only what was sent to it."""
    row = get_object_or_404(Document, pk=pk)
    case = get_case(request, row.case_id)
    if request.actor.is_outside and not row.shown_to_company:
        raise Http404
    log_reading(request, case, "read_document", row)
    response = HttpResponse(documents.content(row), content_type="application/pdf")
    name = f"{case}-{row.kind}-{row.version}.pdf".replace(" ", "-")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@roles(*CASE_READERS)
@xframe_options_sameorigin
def preview(request: Request, pk: int, kind: str) -> HttpResponse:
    """A document as it would be now, with what is missing marked in the text."""
    case = get_case(request, pk)
    if kind not in document_kinds():
        raise Http404
    log_reading(request, case, "read_document", case, {"kind": kind, "preview": True})
    return HttpResponse(documents.preview(case.concrete(), kind, request.today.isoformat()))


@logged_in
def attachment(request: Request, pk: str) -> FileResponse:
    """An attachment, always as a download and never as a page, once the scan lets it be opened."""
    row = get_object_or_404(Attachment, pk=pk, removed_on=None)
    case = get_case(request, row.case_id)
    if not row.may_be_opened:
        raise PermissionDenied(
            "Filen innehåller skadlig kod och kan inte öppnas."
            if row.scan == Attachment.Scan.INFECTED
            else "Filen väntar på virussökning. Försök igen om en stund."
        )
    log_reading(request, case, "read_attachment", row, {"sha256": row.sha256})
    response = FileResponse(
        row.file.open(), as_attachment=True, filename=row.name, content_type=row.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
