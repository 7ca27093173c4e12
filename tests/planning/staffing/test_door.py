"""What is done with staffing is done once, on what one saw, and a refusal is on record. CAP-05, CAP-06."""

from datetime import date, timedelta

import pytest

from audit.models import Event
from planning.models import Base, Carer, SchedulePeriod, Shift, Skill, Team
from tests.factories import SINCE
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
TUESDAY = MONDAY + timedelta(days=1)
TIMES = {"start": "07:00", "end": "16:00", "break_minutes": "30"}


def period() -> SchedulePeriod:
    return SchedulePeriod.objects.create(
        unit=unit(), first=date(2026, 12, 7), last=date(2027, 1, 3)
    )


def refusals(chain: str) -> list[tuple[str, str]]:
    """What was refused in a chain, and what was told."""
    rows = Event.objects.filter(chain__name=chain, kind=Event.Kind.REFUSAL).order_by("seq")
    return [(row.name, row.values.values["message"]) for row in rows]


def changes(name: str) -> int:
    return Event.objects.filter(name=name, kind=Event.Kind.CHANGE).count()


def add_shift():
    who = carer()
    given = {"carer": who.pk, "day": TUESDAY, "unit": who.unit_id, **TIMES}
    return address("shift_add", who.unit_id), given, "add_shift"


def add_row():
    return address("row_add", unit().pk), {"day": TUESDAY, **TIMES}, "add_row"


def change_shift():
    row = shift(carer(), TUESDAY)
    return (
        address("shift_change", row.pk),
        {**TIMES, "end": "15:00", "unit": row.unit_id},
        "change_shift",
    )


def change_carer():
    who = carer(identity_number=NUMBERS[0])
    given = {
        "name": "Anna Dahl",
        "username": "anna",
        "unit": who.unit_id,
        "title": "nurse",
        "mode": "bike",
        "weekly_hours": "40",
    }
    return address("carer_change", who.pk), given, "change_carer"


def end_carer():
    return address("carer_end", carer().pk), {"last_day": "2026-11-30"}, "end_carer"


def change_kind_of_skill():
    skill = Skill.objects.create(code="finska", name="Finska")
    return address("skill_change", skill.pk), {"name": "Talar finska"}, "change_kind_of_skill"


def end_team():
    team = Team.objects.create(unit=unit(), name="Lag Öst", valid_from=SINCE)
    return address("team_end", team.pk), {"last_day": "2026-12-31"}, "end_team"


def change_period():
    return (
        address("period_change", period().pk),
        {"first": "2026-12-07", "last": "2027-01-02"},
        "change_period",
    )


def place_base():
    Base.objects.create(unit=unit(), address="Torget 1", latitude=60.1265, longitude=15.429)
    given = {"address": "Hamnen 2", "latitude": "60,1265", "longitude": "15,4290"}
    return address("base_change", unit().pk), given, "place_base"


CHANGING = [
    change_shift, change_carer, end_carer, change_kind_of_skill, end_team, change_period, place_base,
]  # fmt: skip


@pytest.mark.parametrize("page", [add_shift, add_row, *CHANGING])
def test_a_page_that_is_sent_twice_is_done_once(client, page):
    """CAP-05, PLN-11 to PLN-14, PLN-21: pressed twice, the second time is told that it was done."""
    log_in(client)
    where, given, name = page()
    given = {**given, "key": "once"}
    assert client.post(where, given).status_code == 302
    assert "var redan gjort" in told(client.post(where, given, follow=True))
    assert changes(name) == 1
    assert Shift.objects.count() <= 1


@pytest.mark.parametrize("page", CHANGING)
def test_an_old_page_changes_nothing_and_says_what_has_changed(client, page):
    """CAP-05, PLN-11 to PLN-14, PLN-21: nothing that was written is lost."""
    log_in(client)
    where, given, name = page()
    assert client.post(where, {**given, "version": 1}).status_code == 302
    answer = client.post(where, {**given, "version": 1})
    assert answer.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in told(answer)
    assert 'name="version" value="2"' in told(answer)
    assert changes(name) == 1


def test_a_page_of_a_carer_shows_the_version_that_is_changed(client):
    """CAP-05: a skill that somebody adds meanwhile is a change of the carer as well."""
    log_in(client)
    anna = carer()
    assert 'name="version" value="1"' in told(client.get(address("carer_end", anna.pk)))
    skill = Skill.objects.create(code="bil", name="Körkort")
    client.post(address("carer_skill_add", anna.pk), {"skill": skill.pk, "valid_from": MONDAY})
    answer = client.post(address("carer_end", anna.pk), {"last_day": "2026-11-30", "version": 1})
    assert "Kompetens lades till" in told(answer)
    assert Carer.objects.get().valid_to is None


def test_what_is_refused_of_a_carer_stands_in_their_log(client):
    """CAP-05, CAP-06, PLN-12"""
    planner = log_in(client)
    anna = carer()
    shift(anna, MONDAY + timedelta(days=10))
    client.post(address("carer_end", anna.pk), {"last_day": "2026-11-30"})
    [(name, message)] = refusals(f"carer:{anna.pk}")
    assert name == "end_carer"
    assert message.startswith("1 pass ligger efter den dagen.")
    assert (logged("end_carer").actor, logged("end_carer").personal) == (planner, True)


def test_what_is_refused_of_a_shift_stands_in_its_carers_log(client):
    """CAP-05, CAP-06, PLN-13"""
    log_in(client)
    row = shift(carer(), TUESDAY)
    client.post(address("shift_absent", row.pk), {"at": "06:00"})
    [(name, message)] = refusals(f"carer:{row.carer_id}")
    assert (name, message[:25]) == ("report_absent", "Passet är 07:00–16:00. Sk")


def test_a_row_that_nobody_stands_on_has_its_log_with_its_unit(client):
    """CAP-06, PLN-13, SEC-02: it is nobody's personal data until somebody stands there."""
    log_in(client)
    row = shift(None, TUESDAY, row="Vikarie 1")
    client.post(address("shift_absent", row.pk), {"at": "08:00"})
    assert [name for name, _ in refusals(f"staffing:{row.unit_id}")] == ["report_absent"]
    assert not logged("report_absent").personal
    client.post(address("shift_put", row.pk), {"carer": carer().pk})
    assert logged("put_substitute").personal


def test_rows_that_are_refused_stand_in_the_log_of_the_unit(client):
    """CAP-05, CAP-06, PLN-11"""
    log_in(client)
    rows = {"period": period().pk, "text": "20000107-2388;Anna", "gor": "spara"}
    client.post(address("paste", unit().pk), rows)
    [(name, message)] = refusals(f"staffing:{unit().pk}")
    assert name == "enter_rows"
    assert message.startswith("Ingenting är sparat.")


def test_how_many_pasted_rows_were_saved_stands_in_the_log_of_the_unit(client):
    """CAP-06, PLN-11"""
    planner = log_in(client)
    anna = carer(identity_number=NUMBERS[0])
    row = f"{NUMBERS[0]};Anna Bergkvist;anna;2026-12-07;07:00;16:00;30"
    rows = {"period": period().pk, "text": f"{row}\n{row}", "gor": "spara"}
    client.post(address("paste", unit().pk), rows)
    event = logged("enter_rows")
    assert (event.actor, event.chain.name) == (planner, f"staffing:{unit().pk}")
    assert event.values.values == {"version": 2, "new": 1, "there": 1, "wrong": 0}
    assert logged("enter_shifts").chain.name == f"carer:{anna.pk}"


def test_a_shift_that_somebody_else_took_away_meanwhile_is_refused(client, monkeypatch):
    """CAP-05, PLN-13"""
    log_in(client)
    row = shift(carer(), TUESDAY)
    locked = Shift.locked

    def gone(self):
        Shift.objects.filter(pk=row.pk).delete()
        return locked(self)

    monkeypatch.setattr(Shift, "locked", gone)
    answer = client.post(address("shift_absent", row.pk), {"at": "10:00"})
    assert answer.status_code == 422
    assert "Passet finns inte längre." in told(answer)


def test_a_shift_that_is_saved_as_it_was_keeps_the_day_of_its_notice(client):
    """BEY-05: nothing is new for the carer."""
    log_in(client)
    row = shift(carer(), TUESDAY, noticed_on=date(2026, 11, 2))
    seen = client.get(address("shift_change", row.pk)).context["forms"][0].initial
    client.post(address("shift_change", row.pk), seen)
    row.refresh_from_db()
    assert (row.noticed_on, row.version) == (date(2026, 11, 2), 2)
