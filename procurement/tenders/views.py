"""The page of a tender for an expert who has no lists of cases."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from cases.views import get_case
from organisation.access import logged_in
from organisation.request import Request
from procurement.tenders.models import Tender
from procurement.tenders.panel import may, parts


@logged_in
def mine(request: Request, pk: int) -> HttpResponse:
    """An expert's sections and questions, whatever role they have. Logged as reading the case."""
    row = get_case(request, pk)
    if row.kind != Tender.case_kind:
        raise Http404
    tender = Tender.from_case(row)
    own = {section.pk for section in tender.sections.all() if section.has_expert(request.user)}
    shown = parts(tender)
    context = {
        "case": tender,
        "sections": [section for section in shown["sections"] if section.pk in own],
        "questions": [asked for asked in shown["questions"] if asked.section_id in own],
        "may": may(tender, request),
    }
    return render(request, "procurement/tenders/mine.html", context)
