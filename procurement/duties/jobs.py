"""What the wheel does by time alone: duties are made, moved and taken out, and their cases opened.

Safe to run twice, at once and after downtime: a duty is unique, and its case is opened with its row
locked. FUP-02, FUP-05.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache

from django.db import transaction
from django.db.models import Max, Min, Prefetch

from audit import clock, log
from audit.act import Act
from cases import calendar, ledger, messages, preferences
from cases.actions import write_note
from cases.models import Case, JournalNote
from cases.process import processes
from organisation.authority import holders
from organisation.models import Responsibility, Unit, User
from organisation.roles import Role
from procurement.contracts.models import Contract, ContractVersion
from procurement.duties.models import Duty
from procurement.duties.rules import DUTY, MatrixRow, Planned, Term, wheel

CHAIN = "duties"
BATCH = 500


@cache
def openers() -> dict[str, Callable[[Duty, User | None, Act], Case]]:
    """How the case of each kind of duty is opened, by the kind."""
    return {kind: open_new for process in processes() for kind, open_new in process.duties.items()}


def run(at: datetime) -> tuple[int, int]:
    """Bring the wheel up to date and open what is near. Returns (duties changed, cases opened)."""
    return make(at), open_near(at)


def horizon(day: date) -> date:
    """The last day the wheel is made for: the end of next year."""
    return date(day.year + 1, 12, 31)


def make(at: datetime) -> int:
    """Make what is missing, move what has moved, take out what is not demanded any more.

    A duty whose case has been opened stays as it is. Returns how many changed.
    """
    today = clock.local_date(at)
    wanted = {(d.kind, d.contract, d.table, d.ordinal): d for d in wheel_of(horizon(today))}
    with transaction.atomic():
        known = {
            (row.kind, row.agreement_id, row.table, row.ordinal): row for row in Duty.objects.all()
        }
        new = [duty for key, duty in wanted.items() if key not in known]
        made = _insert(new)
        moved = [row for key, row in known.items() if _bring(row, wanted.get(key), today)]
        Duty.objects.bulk_update(
            moved, ["due", "main_role", "substitute_role", "cancelled_on"], batch_size=BATCH
        )
        if made or moved:
            log.record(
                CHAIN,
                "make_duties",
                Act.by_system(at),
                subject=Unit.objects.get(parent=None),
                values={"made": made, "changed": [row.pk for row in moved][:BATCH]},
            )
    return made + len(moved)


def _bring(row: Duty, wanted: Planned | None, today: date) -> bool:
    """Make an unopened row say what is wanted of it. Returns whether it changed."""
    if row.case_id:
        return False
    before = (row.due, row.main_role, row.substitute_role, row.cancelled_on)
    if wanted is None:
        row.cancelled_on = row.cancelled_on or today
    else:
        row.due, row.cancelled_on = wanted.due, None
        row.main_role, row.substitute_role = wanted.main_role, wanted.substitute_role
    return before != (row.due, row.main_role, row.substitute_role, row.cancelled_on)


def _insert(planned: list[Planned]) -> int:
    """Insert duties; those that somebody else has made meanwhile are left. Returns how many."""
    if not planned:
        return 0
    before = Duty.objects.count()
    root = Unit.objects.get(parent=None)
    units = dict(
        Contract.objects.filter(
            pk__in={duty.contract for duty in planned if duty.contract}
        ).values_list("pk", "unit_id")
    )
    Duty.objects.bulk_create(
        [
            Duty(
                kind=duty.kind,
                table=duty.table,
                agreement_id=duty.contract,
                unit_id=units[duty.contract] if duty.contract else root.pk,
                ordinal=duty.ordinal,
                due=duty.due,
                main_role=duty.main_role,
                substitute_role=duty.substitute_role,
            )
            for duty in planned
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    return Duty.objects.count() - before


def wheel_of(until: date) -> list[Planned]:
    """The wheel of the matrix and the contracts as they stand."""
    rows = [
        MatrixRow(row.duty, row.table, row.MONTHS[row.interval], row.main_role, row.substitute_role)
        for row in Responsibility.objects.exclude(duty="")
        if row.interval in row.MONTHS
    ]
    terms = list(_terms())
    return [*wheel(rows, terms, until), *_internal_meetings(terms, until)]


def _internal_meetings(terms: list[Term], until: date) -> list[Planned]:
    """The recurring meetings of the professions (FUP-06), which no row of the matrix names."""
    months = preferences.chosen("internal_meeting_months")
    row = MatrixRow("provider_meeting", "", months, Role.DEPUTY_DIRECTOR, Role.DIRECTOR)
    found = []
    for table in sorted({term.table for term in terms}):
        own = [term for term in terms if term.table == table]
        planned = wheel([MatrixRow(row.duty, table, *_rest(row))], own, until)
        found += [
            Planned(
                Duty.Kind.INTERNAL_MEETING,
                table,
                None,
                duty.ordinal,
                duty.due,
                duty.main_role,
                duty.substitute_role,
            )
            for duty in planned
        ]
    return found


def _rest(row: MatrixRow) -> tuple[int, str, str]:
    return row.months, row.main_role, row.substitute_role


def _terms() -> Iterator[Term]:
    """The time each contract runs, as its versions and its end say."""
    last_version = ContractVersion.objects.order_by("number")
    contracts = Contract.objects.annotate(
        first=Min("versions__valid_from"), number_of=Max("versions__number")
    ).prefetch_related(Prefetch("versions", last_version, to_attr="held"))
    for contract in contracts:
        if contract.first is None:
            continue
        ends = [day for day in (contract.closed_on, contract.held[-1].valid_to) if day]
        yield Term(
            contract.pk,
            contract.table,
            contract.first,
            min(ends, default=None),
            clock.local_date(contract.opened_at),
            contract.is_own,
        )


def open_near(at: datetime) -> int:
    """Open the case of every duty that is due within the municipality's weeks, once each."""
    today = clock.local_date(at)
    near = calendar.add_days(today, 7 * preferences.chosen("duty_opens_weeks"))
    waiting = Duty.objects.standing().filter(case=None, due__lte=near, kind__in=openers())
    return sum(_open(pk, at) for pk in list(waiting.values_list("pk", flat=True)))


def _open(pk: int, at: datetime) -> bool:
    """Open one duty's case, unless somebody else has. The rest of the chain is told who has it."""
    with transaction.atomic():
        duty = (
            Duty.objects.select_for_update(of=("self",))
            .select_related("agreement", "unit", "agreement__responsible")
            .filter(pk=pk, case=None, cancelled_on=None)
            .first()
        )
        if duty is None:
            return False
        person, said = answerable(duty, clock.local_date(at))
        act = Act.by_system(at)
        case = openers()[duty.kind](duty, person, act)
        ledger.start(
            case,
            DUTY,
            duty.due,
            what=str(duty.get_kind_display()),
            anchor_text=f"{duty.get_main_role_display()} svarar för uppgiften",
        )
        if said:
            write_note(case, act, JournalNote.Kind.WORKING, said)
        if person:
            messages.notify(
                [person],
                case,
                f"{case}: {duty.get_kind_display()}. {said}".strip(),
                at,
                urgent=bool(said),
            )
        Duty.objects.filter(pk=duty.pk).update(case=case)
    return True


def answerable(duty: Duty, day: date) -> tuple[User | None, str]:
    """Who does it: one who holds the main role, else its substitute, else the one above.

    The second value says so in Swedish when it is not the main role. Among several holders, the one
    who has the contract goes first.
    """
    chain = dict.fromkeys(
        (duty.main_role, duty.substitute_role, str(Role.DEPUTY_DIRECTOR), str(Role.DIRECTOR))
    )
    for role in chain:
        people = sorted(holders(role, duty.unit.path, day), key=lambda user: user.pk)
        if not people:
            continue
        said = (
            ""
            if role == duty.main_role
            else (
                f"Rollen {duty.get_main_role_display()} har ingen innehavare. Uppgiften går till "
                f"{Role(role).label}."
            )
        )
        has_it = duty.agreement.responsible if duty.agreement else None
        return (has_it if has_it in people else people[0]), said
    return (
        None,
        f"Ingen har rollen {duty.get_main_role_display()} eller någon ovanför. Fördela ärendet.",
    )
