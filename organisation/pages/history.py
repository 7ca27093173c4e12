"""The event log of something in the organisation, as people read it: who, when, from, to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet

from audit.models import Event
from audit.words import event_name, field_names
from organisation.defaults import RULES
from organisation.models import Responsibility, UnitCode
from organisation.roles import Role

SHOWN = 200
HIDDEN = "dolt"

DECISIONS = {code: label for code, label, _ in RULES}
"""What can be delegated, by its code."""
CHOICES = {
    "role": Role,
    "main_role": Role,
    "substitute_role": Role,
    "interval": Responsibility.Interval,
    "system": UnitCode.System,
}


@dataclass(frozen=True)
class Change:
    """A field with its text before and after; either may be empty."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An event with its Swedish name and what it changed."""

    event: Event
    label: str
    changes: tuple[Change, ...]
    disposed: bool


def of_chain(chain: str, hidden: Collection[str] = ()) -> list[Line]:
    """The changes of one chain, the newest first. A person's logins are not changes of them.

    Of fields in `hidden` it is told that they were changed, and not what they said (BEY-03).
    """
    events = Event.objects.filter(chain__name=chain, kind=Event.Kind.CHANGE)
    return lines(events.exclude(name__in=("logged_in", "logged_out")).order_by("-seq"), hidden)


def of_objects(model: type[models.Model], ids: Iterable[int] | None = None) -> list[Line]:
    """The changes of all rows of a model (or of those with `ids`), also removed ones."""
    events = Event.objects.filter(
        object_type=model._meta.label_lower, kind=Event.Kind.CHANGE
    ).order_by("-at", "-pk")
    return lines(events if ids is None else events.filter(object_id__in=[str(pk) for pk in ids]))


def lines(events: QuerySet[Event], hidden: Collection[str] = ()) -> list[Line]:
    """The first `SHOWN` of some events, in two queries at most."""
    rows = events.select_related("actor", "on_behalf_of", "values", "chain")[:SHOWN]
    return [_line(event, hidden) for event in rows]


def _line(event: Event, hidden: Collection[str]) -> Line:
    values = event.values.values if hasattr(event, "values") else {}
    changes = tuple(
        Change(
            field_names().get(name, name),
            *(HIDDEN if side and name in hidden else _text(name, side) for side in value),
        )
        # A pair is a change from - to; anything else in the values is there for the machine.
        for name, value in values.items()
        if isinstance(value, list) and len(value) == 2 and name in field_names()
    )
    return Line(event, event_name(event.name), changes, bool(event.fields) and not values)


def _text(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if name == "code":
        return DECISIONS.get(value, str(value))
    if name in CHOICES and value in CHOICES[name].values:
        return str(CHOICES[name](value).label)
    return str(value)
