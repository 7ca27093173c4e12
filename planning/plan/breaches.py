"""What in a plan breaks a rule, said in words, and what of it a planner has accepted.

Requirements PLN-06, PLN-14, PLN-20, BEY-05. The checker of the optimizer judges time, place and
skill; what it cannot know (decisions, double staffing) is judged here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from clients.models import ServiceOrder
from planning import daytime
from planning.models import DoubleStaffing, Visit
from planning.optimizer.check import Breach as Judged
from planning.optimizer.check import check
from planning.optimizer.model import Rule
from planning.plan import problem
from planning.plan.reading import PlanData

WORK, DECISION, SKILL, CONTINUITY = "Arbetsmiljö", "Beslut", "Kompetens", "Kontinuitet"
GROUPS = (WORK, DECISION, SKILL, CONTINUITY)
HARD = frozenset(
    {"double_booked", "overlap", "skill", "same_carer", "shift_start", "shift_end", "absent"}
)
"""What stops a plan from being settled, unless it is accepted with a reason."""
IGNORED = frozenset({Rule.PINNED_CARER, Rule.PINNED_START, Rule.TOGETHER, Rule.MISSING})


@dataclass(frozen=True)
class Breach:
    """A rule that the plan breaks: what, about which visit and row, how bad."""

    code: str
    group: str
    what: str
    """A few words."""
    text: str
    """A sentence."""
    visit: int | None = None
    shift: int | None = None

    @property
    def is_hard(self) -> bool:
        """Whether the plan cannot be settled with it."""
        return self.code in HARD

    @property
    def about(self) -> str:
        """What it is about, as an accepted one remembers it."""
        return f"{self.visit or ''}:{self.shift or ''}"


def breaches_of(data: PlanData) -> list[Breach]:
    """Every breach of a plan, or of the rows that were read, grouped."""
    report = check(problem.problem_of(data), problem.solution_of(data))
    judged = (breach for breach in report.breaches if breach.rule not in IGNORED)
    sick = list(_sick(data))
    theirs = {(Rule.SHIFT_END, row.shift) for row in sick}
    found = [_worded(data, row) for row in judged if (row.rule, row.carer) not in theirs]
    found += [*sick, *_double_staffing(data), *_without_order(data), *_without_coordinates(data)]
    unique = {(row.code, row.about): row for row in found}
    return sorted(unique.values(), key=lambda row: (GROUPS.index(row.group), not row.is_hard))


def _worded(data: PlanData, breach: Judged) -> Breach:
    visit = data.visit[problem.parse_task(breach.task)[0]] if breach.task is not None else None
    row = data.shift.get(int(breach.carer)) if breach.carer is not None else None
    who = row.name if row else ""
    code, group, what, text = _words(data, breach, visit, who)
    return Breach(code, group, what, text, visit.pk if visit else None, row.pk if row else None)


def _words(
    data: PlanData, breach: Judged, visit: Visit | None, who: str
) -> tuple[str, str, str, str]:
    minutes = max(1, round(breach.amount / 60))
    name = visit.client.short_name if visit else ""
    at = daytime.wall(data.plan.day, visit.start) if visit else ""
    if breach.rule == Rule.OVERLAP and visit and _booked_twice(data, visit, breach):
        return "double_booked", WORK, "Dubbelbokad", f"{who} har två besök samtidigt {at}."
    return {
        Rule.OVERLAP: (
            "overlap",
            WORK,
            "För kort restid",
            f"{who} {at} till {name}, {minutes} minuter fattas.",
        ),
        Rule.BREAK: ("break", WORK, "Rasten ryms inte", f"{who} får ingen rast i rätt tid."),
        Rule.SHIFT_START: (
            "shift_start",
            WORK,
            "Före arbetstiden",
            f"{who} {at} hos {name}, {minutes} minuter.",
        ),
        Rule.SHIFT_END: (
            "shift_end",
            WORK,
            "Efter arbetstiden",
            f"{who} är klar {minutes} minuter för sent.",
        ),
        Rule.MAX_WORK: ("max_work", WORK, "För lång arbetstid", f"{who}, {minutes} minuter."),
        Rule.SKILL: ("skill", SKILL, "Saknar kompetens", f"{who} hos {name} {at}."),
        Rule.INCOMPATIBLE: (
            "incompatible",
            CONTINUITY,
            "Oönskad personal",
            f"{name} vill inte ha {who}.",
        ),
        Rule.SAME_CARER: ("same_carer", WORK, "Samma person två gånger", f"{who} hos {name} {at}."),
        Rule.LAG: (
            "lag",
            DECISION,
            "Fel tid efter besöket före",
            f"{name} {at}, {minutes} minuter fel.",
        ),
        Rule.EARLIEST: ("early", DECISION, "Tidigare än beslutat", f"{name} {at}, {minutes} min."),
        Rule.LATEST: ("late", DECISION, "Senare än beslutat", f"{name} {at}, {minutes} min."),
        Rule.LATEST_END: ("late", DECISION, "Senare än beslutat", f"{name} {at}, {minutes} min."),
    }.get(breach.rule, (str(breach.rule), WORK, "Planen är inte hel", f"{who} {name} {at}"))  # type: ignore[call-overload, no-any-return]


def _booked_twice(data: PlanData, visit: Visit, breach: Judged) -> bool:
    """Whether the visit begins while another of the same row goes on, whatever the way takes."""
    row = data.by_shift.get(int(breach.carer or 0), [])
    return any(v.pk != visit.pk and v.start <= visit.start < v.end for v in row)


def _sick(data: PlanData) -> Iterator[Breach]:
    """Visits on a row whose carer is reported sick at that time (BRD-08)."""
    for row in data.shifts:
        if row.absent_from is None:
            continue
        for visit in data.by_shift.get(row.pk, ()):
            if visit.end > row.absent_from:
                since, at = (daytime.wall(data.plan.day, t) for t in (row.absent_from, visit.start))
                text = f"{row.name} är sjukanmäld från {since}. {visit.client.short_name} {at} behöver "
                text += "någon annan."
                yield Breach("absent", WORK, "Sjukanmäld", text, visit.pk, row.pk)


def _double_staffing(data: PlanData) -> Iterator[Breach]:
    """Two carers without a risk assessment and a decision that holds (PLN-06)."""
    doubled = [visit for visit in data.standing if visit.staff_needed > 1]
    decided = dict(
        DoubleStaffing.objects.filter(client__in={visit.client_id for visit in doubled})
        .order_by("review_on")
        .values_list("client", "review_on")
    )
    for visit in doubled:
        review: date | None = decided.get(visit.client_id)
        name = visit.client.short_name
        if review is None:
            text = f"{name}: riskbedömning och chefens beslut saknas."
            yield Breach("double_staffing", DECISION, "Dubbelbemannat utan beslut", text, visit.pk)
        elif review < data.plan.day:
            text = f"{name}: beslutet skulle ha omprövats {review}."
            yield Breach("double_review", DECISION, "Dubbelbemanning att ompröva", text, visit.pk)


def _without_order(data: PlanData) -> Iterator[Breach]:
    """Services that are planned and that nobody has ordered for the day (PLN-04)."""
    visits = [visit for visit in data.standing if not visit.client.is_surrounding]
    ordered = set(
        ServiceOrder.objects.on(data.plan.day)
        .filter(client__in={visit.client_id for visit in visits})
        .filter(
            Q(decision=None) | Q(decision__valid_to=None) | Q(decision__valid_to__gte=data.plan.day)
        )
        .values_list("client", "service")
    )
    for visit in visits:
        lacking = [s for s in visit.services.all() if (visit.client_id, s.pk) not in ordered]
        if lacking:
            what = ", ".join(str(service).lower() for service in lacking)
            text = f"{visit.client.short_name}: {what} har ingen beställning som gäller."
            yield Breach("no_order", DECISION, "Planerat utan beställning", text, visit.pk)


def _without_coordinates(data: PlanData) -> Iterator[Breach]:
    """Whose address nobody has placed on the map: the way there is not known."""
    said: set[int] = set()
    for visit in data.standing:
        client = visit.client
        if client.latitude is None and not client.is_surrounding and client.pk not in said:
            said.add(client.pk)
            text = f"{client.short_name} saknar koordinater. Restiden räknas från utgångsplatsen."
            yield Breach("no_place", DECISION, "Adressen är inte utsatt", text, visit.pk)


def not_accepted(data: PlanData, breaches: Iterable[Breach]) -> list[Breach]:
    """Those that no planner has accepted with a reason."""
    accepted = set(data.plan.accepted.values_list("code", "about"))
    return [row for row in breaches if (row.code, row.about) not in accepted]
