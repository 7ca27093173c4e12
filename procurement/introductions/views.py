"""A booked step as a calendar file, and what is taken back when a provider's contract ends."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from cases import deadlines
from cases.invitations import calendar_file
from cases.views import get_case
from organisation.access import logged_in, roles
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.introductions.commands import ALL_ORDERING, ORDERING
from procurement.introductions.models import AccessOrder, ProgrammeStep

AMBER_DAYS = 14


@logged_in
def invitation(request: Request, pk: int) -> HttpResponse:
    """For those who see the introduction."""
    step = get_object_or_404(ProgrammeStep, pk=pk)
    case = get_case(request, step.introduction_id)
    if step.booked_at is None:
        raise Http404
    return calendar_file(
        request,
        case,
        f"introduktion-{step.pk}",
        step.booked_at,
        step.title,
        step.place,
        step.agenda,
    )


@dataclass(frozen=True)
class Withdrawal:
    """A kind of access: who takes it back, what the provider still has, and whether the reader may."""

    label: str
    by: str
    held: list[AccessOrder]
    mine: bool


@roles(*ALL_ORDERING)
def withdrawal(request: Request, pk: int) -> HttpResponse:
    """What is taken back from a provider whose contract ends, by whom, and its last day (INT-08).

    The roles that take it back are told of the contract and read nothing else of it.
    """
    contract = get_object_or_404(_ending(request), pk=pk)
    log_read(request, contract.chain, "read_case", contract, ALL_ORDERING, contract.unit.path)
    introduction = getattr(contract, "introduced_by", None)
    held = list(introduction.access.filter(withdrawn_on=None)) if introduction else []
    rows = [_withdrawal(request, contract, AccessOrder.What(what), held) for what in ORDERING]
    assert contract.closed_on  # it is an ended one
    context = {
        "contract": contract,
        "introduction": introduction,
        "rows": rows,
        "light": deadlines.light(contract.closed_on, request.today, AMBER_DAYS) if held else None,
    }
    return render(request, "procurement/introductions/withdrawal.html", context)


def _ending(request: Request) -> QuerySet[Contract]:
    """Ended contracts in the units in which the person holds one of the roles."""
    found = Contract.objects.none()
    for path in request.actor.unit_paths(ALL_ORDERING):
        found |= Contract.objects.filter(unit__path__startswith=path)
    return found.filter(state=Contract.State.ENDED).select_related("unit")


def _withdrawal(
    request: Request, contract: Contract, what: AccessOrder.What, held: list[AccessOrder]
) -> Withdrawal:
    names = [str(Role(role).label) for role in sorted(ORDERING[what])]
    mine = request.actor.holding(ORDERING[what], contract.unit.path) is not None
    return Withdrawal(
        str(what.label), " eller ".join(names), [row for row in held if row.what == what], mine
    )
