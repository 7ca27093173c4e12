"""Swedish order and search, the same on both databases. Requirement DAY-06."""

import ast
import re
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from clients.models import Client
from organisation import swedish
from organisation.models import Provider, User
from organisation.roles import Role
from organisation.swedish import SWEDISH
from planning.models import Team
from tests.cases.factories import application
from tests.factories import SINCE, person
from tests.planning.baseplans.factories import north, someone
from tests.planning.staffing import carer
from tests.procurement.agreements import contract

pytestmark = pytest.mark.both

ROOT = Path(__file__).resolve().parents[1]
OWN = ("organisation", "cases", "clients", "procurement", "planning")
# The order of the issue: é with e, w after v, and å, ä, ö last.
IN_ORDER = ["anna", "de Geer", "Éva", "Vera", "Wilma", "Zdenka", "Åke", "Ängla", "Örjan"]
# The same for what else is found in names: small before capital, unmarked before marked, a space
# and a hyphen before letters, ü as y, ø as ö, æ as ä, ł as l, ß as ss.
ALSO_IN_ORDER = [
    "7:ans", "anna", "Anna", "Anna Ek", "Anna-Lena", "Annalena", "Eva", "Éva", "Evbo", "Łukasz",
    "Lundin", "Müller", "Myrby", "Nuñez", "Straße", "Strassen", "Yüksel", "Zoë", "Ås", "Ærø", "Ätta",
    "Ørn", "Östen", "Ελένη", "Жанна", "陈",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("expected", [IN_ORDER, ALSO_IN_ORDER])
def test_the_database_and_python_order_names_as_a_swedish_reader_does(expected):
    """DAY-06"""
    Provider.objects.bulk_create(
        Provider(name=name, organisation_number_index=name) for name in reversed(expected)
    )
    assert list(Provider.objects.values_list("name", flat=True)) == expected
    assert list(Provider.objects.order_by("-name").values_list("name", flat=True)) == expected[::-1]
    assert sorted(set(expected), key=swedish.key) == expected


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite orders by the same code")
def test_python_orders_as_postgresql_does():
    """DAY-06: every arrangement of three of the signs that names are made of, 3,360 of them."""
    signs = "aAåäöÄeéoøzZ v-w"
    names = ["".join(three) for three in permutations(signs, 3)] + list(signs)
    with connection.cursor() as cursor:
        cursor.execute(f"select x from unnest(%s::text[]) x order by x collate {SWEDISH}", [names])
        assert [row[0] for row in cursor.fetchall()] == sorted(names, key=swedish.key)


# ------------------------------------------------------------------ cannot be forgotten


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for app in OWN:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"migrations", "optimizer"} & set(path.parts):
                yield path, ast.parse(path.read_text())


def text_fields() -> dict[str, list[models.Field]]:
    """Name -> the fields of that name that hold words which somebody wrote."""
    found: dict[str, list[models.Field]] = {}
    for app in OWN:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_fields:
                if isinstance(field, models.CharField | models.TextField) and not field.choices:
                    found.setdefault(field.name, []).append(field)
    return found


def strings(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def ordered_by() -> Iterator[tuple[Path, str]]:
    """Every field that rows are ordered by, with where."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "order_by":
                yield from ((path, text) for argument in node.args for text in strings(argument))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ordering":
                yield from ((path, text) for text in strings(node.value))


CODES = {"about", "number", "path", "paragraph", "row", "kind", "place", "role"}
"""Written by the system, in signs that have one order everywhere, or a number where rows go by it."""


def test_whatever_rows_are_ordered_by_has_swedish_order():
    """DAY-06: a list cannot be sorted by a name whose field sorts otherwise."""
    fields = text_fields()
    wrong = {
        f"{path.relative_to(ROOT)}: {field.model.__name__}.{field.name}"
        for path, text in ordered_by()
        for field in fields.get(text.lstrip("-").rpartition("__")[2], ())
        if field.db_collation != SWEDISH and field.name not in CODES
    }
    assert wrong == set()


def test_every_name_and_title_has_swedish_order():
    """DAY-06: also before anybody thinks of a list that goes by it."""
    fields = text_fields()
    wrong = {
        f"{field.model.__name__}.{field.name}"
        for name in ("name", "title", "label", "heading")
        for field in fields[name]
        if field.db_collation != SWEDISH
    }
    assert wrong == set()


NAMES = re.compile(r"\.(name|title|label|address)\b|\bstr\(|_display\(|\[\"name\"\]")


def test_whatever_python_sorts_by_name_goes_by_the_swedish_key():
    """DAY-06"""
    wrong = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            said = ast.unparse(node)
            key = next((word.value for word in node.keywords if word.arg == "key"), None)
            judged = ast.unparse(key) if key else said
            if called in ("sorted", "sort") and NAMES.search(judged) and "swedish" not in judged:
                wrong.add(f"{path.relative_to(ROOT)}: {said}")
    assert wrong == set()


def test_no_search_goes_by_what_sqlite_cannot_fold():
    """DAY-06: SQLite's LIKE knows the case of a-z alone."""
    fields = {
        f"{field.name}__{lookup}"
        for group in text_fields().values()
        for field in group
        for lookup in ("icontains", "istartswith", "iendswith", "iexact", "contains")
    }
    asked = {
        f"{path.relative_to(ROOT)}: {word.arg}"
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if (word.arg or "").rpartition("__")[0] and "__".join(word.arg.split("__")[-2:]) in fields
    }
    assert {
        line for line in asked if not re.search(r"\b(number|key_number|username)__", line)
    } == set()


# ------------------------------------------------------------------ search


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("goran åkervik", {"Göran Åkervik"}),
        ("ÅKERVIK göran", {"Göran Åkervik"}),
        ("  åker   GÖR ", {"Göran Åkervik"}),
        ("åke", {"Göran Åkervik", "Åke Ek"}),
        ("ake", {"Göran Åkervik", "Åke Ek", "Jake Ek"}),  # no å on the keyboard: all of them
        ("eva", {"Éva Lång", "Eva Lang"}),
        ("éva", {"Éva Lång", "Eva Lang"}),  # é is an e
        ("lång", {"Éva Lång"}),  # å is no a
        ("LANG", {"Éva Lång", "Eva Lang"}),
        ("lukasz", {"Łukasz Müller"}),
        ("muller", {"Łukasz Müller"}),
        ("жанна", {"Жанна О'Нил"}),
        ("o'н", set()),
        ("о'н", {"Жанна О'Нил"}),
        ("陈", {"陈 Wei"}),
        ("göran ek", set()),
        ("100%", {"Bo (100%) [a.b]"}),
        ("(100%) [a", {"Bo (100%) [a.b]"}),
        ("a.b", {"Bo (100%) [a.b]"}),
        (".*", set()),
        ("\\", set()),
        ("\0", set()),
        (" ", set()),
        ("o" * 5000, set()),
    ],
)
def test_a_search_looks_past_case_order_of_words_and_marks(typed, found):
    """DAY-06"""
    names = [
        "Göran Åkervik",
        "Åke Ek",
        "Jake Ek",
        "Éva Lång",
        "Eva Lang",
        "Łukasz Müller",
        "Жанна О'Нил",
        "陈 Wei",
        "Bo (100%) [a.b]",
    ]
    Provider.objects.bulk_create(
        Provider(name=name, organisation_number_index=name) for name in names
    )
    rows = Provider.objects.filter(swedish.containing(typed, "name"))
    assert {row.name for row in rows} == found


@pytest.mark.django_db
def test_words_may_stand_in_different_fields():
    """DAY-06"""
    User.objects.create(username="gorake", name="Göran Åkervik")
    assert User.objects.filter(swedish.containing("akervik gorake", "name", "username")).exists()
    assert not User.objects.filter(swedish.containing("akervik bo", "name", "username")).exists()


@pytest.fixture
def goran():
    """Göran Åkervik is a user, a client and a carer, and has a company with a case and a contract."""
    for name, username in (("Göran Åkervik", "goran"), ("Bo Ek", "bo")):
        person(Role.CARE_STAFF, north(), name, username)
        someone(name, key_number=username)
        carer(name)
        application(name)
        contract(name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "page", "box", "method", "shown"),
    [
        (Role.VIVA_ADMINISTRATOR, "organisation:users", "namn", "get", "page"),
        (Role.PLANNER, "clients:list", "sok", "post", "page"),
        (Role.PLANNER, "staffing:carers", "namn", "get", "page"),
        (Role.DEPUTY_DIRECTOR, "cases:search", "q", "get", "hits"),
        (Role.DEPUTY_DIRECTOR, "cases:worklist", "text", "get", "page"),
        (Role.DEPUTY_DIRECTOR, "contracts:register", "namn", "get", "rows"),
        (Role.DEPUTY_DIRECTOR, "applications:companies", "namn", "get", "rows"),
    ],
)
def test_every_search_box_finds_goran_akervik(client, goran, role, page, box, method, shown):
    """DAY-06: the same search everywhere, with words in either order and without the marks."""
    client.force_login(person(role))

    def found(typed: str) -> set[str]:
        answer = getattr(client, method)(reverse(page), {box: typed})
        return {getattr(row, "name", "") or row.title for row in answer.context[shown]}

    for typed in ("goran åkervik", "ÅKERVIK GÖRAN", "akervik"):
        assert found(typed) == {"Göran Åkervik"}
    assert found("göran ekberg") == set()


@pytest.mark.django_db
def test_lists_of_people_are_in_swedish_order(client):
    """DAY-06: the page of clients, from a list that was entered in another order."""
    for name in reversed(IN_ORDER):
        someone(name)
    client.force_login(person(Role.PLANNER, north()))
    page = client.get(reverse("clients:list")).content.decode()
    assert sorted(IN_ORDER, key=page.index) == IN_ORDER


@pytest.mark.django_db
def test_a_name_that_is_taken_is_taken_however_its_letters_are_written():
    """DAY-06"""
    Team.objects.create(name="Åttan", unit=north(), valid_from=SINCE)
    taken = [
        text
        for text in ("åttan", "ÅTTAN", "Attan", "Åttan 2", "Å")
        if Team.objects.filter(swedish.spelled(text, "name")).exists()
    ]
    assert taken == ["åttan", "ÅTTAN"]


@pytest.mark.django_db
def test_a_search_among_many_asks_the_database_once(django_assert_num_queries):
    """DAY-06"""
    for number in range(30):
        someone(f"Göran Åkervik {number}")
    with django_assert_num_queries(1):
        assert len(Client.objects.filter(swedish.containing("goran åkervik", "name"))) == 30
