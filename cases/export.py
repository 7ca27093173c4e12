"""A list of cases as an Excel file. Requirement CAP-14."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import FileResponse

from cases.models import Case, Deadline
from organisation.pages.excel import workbook

MOST_ROWS = 10_000
COLUMNS = (
    ("Ärendenummer", 16),
    ("Diarienummer", 16),
    ("Företag", 36),
    ("Läge", 24),
    ("I läget sedan", 18),
    ("Ansvarig", 24),
    ("Enhet", 28),
    ("Nästa tidsfrist", 36),
    ("Förfaller", 14),
    ("Läge för fristen", 22),
    ("Avslutat", 14),
)


def case_list(cases: QuerySet[Case], today: date) -> FileResponse:
    """The cases in their order, at most `MOST_ROWS`, each with its next deadline."""
    return workbook("Ärenden", COLUMNS, _rows(cases, today), f"arenden-{today.isoformat()}.xlsx")


def _rows(cases: QuerySet[Case], today: date) -> Iterator[list[Any]]:
    running = Prefetch("deadlines", Deadline.objects.running(), to_attr="running")
    for case in cases.prefetch_related(running)[:MOST_ROWS].iterator(chunk_size=1000):
        first = case.running[0] if case.running else None
        yield [
            case.number,
            case.registry_no,
            case.title,
            case.state_label,
            case.state_since,
            case.responsible.name if case.responsible else None,
            case.unit.name,
            first and first.label,
            first and first.due,
            first and first.light(today)[1],
            case.closed_on,
        ]
