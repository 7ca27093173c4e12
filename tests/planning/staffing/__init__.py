"""Staff for tests. Identity numbers are official test numbers; names are fictitious."""

from datetime import date
from typing import Any

from django.urls import reverse

from audit.models import Event
from organisation.models import Unit, User
from organisation.roles import Role
from planning.models import Carer, Shift
from planning.staffing import rules
from tests.factories import SINCE, person, root_unit

NUMBERS = ("200001072388", "198112189876", "191212121212")
MONDAY = date(2026, 11, 23)


def unit(name: str = "Hemtjänst Norr") -> Unit:
    """A unit below the administration, made once per test."""
    found = Unit.objects.filter(name=name).first()
    return found or Unit.objects.create(name=name, parent=root_unit(), valid_from=SINCE)


def carer(name: str = "Anna Bergkvist", **more: Any) -> Carer:
    """A carer of the unit Hemtjänst Norr."""
    username = more.pop("username", name.split()[0].lower())
    given = {
        "unit": more.pop("unit", None) or unit(),
        "title": "assistant_nurse",
        "valid_from": SINCE,
        **more,
    }
    return Carer.objects.create(name=name, username=username, **given)


def shift(who: Carer | None, day: date, start: str = "07:00", end: str = "16:00", **more: Any):
    """A shift in the carer's unit."""
    times = rules.times(day, start, end, more.pop("rest", 30))
    where = more.pop("unit", None) or (who.unit if who else unit())
    return Shift.objects.create(unit=where, day=day, carer=who, **vars(times), **more)


def log_in(client, role: str = Role.PLANNER, where: Unit | None = None) -> User:
    """Somebody who holds the role in the unit."""
    user = person(role, where or unit(), username=f"{role}-{(where or unit()).pk}")
    client.force_login(user)
    return user


def address(name: str, *args: Any) -> str:
    return reverse(f"staffing:{name}", args=args)


def logged(name: str) -> Event:
    """The last event of a name, with its values."""
    return Event.objects.filter(name=name).latest("pk")


def told(answer) -> str:
    """What the page says, in whole."""
    return answer.content.decode()
