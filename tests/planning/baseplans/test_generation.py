"""Visits made from base plans: twice the same, and never over what a planner has changed."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import sealing
from audit.act import Act
from audit.models import Event
from clients import editing
from organisation.models import Unit
from planning import daytime
from planning.baseplans import generation
from planning.baseplans.generation import generate, generate_coming
from planning.models import Absence, BasePlan, DayPlan, Shift, Skill, Visit
from tests.factories import SINCE, at, root_unit
from tests.planning.baseplans.factories import (
    MONDAY,
    base_plan,
    north,
    row,
    service,
    someone,
    stamp,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]
NOW = at(MONDAY, 3)


def days(ahead: int) -> date:
    return MONDAY + timedelta(days=ahead)


def make(first: date = MONDAY, last: date | None = None) -> int:
    return generate(north(), first, last or first, Act.by_system(NOW))


def planned(day: date = MONDAY) -> list[str]:
    """The visits that stand on a day, by what clocks show."""
    visits = Visit.objects.standing().filter(plan__day=day)
    return [daytime.wall(day, visit.start) for visit in visits]


def every_morning(start: int = 450, **more):
    """Somebody with the same visit each day of the week."""
    of = base_plan(someone(), **more)
    return of, [row(of, start, weekday=weekday, slot="morning") for weekday in range(7)]


def test_making_visits_twice_gives_the_same_visits_and_one_event():
    """PLN-03: two weeks, each with its own visit."""
    of = base_plan(someone(), weeks=2)
    row(of, 450, week=1), row(of, 615, week=2)
    assert make(MONDAY, days(13)) == 2
    before = list(Visit.objects.values())
    assert make(MONDAY, days(13)) == 0
    assert list(Visit.objects.values()) == before
    assert {planned(MONDAY)[0], planned(days(7))[0]} == {"07:30", "10:15"}
    assert Event.objects.filter(name="generate_visits").count() == 2
    assert sealing.verify().faults == ()


def test_a_visit_holds_the_services_skills_and_places_of_its_base_visit():
    """PLN-02, PLN-06"""
    of = base_plan(someone())
    made = row(of, staff_needed=2, priority=1, note="Väg in från gården")
    made.services.add(service("insulin", "Insulin", "nursing"))
    made.skills.add(Skill.objects.create(code="insulin", name="Insulin", is_delegation=True))
    later = row(of, 615, after=made, lag_min=60, lag_max=240)
    make()
    visit, follower = Visit.objects.all()
    assert {str(part) for part in visit.services.all()} == {"Dusch", "Insulin"}
    assert [skill.code for skill in visit.skills.all()] == ["insulin"]
    assert [place.place for place in visit.staff.all()] == [1, 2]
    assert (visit.priority, visit.note, visit.source) == (1, "Väg in från gården", made)
    assert (follower.after, follower.lag_min, follower.source) == (visit, 60, later)


def test_a_start_that_a_planner_changed_stays_when_visits_are_made_again():
    """PLN-19: nobody's change is lost, and another's untouched visit follows its base plan."""
    _of, rows = every_morning()
    make(MONDAY, days(1))
    moved = Visit.objects.get(plan__day=MONDAY)
    Visit.objects.filter(pk=moved.pk).update(start=480, time_version=2)
    for each in rows:
        each.start = 460
        each.save()
    make(MONDAY, days(1))
    assert planned(MONDAY) == ["08:00"]
    assert planned(days(1)) == ["07:40"]


def test_an_absence_takes_visits_away_and_an_end_brings_them_back():
    """PLN-09: an end that is not known yet, then known; whoever does the visit still does it."""
    of, _ = every_morning()
    make(MONDAY, days(4))
    shift = Shift.objects.create(unit=north(), day=days(3), row="Vikarie 1", start=420, end=900)
    Visit.objects.get(plan__day=days(3)).staff.update(shift=shift)
    away = Absence.objects.create(client=of.client, why="hospital", first=days(1), **stamp())
    assert make(MONDAY, days(4)) == 4
    assert [len(planned(days(ahead))) for ahead in range(5)] == [1, 0, 0, 0, 0]
    away.last = days(2)
    away.save()
    assert make(MONDAY, days(4)) == 2
    assert [len(planned(days(ahead))) for ahead in range(5)] == [1, 0, 0, 1, 1]
    assert Visit.objects.get(plan__day=days(3)).staff.get().shift == shift
    assert Visit.objects.count() == 5


def test_a_visit_that_a_planner_took_away_does_not_come_back():
    """PLN-19"""
    every_morning()
    make()
    Visit.objects.update(status="removed", status_reason="Anhörig kommer", status_version=2)
    assert make() == 0
    assert planned() == []


def test_a_dormant_person_an_ended_one_and_one_who_moved_have_no_visits():
    """PLN-05, PLN-09, PLN-21"""
    of, _ = every_morning()
    make(MONDAY, days(6))
    person = of.client
    person.active_to = days(4)
    person.save()
    assert make(MONDAY, days(6)) == 2
    person.is_dormant, person.active_to = True, None
    person.save()
    assert make(MONDAY, days(6)) == 5
    assert Visit.objects.standing().count() == 0
    person.is_dormant = False
    person.unit = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    person.save()
    assert make(MONDAY, days(6)) == 0
    assert generate(person.unit, MONDAY, days(6), Act.by_system(NOW)) == 7


def test_one_who_moves_leaves_no_visits_in_the_old_unit():
    """PLN-21"""
    of, _ = every_morning()
    make()
    of.client.unit = Unit.objects.create(
        name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE
    )
    of.client.save()
    assert make() == 1
    assert planned() == []


def test_a_new_base_plan_keeps_who_does_the_visit_and_changes_the_rest():
    """PLN-03: the slot is the same through every change of the base plan."""
    of, _ = every_morning()
    make(MONDAY, days(1))
    shift = Shift.objects.create(unit=north(), day=days(1), row="Vikarie 1", start=420, end=900)
    Visit.objects.get(plan__day=days(1)).staff.update(shift=shift)
    BasePlan.objects.filter(pk=of.pk).update(valid_to=MONDAY)
    new = base_plan(of.client, valid_from=days(1))
    lunch = service("lunch", "Lunch")
    row(new, 470, 45, weekday=1, slot="morning", staff_needed=2, priority=1, services=(lunch,))
    make(MONDAY, days(1))
    assert planned(MONDAY) == ["07:30"]
    visit = Visit.objects.get(plan__day=days(1))
    assert (visit.start, visit.minutes, visit.priority) == (470, 45, 1)
    assert [str(part) for part in visit.services.all()] == ["Lunch"]
    assert [place.shift for place in visit.staff.all()] == [shift, None]


def test_fewer_staff_in_a_new_base_plan_take_the_second_place_away():
    """PLN-06"""
    of = base_plan(someone())
    row(of, slot="morning", staff_needed=2)
    make()
    BasePlan.objects.filter(pk=of.pk).update(valid_to=days(-1))
    row(base_plan(of.client, valid_from=MONDAY), slot="morning")
    make()
    assert [place.place for place in Visit.objects.get().staff.all()] == [1]


def test_an_absence_that_is_written_while_visits_are_made_holds_for_the_days_that_are_left(
    monkeypatch,
):
    """PLN-09, PLN-15: the nightly job never undoes what a planner has just done."""
    of, _ = every_morning()
    make_plan = generation.plan_of

    def plan_and_interrupt(unit, day, act):
        if day == days(1):
            away = Absence.objects.create(client=of.client, why="away", first=days(2), **stamp())
            by = Act.own(away.recorded_by, act.at)
            editing.record(of.client, by, "add_absence", subject=away)
        return make_plan(unit, day, act)

    monkeypatch.setattr(generation, "plan_of", plan_and_interrupt)
    make(MONDAY, days(4))
    assert [len(planned(days(ahead))) for ahead in range(5)] == [1, 1, 0, 0, 0]


def test_a_draft_makes_no_visits():
    """PLN-03"""
    every_morning(is_draft=True)
    assert make() == 0


@pytest.mark.parametrize(
    ("day", "minute"), [(date(2026, 3, 29), 390), (date(2026, 10, 25), 510), (MONDAY, 450)]
)
def test_a_visit_starts_at_the_same_time_on_the_clock_when_summer_time_begins_and_ends(day, minute):
    """BEY-06: 07:30 is 390 minutes after midnight on the short night, 510 on the long one."""
    every_morning()
    make(day)
    visit = Visit.objects.get()
    assert (visit.start, visit.earliest, visit.latest_end) == (minute, minute - 30, minute + 60)
    assert planned(day) == ["07:30"]


def test_the_nightly_job_makes_six_weeks_of_every_unit():
    """PLN-03"""
    every_morning()
    assert generate_coming(NOW, 42) == 43
    assert DayPlan.objects.count() == 43
    assert generate_coming(NOW, 42) == 0


def queries(count: int) -> list[str]:
    """The queries of two weeks for so many people, rows inserted in bulk counted once."""
    for number in range(count):
        of = base_plan(someone(f"Person {number}"), weeks=2)
        row(of, week=1, weekday=number % 7), row(of, week=2, weekday=number % 7)
    with CaptureQueriesContext(connection) as seen:
        make(MONDAY, days(13))
    texts = [query["sql"].split("VALUES")[0].split("CASE")[0] for query in seen]
    return [text for place, text in enumerate(texts) if place == 0 or text != texts[place - 1]]


def test_two_weeks_cost_as_many_queries_for_many_people_as_for_few():
    """PLN-03: the number follows the days, not the people."""
    few = len(queries(7))
    Visit.objects.all().delete()
    DayPlan.objects.all().delete()
    assert len(queries(70)) == few
