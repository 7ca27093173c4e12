"""What is to move from one unit to another, and whether it can. PLN-21."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from cases.dates import long_date
from clients.models import Client
from door.refusals import Refused
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Carer, DayPlan, OptimizerRun, Shift, Team, UnitMove
from planning.optimizing import runs
from planning.units.takeover import TakeOver

MOVERS = frozenset({Role.UNIT_MANAGER, Role.DEPUTY_DIRECTOR})
"""Who merges and splits the units in which they hold the role, both of them."""
SEARCHING = (OptimizerRun.Status.WAITING, OptimizerRun.Status.RUNNING)


@dataclass(frozen=True)
class Wish:
    """What is to move. A merger takes everything; a split the chosen persons and carers."""

    source: Unit
    target: Unit
    first_day: date
    is_merger: bool
    clients: Collection[Client] = ()
    carers: Collection[Carer] = ()

    @property
    def going(self) -> QuerySet[Client]:
        """The persons who go, as it stands now."""
        of_unit = Client.objects.filter(unit=self.source)
        return of_unit if self.is_merger else of_unit.filter(pk__in=[c.pk for c in self.clients])

    @property
    def staff(self) -> QuerySet[Carer]:
        """The carers who go, without those who have left by then."""
        lasting = Q(valid_to=None) | Q(valid_to__gte=self.first_day)
        of_unit = Carer.objects.filter(lasting, unit=self.source)
        return of_unit if self.is_merger else of_unit.filter(pk__in=[c.pk for c in self.carers])

    @property
    def shifts(self) -> QuerySet[Shift]:
        """The rows of the schedule that go; a split leaves substitute rows that nobody fills."""
        rows = Shift.objects.filter(unit=self.source, day__gte=self.first_day)
        return rows if self.is_merger else rows.filter(carer__in=self.staff)

    @property
    def teams(self) -> QuerySet[Team]:
        """The teams that go: those of which nobody stays."""
        lasting = Q(valid_to=None) | Q(valid_to__gte=self.first_day)
        teams = Team.objects.filter(lasting, unit=self.source)
        if self.is_merger:
            return teams
        staying = Carer.objects.filter(lasting, unit=self.source).exclude(pk__in=self.staff)
        return teams.filter(pk__in=self.staff.values("team")).exclude(
            pk__in=staying.exclude(team=None).values("team")
        )

    def take_over(self, at: datetime) -> TakeOver:
        """What of the plans goes at an instant."""
        clients = None if self.is_merger else set(self.going.values_list("pk", flat=True))
        shifts = set(self.shifts.values_list("pk", flat=True))
        return TakeOver(self.source, self.target, self.first_day, clients, shifts, at)


def wish_of(move: UnitMove) -> Wish:
    """What a prepared move will move, as it stands now."""
    return Wish(
        move.source,
        move.target,
        move.first_day,
        move.is_merger,
        move.clients.all(),
        move.carers.all(),
    )


def refuse(wish: Wish, today: date) -> None:
    """Raise Refused when it cannot be done, with what to do instead."""
    source, target, day = wish.source, wish.target, wish.first_day
    if source == target:
        raise Refused("Välj två olika enheter.")
    if day < today:
        raise Refused("Dagen har varit. Välj idag eller en senare dag.")
    _refuse_other_moves(wish)
    if source.valid_to and (wish.is_merger or source.valid_to < day):
        raise Refused(f"{source} slutar redan {long_date(source.valid_to)}.")
    if target.valid_to:
        raise Refused(
            f"{target} slutar {long_date(target.valid_to)}. Välj en enhet som finns kvar."
        )
    for unit in (source, target):
        if unit.valid_from > day:
            raise Refused(
                f"{unit} börjar {long_date(unit.valid_from)}. Välj den dagen eller senare."
            )
    _refuse_children(wish)
    refuse_searches(wish)
    if not wish.is_merger and not wish.going.exists() and not wish.staff.exists():
        raise Refused("Välj minst en person eller en i personalen.")


def _refuse_children(wish: Wish) -> None:
    lasting = Q(valid_to=None) | Q(valid_to__gte=wish.first_day)
    below = wish.source.children.filter(lasting)
    if wish.is_merger and below:
        names = ", ".join(unit.name for unit in below)
        raise Refused(f"Under {wish.source} finns {names}. Flytta eller avsluta dem först.")


def _refuse_other_moves(wish: Wish) -> None:
    prepared = UnitMove.objects.prepared().select_related("source", "target")
    mergers = Q(is_merger=True, source__in=(wish.source, wish.target))
    touching = mergers | Q(target=wish.source) | Q(source=wish.target)
    if wish.is_merger:
        touching |= Q(source=wish.source)
    same = Q(source=wish.source) & (Q(clients__in=wish.going) | Q(carers__in=wish.staff))
    if other := prepared.filter(touching | same).first():
        raise Refused(
            f"{other} är redan förberett till {long_date(other.first_day)} och rör samma enheter. "
            "Ångra det först, eller vänta tills det är gjort."
        )


def refuse_searches(wish: Wish) -> None:
    """Raise Refused while the optimizer is at work on what would move."""
    plans = DayPlan.objects.filter(
        planned_unit__in=(wish.source, wish.target),
        day__gte=wish.first_day,
        runs__status__in=SEARCHING,
    )
    for plan in plans.distinct():
        runs.end_silent(plan)
        if plan.runs.filter(status__in=SEARCHING).exists():
            raise Refused(
                f"Optimeringen räknar på {long_date(plan.day)}. Stoppa den, eller vänta tills den "
                "är klar."
            )


def locked(wish: Wish) -> Wish:
    """The wish with its persons and units locked, persons first as when a visit is added."""
    list(wish.going.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    pair = {wish.source.pk, wish.target.pk}
    units = Unit.objects.select_for_update(no_key=True).filter(pk__in=pair).order_by("pk")
    held = {unit.pk: unit for unit in units}
    return Wish(
        held[wish.source.pk],
        held[wish.target.pk],
        wish.first_day,
        wish.is_merger,
        wish.clients,
        wish.carers,
    )
