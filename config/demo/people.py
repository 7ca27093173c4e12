"""Sjövik's units and people: one login per role (Requirement SEC-04), named as the role."""

from datetime import date
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import make_password

from organisation.models import (
    RoleAssignment,
    Substitution,
    Unit,
    UnitCode,
    User,
)
from organisation.roles import OUTSIDE_ROLES, Role

UNITS = (
    # (name, parent, finance code)
    ("Socialförvaltningen", None, "7000"),
    ("Omsorgsstaben", "Socialförvaltningen", "7010"),
    ("Omsorg SoL", "Socialförvaltningen", "7100"),
    ("Hemtjänst egen regi", "Socialförvaltningen", "7200"),
    ("Hemtjänst Sjövik Norr", "Hemtjänst egen regi", "7210"),
    ("Hemtjänst Sjövik Söder", "Hemtjänst egen regi", "7220"),
    ("Nattorganisationen", "Hemtjänst egen regi", "7230"),
    ("Kommunal hälso- och sjukvård", "Socialförvaltningen", "7300"),
    ("Hemtjänst Strandby", "Hemtjänst egen regi", "7240"),
)
HOME_CARE = ("Hemtjänst Sjövik Norr", "Hemtjänst Sjövik Söder", "Hemtjänst Strandby")
"""The units that plan visits."""
NAMES = {
    Role.DIRECTOR: ("Kerstin Almdal", "Socialförvaltningen"),
    Role.DEPUTY_DIRECTOR: ("Birgitta Lindehall", "Socialförvaltningen"),
    Role.DEVELOPMENT_STRATEGIST: ("Samira Norrgren", "Socialförvaltningen"),
    Role.INVESTIGATOR: ("Jonas Ekfors", "Socialförvaltningen"),
    Role.SECTION_HEAD: ("Maria Stålvik", "Socialförvaltningen"),
    Role.FIRST_SOCIAL_WORKER: ("Anders Brantås", "Socialförvaltningen"),
    Role.SOCIAL_WORKER: ("Leila Havsby", "Socialförvaltningen"),
    Role.COMMITTEE_SECRETARY: ("Per Älvnäs", "Socialförvaltningen"),
    Role.COMMITTEE_CHAIR: ("Gunnel Tärnhed", "Socialförvaltningen"),
    Role.CONTROLLER: ("Oskar Mellberga", "Socialförvaltningen"),
    Role.FEE_OFFICER: ("Ritva Sandsjö", "Socialförvaltningen"),
    Role.CHIEF_NURSE: ("Helena Rosvik", "Socialförvaltningen"),
    Role.NURSE: ("Amir Fjällsta", "Kommunal hälso- och sjukvård"),
    Role.PLANNER: ("Sofia Kvarnby", "Hemtjänst egen regi"),
    Role.UNIT_MANAGER: ("Tommy Grenholt", "Hemtjänst egen regi"),
    Role.CARE_STAFF: ("Ali Sandhem", "Hemtjänst Sjövik Norr"),
    Role.VIVA_ADMINISTRATOR: ("Ylva Stenmark", "Socialförvaltningen"),
    Role.ARCHIVIST: ("Bengt Papperholm", "Socialförvaltningen"),
    Role.AUDITOR: ("Nadja Klarvik", "Socialförvaltningen"),
    Role.REGISTRAR: ("Inger Diarsund", "Socialförvaltningen"),
    Role.PROCUREMENT_OFFICER: ("Robert Avtalsby", "Socialförvaltningen"),
    Role.NIGHT_HEAD: ("Sara Nattström", "Socialförvaltningen"),
    Role.RESPONSIBLE_NURSE: ("Eva Lindesnäs", "Socialförvaltningen"),
    Role.MAR: ("Johan Rörvik", "Socialförvaltningen"),
    Role.HSA_OFFICER: ("Petra Kortby", "Socialförvaltningen"),
    Role.ALARM_OFFICER: ("Mats Larmdal", "Socialförvaltningen"),
    Role.IT_COORDINATOR: ("Linnea Datorp", "Socialförvaltningen"),
}
SECOND_STRATEGIST = "development-strategist-2"
SECOND_PLANNER = "planner-2"


def load_people(since: date) -> dict[str, User]:
    """Units and people, made once. Returns the people by login."""
    units = load_units(since)
    people = {}
    for role, (name, unit) in NAMES.items():
        people[role.value] = person(role.value, name)
        hold(people[role.value], role, units[unit], since)
    people[SECOND_STRATEGIST] = person(SECOND_STRATEGIST, "Vera Tångvik")
    hold(
        people[SECOND_STRATEGIST], Role.DEVELOPMENT_STRATEGIST, units["Socialförvaltningen"], since
    )
    people[SECOND_PLANNER] = person(SECOND_PLANNER, "Tove Rydhamn")
    hold(people[SECOND_PLANNER], Role.PLANNER, units["Hemtjänst egen regi"], since)
    return people


def load_units(since: date) -> dict[str, Unit]:
    """The tree of units with their codes in the finance system."""
    made: dict[str, Unit] = {}
    for name, parent, code in UNITS:
        unit = Unit.objects.filter(name=name).first()
        if unit is None:
            unit = Unit.objects.create(name=name, parent=made.get(parent or ""), valid_from=since)
            UnitCode.objects.create(unit=unit, system=UnitCode.System.FINANCE, code=code)
        made[name] = unit
    return made


def person(username: str, name: str) -> User:
    """A demo login, made once."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name, email=f"{username}@sjovik.example")
        user.password = shared_password(settings.DEMO_PASSWORD)
        user.save()
    return user


@cache
def shared_password(plain: str) -> str:
    """The hash that all demo logins share: hashing is slow on purpose, and this one is no secret."""
    return make_password(plain)


def by_login() -> dict[str, User]:
    """The demo's people of the municipality, by login."""
    logins = [*(role.value for role in NAMES), SECOND_STRATEGIST, SECOND_PLANNER]
    return {user.username: user for user in User.objects.filter(username__in=logins)}


def home_care() -> list[Unit]:
    """The units that plan visits, in order."""
    found = {unit.name: unit for unit in Unit.objects.filter(name__in=HOME_CARE)}
    return [found[name] for name in HOME_CARE]


def hold(user: User, role: Role, unit: Unit, since: date) -> None:
    """Give a role, once."""
    if role not in OUTSIDE_ROLES:
        RoleAssignment.objects.get_or_create(
            user=user, role=role, unit=unit, defaults={"valid_from": since}
        )


def load_substitutes(people: dict[str, User], first: date, last: date) -> None:
    """The director stands in for the deputy director during some days."""
    Substitution.objects.get_or_create(
        substitute=people["director"],
        absent=people["deputy-director"],
        valid_from=first,
        defaults={"valid_to": last, "reason": "Semester"},
    )


def demo_logins() -> list[tuple[str, str, str]]:
    """(login, name, role in Swedish) of every demo login, in the order of the roles."""
    rows = [(role.value, NAMES[role][0], str(role.label)) for role in NAMES]
    rows.insert(3, (SECOND_STRATEGIST, "Vera Tångvik", "Utvecklingsstrateg"))
    rows.append(("applicant", "Nora Ljungskär", "Företrädare för sökande företag"))
    rows.append(("provider-manager", "Disa Sundbro", "Företrädare för utförare med avtal"))
    return rows
