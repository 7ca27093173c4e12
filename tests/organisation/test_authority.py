"""What a person may do on a day: own roles before those held for others, and who holds a role."""

from datetime import date

import pytest

from organisation.authority import actor_on, delegates, holders
from organisation.defaults import load_delegation
from organisation.models import Provider, RoleAssignment, Substitution, Unit, User
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit, stands_in

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 7, 6), date(2026, 7, 24)


@pytest.fixture
def north():
    return Unit.objects.create(name="Hemtjänst Norr", parent=root_unit(), valid_from=SINCE)


def test_a_substitute_holds_the_roles_of_the_absent_on_the_first_and_last_day_alone():
    deputy, director = person(Role.DEPUTY_DIRECTOR), person(Role.DIRECTOR)
    stands_in(director, deputy, FIRST, LAST)
    days = [date(2026, 7, 5), FIRST, LAST, date(2026, 7, 25)]
    assert [actor_on(director, day).has_role(Role.DEPUTY_DIRECTOR) for day in days] == [
        False,
        True,
        True,
        False,
    ]
    held = actor_on(director, FIRST).holding({Role.DEPUTY_DIRECTOR}, root_unit().path)
    assert held.on_behalf_of == deputy


def test_an_own_role_comes_before_the_same_role_held_for_another(north):
    """The absent one got the role first, and higher up; still the own one is used."""
    absent, own = (
        person(Role.PLANNER, username="absent", name="Ada Borta"),
        person(Role.PLANNER, north, username="own", name="Bo Hemma"),
    )
    stands_in(own, absent, FIRST, LAST)
    actor = actor_on(own, FIRST)
    assert [held.on_behalf_of for held in actor.holdings] == [None, absent]
    assert actor.holding({Role.PLANNER}, north.path).on_behalf_of is None
    assert actor.holding({Role.PLANNER}, root_unit().path).on_behalf_of == absent


def test_a_substitute_does_not_pass_on_what_they_hold_for_another():
    first, second, third = (
        person(Role.DIRECTOR),
        person(Role.DEPUTY_DIRECTOR),
        person(Role.INVESTIGATOR),
    )
    stands_in(second, first, FIRST, LAST)
    stands_in(third, second, FIRST, LAST)
    assert not actor_on(third, FIRST).has_role(Role.DIRECTOR)


def test_representing_a_company_does_not_pass_to_a_substitute():
    company = Provider.objects.create(name="Strandlinan Hemtjänst AB")
    nora = User.objects.create_user("nora", name="Nora Ljungskär")
    RoleAssignment.objects.create(
        user=nora, role=Role.APPLICANT, provider=company, valid_from=SINCE
    )
    planner = person(Role.PLANNER)
    stands_in(planner, nora, FIRST, LAST)
    assert actor_on(planner, FIRST).provider_ids == set()


@pytest.mark.parametrize("who", ["substitute", "absent"])
def test_an_ended_person_neither_stands_in_nor_is_stood_in_for(who):
    deputy, director = person(Role.DEPUTY_DIRECTOR), person(Role.DIRECTOR)
    row = stands_in(director, deputy, FIRST, LAST)
    User.objects.filter(pk=getattr(row, who).pk).update(is_active=False)
    row = Substitution.objects.get()
    assert not actor_on(row.substitute, FIRST).has_role(Role.DEPUTY_DIRECTOR)


def test_a_role_reaches_units_below_and_no_sister_unit(north):
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    actor = actor_on(person(Role.UNIT_MANAGER, north), FIRST)
    team = Unit.objects.create(name="Lag 1", parent=north, valid_from=SINCE)
    assert actor.holding({Role.UNIT_MANAGER}, team.path)
    assert actor.holding({Role.UNIT_MANAGER}, south.path) is None
    assert actor.holding({Role.UNIT_MANAGER}, root_unit().path) is None
    assert actor.holding({Role.UNIT_MANAGER}, "") is None


def test_holders_are_those_of_the_unit_and_above_and_their_substitutes(north):
    above = person(Role.PLANNER, username="above", name="Ada Ovan")
    here = person(Role.PLANNER, north, username="here", name="Bo Här")
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    person(Role.PLANNER, south, username="south", name="Cilla Söder")
    substitute = person(Role.NURSE)
    stands_in(substitute, here, FIRST, LAST)
    assert set(holders(Role.PLANNER, north.path, FIRST)) == {above, here, substitute}
    assert set(holders(Role.PLANNER, north.path, date(2026, 8, 1))) == {above, here}
    assert set(holders(Role.PLANNER, root_unit().path, FIRST)) == {above}


def test_the_default_delegation_is_loaded_once_and_left_as_it_was_changed():
    assert load_delegation() == 4
    assert delegates("warning", FIRST) == {Role.DEPUTY_DIRECTOR}
    assert delegates("rescission", FIRST) == {Role.COMMITTEE_CHAIR}
    assert load_delegation() == 0
    assert delegates("unknown", FIRST) == set()
