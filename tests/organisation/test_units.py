"""The tree of units with codes per system (PLN-01)."""

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit import clock
from audit.models import Event
from door.performing import perform
from door.refusals import Refused
from organisation.commands.units import MoveUnit
from organisation.forms import MoveUnitForm
from organisation.models import Unit, UnitCode
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit
from tests.models import few
from tests.organisation import CHANGED, queries_of, refusals

pytestmark = pytest.mark.both


class TestPaths(TestCase):
    """However units are moved, a unit's path is its parent's and its own id."""

    @settings(max_examples=few(40))
    @given(
        st.lists(st.integers(0, 30), min_size=3, max_size=7),
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5),
    )
    def test_every_path_starts_with_its_parents_after_any_moves(self, parents, moves):
        units = [Unit.objects.create(name="Rot", valid_from=SINCE)]
        for number, parent in enumerate(parents):
            under = units[parent % len(units)]
            units.append(Unit.objects.create(name=f"{number}", parent=under, valid_from=SINCE))
        for what, where in moves:
            moved = Unit.objects.get(pk=units[what % len(units)].pk)
            target = Unit.objects.get(pk=units[where % len(units)].pk)
            if moved.parent_id and not target.path.startswith(moved.path):
                moved.parent = target
                moved.save()
        rows = Unit.objects.in_bulk()
        for row in rows.values():
            above = rows[row.parent_id].path if row.parent_id else ""
            assert row.path == f"{above}{row.pk}/"
            assert row.depth == above.count("/")


@pytest.fixture
def tree(db):
    """Root: north (team) and south."""
    north = Unit.objects.create(name="Hemtjänst Norr", parent=root_unit(), valid_from=SINCE)
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    team = Unit.objects.create(name="Lag 1", parent=north, valid_from=SINCE)
    return north, south, team


@pytest.fixture
def admin(client, tree):
    user = person(Role.VIVA_ADMINISTRATOR)
    client.force_login(user)
    return user


def address(name: str, *args: int) -> str:
    return reverse(f"organisation:{name}", args=args)


def last_event(unit: Unit) -> Event | None:
    return Event.objects.filter(chain__name=f"unit:{unit.pk}").order_by("-seq").first()


def test_the_tree_shows_each_unit_under_its_parent_with_its_codes(client, admin, tree):
    north, _, _ = tree
    UnitCode.objects.create(unit=north, system="finance", code="7210")
    UnitCode.objects.create(unit=north, system="viva", code="HTJ-N")
    lines = client.get(address("units")).context["lines"]
    assert [(line["unit"].name, line["indent"]) for line in lines] == [
        ("Socialförvaltningen", 0),
        ("Hemtjänst Norr", 1.5),
        ("Lag 1", 3),
        ("Hemtjänst Söder", 1.5),
    ]
    assert lines[1]["codes"] == [
        ("Ekonomisystem", "7210"),
        ("Viva", "HTJ-N"),
        ("TimeCare", ""),
        ("Platina", ""),
    ]


def test_the_tree_costs_the_same_number_of_queries_however_big(client, admin, tree):
    few = queries_of(client, address("units"))
    for number in range(30):
        Unit.objects.create(name=f"Lag {number + 2}", parent=tree[0], valid_from=SINCE)
    assert queries_of(client, address("units")) == few


def test_a_unit_is_added_renamed_and_logged(client, admin, tree):
    north, _, _ = tree
    sent = {"name": "Lag 2", "parent": north.pk, "valid_from": "2026-12-01"}
    client.post(address("unit_add"), sent)
    unit = Unit.objects.get(name="Lag 2")
    assert unit.path == f"{north.path}{unit.pk}/"
    assert last_event(unit).name == "add_unit"
    client.post(address("unit_rename", unit.pk), {"name": "Lag Två"})
    event = last_event(unit)
    assert event.name == "rename_unit"
    assert event.values.values == {"name": ["Lag 2", "Lag Två"], "version": 3}
    taken = client.post(address("unit_rename", unit.pk), {"name": "lag 1"})
    assert "har redan en enhet som heter" in taken.content.decode()
    unit.refresh_from_db()
    assert unit.name == "Lag Två"


def test_a_moved_unit_takes_those_below_with_it(client, admin, tree):
    north, south, team = tree
    client.post(address("unit_move", north.pk), {"parent": south.pk})
    team.refresh_from_db()
    assert team.path == f"{root_unit().pk}/{south.pk}/{north.pk}/{team.pk}/"
    event = last_event(north)
    assert event.name == "move_unit"
    assert event.values.values == {
        "parent": ["Socialförvaltningen", "Hemtjänst Söder"],
        "version": 2,
    }


@pytest.mark.parametrize("target", ["itself", "below"])
def test_a_unit_cannot_be_moved_under_itself(client, admin, tree, target):
    north, _, team = tree
    answer = client.post(
        address("unit_move", north.pk), {"parent": {"itself": north, "below": team}[target].pk}
    )
    assert answer.status_code == 422
    assert "kan inte ingå i sig själv eller i en enhet under sig" in answer.content.decode()
    north.refresh_from_db()
    assert north.parent == root_unit()
    assert last_event(north) is None


def test_the_root_is_not_moved(client, admin):
    assert client.get(address("unit_move", root_unit().pk)).status_code == 404


def test_a_unit_with_units_or_roles_that_last_longer_cannot_end(client, admin, tree):
    north, _, team = tree
    person(Role.PLANNER, north)
    answer = client.post(address("unit_end", north.pk), {"last_day": clock.today()})
    text = answer.content.decode()
    assert "Avsluta eller flytta först enheterna under den: Lag 1." in text
    assert "1 roller gäller efter den dagen" in text
    north.refresh_from_db()
    assert north.valid_to is None
    client.post(address("unit_end", team.pk), {"last_day": clock.today()})
    team.refresh_from_db()
    assert team.valid_to == clock.today()
    ended = last_event(team).values.values
    assert ended == {"valid_to": [None, clock.today().isoformat()], "version": 2}


def test_codes_are_added_and_removed_and_mean_one_unit_alone(client, admin, tree):
    north, south, _ = tree
    client.post(address("code_add", north.pk), {"system": "finance", "code": "7210"})
    assert last_event(north).name == "add_code"
    taken = client.post(address("code_add", south.pk), {"system": "finance", "code": "7210"})
    assert "Koden används redan av en annan enhet" in taken.content.decode()
    assert last_event(south) is None
    code = north.codes.get()
    assert client.post(address("code_remove", south.pk, code.pk)).status_code == 404
    client.post(address("code_remove", north.pk, code.pk))
    assert not north.codes.exists()
    assert last_event(north).values.values["code"] == ["7210", None]


def test_a_reader_sees_the_tree_but_changes_nothing(client, tree):
    client.force_login(person(Role.DEPUTY_DIRECTOR))
    page = client.get(address("unit", tree[0].pk)).content.decode()
    assert address("unit_rename", tree[0].pk) not in page
    assert client.post(address("unit_rename", tree[0].pk), {"name": "Ny"}).status_code == 403


def test_an_administrator_of_a_unit_reaches_that_branch_alone(client, tree):
    """SEC-01."""
    north, south, team = tree
    client.force_login(person(Role.VIVA_ADMINISTRATOR, north, username="north-admin"))
    lines = client.get(address("units")).context["lines"]
    assert [line["unit"] for line in lines] == [north, team]
    assert client.get(address("unit", south.pk)).status_code == 404
    assert client.post(address("unit_rename", south.pk), {"name": "Ny"}).status_code == 404
    moved = client.post(address("unit_move", team.pk), {"parent": south.pk})
    assert moved.status_code == 422
    team.refresh_from_db()
    assert team.parent == north


def test_the_same_page_of_a_unit_sent_twice_is_done_once(client, admin, tree):
    """CAP-05, CAP-06, PLN-01."""
    north, south, _ = tree
    for page, sent in (
        (address("unit_move", north.pk), {"parent": south.pk, "version": 1, "key": "k1"}),
        (address("code_add", north.pk), {"system": "viva", "code": "N", "version": 2, "key": "k2"}),
        (address("unit_rename", north.pk), {"name": "Norr", "version": 3, "key": "k3"}),
    ):
        for _ in range(2):
            client.post(page, sent)
    names = Event.objects.filter(chain__name=f"unit:{north.pk}").order_by("seq")
    assert list(names.values_list("name", flat=True)) == ["move_unit", "add_code", "rename_unit"]


def test_a_unit_is_not_changed_from_a_page_older_than_it(client, admin, tree):
    """CAP-05, PLN-01."""
    north, _, _ = tree
    client.post(address("code_add", north.pk), {"system": "viva", "code": "HTJ-N"})
    answer = client.post(address("unit_rename", north.pk), {"name": "Norr", "version": 1})
    assert answer.status_code == 409
    assert (
        f"Enheten {CHANGED}: Kod lades till (kod, system), Ylva Stenmark" in answer.content.decode()
    )
    north.refresh_from_db()
    assert north.name == "Hemtjänst Norr"


def test_that_a_unit_could_not_end_stands_in_its_log(client, admin, tree):
    """CAP-05, CAP-06, PLN-01."""
    north, _, _ = tree
    client.post(address("unit_end", north.pk), {"last_day": clock.today()})
    said = "Avsluta eller flytta först enheterna under den: Lag 1."
    assert refusals(f"unit:{north.pk}") == [said]


def test_a_unit_is_not_moved_under_one_that_came_to_lie_below_it_meanwhile(admin, tree):
    """CAP-05, PLN-01: what the form saw does not hold any more when the units are held."""
    north, south, _ = tree
    form = MoveUnitForm({"parent": south.pk}, instance=north, units=Unit.objects.all())
    assert form.is_valid()
    south.parent = Unit.objects.get(pk=north.pk)
    south.save()
    with pytest.raises(Refused, match="kan inte ingå i sig själv eller i en enhet under sig"):
        perform(Unit.objects.get(pk=north.pk), MoveUnit(filled=form), admin, at=clock.now())
    assert Unit.objects.get(pk=north.pk).parent == root_unit()
