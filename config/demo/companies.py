"""Sjövik's fictitious companies, each with a person who represents it."""

from datetime import date, datetime

from django.conf import settings

from cases import calendar
from config.demo.people import HOME_CARE, shared_password
from organisation.identity import luhn_digit
from organisation.models import Provider, Representation, RoleAssignment, Unit, User
from organisation.roles import Role

SOLE_TRADER = "189002089804"
"""One of the tax agency's published test identity numbers: no living person has it."""


def organisation_number(serial: int) -> str:
    """A valid number in a series that is not in use."""
    nine = f"559999{serial:03d}"
    return f"{nine}{luhn_digit(nine)}"


def load_in_house(units: dict[str, Unit]) -> None:
    """The municipality's own providers, beside the companies in the same form."""
    for name in HOME_CARE:
        Provider.objects.get_or_create(
            name=name, kind=Provider.Kind.IN_HOUSE, defaults={"unit": units[name]}
        )


def load_company(
    name: str, serial: int, contact: str, at: datetime, *, login: str = "", number: str = ""
) -> tuple[Provider, User]:
    """A company with its approved representative, made once."""
    digits = number or organisation_number(serial)
    provider = Provider.with_number(digits) or Provider.objects.create(
        name=name,
        organisation_number=digits,
        address=f"Strandgatan {serial}, 000 00 Sjövik",
        mail=f"kontakt{serial}@foretag.example",
        phone="000-00 00 00",
    )
    user = _representative(login or f"foretag-{serial}@foretag.example", contact, bool(login))
    day = at.date()
    staff = User.objects.get(username=Role.DEVELOPMENT_STRATEGIST.value)
    Representation.objects.get_or_create(
        user=user,
        provider=provider,
        defaults={
            "claimed_name": name,
            "title": "vd",
            "basis": Representation.Basis.SIGNATORY,
            "registered_at": at,
            "approved_by": staff,
            "approved_on": day,
        },
    )
    RoleAssignment.objects.get_or_create(
        user=user, role=Role.APPLICANT, provider=provider, defaults={"valid_from": day}
    )
    return provider, user


def _representative(username: str, name: str, may_log_in: bool) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name, email=f"{username.split('@')[0]}@foretag.example")
        if may_log_in:
            user.password = shared_password(settings.DEMO_PASSWORD)
        else:
            user.set_unusable_password()
        user.save()
    return user


def sunday_before(today: date, days: int) -> date:
    """The last Sunday that lies at least `days` back: 14 days from it end on a Sunday too."""
    day = calendar.add_days(today, -days)
    while calendar.holiday_name(day) != "söndag":
        day = calendar.add_days(day, -1)
    return day
