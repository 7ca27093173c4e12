"""Rows pasted from a spreadsheet. PLN-11, PLN-12."""

from datetime import date

import pytest

from audit.models import Event
from planning.models import Carer, SchedulePeriod, Shift
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
HEADING = "Personnummer\tNamn\tAnvändarnamn\tDatum\tStart\tSlut\tRast"
ANNA = "20000107-2388\tAnna Bergkvist\tanna\t2026-12-07\t07:00\t16:00\t30"
UNKNOWN = ANNA.replace("20000107-2388", NUMBERS[2]).replace("\tanna\t", "\tny\t")
BO = "198112189876;Bo Ek;bo;2026-12-08;22.00;7;45"


@pytest.fixture
def period():
    return SchedulePeriod.objects.create(
        unit=unit(), first=date(2026, 12, 7), last=date(2027, 1, 3)
    )


@pytest.fixture
def staff(client, period):
    """Anna and Bo, and a planner who is logged in."""
    log_in(client)
    return carer(identity_number=NUMBERS[0]), carer("Bo Ek", identity_number=NUMBERS[1])


def paste(client, *lines: str, do: str = "visa", **more):
    given = {"period": SchedulePeriod.objects.get().pk, "text": "\n".join(lines), "gor": do, **more}
    return client.post(address("paste", unit().pk), given)


def test_rows_with_tabs_or_semicolons_are_shown_first_and_saved_when_asked(client, staff):
    """PLN-11"""
    answer = paste(client, HEADING, ANNA, "", BO)
    assert answer.status_code == 200
    assert "2 rader: 2 nya, 0 finns redan, 0 med fel" in told(answer)
    assert not Shift.objects.exists()
    answer = paste(client, HEADING, ANNA, "", BO, do="spara")
    assert answer.status_code == 302
    day, night = Shift.objects.order_by("day")
    assert (day.carer, day.day, day.start, day.end) == (staff[0], date(2026, 12, 7), 420, 960)
    assert (night.carer, night.start, night.end, night.break_minutes) == (staff[1], 1320, 1860, 45)
    assert day.noticed_on == MONDAY
    event = logged("enter_shifts")
    assert event.chain.name == f"carer:{staff[1].pk}"
    assert event.values.values["shifts"] == [None, "2026-12-08 22:00–07:00"]


def test_the_same_rows_pasted_twice_are_there_already(client, staff):
    """PLN-11"""
    paste(client, ANNA, BO, do="spara")
    answer = paste(client, ANNA, BO, ANNA)
    assert "3 rader: 0 nya, 3 finns redan, 0 med fel" in told(answer)
    paste(client, ANNA, BO, ANNA, do="spara")
    assert Shift.objects.count() == 2
    assert Event.objects.filter(name="enter_shifts").count() == 2


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (ANNA.replace("2388", "2389"), "number", "Kontrollsiffran i personnumret stämmer inte."),
        (UNKNOWN, "number", "Ingen anställd har personnumret."),
        (ANNA.replace("Bergkvist", "Berg"), "name", "I Kundval heter personen Anna Bergkvist."),
        (ANNA.replace("\tanna\t", "\tana\t"), "username", "Användarnamnet finns inte. Anna"),
        (ANNA.replace("\tanna\t", "\tbo\t"), "username", "Användarnamnet hör till någon annan."),
        (ANNA.replace("\tanna\t", "\t\t"), "username", "Användarnamnet saknas. Anna Bergkvist har"),
        (ANNA.replace("2026-12-07", "7 dec"), "day", "Skriv dagen som ÅÅÅÅ-MM-DD"),
        (ANNA.replace("12-07", "12-06"), "day", "Dagen ligger utanför schemaperioden 2026-12-07"),
        (ANNA.replace("07:00", "7:75"), "start", "Skriv tiden som tt:mm"),
        (ANNA.replace("16:00", "07:00"), "end", "Passet slutar när det börjar."),
        (ANNA.replace("\t30", "\ten halvtimme"), "break_minutes", "Skriv rasten i hela minuter"),
        (ANNA.replace("\t30", "\t500"), "break_minutes", "En rast är högst 120 minuter."),
        (ANNA.replace("07:00", "14:30"), "start", "Passet krockar med rad 1."),
        ("20000107-2388;Anna Bergkvist", "row", "Raden har 2 kolumner. Det ska vara 7:"),
    ],
)
def test_each_fault_is_told_at_its_cell_and_stops_everything(client, staff, row, column, message):
    """PLN-11, PLN-12"""
    first = ANNA if column == "start" and "krockar" in message else BO
    answer = paste(client, first, row)
    found = answer.context["rows"][1]
    assert answer.status_code == 422
    assert list(found.errors) == [column]
    assert found.errors[column].startswith(message)
    assert found.errors[column] in told(answer)
    answer = paste(client, first, row, do="spara")
    assert "Ingenting är sparat." in told(answer)
    assert not Shift.objects.exists()
    assert not Event.objects.filter(name="enter_shifts").exists()


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("start", "07:00:00"), ("start", "'07:00"), ("start", '"07:00"'),
        ("rest", "00:30"), ("rest", "0,5"), ("rest", "30,00"), ("rest", "30 min"),
        ("day", "2026-12-18 00:00:00"), ("day", "46374"), ("day", "18.12.2026"),
        ("day", "2026/12/18"), ("day", "'2026-12-18"), ("name", '"Anna\tBergkvist\n"'),
    ],
)  # fmt: skip
def test_cells_are_read_as_the_spreadsheet_writes_them(client, staff, column, said):
    """DAY-05, PLN-11; findings part 2, row 15: 18 December 2026, 07-16, half an hour's break."""
    cells = {
        "number": "20000107-2388",
        "name": "Anna Bergkvist",
        "username": "anna",
        "day": "2026-12-18",
        "start": "07:00",
        "end": "16:00",
        "rest": "30",
        column: said,
    }
    heading = HEADING.replace("Personnummer", "Personnr")
    assert paste(client, heading, "\t".join(cells.values()), do="spara").status_code == 302
    saved = Shift.objects.get()
    assert (saved.carer, saved.day) == (staff[0], date(2026, 12, 18))
    assert (saved.start, saved.end, saved.break_minutes) == (420, 960, 30)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (ANNA.replace("2026-12-07", "07/12/2026"), "day", "07/12/2026 kan vara två olika dagar."),
        (ANNA.replace("\t30", "\t1,00"), "break_minutes", "1,00 kan vara minuter eller timmar."),
        (ANNA.replace("20000107-2388", "1,98801E+11"), "number", "Skriv personnumret som"),
        (ANNA.replace("20000107-2388", "20991231-2387"), "number", "Födelsedatumet i personnumret"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_with_what_to_write(
    client, staff, row, column, message
):
    """DAY-04, DAY-05; findings part 2, row 15"""
    answer = paste(client, row, do="spara")
    assert answer.status_code == 422
    assert answer.context["rows"][0].errors[column].startswith(message)
    assert not Shift.objects.exists()


def test_a_button_of_a_row_that_is_no_longer_there_says_so(client, staff):
    """DAY-05"""
    answer = paste(client, ANNA, do="", **{"lagg-upp-99": "1"})
    assert "Raden finns inte längre." in told(answer)
    assert Carer.objects.count() == 2


def test_the_right_rows_are_saved_when_the_planner_says_so(client, staff):
    """PLN-11"""
    answer = paste(client, ANNA.replace("2388", "2389"), BO, do="spara-ratta")
    assert "1 pass sparade, 1 rader återstår att rätta." in told(answer)
    assert Shift.objects.get().carer == staff[1]


def test_a_shift_that_collides_with_one_that_there_is_says_where(client, staff):
    """PLN-11, PLN-14"""
    shift(staff[0], date(2026, 12, 7), "15:00", "20:00", unit=unit("Hemtjänst Söder"))
    answer = paste(client, ANNA)
    assert (
        answer.context["rows"][0]
        .errors["start"]
        .startswith("Anna Bergkvist arbetar redan 15:00–20:00 mån 7 dec i Hemtjänst Söder.")
    )


def test_an_employee_of_a_unit_that_one_does_not_reach_is_not_scheduled(client, staff):
    """PLN-12, SEC-01"""
    carer("Cia Söderlind", identity_number=NUMBERS[2], unit=unit("Hemtjänst Söder"))
    row = ANNA.replace("20000107-2388", NUMBERS[2])
    found = paste(client, row).context["rows"][0]
    assert found.errors["number"] == (
        "Personen är anställd i Hemtjänst Söder. Be planeraren där låna ut personen."
    )
    assert not found.may_add


def test_a_new_employee_is_added_from_a_row_and_the_row_is_then_right(client, period):
    """PLN-12"""
    log_in(client)
    assert paste(client, ANNA).context["rows"][0].may_add
    answer = paste(client, ANNA, do="", **{"lagg-upp-1": "1", "titel-1": "care_assistant"})
    assert "Anna Bergkvist är upplagd i Hemtjänst Norr." in told(answer)
    anna = Carer.objects.get()
    assert (anna.identity_number, anna.username, anna.title) == (
        NUMBERS[0],
        "anna",
        "care_assistant",
    )
    assert logged("add_carer").object_id == str(anna.pk)
    assert answer.context["rows"][0].is_new
    refused = paste(client, ANNA, do="", **{"lagg-upp-1": "1", "titel-1": "care_assistant"})
    assert "Personen kan inte läggas upp från raden." in told(refused)
    assert Carer.objects.count() == 1


def test_a_right_number_is_masked_in_the_table(client, staff):
    """SEC-03"""
    cells = paste(client, ANNA).context["rows"][0].shown
    assert cells[0] == ("Personnummer", "20000107-****", "")


def test_without_a_period_the_page_says_to_make_one(client):
    """PLN-10"""
    log_in(client)
    assert "Lägg in en schemaperiod" in told(client.get(address("paste", unit().pk)))


def test_many_rows_cost_no_more_questions_than_few(client, staff, django_assert_max_num_queries):
    """CAP-14"""
    rows = [ANNA.replace("2026-12-07", date(2026, 12, day).isoformat()) for day in range(7, 32)]
    with django_assert_max_num_queries(45):
        paste(client, *rows, do="spara")
    assert Shift.objects.count() == 25
