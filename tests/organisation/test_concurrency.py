"""Units that are changed at once, with real threads. PLN-01, CAP-05."""

import pytest
from django.db import connection, transaction

from audit import clock, sealing
from door.performing import perform
from door.refusals import Refused
from organisation.commands.units import AddUnit, MoveUnit
from organisation.forms import MoveUnitForm, UnitForm
from organisation.models import Unit
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit
from tests.planning.plan.test_merge_concurrency import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks need PostgreSQL"),
]


@pytest.fixture
def admin():
    return person(Role.VIVA_ADMINISTRATOR)


def branch(name: str) -> Unit:
    return Unit.objects.create(name=name, parent=root_unit(), valid_from=SINCE)


def under(unit: Unit, parent: Unit, admin):
    """The move of a unit, from a form that was filled in before anybody else's."""
    form = MoveUnitForm(
        {"parent": parent.pk}, instance=Unit.objects.get(pk=unit.pk), units=Unit.objects.all()
    )
    assert form.is_valid()
    known = Unit.objects.get(pk=unit.pk)

    def deed() -> str:
        try:
            perform(known, MoveUnit(filled=form), admin, at=clock.now())
        except Refused as refusal:
            return str(refusal)
        return "done"

    return deed


def paths_are_whole() -> bool:
    rows = Unit.objects.in_bulk()
    return all(
        row.path == f"{rows[row.parent_id].path if row.parent_id else ''}{row.pk}/"
        for row in rows.values()
    )


def test_two_moves_at_once_never_close_a_ring(admin):
    """PLN-01: and neither waits for the other without end."""
    north, south = branch("Norr"), branch("Söder")
    answers = at_once([under(north, south, admin), under(south, north, admin)])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert answers.count("done") <= 1
    assert paths_are_whole()
    assert sealing.verify().faults == ()


def test_who_moves_a_unit_while_another_is_held_is_told_and_loses_nothing(admin):
    """PLN-01, CAP-05"""
    north, south = branch("Norr"), branch("Söder")
    move = under(north, south, admin)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=south.pk)
        (answer,) = at_once([move])
    assert answer == "Någon annan ändrar en enhet just nu. Vänta ett ögonblick och försök igen."
    assert move() == "done"
    assert paths_are_whole()


def test_a_unit_added_below_one_that_is_moved_has_its_place(admin):
    """PLN-01: whichever comes first."""
    north, south = branch("Norr"), branch("Söder")
    said = {"name": "Lag 1", "parent": north.pk, "valid_from": "2026-11-01"}
    form = UnitForm(said, units=Unit.objects.all(), today=clock.today())
    assert form.is_valid()

    def add() -> str:
        perform(form.instance, AddUnit(filled=form), admin, at=clock.now())
        return "done"

    answers = at_once([under(north, south, admin), add])
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert answers[1] == "done"
    assert paths_are_whole()
