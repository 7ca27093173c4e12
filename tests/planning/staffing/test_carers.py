"""Carers, skills and teams on pages. PLN-12, PLN-21, CAP-18, SEC-01 to SEC-03."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from audit.models import Event
from organisation.roles import Role
from planning.models import Carer, CarerSkill, Skill, Team
from tests.factories import SINCE
from tests.organisation import queries_of
from tests.planning.staffing import (
    MONDAY,
    NUMBERS,
    address,
    carer,
    log_in,
    logged,
    shift,
    told,
    unit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def new_carer(**more) -> dict:
    return {
        "identity_number": "20000107-2388",
        "name": "Anna Bergkvist",
        "username": "anna",
        "unit": unit().pk,
        "team": "",
        "title": "assistant_nurse",
        "mode": "bike",
        "weekly_hours": "37,5",
        "valid_from": "2026-12-01",
        **more,
    }


def test_a_new_employee_is_added_and_the_number_stands_nowhere_but_in_its_field(client):
    """PLN-12, SEC-03"""
    planner = log_in(client)
    answer = client.post(address("carer_add"), new_carer())
    anna = Carer.objects.get(username="anna")
    assert answer.url == address("carer", anna.pk)
    assert (anna.identity_number, anna.weekly_hours, anna.unit) == (NUMBERS[0], 37.5, unit())
    event = logged("add_carer")
    assert (event.actor, event.personal) == (planner, True)
    assert event.values.values["name"] == [None, "Anna Bergkvist"]
    assert NUMBERS[0] not in str(event.values.values)
    page = told(client.get(address("carer", anna.pk)))
    assert "20000107-****" in page
    assert "2388" not in page


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"identity_number": "20000107-2389"}, "Kontrollsiffran i personnumret stämmer inte."),
        (
            {"identity_number": "19811218-9876"},
            "Personnumret finns redan hos Bo Ek, Hemtjänst Norr",
        ),
        ({"username": "BO"}, "Användarnamnet finns redan hos Bo Ek, Hemtjänst Norr"),
        ({"username": NUMBERS[2]}, "Använd inte personnumret som användarnamn."),
        ({"weekly_hours": "50"}, "Skriv timmar mellan 0 och 48."),
        ({"unit": "0"}, "Välj ett giltigt alternativ"),
    ],
)
def test_a_wrong_new_employee_is_refused_with_what_to_correct(client, more, message):
    """PLN-12"""
    log_in(client)
    carer("Bo Ek", identity_number=NUMBERS[1])
    answer = client.post(address("carer_add"), new_carer(**more))
    assert answer.status_code == 422
    assert message in told(answer)
    assert not Carer.objects.filter(name="Anna Bergkvist").exists()
    assert not Event.objects.filter(name="add_carer").exists()


def test_a_number_that_somebody_in_another_unit_has_is_refused_without_their_name(client):
    """PLN-12, SEC-01"""
    log_in(client)
    carer("Cia Söderlind", identity_number=NUMBERS[0], unit=unit("Hemtjänst Söder"))
    page = told(client.post(address("carer_add"), new_carer()))
    assert "Personnumret finns redan hos en anställd i Hemtjänst Söder." in page
    assert "Cia" not in page


def test_a_change_keeps_the_number_when_the_field_is_left_empty(client):
    """PLN-12, SEC-02"""
    log_in(client)
    anna = carer(identity_number=NUMBERS[0])
    client.post(address("carer_change", anna.pk), new_carer(identity_number="", name="Anna Dahl"))
    anna.refresh_from_db()
    assert (anna.identity_number, anna.name) == (NUMBERS[0], "Anna Dahl")
    assert logged("change_carer").values.values == {
        "version": 2,
        "name": ["Anna Bergkvist", "Anna Dahl"],
        "weekly_hours": ["40.00", "37.5"],
    }
    client.post(address("carer_change", anna.pk), new_carer(identity_number=NUMBERS[1]))
    assert Carer.objects.get(pk=anna.pk).identity_number == NUMBERS[1]
    assert logged("change_carer").values.values["identity_number"] == ["inlagt", "bytt"]


def test_an_employment_ends_when_no_shift_lies_after_it(client):
    """PLN-12"""
    log_in(client)
    anna = carer()
    late = shift(anna, MONDAY + timedelta(days=10))
    answer = client.post(address("carer_end", anna.pk), {"last_day": "2026-11-30"})
    assert answer.status_code == 422
    assert "1 pass ligger efter den dagen." in told(answer)
    late.delete()
    client.post(address("carer_end", anna.pk), {"last_day": "2026-11-30"})
    assert Carer.objects.get().valid_to == date(2026, 11, 30)
    assert logged("end_carer").values.values == {"version": 2, "valid_to": [None, "2026-11-30"]}


def test_reading_a_carers_page_is_logged(client):
    """SEC-02"""
    reader = log_in(client, Role.DIRECTOR)
    anna = carer()
    client.get(address("carer", anna.pk))
    event = logged("read_carer")
    assert (event.kind, event.actor, event.object_id) == ("read", reader, str(anna.pk))


def test_a_delegation_needs_a_last_day_and_gets_a_light_when_it_soon_expires(client):
    """CAP-18"""
    log_in(client)
    anna = carer()
    insulin = Skill.objects.create(code="insulin", name="Insulin", is_delegation=True)
    given = {"skill": insulin.pk, "valid_from": "2026-11-01", "valid_to": "", "granted_by": ""}
    answer = client.post(address("carer_skill_add", anna.pk), given)
    assert answer.status_code == 422
    assert told(answer).count("Fyll i det här för en delegering.") == 2
    given |= {"valid_to": "2026-12-23", "granted_by": "Amir Fjällsta"}
    client.post(address("carer_skill_add", anna.pk), given)
    assert anna.skills.get().valid_to == date(2026, 12, 23)
    assert logged("add_skill").values.values["skill"] == [None, "Insulin"]
    assert "Går ut om 30 dagar" in told(client.get(address("carer", anna.pk)))
    assert "Personen har redan kompetensen" in told(
        client.post(address("carer_skill_add", anna.pk), given)
    )
    held = anna.skills.get()
    client.post(address("carer_skill_end", anna.pk, held.pk), {"last_day": "2027-05-01"})
    assert "Gäller till 2027-05-01" in told(client.get(address("carer", anna.pk)))
    assert logged("end_skill").values.values["valid_to"] == ["2026-12-23", "2027-05-01"]


def test_the_list_is_filtered_and_exported_without_identity_numbers(client):
    """PLN-12, CAP-18, SEC-03"""
    log_in(client)
    anna = carer("Åsa Norrby", identity_number=NUMBERS[0])
    carer("Bo Ek", valid_to=date(2026, 10, 31))
    carer("Cia Söderlind", unit=unit("Hemtjänst Söder"))
    carer("Dan Holm")
    insulin = Skill.objects.create(code="insulin", name="Insulin", is_delegation=True)
    CarerSkill.objects.create(
        carer=anna, skill=insulin, valid_from=SINCE, valid_to=date(2026, 12, 1)
    )

    def names(**query) -> list[str]:
        return [row.name for row in client.get(address("carers"), query).context["page"]]

    assert names() == ["Dan Holm", "Åsa Norrby"]
    assert names(namn="åsa") == ["Åsa Norrby"]
    assert names(kompetens=insulin.pk) == ["Åsa Norrby"]
    assert names(delegering="snart") == ["Åsa Norrby"]
    assert names(visa="avslutade") == ["Bo Ek"]
    answer = client.get(address("carers"), {"format": "xlsx"})
    content = b"".join(answer.streaming_content)
    rows = list(load_workbook(BytesIO(content)).active.values)
    assert [row[0] for row in rows] == ["Namn", "Dan Holm", "Åsa Norrby"]
    assert NUMBERS[0] not in str(rows)


def test_a_planner_of_one_unit_learns_nothing_of_another_units_staff(client):
    """SEC-01"""
    other = carer("Cia Söderlind", unit=unit("Hemtjänst Söder"))
    row = shift(other, MONDAY)
    log_in(client)
    for name in ("carer", "carer_change", "carer_end", "carer_skill_add"):
        assert client.get(address(name, other.pk)).status_code == 404, name
    for name in ("shift", "shift_change", "shift_remove", "shift_put", "shift_absent"):
        assert client.get(address(name, row.pk)).status_code == 404, name
    for name in ("shift_add", "row_add", "paste"):
        assert client.get(address(name, other.unit_id)).status_code == 404, name
    page = told(client.get(address("schedule"), {"enhet": other.unit_id}))
    assert "Cia" not in page


def test_the_director_reads_and_changes_nothing(client):
    """SEC-01"""
    anna = carer()
    row = shift(anna, MONDAY)
    log_in(client, Role.DIRECTOR)
    assert client.get(address("carer", anna.pk)).status_code == 200
    assert "07:00–16:00" in told(client.get(address("schedule")))
    assert client.get(address("shift", row.pk)).status_code == 403
    assert client.post(address("carer_end", anna.pk), {"last_day": "2026-11-30"}).status_code == 403


def test_skills_and_teams_are_edited_on_pages(client):
    """PLN-21"""
    log_in(client)
    client.post(address("skill_add"), {"name": "Finska", "code": "finska"})
    finnish = Skill.objects.get()
    assert logged("add_kind_of_skill").values.values["name"] == [None, "Finska"]
    answer = client.post(address("skill_add"), {"name": "finska", "code": "fi"})
    assert "Det finns redan en kompetens med det namnet." in told(answer)
    client.post(address("skill_change", finnish.pk), {"name": "Talar finska"})
    assert Skill.objects.get().name == "Talar finska"
    assert logged("change_kind_of_skill").values.values == {
        "version": 3,
        "name": ["Finska", "Talar finska"],
    }

    given = {"name": "Lag Öst", "unit": unit().pk, "valid_from": "2026-11-23"}
    client.post(address("team_add"), given)
    team = Team.objects.get()
    assert logged("add_team").object_id == str(team.pk)
    assert "har redan ett arbetslag med det namnet" in told(client.post(address("team_add"), given))
    client.post(address("team_change", team.pk), {"name": "Lag Väst"})
    client.post(address("team_end", team.pk), {"last_day": "2026-12-31"})
    team.refresh_from_db()
    assert (team.name, team.valid_to) == ("Lag Väst", date(2026, 12, 31))
    assert logged("end_team").values.values == {"version": 4, "valid_to": [None, "2026-12-31"]}


def test_a_team_is_of_the_carers_own_unit(client):
    """PLN-21"""
    log_in(client, where=unit().parent)
    south = Team.objects.create(name="Lag Syd", unit=unit("Hemtjänst Söder"), valid_from=SINCE)
    answer = client.post(address("carer_add"), new_carer(team=south.pk))
    assert "Lag Syd hör till Hemtjänst Söder." in told(answer)


def test_the_list_asks_as_many_questions_whatever_the_number_of_carers(client):
    """CAP-14"""
    log_in(client)
    skill = Skill.objects.create(code="bil", name="Körkort")

    def add(first: int, many: int) -> None:
        for n in range(first, first + many):
            CarerSkill.objects.create(
                carer=carer(f"Anna Nr{n}", username=f"a{n}"), skill=skill, valid_from=SINCE
            )

    add(0, 3)
    few = queries_of(client, address("carers"))
    add(3, 30)
    assert queries_of(client, address("carers")) == few


def test_empty_pages_say_what_will_come_and_how_to_make_the_first(client):
    log_in(client)
    for name in ("carers", "skills", "teams", "periods", "schedule"):
        assert "kv-empty" in told(client.get(address(name))), name
