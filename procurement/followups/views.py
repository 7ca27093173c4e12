"""Follow-ups compared: providers side by side, and over the years as small multiples. FUP-03."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from cases import calendar
from cases.models import Case
from organisation.access import roles
from organisation.request import Request
from procurement.areas import FollowUpArea
from procurement.contracts.models import Contract
from procurement.followups import rules
from procurement.followups.models import FollowUp, FollowUpQuestion

AREAS = [
    FollowUpArea.CONTRACT, FollowUpArea.MANAGEMENT, FollowUpArea.STAFF, FollowUpArea.DOCUMENTATION,
    FollowUpArea.DATA_PROTECTION,
]  # fmt: skip
"""Those of a provider."""
WIDTH, HEIGHT, LEFT, TOP = 240, 90, 26, 8
"""A small chart, in units of its box."""
YEARS = 5
PER_PAGE = 40
"""Providers on a page: each has a row and a chart."""


@dataclass
class Compared:
    """A provider: the latest finding of each area, open shortcomings, and its years."""

    contract: Contract
    latest: dict[str, str] = field(default_factory=dict)
    open_findings: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    points: list[rules.Point] = field(default_factory=list)

    @property
    def cells(self) -> list[tuple[str, str, int]]:
        """(finding, its word, open shortcomings) of each area, in order."""
        words = dict(FollowUpQuestion.Finding.choices)
        return [
            (
                self.latest.get(area, ""),
                words.get(self.latest.get(area, ""), "Inte följt upp"),
                self.open_findings.get(area, 0),
            )
            for area in AREAS
        ]


@roles(*FollowUp.reader_roles)
def comparison(request: Request) -> HttpResponse:
    """Every provider in the same form, the municipality's own among them, some at a time."""
    visible = Case.objects.visible_to(request.actor)
    contracts = (
        Contract.objects.filter(
            pk__in=visible.filter(kind=Contract.case_kind).values("pk"),
            state=Contract.State.IN_FORCE,
        )
        .select_related("provider")
        .order_by("title")
    )
    first = date(request.today.year - YEARS + 1, 1, 1)
    page = Paginator(contracts, PER_PAGE).get_page(request.GET.get("sida"))
    compared = {contract.pk: Compared(contract) for contract in page}
    _read(compared, first)
    shown = list(compared.values())
    context = {
        "providers": shown,
        "page": page,
        "areas": AREAS,
        "charts": [(row, _drawn(row.points, first, request.today)) for row in shown if row.points],
        "years": range(first.year, request.today.year + 1),
        "box": (WIDTH, HEIGHT),
    }
    return render(request, "procurement/followups/comparison.html", context)


def _read(compared: dict[int, Compared], first: date) -> None:
    """Fill in from the documented follow-ups, oldest first: one query, whatever there is."""
    rows = (
        FollowUpQuestion.objects.filter(
            follow_up__agreement__in=compared, follow_up__state=FollowUp.State.DOCUMENTED
        )
        .order_by("follow_up__held_on", "pk")
        .values_list("follow_up__agreement", "follow_up__held_on", "area", "finding", "mended_on")
    )
    by_visit: dict[tuple[int, date], dict[str, list[str]]] = {}
    for contract, held_on, area, finding, mended_on in rows:
        assert held_on  # what is documented has been held
        by_visit.setdefault((contract, held_on), {}).setdefault(area, []).append(finding)
        if finding in rules.NOT_MET and mended_on is None:
            compared[contract].open_findings[area] += 1
    for (contract, held_on), areas in by_visit.items():
        compared[contract].latest |= {area: rules.worst(found) for area, found in areas.items()}
        share = rules.share_met(finding for found in areas.values() for finding in found)
        if share is not None and held_on >= first:
            compared[contract].points.append(rules.Point(held_on, share))


def _drawn(points: list[rules.Point], first: date, today: date) -> dict:
    """The line of a provider: time runs right, all years and all of 0 to 100 in each chart."""
    last = date(today.year, 12, 31)
    width, height = WIDTH - LEFT - 6, HEIGHT - TOP - 18
    placed = [
        (
            round(
                LEFT
                + width
                * calendar.days_between(first, point.day)
                / calendar.days_between(first, last)
            ),
            round(TOP + height * (100 - point.percent) / 100),
            point,
        )
        for point in points
    ]
    return {
        "line": " ".join(f"{x},{y}" for x, y, _ in placed),
        "points": placed,
        "grid": [(TOP + height * step // 2, 100 - 50 * step) for step in (0, 1, 2)],
        "years": [
            (LEFT + width * (year - first.year) // (today.year + 1 - first.year), year)
            for year in range(first.year, today.year + 1)
        ],
        "right": WIDTH - 6,
        "left": LEFT,
        "bottom": HEIGHT - 4,
    }
