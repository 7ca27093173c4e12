"""Preparing a move of a unit, taking it back, and carrying it out on its day. PLN-21."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from audit import log
from audit.act import Act
from cases import calendar
from cases.dates import long_date
from clients import editing
from clients.models import Client
from door.performing import perform
from door.refusals import Refused
from organisation.authority import Holding
from organisation.models import Unit
from organisation.roles import Role
from planning.extras.commands import FollowClient
from planning.models import Base, Carer, DayPlan, ExtraNeed, OptimizerRun, Shift, Team, UnitMove
from planning.optimizing import runs
from planning.staffing import editing as staffing
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
    _refuse_searches(wish)
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


def _refuse_searches(wish: Wish) -> None:
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


def prepare(wish: Wish, act: Act, by: Holding) -> UnitMove:
    """Keep what is to move, and let what is planned from the day go over. Raises Refused."""
    with transaction.atomic():
        wish = _locked(wish)
        refuse(wish, act.day)
        move = UnitMove.objects.create(
            source=wish.source,
            target=wish.target,
            first_day=wish.first_day,
            is_merger=wish.is_merger,
            **act.stamp,
        )
        if not wish.is_merger:
            move.clients.set(wish.going)
            move.carers.set(wish.staff)
        _record(move, "prepare_unit_move", act)
        _tell(move, wish, "will_move", act)
        take_over = wish.take_over(act.at)
        move.shifts = sorted(take_over.shifts)
        move.save(update_fields=["shifts"])
        take_over.carry_out(act, by)
        if wish.is_merger:
            # What has begun there today is shown there.
            _end(wish.source, calendar.add_days(wish.first_day, 0 if take_over.begun else -1))
        _give_base(wish)
    return move


def _locked(wish: Wish) -> Wish:
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


def _end(unit: Unit, last_day: date | None) -> None:
    unit.valid_to = last_day
    unit.save(update_fields=["valid_to"])


def _give_base(wish: Wish) -> None:
    """A unit that has no place of its own starts from where its staff started before."""
    base = Base.objects.filter(unit=wish.source).first()
    if base and not Base.objects.filter(unit=wish.target).exists():
        Base.objects.create(
            unit=wish.target,
            address=base.address,
            latitude=base.latitude,
            longitude=base.longitude,
        )


def cancel(move: UnitMove, act: Act, by: Holding) -> None:
    """Take a prepared move back: what is planned from the day returns. Raises Refused."""
    with transaction.atomic():
        wish = _locked(wish_of(move))
        move = UnitMove.objects.select_for_update(of=("self",)).get(pk=move.pk)
        if move.carried_out_at or move.cancelled_at:
            raise Refused("Det är redan gjort eller ångrat. Ladda om sidan.")
        _refuse_searches(wish)
        move.cancelled_at = act.at
        move.save(update_fields=["cancelled_at"])
        if move.is_merger:
            _end(wish.source, None)
        _record(move, "cancel_unit_move", act)
        _tell(move, wish, "will_not_move", act)
        clients = set(wish.going.values_list("pk", flat=True))
        rows = Shift.objects.filter(pk__in=move.shifts, unit=wish.target)
        back = TakeOver(
            wish.target,
            wish.source,
            max(move.first_day, act.day),
            clients,
            set(rows.values_list("pk", flat=True)),
            act.at,
        )
        back.carry_out(act, by)


def carry_out(move: UnitMove, act: Act, by: Holding | None = None) -> None:
    """The persons and the carers go over, and what has come to the unit's plans since. Once."""
    with transaction.atomic():
        wish = _locked(wish_of(move))
        move = UnitMove.objects.select_for_update(of=("self",)).get(pk=move.pk)
        if move.carried_out_at or move.cancelled_at:
            return
        wish.take_over(act.at).carry_out(act, by)
        # The persons last: until they have gone, they say who goes.
        teams, staff, people = list(wish.teams), list(wish.staff), list(wish.going)
        _carers(wish, staff, teams, act)
        _tell(move, wish, "move_to_unit", act)
        Client.objects.filter(pk__in=[person.pk for person in people]).update(unit=wish.target)
        move.carried_out_at = act.at
        move.save(update_fields=["carried_out_at"])
        _record(move, "carry_out_unit_move", act)


def _carers(wish: Wish, staff: Collection[Carer], teams: Collection[Team], act: Act) -> None:
    """The carers, and the teams of which nobody stays; who leaves their team has none."""
    Team.objects.filter(pk__in=[team.pk for team in teams]).update(unit=wish.target)
    moving = Carer.objects.filter(pk__in=[carer.pk for carer in staff])
    moving.exclude(team__in=teams).update(team=None)
    moving.update(unit=wish.target)
    for carer in staff:
        values = {"unit": [wish.source, wish.target]}
        staffing.record(staffing.chain_of(carer), "change_carer", carer, act, values)


def carry_out_due(at: datetime) -> int:
    """Carry out the moves whose day has come, and let open extra needs follow their person. Safe to
    run twice. Returns how many moves there were."""
    act = Act.by_system(at)
    due = list(UnitMove.objects.prepared().filter(first_day__lte=act.day).order_by("first_day"))
    for move in due:
        carry_out(move, act)
    follow(at)
    return len(due)


def follow(at: datetime) -> None:
    """Open extra needs are where their person is planned."""
    astray = ExtraNeed.objects.open().exclude(client__unit=F("unit"))
    for need in astray.order_by("pk"):
        perform(need, FollowClient(), None, expected_version=need.version, at=at)


def _record(move: UnitMove, name: str, act: Act) -> None:
    """A line in both units' logs."""
    for unit in (move.source_id, move.target_id):
        log.record(
            f"unit:{unit}",
            name,
            act,
            subject=move,
            values={
                "unit": [str(move.source), str(move.target)],
                "first_day": [None, str(move.first_day)],
                "is_merger": move.is_merger,
            },
        )


def _tell(move: UnitMove, wish: Wish, name: str, act: Act) -> None:
    """A line in the log of each person who goes; whoever makes visits then reads base plans anew."""
    values = {
        "unit": [str(wish.source), str(wish.target)],
        "first_day": [None, str(move.first_day)],
    }
    for person in wish.going:
        editing.record(person, act, name, values)
