"""What others do on a board: changes since a number, who is there, and what they hold. PLN-15."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from organisation.models import User
from planning import daytime
from planning.models import DayPlan, PlanChange, Presence, Shift, Visit
from planning.models.plans import PlanChange as Change

HERE = timedelta(seconds=20)
"""How long a person counts as present after their board last asked."""
BEAT = timedelta(seconds=8)
"""How often a presence is written, so that asking is a matter of reading."""
TOLD = 3
"""How many changes are told one by one."""


@dataclass(frozen=True)
class News:
    """What happened to a plan since a number."""

    seq: int
    everything: bool
    """Whether so much changed that the board is read anew."""
    changes: list[PlanChange]

    @property
    def key(self) -> str:
        """Of the last change."""
        return self.changes[-1].key if self.changes else ""

    @property
    def shifts(self) -> set[int]:
        """Rows that something came to or went from, or stands on."""
        found: set[int] = set()
        for change in self.changes:
            if change.group == "staff":
                found |= {pk for pk in change.before["shifts"] + change.after["shifts"] if pk}
            found |= {place.shift_id for place in change.visit.staff.all() if place.shift_id}
        return found


def news_since(plan: DayPlan, seq: int) -> News | None:
    """What happened after `seq`, or None for nothing."""
    if plan.last_seq <= seq:
        return None
    if plan.reload_seq > seq:
        return News(plan.last_seq, True, [])
    rows = (
        Change.objects.filter(plan=plan, seq__gt=seq)
        .select_related("visit__client", "visit__plan", "actor")
        .prefetch_related("visit__staff")
        .order_by("seq", "pk")
    )
    return News(plan.last_seq, False, list(rows))


def be_here(plan: DayPlan, user: User, visit: int | None, at: datetime) -> None:
    """Note that the person has the board open, and which visit they hold."""
    mine, made = Presence.objects.get_or_create(
        plan=plan, user=user, defaults={"seen_at": at, "visit_id": _of(plan, visit)}
    )
    if not made and (mine.visit_id != visit or at - mine.seen_at > BEAT):
        Presence.objects.filter(pk=mine.pk).update(seen_at=at, visit_id=_of(plan, visit))


def _of(plan: DayPlan, visit: int | None) -> int | None:
    """The visit, if it is one of the plan's."""
    known = visit and Visit.objects.filter(plan=plan, pk=visit).exists()
    return visit if known else None


Who = list[tuple[int, str, str, int | None]]
"""Of each: the user's number, initials, name, and the visit they hold."""


def who_is_there(plan: int, at: datetime) -> Who:
    """Everybody who has the plan's board open, by name."""
    rows = Presence.objects.filter(plan=plan, seen_at__gt=at - HERE).order_by("user__name", "user")
    return [
        (user, initials(name), name, visit)
        for user, name, visit in rows.values_list("user", "user__name", "visit")
    ]


def others(there: Who, user: int) -> Who:
    """Those apart from the person themself."""
    return [row for row in there if row[0] != user]


def digest(there: Who, user: int) -> str:
    """What a board says back to tell whom it has shown."""
    return ";".join(f"{short}{visit or ''}" for _, short, _, visit in others(there, user))


def held(there: Who) -> dict[int, str]:
    """Visits that somebody holds, with their initials."""
    return {visit: short for _, short, _, visit in there if visit}


def initials(name: str) -> str:
    """For example TR."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[-1:]).upper()


def told(news: News, user: User) -> list[str]:
    """What colleagues did, in words; the last few."""
    theirs = [change for change in news.changes if change.actor_id != user.pk]
    rows = _names(pk for c in theirs if c.group == "staff" for pk in c.after["shifts"] if pk)
    return [_sentence(change, rows) for change in theirs][-TOLD:]


def _names(shifts: Iterable[int]) -> dict[int, str]:
    found = Shift.objects.filter(pk__in=set(shifts)).select_related("carer")
    return {row.pk: row.name for row in found}


def _sentence(change: PlanChange, rows: dict[int, str]) -> str:
    who, visit = change.actor or "Optimeraren", change.visit
    day = visit.plan.day
    if change.group == "time":
        before, after = (daytime.wall(day, said["start"]) for said in (change.before, change.after))
        return f"{who} flyttade {visit.client.short_name} från {before} till {after}"
    if change.group == "staff":
        names = [rows.get(pk, "en rad") for pk in change.after["shifts"] if pk]
        where = " och ".join(names) or "Otilldelade"
        return f"{who} flyttade {visit.client.short_name} till {where}"
    return f"{who} ändrade {visit.client.short_name}"
