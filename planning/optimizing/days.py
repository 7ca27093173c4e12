"""Several days at once: few faces first, over all of them, then each day. PLN-20.

The roster says which carers each client should meet within everybody's hours. Each day is then
searched as any other, with them as known; what earlier days propose is known to later ones.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence

from audit import clock
from cases import calendar
from door.refusals import Refused
from planning.models import DayPlan, OptimizerRun, Shift, Visit
from planning.optimizer import Duty, Need, roster
from planning.optimizer.model import Id
from planning.optimizing import runs
from planning.plan import problem, reading

Status = OptimizerRun.Status
ACTIVE = (Status.WAITING, Status.RUNNING)
WITH_TRAVEL = 1.3
"""A visit takes a carer so much of its own time, with the way there."""
PLANNABLE = 0.85
"""The share of a carer's hours that the roster may promise away."""


def plans(plan: DayPlan, count: int) -> list[DayPlan]:
    """The plans with visits of so many days from the plan's own. Raises Refused when there is none."""
    found = DayPlan.objects.filter(
        planned_unit=plan.planned_unit,
        day__range=(plan.day, calendar.add_days(plan.day, count - 1)),
        visits__status=Visit.Status.PLANNED,
    )
    rows = list(found.distinct().order_by("day"))
    if not rows:
        raise Refused("Dagarna har inga besök att placera. Hämta besöken i Dagbild först.")
    return rows


def of(group: uuid.UUID) -> list[OptimizerRun]:
    """The runs of a group by day."""
    found = OptimizerRun.objects.filter(group=group).select_related("plan__planned_unit")
    return list(found.order_by("plan__day"))


def carry_out(group: uuid.UUID) -> None:
    """Make the roster, then search each day in turn."""
    waiting = of(group)
    known = teams([reading.read(run.plan) for run in waiting])
    for run in waiting:
        still = OptimizerRun.objects.filter(group=group, status=Status.WAITING)
        still.filter(stop_wanted=True).update(
            status=Status.FAILED, error="Stoppad innan dagen hade börjat. Planen är orörd."
        )
        still.update(beat_at=clock.real_now())
        runs.carry_out(run.pk, known)
        run.refresh_from_db()
        for client, carers in faces([run])[1].items():
            known[client] |= carers


def teams(days: Sequence[reading.PlanData]) -> defaultdict[int, set[int]]:
    """The carers whom each client should meet over the days, by client."""
    met: dict[Id, frozenset[Id]] = (
        {client: frozenset(carers) for client, carers in days[0].faces.items()} if days else {}
    )
    needs = [need for number, data in enumerate(days) for need in _needs(data, number)]
    duties = [duty for number, data in enumerate(days) for duty in _duties(data, number)]
    found: defaultdict[int, set[int]] = defaultdict(set)
    for client, carers in roster(needs, duties, seed=1, met=met).teams.items():
        found[int(client)] |= {int(carer) for carer in carers}
    return found


def _needs(data: reading.PlanData, number: int) -> Iterator[Need]:
    for visit in data.standing:
        if visit.client.is_surrounding:
            continue
        for place in visit.staff.all():
            yield Need(
                f"{number} {problem.task_of(visit, place.place)}",
                visit.client_id,
                number,
                visit.earliest * 60,
                visit.latest_end * 60,
                visit.minutes * 60 * WITH_TRAVEL,
                frozenset(str(skill.pk) for skill in visit.skills.all()),
                frozenset(data.wishes.get(visit.client_id, {}).get("unwanted", ())),
            )


def _duties(data: reading.PlanData, number: int) -> Iterator[Duty]:
    for row in data.shifts:
        minutes = row.works_until - row.start - row.break_minutes
        if row.carer_id and minutes > 0:
            yield Duty(
                row.carer_id,
                number,
                row.start * 60,
                row.works_until * 60,
                minutes * 60 * PLANNABLE,
                frozenset(str(skill) for skill in data.skills.get(row.carer_id, ())),
            )


Faces = dict[int, set[int]]


def faces(group: Sequence[OptimizerRun]) -> tuple[Faces, Faces]:
    """Whom each client meets over the days, as it stands and as it is proposed. Three queries."""
    moves = {int(pk): said for run in group for pk, said in run.proposal.get("moves", {}).items()}
    visits = Visit.objects.standing().filter(
        plan__in=[run.plan_id for run in group], client__is_surrounding=False
    )
    days = [run.plan.day for run in group]
    unit = [run.plan.planned_unit_id for run in group][:1]
    carer_of = dict(
        Shift.objects.filter(unit__in=unit, day__in=days, carer__isnull=False).values_list(
            "pk", "carer"
        )
    )
    now: Faces = defaultdict(set)
    then: Faces = defaultdict(set)
    for visit in visits.prefetch_related("staff"):
        standing = [place.shift_id for place in visit.staff.all()]
        proposed = moves[visit.pk]["shifts"] if visit.pk in moves else standing
        now[visit.client_id] |= {carer_of[pk] for pk in standing if pk in carer_of}
        then[visit.client_id] |= {carer_of[pk] for pk in proposed if pk in carer_of}
    return now, then


def mean(met: Faces) -> float | None:
    """How many different carers a client meets, on average; None when nobody is met."""
    counted = [len(carers) for carers in met.values() if carers]
    return sum(counted) / len(counted) if counted else None
