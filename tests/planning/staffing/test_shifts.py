"""Shifts, substitute rows, loans and absence. PLN-11, PLN-13, PLN-14, BEY-05."""

from datetime import date, timedelta

import pytest

from audit.models import Event
from cases.models import Setting
from clients.models import Client as Person
from organisation.roles import Role
from planning.models import DayPlan, Shift, Visit, VisitStaff
from planning.staffing import schedule
from tests.factories import SINCE, at
from tests.organisation import queries_of
from tests.planning.staffing import MONDAY, address, carer, log_in, logged, shift, told, unit

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TUESDAY = MONDAY + timedelta(days=1)


def new_shift(who, day=TUESDAY, **more) -> dict:
    return {
        "carer": who.pk,
        "day": str(day),
        "unit": who.unit_id,
        "start": "07:00",
        "end": "16:00",
        "break_minutes": "30",
        **more,
    }


def visit(row: Shift, start: int, minutes: int = 30) -> Visit:
    """A visit on the shift."""
    plan, _ = DayPlan.objects.get_or_create(
        planned_unit=row.unit,
        day=row.day,
        defaults={
            "kind": "day_plan",
            "state": "planning",
            "state_since": at(SINCE),
            "opened_at": at(SINCE),
            "title": "Dagplan",
            "unit": row.unit,
        },
    )
    person = Person.objects.create(name="Greta Lind", unit=row.unit, active_from=SINCE)
    made = Visit.objects.create(
        plan=plan,
        client=person,
        slot=f"x{person.pk}",
        start=start,
        minutes=minutes,
        earliest=start,
        latest_end=start + minutes,
    )
    VisitStaff.objects.create(visit=made, place=1, shift=row)
    return made


def page(client, **query) -> str:
    return told(client.get(address("schedule"), query))


def test_a_shift_is_added_for_a_day_with_a_break_where_it_helps(client):
    """PLN-11: 07:00-16:00 with a break between 10:30 and 12:00 leaves nobody five hours without."""
    planner = log_in(client)
    anna = carer()
    client.post(address("shift_add", anna.unit_id), new_shift(anna))
    row = Shift.objects.get()
    assert (row.start, row.end, row.break_minutes) == (420, 960, 30)
    assert (row.break_earliest, row.break_latest) == (630, 720)
    assert row.noticed_on == MONDAY
    event = logged("add_shift")
    assert (event.actor, event.chain.name) == (planner, f"carer:{anna.pk}")
    assert event.values.values["start"] == [None, "07:00"]
    assert "07:00–16:00" in page(client)


def test_a_night_shift_ends_the_day_after(client):
    """PLN-11"""
    log_in(client)
    anna = carer()
    client.post(
        address("shift_add", anna.unit_id),
        new_shift(anna, start="22:00", end="07:00", break_earliest="02:00", break_latest="0230"),
    )
    row = Shift.objects.get()
    assert (row.start, row.end) == (1320, 1860)
    assert (row.break_earliest, row.break_latest) == (1560, 1590)


@pytest.mark.parametrize(
    ("day", "end"),
    [(date(2026, 3, 28), 1800), (date(2026, 10, 24), 1920), (date(2026, 11, 23), 1860)],
)
def test_a_night_when_clocks_change_is_an_hour_shorter_or_longer(client, day, end):
    """PLN-11, BEY-06: 22 to 07 is 8, 10 and 9 hours."""
    log_in(client)
    anna = carer()
    client.post(
        address("shift_add", anna.unit_id), new_shift(anna, day, start="22:00", end="07:00")
    )
    assert (Shift.objects.get().start, Shift.objects.get().end) == (1320, end)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"start": "7.60"}, "Skriv tiden som tt:mm, till exempel 07:30."),
        ({"end": "07:00"}, "Passet slutar när det börjar."),
        ({"start": "24:00"}, "Skriv 00:00 och nästa dag i stället för 24:00."),
        ({"start": "20:00", "end": "13:00"}, "Ett pass slutar senast klockan 12 dagen efter."),
        ({"break_earliest": "15:45"}, "Rasten ryms inte i passet."),
        ({"break_earliest": "12:00", "break_latest": "11:00"}, "Rasten börjar senast före"),
        ({"end": "07:20"}, "Rasten är lika lång som passet."),
        ({"day": "2019-12-31"}, "Anna Bergkvist börjar 2020-01-01."),
    ],
)
def test_a_wrong_shift_is_refused_with_what_to_correct(client, more, message):
    """PLN-11"""
    log_in(client)
    anna = carer()
    answer = client.post(address("shift_add", anna.unit_id), new_shift(anna, **more))
    assert answer.status_code == 422
    assert message in told(answer)
    assert not Shift.objects.exists()
    assert not Event.objects.filter(name="add_shift", kind=Event.Kind.CHANGE).exists()


def test_a_carer_is_never_in_two_places_at_once(client):
    """PLN-14: the night before counts, a shift that begins when another ends does not."""
    log_in(client)
    anna = carer()
    shift(anna, MONDAY, "22:00", "07:00")
    adding = address("shift_add", anna.unit_id)
    answer = client.post(adding, new_shift(anna, start="06:59", end="10:00"))
    assert answer.status_code == 422
    assert "Anna Bergkvist arbetar redan 22:00–07:00 mån 23 nov i Hemtjänst Norr." in told(answer)
    assert client.post(adding, new_shift(anna, start="07:00", end="10:00")).status_code == 302
    assert Shift.objects.count() == 2


def test_a_carer_is_lent_to_another_unit_and_stands_in_both_schedules(client):
    """PLN-14"""
    south = unit("Hemtjänst Söder")
    log_in(client)
    anna = carer()
    client.post(address("shift_add", anna.unit_id), new_shift(anna, unit=south.pk))
    row = Shift.objects.get()
    assert row.unit == south
    assert "Hemtjänst Söder" in page(client)
    answer = client.post(address("shift_add", anna.unit_id), new_shift(anna))
    assert "arbetar redan 07:00–16:00 tis 24 nov i Hemtjänst Söder" in told(answer)
    log_in(client, where=south)
    assert "Anna Bergkvist" in page(client)
    assert client.get(address("shift", row.pk)).status_code == 200
    assert client.get(address("carer", anna.pk)).status_code == 404


def test_whoever_borrows_a_carer_sends_them_home_but_not_on_to_a_third_unit(client):
    """PLN-14, SEC-01"""
    south, east = unit("Hemtjänst Söder"), unit("Hemtjänst Öst")
    anna = carer()
    row = shift(anna, TUESDAY, unit=south)
    log_in(client, where=south)
    given = {"start": "07:00", "end": "16:00", "break_minutes": "30", "version": row.version}
    assert (
        client.post(address("shift_change", row.pk), {**given, "unit": east.pk}).status_code == 422
    )
    client.post(address("shift_change", row.pk), {**given, "unit": anna.unit_id})
    row.refresh_from_db()
    assert row.unit == anna.unit
    assert logged("change_shift").values.values["unit"] == ["Hemtjänst Söder", "Hemtjänst Norr"]


def test_substitute_rows_are_numbered_and_a_named_substitute_takes_all_visits(client):
    """PLN-13"""
    log_in(client)
    given = {"day": TUESDAY.isoformat(), "start": "07:00", "end": "16:00", "break_minutes": "30"}
    for _ in range(2):
        client.post(address("row_add", unit().pk), given)
    first, second = Shift.objects.order_by("row")
    assert (first.row, second.row, first.carer) == ("Vikarie 1", "Vikarie 2", None)
    planned = visit(first, 480)
    bo = carer("Bo Ek")
    client.post(address("shift_put", first.pk), {"carer": bo.pk, "version": first.version})
    first.refresh_from_db()
    assert (first.carer, first.row, first.version) == (bo, "Vikarie 1", 3)
    assert planned.staff.get().shift.carer == bo
    assert logged("put_substitute").values.values == {"version": 3, "carer": [None, "Bo Ek"]}
    answer = client.post(
        address("shift_put", second.pk), {"carer": bo.pk, "version": second.version}
    )
    assert answer.status_code == 422
    assert "Bo Ek arbetar redan" in told(answer)
    client.post(address("shift_put", first.pk), {"carer": "", "version": first.version})
    first.refresh_from_db()
    assert (first.carer, first.row) == (None, "Vikarie 1")
    assert logged("leave_row").chain.name == f"carer:{bo.pk}"


def test_a_sick_carer_is_away_from_a_minute_and_may_come_back(client):
    """PLN-13"""
    log_in(client)
    row = shift(carer(), TUESDAY)
    answer = client.post(address("shift_absent", row.pk), {"at": "06:00", "version": 1})
    assert "Passet är 07:00–16:00. Skriv en tid inom passet" in told(answer)
    client.post(address("shift_absent", row.pk), {"at": "10:00", "version": 1})
    row.refresh_from_db()
    assert (row.absent_from, row.works_until) == (600, 600)
    assert logged("report_absent").values.values == {"version": 2, "absent_from": [None, "10:00"]}
    assert "borta från 10:00" in page(client)
    client.post(address("shift_back", row.pk), {"version": row.version})
    row.refresh_from_db()
    assert row.absent_from is None
    assert logged("report_back").values.values == {"version": 3, "absent_from": ["10:00", None]}


def test_nobody_comes_back_to_a_shift_while_they_work_elsewhere(client):
    """PLN-14"""
    log_in(client)
    anna = carer()
    row = shift(anna, TUESDAY, absent_from=600)
    shift(anna, TUESDAY, "12:00", "15:00")
    answer = client.post(address("shift_back", row.pk), {"version": 1}, follow=True)
    assert "arbetar redan 12:00–15:00" in told(answer)
    assert Shift.objects.get(pk=row.pk).absent_from == 600


def test_a_shift_with_visits_is_neither_removed_nor_cut_short(client):
    """PLN-13"""
    log_in(client)
    row = shift(carer(), TUESDAY)
    visit(row, 900)
    refused = "1 besök på passet hindrar det. Flytta dem i dagbilden tis 24 nov först."
    assert refused in told(client.post(address("shift_remove", row.pk), {"version": 1}))
    given = {
        "start": "07:00",
        "end": "15:00",
        "break_minutes": "30",
        "unit": row.unit_id,
        "version": 1,
    }
    assert refused in told(client.post(address("shift_change", row.pk), given))
    assert (
        client.post(address("shift_change", row.pk), {**given, "end": "15:30"}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.end, row.absent_from) == (930, None)


def test_visits_are_made_loose_when_that_is_asked_for_or_the_carer_is_away(client):
    """PLN-13"""
    log_in(client)
    row = shift(carer(), TUESDAY)
    early, late = visit(row, 450).staff.get(), visit(row, 900).staff.get()
    client.post(address("shift_absent", row.pk), {"at": "10:00", "version": 1})
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.shift, late.shift) == (row, None)
    client.post(address("shift_remove", row.pk), {"version": 2, "loosen": "on"})
    assert not Shift.objects.exists()
    assert logged("remove_shift").values.values["start"] == ["07:00", None]


def test_a_shift_that_somebody_else_has_changed_is_not_overwritten(client):
    """PLN-13"""
    log_in(client)
    row = shift(carer(), TUESDAY)
    client.post(address("shift_absent", row.pk), {"at": "10:00", "version": 1})
    answer = client.post(address("shift_remove", row.pk), {"version": 1})
    assert answer.status_code == 409
    assert "Passet har ändrats sedan du öppnade sidan: Frånvaro anmäldes" in told(answer)
    assert Shift.objects.exists()


def test_breaches_stand_on_the_schedule_and_on_the_carers_page(client):
    """BEY-05: 22:00 to 07:00 is 9 hours; a night in the schedule of another unit counts."""
    log_in(client)
    anna = carer()
    shift(anna, MONDAY, "14:00", "22:00", unit=unit("Hemtjänst Söder"))
    shift(anna, TUESDAY)
    text = "Dygnsvilan är 9 timmar efter passet."
    assert text in page(client)
    assert text in told(client.get(address("carer", anna.pk)))
    found = schedule.breaches([anna], MONDAY, TUESDAY)[anna.pk]
    assert [(row.code, row.day) for row in found] == [("daily_rest", MONDAY)]


def test_the_agreements_limits_are_settings(client):
    """BEY-05"""
    anna = carer()
    shift(anna, MONDAY, "14:00", "22:00")
    shift(anna, TUESDAY)
    log_in(client, Role.VIVA_ADMINISTRATOR)
    answer = client.get("/arenden/installningar/")
    assert "Dygnsvila, timmar" in told(answer)
    Setting.objects.create(pk="daily_rest_hours", value=9)
    assert schedule.breaches([anna], MONDAY, TUESDAY)[anna.pk] == []


def test_four_weeks_are_shown_and_exported(client):
    """PLN-11"""
    log_in(client)
    shift(carer(), MONDAY + timedelta(days=27))
    assert "07:00–16:00" not in page(client)
    assert "07:00–16:00" in page(client, veckor=4)
    answer = client.get(address("schedule"), {"veckor": 4, "format": "xlsx"})
    assert answer["Content-Disposition"].endswith('schema-2026-11-23.xlsx"')


def test_the_schedule_asks_as_many_questions_whatever_the_number_of_carers(client):
    """CAP-14, BEY-05"""
    log_in(client)
    south = unit("Hemtjänst Söder")

    def add(first: int, many: int) -> None:
        for n in range(first, first + many):
            own = carer(f"Anna Nr{n}", username=f"a{n}")
            shift(own, MONDAY)
            shift(own, TUESDAY, "06:00", "16:00", unit=south)
            shift(carer(f"Bo Nr{n}", username=f"b{n}", unit=south), MONDAY, unit=unit())
            shift(None, MONDAY, row=f"Vikarie {n}")

    add(0, 3)
    where = address("schedule") + f"?enhet={unit().pk}&veckor=4"
    few = queries_of(client, where)
    add(3, 27)
    assert queries_of(client, where) == few
