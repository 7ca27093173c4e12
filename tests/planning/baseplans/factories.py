"""A unit, its people, what they are granted and their base plans. Fictitious names only."""

from datetime import date
from typing import Any

from clients.models import CareDecision, Client, LegalBasis, Service, ServiceOrder
from organisation.models import Provider, Unit
from organisation.roles import Role
from planning.models import BasePlan, BaseVisit
from tests.factories import SINCE, at, person, root_unit

MONDAY = date(2026, 11, 23)
TEST_NUMBER = "189002089804"
"""One of the tax agency's published test identity numbers: no living person has it."""
OTHER_NUMBER = "191401682396"


def north() -> Unit:
    """The unit of these tests."""
    return Unit.objects.filter(name="Hemtjänst Norr").first() or Unit.objects.create(
        name="Hemtjänst Norr", parent=root_unit(), valid_from=SINCE
    )


def provider() -> Provider:
    """The own provider of the unit."""
    return Provider.objects.get_or_create(
        name="Hemtjänst Norr", defaults={"kind": Provider.Kind.IN_HOUSE, "unit": north()}
    )[0]


def service(code: str = "shower", name: str = "Dusch", kind: str = "personal_care") -> Service:
    """A service, made once."""
    return Service.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})[0]


def someone(name: str = "Astrid Hagberga", unit: Unit | None = None, **more: Any) -> Client:
    """A person with home care."""
    values = {"active_from": SINCE, "address": "Strandgatan 4", **more}
    return Client.objects.create(name=name, unit=unit or north(), provider=provider(), **values)


def stamp() -> dict[str, Any]:
    """Who wrote a record."""
    return {"recorded_at": at(SINCE), "recorded_by": person(Role.PLANNER, north())}


def base_plan(client: Client, weeks: int = 1, **more: Any) -> BasePlan:
    """An empty base plan."""
    values = {"valid_from": SINCE, "cycle_monday": date(2026, 1, 5), **stamp(), **more}
    return BasePlan.objects.create(client=client, weeks=weeks, **values)


def row(
    of: BasePlan,
    start: int = 450,
    minutes: int = 30,
    week: int = 1,
    weekday: int = 0,
    services: tuple[Service, ...] = (),
    **more: Any,
) -> BaseVisit:
    """A visit of a base plan, with half an hour to spare on each side."""
    values = {"earliest": start - 30, "latest_end": start + minutes + 30, **more}
    made = BaseVisit.objects.create(
        base_plan=of, start=start, minutes=minutes, week=week, weekday=weekday, **values
    )
    made.services.set(services or (service(),))
    return made


def decision(client: Client, **more: Any) -> CareDecision:
    """A decision on assistance."""
    values = {
        "legal_basis": LegalBasis.SOL_11_1,
        "decided_on": SINCE,
        "valid_from": SINCE,
        "decided_by": "Helena Brantås",
        **stamp(),
        **more,
    }
    return CareDecision.objects.create(client=client, **values)


def order(client: Client, of: Service | None = None, **more: Any) -> ServiceOrder:
    """Half an hour once a week, read by the planner."""
    values = {
        "legal_basis": LegalBasis.SOL_11_5,
        "provider": provider(),
        "times": 1,
        "per": ServiceOrder.Per.WEEK,
        "minutes": 30,
        "valid_from": SINCE,
        "read_on": SINCE,
        **stamp(),
        **more,
    }
    return ServiceOrder.objects.create(client=client, service=of or service(), **values)
