"""Merging and splitting units: prepared, taken back, and carried out on its day. PLN-21, CAP-05.

Both units' logs tell of it: the door writes in that of the unit that things move from.
"""

from collections.abc import Collection
from datetime import date

from django.db.models import F

from audit import log
from audit.act import Act
from cases import calendar
from clients import editing
from clients.models import Client
from door.actors import Actor
from door.actors import Holding as Held
from door.command import Command, Kept
from door.filled import Values
from door.refusals import NotAllowed
from organisation.authority import Holding, actor_on
from organisation.models import Unit
from planning.models import Base, Carer, Shift, Team, UnitMove
from planning.units import moving
from planning.units.moving import MOVERS, Wish, wish_of
from planning.units.takeover import TakeOver


class OnMove(Command[UnitMove]):
    """A verb of a move, done by who may move from and to its units."""

    roles = MOVERS

    @classmethod
    def holding(cls, move: UnitMove, actor: Actor) -> Held:
        if actor.held(cls.roles, move.target.path) is None:
            raise NotAllowed(f"Din roll gäller inte i {move.target}.")
        return super().holding(move, actor)

    @classmethod
    def fits(cls, move: UnitMove) -> bool:
        return not move.carried_out_at and not move.cancelled_at

    @classmethod
    def unfit(cls, move: UnitMove) -> str:
        return "Det är redan gjort eller ångrat. Ladda om sidan."

    def stated(self) -> Kept:
        return {}

    def tell_other(self, move: UnitMove, act: Act) -> Values:
        """A line in the other unit's log. Returns what it says: the door says the same."""
        values = {
            "unit": [str(move.source), str(move.target)],
            "first_day": [None, str(move.first_day)],
            "is_merger": move.is_merger,
        }
        chain = f"unit:{move.target_id}"
        log.record(chain, self.command_name(), act, subject=move, values=values)
        return values


class PrepareUnitMove(OnMove):
    """Keep what is to move, and let what is planned from the day go over."""

    label = "Slå ihop eller dela"
    wish: Wish

    def apply(self, move: UnitMove, act: Act) -> Kept:
        wish = moving.locked(self.wish)
        moving.refuse(wish, act.day)
        _keep(move, wish, act)
        _tell(move, wish, "will_move", act)
        take_over = wish.take_over(act.at)
        move.shifts = sorted(take_over.shifts)
        move.save(update_fields=["shifts"])
        take_over.carry_out(act, _by(move, act))
        if wish.is_merger:
            # What has begun there today is shown there.
            _end(wish.source, calendar.add_days(wish.first_day, 0 if take_over.begun else -1))
        _give_base(wish)
        return self.tell_other(move, act)


def _keep(move: UnitMove, wish: Wish, act: Act) -> None:
    for name, value in act.stamp.items():
        setattr(move, name, value)
    move.save()
    if not wish.is_merger:
        move.clients.set(wish.going)
        move.carers.set(wish.staff)


def _by(move: UnitMove, act: Act) -> Holding | None:
    """What lets a person make visits loose who is no planner of them."""
    return actor_on(act.user, act.day).holding(MOVERS, move.source.path) if act.user else None


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


class CancelUnitMove(OnMove):
    """Take a prepared move back: what is planned from the day returns."""

    label = "Ångra"

    def apply(self, move: UnitMove, act: Act) -> Kept:
        wish = moving.locked(wish_of(move))
        moving.refuse_searches(wish)
        move.cancelled_at = act.at
        move.save(update_fields=["cancelled_at"])
        if move.is_merger:
            _end(wish.source, None)
        _tell(move, wish, "will_not_move", act)
        _way_back(move, wish, act).carry_out(act, _by(move, act))
        return self.tell_other(move, act)


def _way_back(move: UnitMove, wish: Wish, act: Act) -> TakeOver:
    clients = set(wish.going.values_list("pk", flat=True))
    rows = Shift.objects.filter(pk__in=move.shifts, unit=wish.target)
    shifts = set(rows.values_list("pk", flat=True))
    first_day = max(move.first_day, act.day)
    return TakeOver(wish.target, wish.source, first_day, clients, shifts, act.at)


class CarryOutUnitMove(OnMove):
    """The persons and the carers go over, and what has come to the unit's plans since. Once."""

    label, automatic = "Slå ihop eller dela på dagen", True

    def apply(self, move: UnitMove, act: Act) -> Kept:
        wish = moving.locked(wish_of(move))
        wish.take_over(act.at).carry_out(act, _by(move, act))
        # The persons last: until they have gone, they say who goes.
        staff = list(wish.staff.select_for_update(of=("self",)).order_by("pk"))
        teams, people = list(wish.teams), list(wish.going)
        _carers(wish, staff, teams, act)
        _tell(move, wish, "move_to_unit", act)
        gone = Client.objects.filter(pk__in=[person.pk for person in people])
        gone.update(unit=wish.target, version=F("version") + 1)
        move.carried_out_at = act.at
        move.save(update_fields=["carried_out_at"])
        return self.tell_other(move, act)


def _carers(wish: Wish, staff: Collection[Carer], teams: Collection[Team], act: Act) -> None:
    """The carers, and the teams of which nobody stays; who leaves their team has none."""
    Team.objects.filter(pk__in=[team.pk for team in teams]).update(
        unit=wish.target, version=F("version") + 1
    )
    going = Carer.objects.filter(pk__in=[carer.pk for carer in staff])
    going.exclude(team__in=teams).update(team=None)
    going.update(unit=wish.target, version=F("version") + 1)
    for carer in staff:
        values = {"version": carer.version + 1, "unit": [str(wish.source), str(wish.target)]}
        log.record(carer.chain, "change_carer", act, subject=carer, values=values, personal=True)


def _tell(move: UnitMove, wish: Wish, name: str, act: Act) -> None:
    """A line in the log of each person who goes; whoever makes visits then reads base plans anew."""
    values = {
        "unit": [str(wish.source), str(wish.target)],
        "first_day": [None, str(move.first_day)],
    }
    for person in wish.going:
        editing.record(person, act, name, values)
