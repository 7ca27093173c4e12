"""Contracts for tests, as `SignContract` leaves them, without the way there. Days are literal."""

from datetime import date

from django.db import transaction

from audit.act import Act
from cases.commands import CaseCommand, give_number, open_case
from cases.models import Case
from door.performing import Outcome, perform
from organisation import matrix
from organisation.models import Provider, User
from organisation.roles import Role
from procurement.contracts.commands import Agreed, add_version
from procurement.contracts.models import Contract
from procurement.specifications.models import ServiceArea
from tests.factories import at, person, root_unit
from tests.procurement.routine import call_document, company, staff

SIGNED = date(2026, 4, 27)
FIRST_DAY = date(2026, 5, 1)


def agreed(first: date = FIRST_DAY, last: date | None = None, **more) -> Agreed:
    """What a contract says: personal care in one area, 300 hours a month."""
    call_document()
    stated = {
        "assignment": "both",
        "areas": list(ServiceArea.objects.filter(name="Sjövik Norr")),
        "capacity_ceiling_hours": 300,
        "operations_manager": "Bo Ekman",
        **more,
    }
    return Agreed(first, last, **stated)


def contract(
    name: str = "Fyrbåken Omsorg AB",
    first: date = FIRST_DAY,
    last: date | None = None,
    opened: date = SIGNED,
    own: bool = False,
    table: str = "home_care",
) -> Contract:
    """A contract that the strategist signed on `opened`, or an own unit's assignment."""
    strategist = person(Role.DEVELOPMENT_STRATEGIST)
    provider, _ = Provider.objects.get_or_create(
        name=name, defaults={"kind": "in_house" if own else "company"}
    )
    row = Contract(
        state=Contract.State.IN_FORCE,
        title=name,
        provider=provider,
        unit=root_unit(),
        responsible=strategist,
        specification=None if own else call_document(),
        signed_on=opened,
        signing="internal" if own else "written",
        chair="Gunnel Tärnhed",
        table=table,
        company_signatory="Leila Hammarvik",
    )
    with transaction.atomic():
        act = Act.own(strategist, at(opened))
        open_case(row, act, name="sign")
        give_number(row, opened)
        row.save()
        add_version(row, agreed(first, last), act)
    return row


def contract_with_company() -> tuple[Contract, User]:
    """A contract, and the representative of its company."""
    staff()
    _, user = company()
    return contract(), user


def with_matrix() -> None:
    """The responsibility matrix of the routine, and everybody who takes part."""
    staff()
    matrix.load()


def do(case: Case, command: CaseCommand, who: User | str, day: date) -> Outcome:
    """Carry out a command as somebody, on a day, on the case as it stands."""
    actor = person(who) if isinstance(who, str) else who
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return perform(case, command, actor, expected_version=version, at=at(day))
