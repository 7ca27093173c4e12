"""Ärendeöversikt: open cases in columns by state, what waits for the person, and charts.

Requirements CAP-14, LOV-12, LOV-14. Each process adds its columns, waiting work and figures.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case as Choose
from django.db.models import (
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import awaiting, charts, preferences
from cases.actions import ChangeResponsible, Escalate, GiveTask
from cases.filters import add_next_deadline, counts, filtered
from cases.models import Case, Deadline, Notification
from cases.process import Column, Figures, commands_of, deadline_rules, processes
from cases.views import CASE_READERS
from organisation.access import roles
from organisation.request import Request

CARDS = 12
MOST_WAITING = 8
MOST_NOTICES = 3
CHARTS_KEPT_SECONDS = 600
"""Twelve months of figures change slowly, and are the page's dearest questions."""


@dataclass
class Lane:
    """A column with the cases shown in it, and how many there are in all."""

    column: Column
    note: str
    cases: list[Case]
    count: int

    @property
    def rest(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cases)

    @property
    def states(self) -> list[str]:
        """The states of the column, as an address writes them."""
        return [str(state) for state in self.column.states]


@dataclass
class Task:
    """A line of *Väntar på dig*: a notice, or what a case waits for."""

    case: Case
    text: str
    button: str
    address: str = ""
    notice: Notification | None = None
    take: str = ""
    """The address at which it is taken, when anybody with the role may."""


@roles(*CASE_READERS)
def overview(request: Request) -> HttpResponse:
    """Every open case in columns by state, with what is needed next and its light."""
    found = filtered(request)
    chosen = preferences.all_chosen()
    read = _kinds_read(request)
    shown = lanes(found.qs, chosen, read)
    tasks = waiting_for(request)
    cards = [case for lane in shown for case in lane.cases]
    add_next_deadline(cards)
    awaiting.show(cards)
    context = {
        "filter": found,
        "counts": counts(request, found),
        "bands": _bands(shown),
        "tasks": tasks,
        "starters": [
            new
            for process in processes()
            if (new := process.begins) and request.actor.has_role(*new.roles)
        ],
        "menu_commands": _offered(request),
        "charts": lambda: [
            _charts(request, row, chosen)
            for process in processes()
            if (row := process.figures) and row.kind in read
        ],
        "charts_kept_seconds": CHARTS_KEPT_SECONDS,
    }
    return render(request, "cases/overview.html", context)


def _kinds_read(request: Request) -> set[str]:
    """The kinds of case that one of the person's roles reads by unit."""
    return {name for name, kind in Case.kinds.items() if request.actor.has_role(*kind.reader_roles)}


def columns() -> list[Column]:
    """The columns of every process, in the order of the routine."""
    return [column for process in processes() for column in process.columns]


def lanes(cases: QuerySet[Case], chosen: Mapping[str, Any], read: Collection[str]) -> list[Lane]:
    """The columns of the kinds in `read`, and of any case given by name, with their most urgent
    cases: one query for all of them, and one for how many there are."""
    shown = columns()
    numbers = Counter[int]()
    places = {(row.kind, state): n for n, row in enumerate(shown) for state in row.states}
    counted = cases.order_by().values_list("kind", "state").annotate(count=Count("pk"))
    for kind, state, count in counted:
        if (kind, state) in places:
            numbers[places[kind, state]] += count
    found: dict[int, list[Case]] = {n: [] for n in range(len(shown))}
    for case in _most_urgent(cases, shown):
        found[places[case.kind, case.state]].append(case)
    return [
        Lane(row, row.note.format_map(chosen), found[n], numbers[n])
        for n, row in enumerate(shown)
        if numbers[n] or row.kind in read
    ]


def _most_urgent(cases: QuerySet[Case], shown: Sequence[Column]) -> QuerySet[Case]:
    """The first cases of each column, by their next deadline."""
    urgency = [F("next_due").asc(nulls_last=True), F("pk").asc()]
    column = Choose(
        *(When(kind=row.kind, state__in=row.states, then=Value(n)) for n, row in enumerate(shown)),
        output_field=IntegerField(),
    )
    rank = Window(RowNumber(), partition_by=F("column"), order_by=urgency)
    placed = cases.order_by().annotate(column=column).exclude(column=None)
    return placed.annotate(rank=rank).filter(rank__lte=CARDS).order_by(*urgency)


def waiting_for(request: Request) -> list[Task]:
    """What waits for the person first: urgent notices, then what their cases and roles wait for."""
    cases = [_task(line) for line in awaiting.lines(request.actor, MOST_WAITING)]
    tasks = (_notices(request)[:MOST_NOTICES] + cases)[:MOST_WAITING]
    add_next_deadline({task.case.pk: task.case for task in tasks}.values())
    return tasks


def _task(line: awaiting.Line) -> Task:
    text = line.awaited.what + (f", och {line.more} till" if line.more else "")
    return Task(line.case, text, line.button, line.address, take=_take(line))


def _take(line: awaiting.Line) -> str:
    name = GiveTask.command_name()
    if not line.is_anybodys or name not in commands_of(line.case.kind):
        return ""
    asked = urlencode({GiveTask.form.subject: line.awaited.task_id})
    return f"{reverse('cases:do', args=[line.case.pk, name])}?{asked}"


def _notices(request: Request) -> list[Task]:
    open_to = Case.objects.visible_to(request.actor)
    rows = (
        Notification.objects.filter(user=request.user, read_at=None, urgent=True)
        .filter(Q(case__in=open_to) | Q(case__isnull=False) & ~Q(leads_to=""))
        .select_related("case")
        .order_by("-created_at", "-pk")[:20]
    )
    newest = {row.case_id: row for row in reversed(rows)}  # several of one case: the latest
    return [
        Task(row.case, row.text.removeprefix(f"{row.case}: "), "Öppna ärendet", notice=row)
        for row in sorted(newest.values(), key=lambda row: row.pk, reverse=True)
        if row.case  # every one has, as asked for above
    ]


def _bands(shown: list[Lane]) -> list[tuple[str, list[Lane]]]:
    bands: dict[str, list[Lane]] = {}
    for lane in shown:
        bands.setdefault(lane.column.band, []).append(lane)
    return list(bands.items())


def _offered(request: Request) -> list[tuple[str, str]]:
    """The commands of a card's menu. Whether the case lets them is said on the command's page."""
    return [
        (command.command_name(), command.label)
        for command in (ChangeResponsible, Escalate)
        if request.actor.has_role(*command.roles)
    ]


# ------------------------------------------------------------------ charts


def _charts(request: Request, kind: Figures, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a kind over the last twelve months, for the cases that the person may see."""
    today = request.today
    months = charts.months_up_to(today)
    # Cases that had ended before the period are left out first: there are many more of them.
    lived = Q(closed_on=None) | Q(closed_on__gte=months[0])
    visible = Case.objects.filter(lived, kind=kind.kind).visible_to(request.actor)
    times = charts.lead_times(_days_taken(visible, kind, months[0], today), kind.steps, chosen)
    kept = charts.kept_by_month(_kept(visible, months[0], today), months)
    weakest = charts.weakest(kept)
    arrived = charts.by_month(_arrivals(visible, kind.arrived, months[0]), months)
    named = [kept[-1].first] + ([weakest.first] if weakest else [])
    return {
        "kind": kind,
        "times": times,
        "times_drawing": charts.draw_lead_times(times),
        "kept": kept,
        "kept_any": any(month.total for month in kept),
        "kept_last": next((month for month in reversed(kept) if month.total), None),
        "kept_bars": charts.draw_bars(
            [(month.first, month.percent) for month in kept],
            top=28,
            base=168,
            full=100,
            marked=named,
        ),
        "kept_target": charts.KEPT_TARGET_PERCENT,
        "weakest": weakest,
        "arrived": arrived,
        "arrived_bars": charts.draw_bars(
            arrived, top=20, base=52, full=max(count for _, count in arrived)
        ),
    }


class DaysBetween(Func):
    """Whole days from the second date to the first, in the database."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            arg_joiner=") - julianday(",
            template="CAST(julianday(%(expressions)s) AS INTEGER)",
            **context,
        )


def _days_taken(
    visible: QuerySet[Case], kind: Figures, since: date, today: date
) -> list[tuple[str, int, int]]:
    """Rule, days from first day to the day it was met, and how many; met in the period."""
    return list(
        Deadline.objects.filter(
            rule__in=[step.rule for step in kind.steps],
            met_on__range=(since, today),
            cancelled_on=None,
            case__in=visible,
        )
        .order_by()
        .values_list("rule", DaysBetween("met_on", "anchor"))
        .annotate(count=Count("pk"))
    )


def _kept(visible: QuerySet[Case], since: date, today: date) -> list[tuple[date, int, int]]:
    """Due date, how many were kept, and how many in all, of those that fell due in the period.

    Kept: met on the last day or earlier. Not kept: met later, or still open after its last day.
    One that is open and not yet late is not counted, nor one that is somebody's right and no
    demand (it has no ladder, as the time for correction).
    """
    demanded = [code for code, rule in deadline_rules().items() if rule.ladder]
    return list(
        Deadline.objects.filter(
            Q(due__lt=today) | Q(met_on__isnull=False),
            rule__in=demanded,
            due__gte=since,
            cancelled_on=None,
            case__in=visible,
        )
        .order_by()
        .values_list("due")
        .annotate(kept=Count("pk", filter=Q(met_on__lte=F("due"))), total=Count("pk"))
    )


def _arrivals(visible: QuerySet[Case], field: str, since: date) -> list[tuple[date, int]]:
    return list(
        visible.filter(**{f"{field}__gte": since})
        .order_by()
        .values_list(field)
        .annotate(count=Count("pk"))
    )
