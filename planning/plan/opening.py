"""A day's plan is made when it is first needed. PLN-03, PLN-21."""

from datetime import date

from audit.act import Act
from cases.commands import open_case
from clients.models import Client
from organisation.models import Unit
from planning.models import DayPlan
from planning.plan import where


def plan_of(unit: Unit, day: date, act: Act) -> DayPlan:
    """The plan of a unit's day, made when there is none, in a transaction."""
    found = DayPlan.objects.filter(planned_unit=unit, day=day).first()
    if found:
        return found
    plan = DayPlan(
        state=DayPlan.State.PLANNING, title=f"{unit} {day}", unit=unit, planned_unit=unit, day=day
    )
    open_case(plan, act, name="open_day_plan")
    return plan


def plan_for(client: Client, day: date, act: Act) -> DayPlan:
    """The plan of the unit that plans the client on a day, made when there is none, in the caller's
    transaction.

    The client's row is locked before the unit's, which keeps two who make the same day apart. Whoever
    writes a visit of the client meanwhile, or anything of the unit, does not wait for the rows' keys.
    """
    rows = Client.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
    unit = where.unit_on(rows.get(pk=client.pk), day)
    return plan_of(Unit.objects.select_for_update(no_key=True).get(pk=unit.pk), day, act)
