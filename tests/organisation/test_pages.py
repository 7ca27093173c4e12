"""Every page of the organisation, for every role: who may open it (SEC-01, SEC-04)."""

import pytest
from django.urls import reverse

from audit import clock
from organisation import matrix
from organisation.access import INSIDE_ROLES
from organisation.models import (
    DelegationRule,
    Provider,
    Responsibility,
    RoleAssignment,
    Unit,
    UnitCode,
    User,
)
from organisation.roles import OUTSIDE_ROLES, Role
from organisation.urls import urlpatterns
from tests.factories import SINCE, person, root_unit, stands_in

pytestmark = pytest.mark.django_db

ADMINISTRATOR = {Role.VIVA_ADMINISTRATOR}
MANAGEMENT = {Role.DEPUTY_DIRECTOR, Role.DIRECTOR}
REVIEWERS = MANAGEMENT | {Role.AUDITOR}
ALLOWED = {
    "users": ADMINISTRATOR,
    "users_export": ADMINISTRATOR,
    "user_add": ADMINISTRATOR,
    "user": ADMINISTRATOR,
    "user_change": ADMINISTRATOR,
    "role_add": ADMINISTRATOR,
    "role_end": ADMINISTRATOR,
    "role_move": ADMINISTRATOR,
    "user_end": ADMINISTRATOR,
    "user_reopen": ADMINISTRATOR,
    "user_unlock": ADMINISTRATOR,
    "user_password": ADMINISTRATOR,
    "user_second_factor": ADMINISTRATOR,
    "units": ADMINISTRATOR | MANAGEMENT,
    "unit": ADMINISTRATOR | MANAGEMENT,
    "unit_add": ADMINISTRATOR,
    "unit_rename": ADMINISTRATOR,
    "unit_move": ADMINISTRATOR,
    "unit_end": ADMINISTRATOR,
    "code_add": ADMINISTRATOR,
    "code_remove": ADMINISTRATOR,
    "substitutes": ADMINISTRATOR | MANAGEMENT,
    "substitute_add": ADMINISTRATOR | MANAGEMENT,
    "substitutes_history": ADMINISTRATOR | MANAGEMENT,
    "substitute_end": ADMINISTRATOR | MANAGEMENT,
    "matrix": INSIDE_ROLES,
    "matrix_export": INSIDE_ROLES,
    "matrix_history": INSIDE_ROLES,
    "matrix_row_history": INSIDE_ROLES,
    "matrix_add": ADMINISTRATOR | MANAGEMENT,
    "matrix_change": ADMINISTRATOR | MANAGEMENT,
    "matrix_remove": ADMINISTRATOR | MANAGEMENT,
    "delegation": INSIDE_ROLES,
    "delegation_history": INSIDE_ROLES,
    "delegation_add": ADMINISTRATOR | MANAGEMENT,
    "delegation_change": ADMINISTRATOR | MANAGEMENT,
    "delegation_end": ADMINISTRATOR | MANAGEMENT,
    "access_log": REVIEWERS,
    "log_client": REVIEWERS,
    "log_export": REVIEWERS,
    "log_check": REVIEWERS,
    "log_verify": REVIEWERS,
}
POST_ONLY = {"user_reopen", "user_unlock", "code_remove", "log_client", "log_verify"}


@pytest.fixture
def addresses():
    """One address per page, about things that exist."""
    unit = Unit.objects.create(name="Hemtjänst Norr", parent=root_unit(), valid_from=SINCE)
    code = UnitCode.objects.create(unit=unit, system="finance", code="7210")
    planner = person(Role.PLANNER, unit, username="about", name="Sofia Kvarnby")
    nurse = person(Role.NURSE, unit, username="about-too", name="Amir Fjällsta")
    role = planner.roles.get()
    matrix.load()
    row = Responsibility.objects.first()
    rule = DelegationRule.objects.create(
        code="warning", label="Varning", role=Role.DEPUTY_DIRECTOR, valid_from=SINCE
    )
    substitution = stands_in(nurse, planner, SINCE, clock.today())
    arguments = {
        "user": [planner.pk],
        "user_change": [planner.pk],
        "role_add": [planner.pk],
        "role_end": [planner.pk, role.pk],
        "role_move": [planner.pk, role.pk],
        "user_end": [planner.pk],
        "user_reopen": [planner.pk],
        "user_unlock": [planner.pk],
        "user_password": [planner.pk],
        "user_second_factor": [planner.pk],
        "unit": [unit.pk],
        "unit_rename": [unit.pk],
        "unit_move": [unit.pk],
        "unit_end": [unit.pk],
        "code_add": [unit.pk],
        "code_remove": [unit.pk, code.pk],
        "substitute_end": [substitution.pk],
        "matrix_add": ["home_care"],
        "matrix_change": [row.pk],
        "matrix_remove": [row.pk],
        "matrix_row_history": [row.pk],
        "delegation_change": [rule.pk],
        "delegation_end": [rule.pk],
        "delegation_history": ["warning"],
    }
    return {name: reverse(f"organisation:{name}", args=arguments.get(name, [])) for name in ALLOWED}


def login_as(client, role: Role) -> User:
    """Log in somebody who holds the role in the root, or with a company."""
    if role in OUTSIDE_ROLES:
        company, _ = Provider.objects.get_or_create(name="Strandlinan Hemtjänst AB")
        user = User.objects.create_user(f"outside-{role}", name="Nora Ljungskär")
        RoleAssignment.objects.create(user=user, role=role, provider=company, valid_from=SINCE)
    else:
        user = person(role)
    client.force_login(user)
    return user


def test_every_address_has_its_roles_written_down():
    assert {pattern.name for pattern in urlpatterns} == set(ALLOWED)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_pages_and_no_other(client, addresses, role):
    login_as(client, role)
    answers = {}
    for name, address in addresses.items():
        answer = client.post(address) if name in POST_ONLY else client.get(address)
        answers[name] = answer.status_code
    expected = {
        name: (302 if name in POST_ONLY else 200) if role in allowed else 403
        for name, allowed in ALLOWED.items()
    }
    assert answers == expected


def test_nobody_gets_in_without_logging_in(client, addresses):
    for address in addresses.values():
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.url.startswith("/konto/logga-in/")


def test_what_changes_something_at_once_takes_no_get(client, addresses):
    login_as(client, Role.VIVA_ADMINISTRATOR)
    for name in POST_ONLY - {"log_client", "log_verify"}:
        assert client.get(addresses[name]).status_code == 405


def test_a_person_without_a_role_today_is_refused(client, addresses):
    user = login_as(client, Role.VIVA_ADMINISTRATOR)
    user.roles.update(valid_to=SINCE)
    assert client.get(addresses["users"]).status_code == 403
    assert client.get(addresses["matrix"]).status_code == 403
