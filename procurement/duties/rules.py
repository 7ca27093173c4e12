"""The wheel as a pure function of the matrix and the contracts. FUP-02, CAP-10."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from cases import calendar
from cases.deadlines import Budget, DeadlineRule
from organisation.models import Responsibility
from procurement.duties.models import Duty

Kind, Row = Duty.Kind, Responsibility.Duty
DUTY = DeadlineRule(
    "duty",
    "{what}",
    "årshjulets tid för {what}",
    Budget(),
    "ansvarsmatrisen och avtalet",
    amber_days=21,
)
YEAR = 12
FIRST_YEAR_ENDS = 12
"""Months after which a contract is followed up as the old ones are."""
BY_CONTRACT: dict[str, str] = {
    Row.FIRST_YEAR: Kind.FOLLOW_UP,
    Row.FOLLOW_UP: Kind.FOLLOW_UP,
    Row.TAX_CONTROL: Kind.TAX_CONTROL,
}
"""Counted in months from the contract's first day."""
BY_MONTH: dict[str, tuple[str, int]] = {
    Row.REPORT_REVIEW: (Kind.REPORT_REVIEW, 6),
    Row.PROVIDER_MEETING: (Kind.PROVIDER_MEETING, 12),
    Row.SPECIFICATION_REVIEW: (Kind.SPECIFICATION_REVIEW, 10),
    Row.DECISION_REVIEW: (Kind.DECISION_REVIEW, 11),
}
"""By the calendar: the kind, and the month in which a yearly one is due (the annual accounts are
ready by then, årsredovisningslagen 8 kap. 3 §)."""
PER_CONTRACT_BY_MONTH: frozenset[str] = frozenset({Row.REPORT_REVIEW})


@dataclass(frozen=True)
class MatrixRow:
    """A row of the matrix that recurs: what, how often, and by whose hand."""

    duty: str
    table: str
    months: int
    main_role: str
    substitute_role: str


@dataclass(frozen=True)
class Term:
    """The time a contract runs. `since` is the day the product came to know of it: nothing is
    demanded for days before. `last` is inclusive; None: until further notice."""

    contract: int
    table: str
    first: date
    last: date | None
    since: date
    own: bool = False
    """The municipality's own unit, which has no taxes and annual accounts of its own."""


@dataclass(frozen=True)
class Planned:
    """A duty of the wheel. `contract` is None when it concerns all of a table."""

    kind: str
    table: str
    contract: int | None
    ordinal: int
    due: date
    main_role: str
    substitute_role: str


NOT_FOR_OWN: frozenset[str] = frozenset({Row.TAX_CONTROL, Row.REPORT_REVIEW})


def wheel(rows: Iterable[MatrixRow], terms: Iterable[Term], until: date) -> list[Planned]:
    """Every duty of the contracts due up to `until`, inclusive, in order of day."""
    terms = list(terms)
    found: list[Planned] = []
    for row in rows:
        own = [term for term in terms if term.table == row.table]
        for term in own if row.duty in BY_CONTRACT or row.duty in PER_CONTRACT_BY_MONTH else ():
            if not (term.own and row.duty in NOT_FOR_OWN):
                found.extend(_of_contract(row, term, until))
        if own and row.duty in BY_MONTH and row.duty not in PER_CONTRACT_BY_MONTH:
            found.extend(_of_table(row, own, until))
    return sorted(found, key=lambda duty: (duty.due, duty.kind, duty.contract or 0))


def _of_contract(row: MatrixRow, term: Term, until: date) -> Iterator[Planned]:
    end = min(until, term.last) if term.last else until
    days = (
        _anniversaries(row, term, end)
        if row.duty in BY_CONTRACT
        else (
            (ordinal, day)
            for ordinal, day in _month_ends(row, term.first, end)
            if day >= calendar.add_months(term.first, YEAR // 2)
        )
    )
    kind = BY_CONTRACT.get(row.duty) or BY_MONTH[row.duty][0]
    for ordinal, day in days:
        if day >= term.since:
            yield Planned(
                kind, row.table, term.contract, ordinal, day, row.main_role, row.substitute_role
            )


def _anniversaries(row: MatrixRow, term: Term, end: date) -> Iterator[tuple[int, date]]:
    """Each `row.months` from the contract's first day: within its first year, after it, or always."""
    months = row.months
    if row.duty == Row.FOLLOW_UP:
        months += FIRST_YEAR_ENDS
    while (day := calendar.add_months(term.first, months)) <= end:
        if row.duty == Row.FIRST_YEAR and months > FIRST_YEAR_ENDS:
            return
        yield months, day
        months += row.months


def _of_table(row: MatrixRow, terms: list[Term], until: date) -> Iterator[Planned]:
    since = min(max(term.since, term.first) for term in terms)
    lasts = [term.last for term in terms]
    end = until if None in lasts else min(until, max(day for day in lasts if day))
    for ordinal, day in _month_ends(row, since, end):
        yield Planned(
            BY_MONTH[row.duty][0],
            row.table,
            None,
            ordinal,
            day,
            row.main_role,
            row.substitute_role,
        )


def _month_ends(row: MatrixRow, start: date, end: date) -> Iterator[tuple[int, date]]:
    """The last day of every month in which the row is due, from `start` to `end`, inclusive."""
    month = start.replace(day=1)
    yearly_in = BY_MONTH[row.duty][1]
    while month <= end:
        last = calendar.add_days(calendar.add_months(month, 1), -1)
        wanted = month.month == yearly_in if row.months == YEAR else month.month % row.months == 0
        if wanted and start <= last <= end:
            yield month.year * YEAR + month.month, last
        month = calendar.add_months(month, 1)
