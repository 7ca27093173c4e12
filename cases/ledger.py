"""The deadline ledger of a case: start, meet, suspend, extend, and the sweep of the ladder.

Called by commands, inside `perform`; `sweep` is called by a job. Requirements CAP-01, CAP-04.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from audit import clock, log
from audit.act import Act
from cases import messages, preferences
from cases.deadlines import (
    COMPANY,
    RESPONSIBLE,
    Budget,
    DeadlineRule,
    Rung,
    next_rung_on,
    rung_date,
)
from cases.models import Case, Deadline, DeadlineExtension, DeadlineSuspension, FiredRung
from cases.process import deadline_rules
from organisation.authority import holders
from organisation.models import Substitution, User

BATCH = 200


def shown_to_company() -> list[str]:
    """Codes of the rules that a company is told of."""
    return [code for code, rule in deadline_rules().items() if rule.for_company]


def start(
    case: Case,
    rule: DeadlineRule,
    anchor: date,
    *,
    budget: Budget | None = None,
    anchor_text: str = "",
    what: str = "",
    about: str = "",
) -> Deadline:
    """Start a deadline of `case` on `anchor`, with the rule's budget or its own.

    When the case has several deadlines of the rule, `what` says in words what it is about, and
    `about` names the row.
    """
    budget = budget or rule.budget
    row = Deadline(
        case_id=case.pk,
        rule=rule.code,
        label=rule.heading(what),
        what=what,
        about=about,
        source=rule.source,
        anchor=anchor,
        anchor_text=anchor_text,
        days=budget.days,
        weeks=budget.weeks,
        months=budget.months,
        working_days=budget.working_days,
        roll=rule.statutory or (not rule.fixed and preferences.chosen("municipal_time_rolls")),
        amber_days=rule.amber_days,
        due=anchor,
    )
    row.save()
    _reckon(row)
    return row


def meet(case: Case, code: str, day: date, text: str = "", about: str = "") -> None:
    """Note that what the running deadlines of a rule demanded was done on `day`."""
    running = case.deadlines.running().filter(rule=code, about=about)
    running.update(met_on=day, met_text=text, next_rung_on=None)


def reopen(case: Case, code: str) -> None:
    """Let the last deadline of a rule run again, as if what met it had not been."""
    if row := case.deadlines.filter(rule=code, cancelled_on=None).order_by("pk").last():
        row.met_on, row.met_text = None, ""
        row.save(update_fields=["met_on", "met_text"])
        _reckon(row)


def cancel(case: Case, day: date, *codes: str, about: str = "") -> None:
    """Cancel the running deadlines of the rules (or all), of one row or whatever they are about."""
    running = case.deadlines.running()
    if codes:
        running = running.filter(rule__in=codes)
    if about:
        running = running.filter(about=about)
    running.update(cancelled_on=day, next_rung_on=None)


def suspend(deadline: Deadline, start_on: date, reason: str) -> None:
    """Stop the time from `start_on` until `resume`."""
    DeadlineSuspension.objects.create(deadline=deadline, start=start_on, reason=reason)
    deadline.next_rung_on = None
    deadline.save(update_fields=["next_rung_on"])


def resume(deadline: Deadline, last_day: date) -> None:
    """Let the time run again after `last_day`, which is the last that does not count."""
    deadline.suspensions.filter(end=None).update(end=last_day)
    _reckon(deadline)


def extend(deadline: Deadline, days: int, reason: str, decided_by: User, day: date) -> None:
    """Add days to a deadline."""
    DeadlineExtension.objects.create(
        deadline=deadline, days=days, reason=reason, decided_by=decided_by, decided_on=day
    )
    _reckon(deadline)


def sweep(at: datetime) -> int:
    """Fire every rung of the ladder that has come, once each. Returns how many fired.

    May run in several processes at once and after downtime: rows are locked in batches, and a rung
    is unique per deadline and due date.
    """
    today = clock.local_date(at)
    fired = 0
    last = 0
    while True:
        with transaction.atomic():
            batch = _lock_batch(today, last)
            if not batch:
                return fired
            last = batch[-1].pk
            fired += _fire(batch, today, at)


def _lock_batch(today: date, after: int) -> list[Deadline]:
    rows = (
        Deadline.objects.running()
        .filter(next_rung_on__lte=today, pk__gt=after)
        .select_for_update(of=("self",))
        .select_related("case__unit", "case__responsible")
        .prefetch_related("fired")
        .order_by("pk")
    )
    return list(rows[:BATCH])


def _fire(batch: list[Deadline], today: date, at: datetime) -> int:
    told = _Recipients(today, batch)
    rungs: list[FiredRung] = []
    for row in batch:
        before = {fired.rung for fired in row.fired.all() if fired.due == row.due}
        ladder = _ladder(row)
        come = [
            rung
            for rung in sorted(ladder, key=lambda rung: rung.offset)
            if rung.code not in before and rung_date(rung, row.due) <= today
        ]
        last = {rung.to: rung for rung in come}  # after downtime nobody is told the same thrice
        for rung in come:
            before.add(rung.code)
            rungs.append(FiredRung(deadline=row, rung=rung.code, due=row.due, fired_at=at))
            people = told.of(row.case, rung) if last[rung.to] is rung else []
            _tell(row, rung, people, at, today)
        row.next_rung_on = next_rung_on(ladder, row.due, before)
    FiredRung.objects.bulk_create(rungs)
    Deadline.objects.bulk_update(batch, ["next_rung_on"])
    return len(rungs)


def _tell(row: Deadline, rung: Rung, people: list[User], at: datetime, today: date) -> None:
    said = deadline_rules()[row.rule].reminder(row.due, today, row.what)
    text = f"{row.case}: {said}" + (f". {rung.then}" if rung.then else "")
    messages.notify(people, row.case, text, at, urgent=rung.offset > 0)
    log.record(
        row.case.chain,
        f"deadline_{rung.code}",
        Act.by_system(at),
        subject=row,
        values={"rule": row.rule, "due": row.due, "told": [user.pk for user in people]},
    )


class _Recipients:
    """Who is told of a rung; looked up once per batch, role and unit."""

    def __init__(self, today: date, batch: Iterable[Deadline]):
        self.today = today
        self.roles: dict[tuple[str, str], list[User]] = {}
        responsible = {row.case.responsible_id for row in batch} - {None}
        self.standing_in: dict[int, list[User]] = {}
        for row in (
            Substitution.objects.on(today)
            .filter(Q(absent_id__in=responsible), substitute__is_active=True)
            .select_related("substitute")
        ):
            self.standing_in.setdefault(row.absent_id, []).append(row.substitute)

    def of(self, case: Case, rung: Rung) -> list[User]:
        """The people a rung goes to. A case without a case worker goes to the deputy director."""
        if rung.to == COMPANY:
            return list(messages.people_of(case))
        if rung.to == RESPONSIBLE and case.responsible and case.responsible.is_active:
            return [case.responsible, *self.standing_in.get(case.responsible.pk, [])]
        role = "deputy-director" if rung.to == RESPONSIBLE else rung.to
        key = (role, case.unit.path)
        if key not in self.roles:
            self.roles[key] = holders(role, case.unit.path, self.today) or holders(
                "director", case.unit.path, self.today
            )
        return self.roles[key]


def _reckon(row: Deadline) -> None:
    """Compute the due date anew and when the ladder has to look next."""
    fresh = Deadline.objects.prefetch_related("suspensions", "extensions__decided_by").get(
        pk=row.pk
    )
    row.due = fresh.computed().due
    ladder = _ladder(row)
    fired = set(row.fired.filter(due=row.due).values_list("rung", flat=True))
    row.next_rung_on = next_rung_on(ladder, row.due, fired)
    row.save(update_fields=["due", "next_rung_on"])


def _ladder(row: Deadline) -> tuple[Rung, ...]:
    rule = deadline_rules().get(row.rule)
    return rule.ladder if rule else ()
