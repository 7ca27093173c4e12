"""An empty installation gets its first administrator, and the routine's data."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from organisation.matrix import ROWS
from organisation.models import DelegationRule, Responsibility, RoleAssignment
from organisation.roles import Role

pytestmark = pytest.mark.django_db


def test_the_first_administrator_finds_the_matrix_and_the_delegation_in_place(capsys):
    """FUP-01, SEC-04"""
    call_command("first_user", "Ylva Stenmark", "ylva", "ylva@sjovik.example")
    assert RoleAssignment.objects.get().role == Role.VIVA_ADMINISTRATOR
    assert Responsibility.objects.count() == len(ROWS)
    assert DelegationRule.objects.exists()
    assert Event.objects.filter(name="first_user").count() == 1
    assert "ylva can log in with the password" in capsys.readouterr().out


def test_it_refuses_when_there_are_people_already():
    """SEC-04"""
    call_command("first_user", "Ylva Stenmark", "ylva", "ylva@sjovik.example")
    with pytest.raises(CommandError, match="There are users already"):
        call_command("first_user", "Någon Annan", "annan", "annan@sjovik.example")
