"""People and units for tests. Fictitious names only."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from organisation.models import RoleAssignment, Substitution, Unit, User
from organisation.roles import Role

SINCE = date(2020, 1, 1)
NAMES = {
    Role.DEVELOPMENT_STRATEGIST: "Samira Norrgren",
    Role.DEPUTY_DIRECTOR: "Birgitta Lindehall",
    Role.DIRECTOR: "Kerstin Almdal",
    Role.INVESTIGATOR: "Jonas Ekfors",
    Role.SECTION_HEAD: "Maria Stålvik",
    Role.COMMITTEE_SECRETARY: "Per Älvnäs",
    Role.REGISTRAR: "Inger Diarsund",
    Role.AUDITOR: "Nadja Klarvik",
    Role.VIVA_ADMINISTRATOR: "Ylva Stenmark",
}


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day in Sweden."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo("Europe/Stockholm"))


def root_unit() -> Unit:
    """The administration, made once per test."""
    return Unit.objects.filter(parent=None).order_by("pk").first() or Unit.objects.create(
        name="Socialförvaltningen", valid_from=SINCE
    )


def person(role: str, unit: Unit | None = None, name: str = "", username: str = "") -> User:
    """Somebody who holds `role` in `unit` (the root by default)."""
    username = username or str(role)
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(
            username,
            f"{username}@sjovik.example",
            "lösenord-för-prov",
            name=name or NAMES.get(Role(role), str(Role(role).label)),
        )
    RoleAssignment.objects.get_or_create(
        user=user, role=role, unit=unit or root_unit(), defaults={"valid_from": SINCE}
    )
    return user


def stands_in(substitute: User, absent: User, first: date, last: date) -> Substitution:
    """`substitute` acts for `absent` in the period."""
    return Substitution.objects.create(
        substitute=substitute, absent=absent, valid_from=first, valid_to=last, reason="Semester"
    )


def words(answer: Any) -> str:
    """What a page says, however its lines are broken."""
    return " ".join(answer.content.decode().split())
