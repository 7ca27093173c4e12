"""Deadline rules as pure functions: due date, why that date, and the escalation ladder.

Requirements CAP-01 to CAP-04. Overdue is derived from the due date, never stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cases import calendar
from cases.dates import long_date


@dataclass(frozen=True)
class Budget:
    """How long a deadline runs from its anchor. A negative `working_days` counts backwards."""

    days: int = 0
    weeks: int = 0
    months: int = 0
    working_days: int = 0

    def __str__(self) -> str:
        words = [
            (self.days, "dag", "dagar"),
            (self.weeks, "vecka", "veckor"),
            (self.months, "månad", "månader"),
            (abs(self.working_days), "arbetsdag", "arbetsdagar"),
        ]
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in words if n)


@dataclass(frozen=True)
class Rung:
    """A step of the escalation ladder, `offset` calendar days after the due date."""

    code: str
    offset: int
    to: str
    """`responsible` (with whoever stands in for them), `company` or a role."""
    then: str = ""
    """A sentence of what is still to be done, when the time and its last day do not say it."""


RESPONSIBLE, COMPANY = "responsible", "company"
LADDER = (
    Rung("reminder", -3, RESPONSIBLE),
    Rung("due", 0, RESPONSIBLE),
    Rung("overdue", 1, RESPONSIBLE),
    Rung("escalated", 3, "deputy-director"),
)


@dataclass(frozen=True)
class DeadlineRule:
    """A rule of the requirements with its source. `statutory` time always rolls (law 1930:173).

    A case may have several deadlines of a rule: `{what}` then stands for what each is about.
    """

    code: str
    label: str
    """The heading, for example "Begära komplettering"."""
    time: str
    """The same in a sentence, in the definite form: "tiden för att begära komplettering"."""
    budget: Budget
    source: str
    statutory: bool = False
    amber_days: int = 7
    ladder: tuple[Rung, ...] = LADDER
    for_company: bool = False
    """Whether the company is told of it; the administration's own goals are its own."""
    fixed: bool = False
    """Whether the last day is a calendar day that never moves, whatever the municipality chose."""

    def heading(self, what: str = "") -> str:
        """The heading of a deadline that is about `what`."""
        return _sentence(self.label, what)

    def reminder(self, due: date, today: date, what: str = "") -> str:
        """What is said of a deadline: with its day, so that it stays true whenever it is read."""
        verb = "gick ut" if today > due else "går ut i dag," if today == due else "går ut"
        return f"{_sentence(self.time, what)} {verb} {long_date(due)}"


def _sentence(pattern: str, what: str) -> str:
    """The pattern as a sentence begins, about `what` as it is written inside one."""
    is_word = what[1:2].islower()  # "Ansvarsförsäkring", and not "F-skatt" or "IVO"
    said = pattern.format(what=what[:1].lower() + what[1:] if is_word else what)
    return said[:1].upper() + said[1:]


@dataclass(frozen=True)
class Suspension:
    """Time that does not count, both days inclusive. An open end counts up to `until` given."""

    start: date
    end: date | None
    reason: str


@dataclass(frozen=True)
class Extension:
    """Days added by a named decider, with a reason."""

    days: int
    reason: str
    decided_by: str


@dataclass(frozen=True)
class Computed:
    """A due date (inclusive) and, line by line, why it is that date."""

    due: date
    why: tuple[str, ...] = field(default=())


def compute(
    budget: Budget,
    anchor: date,
    *,
    roll: bool,
    source: str,
    anchor_text: str = "",
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    until: date | None = None,
) -> Computed:
    """The due date of a deadline that starts on `anchor`, and why.

    `until` is the day up to which a still open suspension is counted.
    """
    due = _counted(budget, anchor)
    sign = "-" if budget.working_days < 0 else "+"
    why = [f"{long_date(anchor)}: {anchor_text or 'tiden börjar löpa'}"]
    counted = f"{sign} {budget} enligt" if str(budget) else "dagen ges av"
    why.append(f"{counted} {source} = {long_date(due)}")
    for pause in suspensions:
        last = pause.end or until or pause.start
        days = calendar.days_between(pause.start, last) + 1
        due = calendar.add_days(due, days)
        ended = long_date(last) if pause.end else "pågår"
        why.append(
            f"+ {days} dagars uppehåll {long_date(pause.start)} till {ended}: {pause.reason}"
        )
    for extra in extensions:
        due = calendar.add_days(due, extra.days)
        why.append(f"+ {extra.days} dagars förlängning av {extra.decided_by}: {extra.reason}")
    return _rolled(due, roll, why)


def _counted(budget: Budget, anchor: date) -> date:
    if budget.working_days < 0:
        return calendar.working_days_before(anchor, -budget.working_days)
    day = calendar.due_date(
        anchor, days=budget.days, weeks=budget.weeks, months=budget.months, roll=False
    )
    for _ in range(budget.working_days):
        day = calendar.next_working_day(day)
    return day


def _rolled(due: date, roll: bool, why: list[str]) -> Computed:
    closed = calendar.holiday_name(due)
    if not closed:
        why.append(f"= {long_date(due)}, en arbetsdag, flyttas inte")
    elif roll:
        moved = calendar.roll_forward(due)
        why.append(
            f"{long_date(due)} är {closed.lower()}, flyttas till {long_date(moved)}"
            " (lag 1930:173 2 §)"
        )
        due = moved
    else:
        why.append(f"= {long_date(due)}, {closed.lower()}; kommunens egen tid, flyttas inte")
    return Computed(due, tuple(why))


def light(due: date, today: date, amber_days: int) -> tuple[str, str]:
    """The light (red, amber, green) of an open deadline, and its text: "Gul – 3 dagar kvar"."""
    left = calendar.days_between(today, due)
    if left < 0:
        return "red", f"Röd – {_days(-left)} sen"
    if left == 0:
        return "amber", "Gul – i dag"
    if left <= amber_days:
        return "amber", f"Gul – {_days(left)} kvar"
    return "green", f"Grön – {_days(left)} kvar"


def _days(count: int) -> str:
    return "1 dag" if count == 1 else f"{count} dagar"


def rung_date(rung: Rung, due: date) -> date:
    """The day on which a rung fires."""
    return calendar.add_days(due, rung.offset)


def next_rung_on(ladder: Sequence[Rung], due: date, fired: set[str]) -> date | None:
    """The day on which the next rung that has not fired comes, or None."""
    return min((rung_date(rung, due) for rung in ladder if rung.code not in fired), default=None)
