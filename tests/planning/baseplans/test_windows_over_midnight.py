"""Windows that begin the evening before and end the day after, from the form to the receiver. DAY-03.

Planned for Tuesday 24 November 2026.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from planning.baseplans.generation import generate
from planning.models import BaseVisit, DayPlan, Shift, Visit
from planning.optimizing import runs
from planning.plan import breaches as rules
from planning.plan import problem, reading
from planning.publishing import packs
from planning.publishing import reading as published
from tests.factories import at
from tests.planning.optimizing import acts
from tests.planning.plan.world import DAY, World

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
MONDAY = DAY - timedelta(days=1)


@pytest.fixture
def w(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, 9))
    world = World()
    client.force_login(world.planner, BACKEND)
    world.frida = world.client("Frida Karlsson")
    return world


def enter(client, w, **said):
    where = reverse("baseplans:visit_add", args=[w.frida.pk, 1, DAY.weekday()])
    shape = {"services": [w.care.pk], "minutes": 30, "staff_needed": 1, "priority": 2}
    return client.post(where, {**shape, "days": [DAY.weekday()], **said})


def made(client, w, **said) -> Visit:
    """The visit that a base plan with one visit gives on the Tuesday."""
    enter(client, w, **said)
    client.post(reverse("baseplans:save", args=[w.frida.pk]), {"fran": MONDAY})
    generate(w.unit, DAY, DAY, Act.by_system(at(MONDAY, 9)))
    return Visit.objects.get(plan__day=DAY)


@pytest.mark.parametrize(
    ("said", "window"),
    [
        (("00:30", "23:45", "01:15"), (30, -15, 75)),
        (("02:00", "22:00", "06:00"), (120, -120, 360)),
        (("17:30", "", "00:30"), (1050, 1050, 1470)),
        (("23:00", "22:00", "06:00"), (1380, 1320, 1800)),
        (("23:00", "", "24:00"), (1380, 1380, 1440)),
    ],
)
def test_a_night_visit_is_entered_and_carried_to_the_day_to_the_optimizer_and_out(
    client, w, said, window
):
    """DAY-03: form, base plan, visit, problem, breaches, receiver."""
    start, earliest, latest_end = said
    visit = made(client, w, start=start, earliest=earliest, latest_end=latest_end)
    kept = BaseVisit.objects.get(base_plan__is_draft=False)
    assert (kept.start, kept.earliest, kept.latest_end) == window
    assert (visit.start, visit.earliest, visit.latest_end) == window
    [task] = problem.problem_of(reading.read(visit.plan)).visits
    assert (task.earliest, task.latest_end) == (window[1] * 60, window[2] * 60)
    codes = {row.code for row in rules.breaches_of(reading.read(visit.plan))}
    assert not codes & {"early", "late"}
    [told] = published.pending(visit.plan).new.values()
    assert told["start"] == f"2026-11-24T{start}:00+01:00"
    written = Event.objects.get(name="write_base_visit").values.values["visit"][1]
    assert written == f"{start} Omvårdnad, 30 min"


def test_what_was_entered_stands_in_the_form_when_it_is_opened_again(client, w):
    """DAY-03: and can be saved as it stands."""
    enter(client, w, start="02:00", earliest="22:00", latest_end="06:00")
    row = BaseVisit.objects.get()
    page = client.get(reverse("baseplans:visit", args=[row.pk])).content.decode()
    for value in ('value="02:00"', 'value="22:00"', 'value="06:00"'):
        assert value in page


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"start": "10:30", "earliest": "10:45"}, "Skriv 10:30 eller tidigare"),
        ({"start": "10:00", "latest_end": "09:00"}, "Besöket slutar 10:30"),
        ({"start": "24:00"}, "Skriv 00:00 och nästa dag i stället för 24:00."),
    ],
)
def test_a_slip_is_refused_with_what_to_do(client, w, said, why):
    """DAY-03"""
    answer = enter(client, w, **said)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not BaseVisit.objects.exists()


def test_a_night_visit_is_added_on_the_board_and_moved_over_midnight(client, w):
    """DAY-03: added at 23:30 until 01:00, moved by its page to 00:20, and drawn to minute 1450."""
    where = reverse("board:add", args=[w.plan.pk])
    said = {
        "client": w.frida.pk,
        "services": [w.care.pk],
        "minutes": 30,
        "staff_needed": 1,
        "start": "23:30",
        "latest_end": "01:00",
    }
    client.post(where, said)
    visit = Visit.objects.get()
    assert (visit.start, visit.earliest, visit.latest_end) == (1410, 1410, 1500)
    page = reverse("board:visit", args=[w.plan.pk, visit.pk])
    moved = {"gor": "tid", "start": "00:20", "minuter": "30", "time_version": 1, "key": "a"}
    client.post(page, moved)
    visit.refresh_from_db()
    assert (visit.start, visit.on.isoformat()) == (1460, "2026-11-25")
    drawn = {"gor": "flytta", "plats": 1, "minut": "1450", "time_version": 2, "staff_version": 1}
    client.post(page, {**drawn, "key": "b"})
    visit.refresh_from_db()
    assert visit.start == 1450
    late = client.post(page, {**drawn, "minut": "2150", "time_version": 3, "key": "c"})
    assert late.status_code == 422
    assert "vara klart klockan 12 dagen efter" in late.content.decode()
    assert visit.changes.count() == 2


def test_the_early_hours_and_the_nights_late_ones_stand_in_their_part_of_the_day(client, w):
    """DAY-03: 02:00 of Tuesday before seven, 01:00 of Tuesday's night in the night."""
    day = Shift.objects.create(unit=w.unit, day=DAY, row="Vikarie 1", start=0, end=420)
    night = Shift.objects.create(unit=w.unit, day=DAY, row="Vikarie 2", start=1290, end=1860)
    early, late = w.visit("Gösta Mård", 120, slack=0), w.visit("Hilda Öman", 1500, slack=0)
    w.put(early, day)
    w.put(late, night)
    where = f"{reverse('board:board')}?enhet={w.unit.pk}&dag={DAY}"
    shown = {
        part: client.get(f"{where}&del={part}").content.decode()
        for part in ("tidig", "dag", "kvall", "natt")
    }
    assert [p for p, page in shown.items() if "Gösta M, 02:00 till 02:30" in page] == ["tidig"]
    assert [p for p, page in shown.items() if "Hilda Ö, 01:00 till 01:30" in page] == ["natt"]
    sheets = packs.pack_of(DayPlan.objects.get(pk=w.plan.pk), None).sheets
    assert [
        (s.shift.row, s.hours, [line.at for line in s.lines if line.kind == "visit"])
        for s in sheets
    ] == [
        ("Vikarie 1", "00:00–07:00", ["02:00"]),
        ("Vikarie 2", "21:30–07:00", ["01:00"]),
    ]


def test_the_optimizer_places_them_over_midnight_and_its_proposal_is_carried_out(client, w):
    """DAY-03, PLN-20: 23:00 in 22:00-06:00 goes after the visit that must be done 22:00-02:00; 00:30
    in 23:45-01:15 goes on the row of the early hours."""
    Shift.objects.exclude(start=0).filter(day=DAY).delete()
    night = Shift.objects.create(unit=w.unit, day=DAY, row="Vikarie 1", start=1290, end=1860)
    early = Shift.objects.create(unit=w.unit, day=DAY, row="Vikarie 2", start=0, end=420)
    w.visit("Gösta Mård", 1320, 240, slack=0)
    check, small = w.visit("Hilda Öman", 1380), w.visit("Ivar Lund", 30)
    Visit.objects.filter(pk=check.pk).update(earliest=1320, latest_end=1800)
    Visit.objects.filter(pk=small.pk).update(earliest=-15, latest_end=75)
    run = acts.start(w.plan, w.planner, profile="balanced", seconds=1, at=at(MONDAY, 9))
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.status, run.after["unplaced"], run.after["breaches"]) == ("done", 0, 0)
    acts.accept(run, w.planner, key="a", at=at(MONDAY, 9))
    check.refresh_from_db()
    small.refresh_from_db()
    assert [check.staff.get().shift, small.staff.get().shift] == [night, early]
    assert 1560 <= check.start <= 1770
    assert -15 <= small.start <= 45
