"""The annual wheel: drawn, as a list, and as files for the calendar and for Excel. CAP-10."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import cos, pi, sin
from typing import Any

import icalendar
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cases.dates import MONTHS
from door import entry
from organisation import swedish
from organisation.access import roles
from organisation.pages.excel import workbook
from organisation.request import Request
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.duties.models import Duty, light_of

READERS = Contract.reader_roles
PER_PAGE = 100
COLUMNS = (
    ("Senast", 14), ("Uppgift", 44), ("Utförare", 34), ("Gäller", 24), ("Ansvarig", 28),
    ("Ersättare", 28), ("Läge", 18), ("Ärende", 16),
)  # fmt: skip
SIZE, HUB, RING = 500, 62, 23
"""The drawing's side, the radius of its middle, and the width of a ring, in units of its box."""


@dataclass(frozen=True)
class Cell:
    """A month of one kind: how many duties, and the worst that can be said of them."""

    x: int
    y: int
    count: int
    light: str
    title: str
    address: str


@dataclass(frozen=True)
class Asked:
    """What a person asked to see."""

    year: int
    provider: str
    role: str
    kind: str
    month: str

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """From the address; what makes no sense is left out."""
        get = request.GET
        year = entry.number(get.get("ar"))
        provider = entry.whole_number(get.get("utforare"))
        return cls(
            year if 2000 <= year <= 2100 else request.today.year,
            "" if provider is None else str(provider),
            get.get("roll", "") if get.get("roll", "") in Role else "",
            get.get("uppgift", "") if get.get("uppgift", "") in Duty.Kind else "",
            get.get("manad", "") if get.get("manad", "") in map(str, range(1, 13)) else "",
        )

    def rows(self, request: Request) -> QuerySet[Duty]:
        """The duties, in order of day."""
        rows = Duty.objects.standing().visible_to(request.actor).filter(due__year=self.year)
        if self.provider:
            rows = rows.filter(agreement__provider_id=self.provider)
        if self.role:
            rows = rows.filter(main_role=self.role)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.month:
            rows = rows.filter(due__month=self.month)
        return rows.select_related("agreement", "case")

    def query(self, **changes: Any) -> str:
        """The address of the same question with something changed."""
        words = {
            "ar": self.year,
            "utforare": self.provider,
            "roll": self.role,
            "uppgift": self.kind,
            "manad": self.month,
            **changes,
        }
        return "?" + "&".join(f"{name}={value}" for name, value in words.items() if value)


@roles(*READERS)
def wheel(request: Request) -> HttpResponseBase:
    """A year's duties as a wheel and as a list; as Excel and iCal of the same question."""
    asked = Asked.of(request)
    rows = asked.rows(request)
    if request.GET.get("format") == "xlsx":
        return workbook(
            f"Årshjul {asked.year}",
            COLUMNS,
            [_line(row, request.today) for row in rows],
            f"arshjul-{asked.year}.xlsx",
        )
    if request.GET.get("format") == "ics":
        return _calendar(request, asked, rows)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("sida"))
    for row in page:
        row.light, row.word = row.status(request.today)
    context = {
        "asked": asked,
        "page": page,
        "cells": _cells(request, asked),
        "rings": [
            (str(kind.label), HUB + RING * place - RING // 2)
            for place, kind in enumerate(Duty.Kind, 1)
        ],
        "months": _month_labels(),
        "size": SIZE,
        "middle": SIZE // 2,
        "providers": Contract.objects.filter(duties__isnull=False)
        .values_list("provider_id", "title")
        .distinct()
        .order_by("title"),
        "roles": sorted(
            map(Role, Duty.objects.order_by().values_list("main_role", flat=True).distinct()),
            key=lambda role: swedish.key(str(role.label)),
        ),
        "kinds": Duty.Kind,
    }
    return render(request, "procurement/duties/wheel.html", context)


def _cells(request: Request, asked: Asked) -> list[Cell]:
    """Every month and kind that has something, placed on its ring."""
    counted: dict[tuple[int, str], list[str]] = {}
    rows = asked.rows(request).values_list("due", "kind", "case_id", "case__closed_on")
    for due, kind, case_id, closed in rows:
        light = light_of(due, case_id is not None, closed, request.today)
        counted.setdefault((due.month, kind), []).append(light)
    kinds = list(Duty.Kind)
    return [
        Cell(
            *_place(month, kinds.index(Duty.Kind(kind)) + 1),
            len(lights),
            _worst(lights),
            f"{MONTHS[month - 1]}: {Duty.Kind(kind).label}, {len(lights)}",
            asked.query(manad=month, uppgift=kind),
        )
        for (month, kind), lights in sorted(counted.items())
    ]


def _worst(lights: Sequence[str]) -> str:
    return next(light for light in ("red", "amber", "none", "green") if light in lights)


def _place(month: int, ring: int) -> tuple[int, int]:
    """The middle of a month's sector on a ring; January begins at the top."""
    angle = (month - 0.5) * pi / 6 - pi / 2
    radius = HUB + RING * ring - RING // 2
    return round(SIZE / 2 + radius * cos(angle)), round(SIZE / 2 + radius * sin(angle))


def _month_labels() -> list[dict[str, Any]]:
    radius = HUB + RING * len(Duty.Kind) + RING // 2
    edge = HUB + RING * len(Duty.Kind) + 4
    labels = []
    for month in range(1, 13):
        middle, start = (month - 0.5) * pi / 6 - pi / 2, (month - 1) * pi / 6 - pi / 2
        labels.append(
            {
                "name": MONTHS[month - 1][:3],
                "x": round(SIZE / 2 + radius * cos(middle)),
                "y": round(SIZE / 2 + radius * sin(middle)),
                "x1": round(SIZE / 2 + (HUB - 14) * cos(start)),
                "y1": round(SIZE / 2 + (HUB - 14) * sin(start)),
                "x2": round(SIZE / 2 + edge * cos(start)),
                "y2": round(SIZE / 2 + edge * sin(start)),
            }
        )
    return labels


def _line(duty: Duty, today: date) -> list[Any]:
    return [
        duty.due,
        duty.get_kind_display(),
        duty.agreement.title if duty.agreement else None,
        duty.get_table_display(),
        duty.get_main_role_display(),
        duty.get_substitute_role_display(),
        duty.status(today)[1],
        duty.case.number if duty.case else None,
    ]


def _calendar(request: Request, asked: Asked, rows: QuerySet[Duty]) -> HttpResponse:
    """The duties as a calendar file: a whole day each, with an address that leads to the case."""
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Kundval//Årshjul//SV")
    feed.add("version", "2.0")
    for duty in rows:
        event = icalendar.Event()
        event.add("uid", f"uppgift-{duty.pk}@kundval")
        event.add("dtstamp", timezone.make_aware(datetime.combine(request.today, time())))
        event.add("dtstart", duty.due)
        event.add("summary", str(duty))
        event.add("description", f"Ansvarig: {duty.get_main_role_display()}")
        address = (
            reverse("cases:case", args=[duty.case_id]) if duty.case_id else reverse("duties:wheel")
        )
        event.add("url", request.build_absolute_uri(address))
        feed.add_component(event)
    response = HttpResponse(feed.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="arshjul-{asked.year}.ics"'
    return response
