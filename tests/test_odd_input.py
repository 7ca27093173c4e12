"""Odd addresses, numbers, days and keys, on both databases; and a slice of `python -m bench.fuzz`.

Requirements DAY-04 and DAY-05; findings of 2026-11, part 2, rows 5, 11, 19 and 20.
"""

from io import BytesIO

import pytest
from django import forms
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from cases.models import JournalNote
from door.fields import Day, LineInput, teach
from door.models import PerformedKey
from organisation.roles import Role
from planning.models import DayPlan, PlanChange, Presence, Visit
from tests.everything import World as Everything
from tests.factories import person
from tests.planning.plan.world import DAY, NOW, World
from tests.procurement.routine import application_in

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def board(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    world = World()
    client.force_login(world.planner, BACKEND)
    return world


def text(answer) -> str:
    return answer.content.decode()


# ------------------------------------------------------------------ days in addresses (row 11)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("9999-12-31", "Året 9999 kan inte stämma."),
        ("0001-01-01", "Året 1 kan inte stämma."),
        ("2026-02-30", "Dagen 2026-02-30 finns inte."),
        ("²", "Skriv dagen som ÅÅÅÅ-MM-DD"),
    ],
)
def test_a_day_that_no_one_means_is_told_and_another_is_shown(client, board, day, told):
    """DAY-04, DAY-05, row 11: `?dag=` and `?fran=`"""
    answer = client.get(reverse("board:board"), {"enhet": board.unit.pk, "dag": day})
    assert answer.status_code == 200
    assert told in text(answer)
    schedule = client.get(reverse("staffing:schedule"), {"enhet": board.unit.pk, "fran": day})
    assert schedule.status_code == 200
    assert told in text(schedule)


def test_a_day_of_an_address_is_shown(client, board):
    """DAY-05: the right value."""
    answer = client.get(reverse("board:board"), {"enhet": board.unit.pk, "dag": str(DAY)})
    assert answer.context["day"] == DAY
    assert "gick inte att läsa" not in text(answer)


@pytest.mark.parametrize("anchor", ["9999-12-31", "0001-01-01", "x"])
def test_a_deadline_is_not_tried_from_a_day_that_no_one_means(client, anchor):
    """DAY-05, row 11: `?anchor=`"""
    r = application_in("received")
    client.force_login(r.people["development-strategist"], BACKEND)
    address = reverse("cases:what_if", args=[r.application.pk, r.application.deadlines.first().pk])
    answer = client.get(address, {"anchor": anchor})
    assert answer.status_code == 200
    assert answer.context["tried"] is None
    assert answer.context["form"].errors["anchor"]


# ------------------------------------------------------------------ numbers (rows 19 and 20)

NUMBERS = ("²", "9" * 4301, "9" * 30, "-1", "0", "[Infinity]", "\x00")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("board:board", ("enhet",)), ("baseplans:list", ("enhet", "sida")),
        ("staffing:schedule", ("enhet", "veckor")), ("clients:list", ("sida", "enhet", "nyckel")),
        ("extras:list", ("sida", "enhet")), ("history:changes", ("besok", "person", "av")),
    ],
)  # fmt: skip
def test_a_number_of_an_address_that_is_none_gives_a_page(client, board, name, words, number):
    """DAY-05, row 20"""
    assert client.get(reverse(name), dict.fromkeys(words, number)).status_code in (200, 404)


@pytest.mark.parametrize("number", ["0", "999999", "9223372036854775807", "9" * 30, "9" * 4400])
def test_an_address_of_a_number_that_nothing_has_is_404(client, board, number):
    """DAY-05, row 20"""
    for address in (
        "/planering/{}/otilldelade/",
        "/planering/{}/optimera/",
        "/brukare/{}/",
        "/grundplanering/{}/",
        "/arenden/{}/",
        "/personal/{}/",
    ):
        assert client.get(address.format(number)).status_code == 404, address


@pytest.mark.parametrize("visit", ["0", "999999", "²", "-1", "9" * 4301])
def test_a_board_that_holds_a_visit_that_is_not_there_holds_none(client, board, visit):
    """DAY-05, row 20: `haller=0`"""
    address = reverse("board:follow", args=[board.plan.pk])
    assert client.get(address, {"efter": "0", "haller": visit}).status_code in (200, 304)
    assert client.get(address, {"efter": "²", "haller": visit}).status_code in (200, 304)
    connection.check_constraints()
    assert Presence.objects.get().visit_id is None


def test_a_board_that_holds_a_visit_says_so(client, board):
    """PLN-15: the right value."""
    visit = board.visit("Frida Karlsson", 600)
    client.get(reverse("board:follow", args=[board.plan.pk]), {"efter": "0", "haller": visit.pk})
    assert Presence.objects.get().visit_id == visit.pk


@pytest.mark.parametrize(
    "said",
    ["[Infinity] []", "[1e400] []", "[null] [[1]]", "[1] [[1,2,3]", "[" * 100_000 + " []", "{} []",
     "[99999999999999999999] []", "[true] []", '["1"] []', "²"],
)  # fmt: skip
def test_a_suggestion_that_cannot_be_read_is_refused(client, board, said):
    """DAY-05, row 20: `[Infinity] []`, deep JSON"""
    visit = board.visit("Frida Karlsson", 600)
    address = reverse("board:visit", args=[board.plan.pk, visit.pk])
    answer = client.post(address, {"gor": "flytta", "plats": "1", "forslag": said})
    assert answer.status_code == 422
    assert "Förslaget gick inte att läsa." in text(answer)
    assert not PlanChange.objects.exists()


def test_a_key_that_is_too_long_does_it_once_all_the_same(client, board):
    """DAY-05, CAP-05, row 20: PostgreSQL refuses more than the column's 36 signs."""
    visit = board.visit("Frida Karlsson", 600)
    said = {"gor": "anteckning", "note": "Ring\vförst\x00", "note_version": 1, "key": "k" * 200}
    address = reverse("board:visit", args=[board.plan.pk, visit.pk])
    for _ in range(2):
        assert client.post(address, said).status_code == 302
    change = PlanChange.objects.get()
    assert len(change.key) == 32
    assert Visit.objects.get(pk=visit.pk).note == "Ring\nförst"


def test_a_visits_note_with_words_line_break_does_not_stop_the_export_of_changes(client, board):
    """DAY-05, row 5: written at the door, and in a row from before."""
    visit = board.visit("Frida Karlsson", 600)
    said = {"gor": "anteckning", "note": "Ring", "note_version": 1, "key": "k"}
    client.post(reverse("board:visit", args=[board.plan.pk, visit.pk]), said)
    PlanChange.objects.update(after={"note": "Ring\v\x07först"})
    asked = {"enhet": board.unit.pk, "fran": str(DAY), "till": str(DAY), "excel": "1"}
    answer = client.get(reverse("history:changes"), asked)
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert rows[1][-1] == "Ring\nförst"


def test_a_command_with_a_key_of_more_than_64_signs_is_carried_out_once(client):
    """DAY-05, CAP-05, row 20"""
    r = application_in("received")
    client.force_login(r.people["development-strategist"], BACKEND)
    said = {
        "kind": "working",
        "text": "Ett\vtvå",
        "version": r.application.version,
        "key": "k" * 65,
    }
    for _ in range(2):
        assert (
            client.post(
                reverse("cases:do", args=[r.application.pk, "write_note"]), said
            ).status_code
            == 302
        )
    assert JournalNote.objects.filter(text="Ett\ntvå").count() == 1
    assert PerformedKey.objects.filter(command="write_note").count() == 1


def test_a_command_that_does_not_fit_shows_why_and_its_refusal_is_logged(client):
    """DAY-05: the page of a command whose form asks for what the case does not have yet."""
    r = application_in("received")
    client.force_login(r.people["development-strategist"], BACKEND)
    address = reverse("cases:do", args=[r.application.pk, "revise_proposal_text"])
    assert "Det går inte att göra när ärendet är i läget" in text(client.get(address))
    answer = client.post(address, {"version": r.application.version, "key": "k"})
    assert answer.status_code == 422
    assert "Det går inte att göra när ärendet är i läget" in text(answer)


@pytest.mark.parametrize("back", ["a", '"a\tb"', "//x.se/", "https://x.se/", "/\\x.se"])
def test_an_address_to_go_back_to_that_is_none_of_ours_leads_to_the_inbox(client, back):
    """DAY-05"""
    client.force_login(person(Role.REGISTRAR), BACKEND)
    answer = client.post(reverse("cases:inbox"), {"back": back})
    assert (answer.status_code, answer["Location"]) == (302, reverse("cases:inbox"))


@pytest.mark.parametrize("role", [Role.PLANNER, Role.SOCIAL_WORKER])
def test_a_days_plan_is_no_case(client, board, role):
    """DAY-05, row 19: /arenden/<its number>/"""
    user = person(role, board.unit, username=f"{role}-har")
    client.force_login(user, BACKEND)
    for page in ("case", "history", "who_sees"):
        assert client.get(reverse(f"cases:{page}", args=[board.plan.pk])).status_code == 404
    assert client.get(reverse("board:unplaced", args=[board.plan.pk])).status_code == 200


# ------------------------------------------------------------------ what no form can forget


def test_every_field_of_every_form_asks_what_the_house_asks():
    """DAY-04, DAY-05: one line where one is meant, and days near today unless the field says else."""
    teach()
    fields = [
        (form, name, field)
        for form in _forms(forms.BaseForm)
        if form.__module__.split(".")[0]
        in ("cases", "clients", "organisation", "planning", "procurement")
        for name, field in getattr(form, "base_fields", {}).items()
    ]
    assert len(fields) > 250
    days = [
        (f.__name__, n)
        for f, n, field in fields
        if type(field) is forms.DateField and not field.validators
    ]
    lines = [
        (f.__name__, n)
        for f, n, field in fields
        if type(field) is forms.CharField
        and type(field.widget) is forms.TextInput
        and "placeholder" not in field.widget.attrs
        and f.__module__ != "organisation.accounts"
    ]
    numbers = [
        (f.__name__, n)
        for f, n, field in fields
        if type(field) is forms.IntegerField and not field.validators
    ]
    assert (days, lines, numbers) == ([], [], [])
    assert any(isinstance(field, Day) for _, _, field in fields)
    assert any(isinstance(field.widget, LineInput) for _, _, field in fields)


def _forms(base: type) -> list[type]:
    return [form for each in base.__subclasses__() for form in (each, *_forms(each))]


# ------------------------------------------------------------------ a slice of the bench


def test_odd_values_to_addresses_and_forms_are_never_answered_500(django_db_blocker):
    """DAY-05: 600 requests; `python -m bench.fuzz` sends 20,000."""
    from bench.fuzz import Fuzzer

    atomics = TestCase._enter_atomics()
    try:
        found = Fuzzer(Everything(), seed=7).run(600)
    finally:
        TestCase._rollback_atomics(atomics)
    assert [f"{sent}\n{why}" for sent, why in found.failed] == []
    assert sum(found.statuses.values()) == 600
    assert DayPlan.objects.count() == 0
