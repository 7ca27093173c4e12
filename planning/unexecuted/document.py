"""A quarter's report as a document. CAP-17, SoL 34:1-3, BEY-03.

It names nobody: a decision stands by its reference in Viva, and the administration gives the person
where the receiver asks for it. The council's page holds numbers alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.template.loader import render_to_string

from audit import clock
from cases import documents
from planning.unexecuted.reading import Line, Report


@dataclass(frozen=True)
class Row:
    """A decision as the document states it."""

    line: Line
    since: date
    days: int


def pdf(report: Report, at: datetime) -> bytes:
    """The report as a tagged PDF, as it stood at `at`."""
    context = {
        "report": report,
        "late": _rows(report.late, report),
        "carried_out": _rows(report.carried_out, report),
        "sender": settings.MUNICIPALITY,
        "made_on": clock.local_date(at),
        "is_over": report.quarter.last < clock.local_date(at),
    }
    text = render_to_string("planning/unexecuted/document.html", context)
    title = f"Ej verkställda beslut, {report.quarter}"
    return documents.html_to_pdf(text, title, at, documents.TO_SEND)[0]


def _rows(lines: Iterable[Line], report: Report) -> list[Row]:
    return [
        Row(line, line.waiting.since, line.waiting.days(line.carried_out or report.on))
        for line in lines
    ]
