"""A run of the optimizer: started, followed, stopped, killed, accepted. PLN-20.

The day is tiny, and a search takes a second. Everybody lives in one place.
"""

import os
import signal
import subprocess
from datetime import date, timedelta

import pytest
from django.db import transaction

from audit import clock
from audit.act import Act
from audit.models import Event
from door.refusals import NotAllowed, Refused
from organisation.roles import Role
from planning.models import (
    BasePlan,
    BaseVisit,
    DayPlan,
    OptimizerRun,
    PlanChange,
    Visit,
)
from planning.optimizing import runs, tasks
from planning.plan import problem, reading
from planning.plan.opening import plan_of
from tests.factories import at, person
from tests.planning.optimizing import acts
from tests.planning.plan.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


def started(w: World, seconds: int = 1, **more) -> OptimizerRun:
    return acts.start(w.plan, w.planner, seconds=seconds, **more)


def carried_out(w: World, **more) -> OptimizerRun:
    run = started(w, **more)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    return run


def rows_of(visit: Visit) -> list:
    return list(visit.staff.values_list("shift", flat=True))


def day_of_three(w: World) -> list[Visit]:
    return [w.visit(f"Person Nr{n}", 540 + 60 * n) for n in range(3)]


@pytest.mark.both
def test_a_run_proposes_and_changes_nothing_until_it_is_accepted():
    """PLN-20: three visits unplaced before, none after; four minutes are the least way there and
    back, for one carer in one go."""
    w = World()
    visits = day_of_three(w)
    run = carried_out(w)
    assert run.status == "done", run.error
    assert (run.before["unplaced"], run.after["unplaced"]) == (3, 0)
    assert run.after["travel"] in (4, 8, 12)  # so many carers share the visits, fairly
    assert run.after["breaches"] == run.after["off_time"] == 0
    assert len(run.proposal["moves"]) == 3
    assert [rows_of(visit) for visit in visits] == [[None]] * 3
    assert not PlanChange.objects.exists()

    done = acts.accept(run, w.planner, key="a", at=NOW)
    assert {change.group for change in done} == {"staff"}
    assert all(rows_of(visit)[0] for visit in visits)
    event = Event.objects.get(name="accept_proposal")
    assert (event.actor, event.personal) == (w.planner, True)
    run.refresh_from_db()
    assert run.accepted_at == NOW
    assert acts.accept(run, w.planner, key="b", at=NOW) == []  # all is as it says already


@pytest.mark.both
def test_starting_is_logged_and_a_second_run_waits_its_turn():
    """PLN-20"""
    w = World()
    day_of_three(w)
    run = started(w)
    event = Event.objects.get(name="start_optimizer")
    assert (event.actor, event.values.values) == (
        w.planner,
        {"profile": "balanced", "seconds": 1, "run": run.pk},
    )
    with pytest.raises(Refused, match="En körning pågår redan"):
        started(w)
    assert OptimizerRun.objects.count() == 1
    kinds = Event.objects.filter(name="start_optimizer").values_list("kind", flat=True)
    assert list(kinds) == ["change", "refusal"]


def test_a_day_without_visits_and_a_wish_that_is_not_there_are_refused():
    """PLN-20: a visit that is not to be done is no visit to place."""
    w = World()
    with pytest.raises(Refused, match="Hämta besöken i Dagbild först"):
        started(w)
    visit = w.visit("Frida Karlsson", 600)
    w.change(visit, "status", {"status": "removed", "reason": "Bortrest"})
    with pytest.raises(Refused, match="inga besök att placera"):
        started(w)
    w.visit("Gösta Mård", 600)
    for shift in (w.ali, w.britt, w.cecilia):
        shift.delete()
    with pytest.raises(Refused, match="Ingen arbetar den dagen"):
        started(w)
    with pytest.raises(Refused, match="Välj vad som är viktigast"):
        acts.start(w.plan, w.planner, profile="allt", seconds=1, at=NOW)
    assert not OptimizerRun.objects.exists()
    assert not Event.objects.filter(name="start_optimizer", kind="change").exists()


def test_who_does_not_plan_the_unit_neither_starts_stops_nor_accepts():
    """PLN-20, SEC-01"""
    w = World()
    visits = day_of_three(w)
    nurse = person(Role.NURSE, w.unit)
    with pytest.raises(NotAllowed, match="enhetens planerare"):
        acts.start(w.plan, nurse, profile="balanced", seconds=1, at=NOW)
    run = carried_out(w)
    for deed in (
        lambda: acts.stop(run, nurse, at=NOW),
        lambda: acts.accept(run, nurse, key="a", at=NOW),
    ):
        with pytest.raises(NotAllowed, match="enhetens planerare"):
            deed()
    run.refresh_from_db()
    assert (run.stop_wanted, run.accepted_at) == (False, None)
    assert [rows_of(visit) for visit in visits] == [[None]] * 3


def test_stopped_before_its_time_it_keeps_the_best(monkeypatch):
    """PLN-20: ten minutes were asked for; the planner stops it when it has found a plan."""
    w = World()
    visits = day_of_three(w)
    run = started(w, seconds=600)
    beat = runs._beat

    def stop_then_beat(row, said):
        if said["unplaced"] == 0:
            acts.stop(row, w.planner, at=NOW)
        return beat(row, said)

    monkeypatch.setattr(runs, "_beat", stop_then_beat)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("stopped", "")
    assert run.after["unplaced"] == 0
    assert run.progress["seconds"] < 60
    assert run.progress["points"][-1][2] == 0  # seconds, cost, unplaced: what the page draws
    assert (
        Event.objects.get(name="stop_optimizer").actor == w.planner
    )  # once, however often pressed
    acts.accept(run, w.planner, key="a", at=NOW)
    assert all(rows_of(visit)[0] for visit in visits)


def test_killed_half_way_it_says_so_the_plan_is_untouched_and_a_new_one_can_start(monkeypatch):
    """PLN-20: the searching process dies by SIGKILL at its first word."""
    w = World()
    visits = day_of_three(w)
    run = started(w, seconds=600)
    pids: list[int] = []

    class Seen(subprocess.Popen):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            pids.append(self.pid)

    def kill(row, said):
        os.kill(pids[0], signal.SIGKILL)
        return False

    with monkeypatch.context() as patched:
        patched.setattr(runs.subprocess, "Popen", Seen)
        patched.setattr(runs, "_beat", kill)
        runs.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.status, run.get_status_display()) == ("failed", "Avbruten")
    assert run.error == "Körningen avbröts. Planen är orörd. Starta en ny."
    assert [rows_of(visit) for visit in visits] == [[None]] * 3
    assert not PlanChange.objects.exists()
    with pytest.raises(Refused, match="inget förslag att godta"):
        acts.accept(run, w.planner, key="a", at=NOW)
    assert carried_out(w).after["unplaced"] == 0


def test_a_run_whose_worker_died_counts_as_broken_off_when_it_has_been_silent():
    """PLN-20: nobody is left to say so, so the next who looks does."""
    w = World()
    day_of_three(w)
    run = started(w)
    OptimizerRun.objects.filter(pk=run.pk).update(
        status="running", beat_at=clock.real_now() - timedelta(seconds=30)
    )
    with pytest.raises(Refused, match="pågår redan"):
        started(w)
    OptimizerRun.objects.filter(pk=run.pk).update(beat_at=clock.real_now() - timedelta(seconds=60))
    started(w)
    run.refresh_from_db()
    assert (run.status, run.error) == (
        "failed",
        "Körningen avbröts. Planen är orörd. Starta en ny.",
    )


def silent(run: OptimizerRun, seconds: float, **more) -> None:
    OptimizerRun.objects.filter(pk=run.pk).update(
        beat_at=clock.real_now() - timedelta(seconds=seconds), **more
    )


def other_days_run(w: World, day: date) -> OptimizerRun:
    with transaction.atomic():
        plan = plan_of(w.unit, day, Act.own(w.planner, NOW))
    return OptimizerRun.objects.create(
        plan=plan, started_by=w.planner, started_at=NOW, profile="balanced", seconds=180, seen_seq=0
    )


def test_a_run_that_waits_behind_another_is_not_broken_off():
    """PLN-20: one job is carried out at a time, each up to three minutes. As long as the one before
    it says that it lives, the one that waits has its place."""
    w = World()
    day_of_three(w)
    run, before = started(w), other_days_run(w, date(2026, 11, 25))
    silent(before, 5, status="running")
    silent(run, 600)
    assert runs.end_silent(w.plan) == 0
    silent(before, 60)
    assert runs.end_silent(w.plan) == 1


def test_a_run_whose_job_died_with_its_worker_frees_its_place_within_a_minute():
    """PLN-20: the worker was killed with the job in its hands: nothing runs, and it has waited a
    minute. Somebody looks at the page, and a new one can be started."""
    w = World()
    day_of_three(w)
    run = started(w)
    silent(run, 30)
    with pytest.raises(Refused, match="pågår redan"):
        started(w)
    silent(run, 60)
    again = started(w)
    run.refresh_from_db()
    assert (run.status, again.status) == ("failed", "waiting")
    assert Event.objects.filter(name="start_optimizer", kind="change").count() == 2
    runs.carry_out(run.pk)  # the worker comes back late: the new one has taken its place
    run.refresh_from_db()
    assert (run.status, run.proposal) == ("failed", {})
    runs.carry_out(again.pk)
    again.refresh_from_db()
    assert (again.status, again.after["unplaced"]) == ("done", 0)


def test_a_search_whose_worker_was_killed_is_sent_again_and_carried_out_once(monkeypatch):
    """PLN-20, CAP-05: nobody has to look; what has killed a worker for a quarter of an hour is given
    up."""
    w = World()
    day_of_three(w)
    run = started(w)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=1))
    silent(run, 30, status="running")
    assert tasks.recover() == 0, "it may still be at work"
    silent(run, 60, status="running")
    assert tasks.recover() == 1
    run.refresh_from_db()
    assert (run.status, run.after["unplaced"]) == ("done", 0)
    assert tasks.recover() == 0
    again = started(w)
    silent(again, 60, status="running")
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=16))
    assert tasks.recover() == 0
    again.refresh_from_db()
    assert again.status == "failed"


def test_a_worker_that_was_only_busy_takes_up_what_was_given_up_while_it_waited():
    """PLN-20: nobody has started another meanwhile. After a quarter of an hour nobody wants it."""
    w = World()
    day_of_three(w)
    run = started(w)
    silent(run, 60)
    assert runs.end_silent(w.plan) == 1
    silent(run, 16 * 60)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    silent(run, 60)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error, run.after["unplaced"]) == ("done", "", 0)


def test_a_worker_that_wakes_after_its_run_was_given_up_says_nothing_more(monkeypatch):
    """PLN-20: it slept through its minute while it searched; the place is another's now."""
    w = World()
    day_of_three(w)
    run = started(w)
    search = runs._search

    def sleep_then_answer(row, *more):
        silent(row, 60)
        assert runs.end_silent(w.plan) == 1
        return search(row, *more)

    monkeypatch.setattr(runs, "_search", sleep_then_answer)
    monkeypatch.setattr(runs, "_beat", lambda row, said: False)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.status, run.proposal) == ("failed", {})


def test_a_search_that_says_nothing_for_long_is_known_to_live(monkeypatch):
    """PLN-20: it is loaded for some seconds; each quiet moment is a beat."""
    w = World()
    day_of_three(w)
    run = started(w)
    monkeypatch.setattr(runs, "PULSE", 0.05)
    heard = []
    lines = runs._lines

    def listened(process):
        for said in lines(process):
            heard.append(said is None)
            yield said

    monkeypatch.setattr(runs, "_lines", listened)
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert run.status == "done"
    assert True in heard


# ---------------------------------------------------------------- the person's own time


def on_base_plan(w: World, visit: Visit, start: int) -> None:
    """As if the visit came from a base plan that says `start`."""
    base_plan = BasePlan.objects.create(
        client=visit.client,
        weeks=1,
        cycle_monday=date(2026, 11, 23),
        valid_from=NOW.date(),
        recorded_at=NOW,
        recorded_by=w.planner,
    )
    row = BaseVisit.objects.create(
        base_plan=base_plan,
        week=1,
        weekday=1,
        start=start,
        minutes=30,
        earliest=start - 60,
        latest_end=start + 90,
    )
    Visit.objects.filter(pk=visit.pk).update(source=row)


def test_the_wish_is_the_base_plans_time_however_often_a_run_is_accepted():
    """BRD-03: Frida's base plan says ten; she stands at 10:40 since yesterday, and Ali has nothing
    else. The run brings her back to ten, and a second run proposes nothing."""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    on_base_plan(w, frida, 600)
    w.put(frida, w.ali)
    w.change(frida, "time", {"start": 640, "minutes": 30})
    run = carried_out(w)
    assert (run.before["off_time"], run.after["off_time"]) == (1, 0)
    assert run.proposal["moves"][str(frida.pk)]["start"] == 600
    acts.accept(run, w.planner, key="a", at=NOW)
    frida.refresh_from_db()
    assert frida.start == 600
    again = carried_out(w)
    assert (again.proposal["moves"], again.before["off_time"]) == ({}, 0)


@pytest.mark.parametrize(("moved_to", "off"), [(615, 0), (616, 1), (585, 0), (584, 1)])
def test_more_than_a_quarter_from_the_wish_is_counted_against_the_wish(moved_to, off):
    """BRD-03: a visit without a base plan is wished when it was first planned, ten."""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    w.put(frida, w.ali)
    for start in (590, 640, moved_to):
        w.change(frida, "time", {"start": start, "minutes": 30})
    data = reading.read(w.plan)
    assert data.wished == {frida.pk: 600}
    asked = problem.problem_of(data)
    assert runs.figures(data, asked, problem.solution_of(data))["off_time"] == off


def test_the_wish_is_the_wall_clocks_time_on_the_day_the_clocks_change():
    """BRD-03, BEY-06: eight o'clock on 28 March 2027 is minute 420 of the day."""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    on_base_plan(w, frida, 480)
    frida.refresh_from_db()
    assert reading._wished(date(2027, 3, 28), [frida]) == {frida.pk: 420}


def test_a_job_that_is_delivered_twice_searches_once():
    """PLN-20"""
    w = World()
    day_of_three(w)
    run = carried_out(w)
    found = run.proposal
    runs.carry_out(run.pk)
    run.refresh_from_db()
    assert (run.status, run.proposal) == ("done", found)


def test_what_cannot_be_counted_on_says_what_is_wrong(monkeypatch):
    """PLN-20: a problem that the search refuses."""
    w = World()
    day_of_three(w)
    monkeypatch.setattr(runs.serial, "problem_to_json", lambda asked: '{"visits": []}')
    run = carried_out(w)
    assert run.status == "failed"
    assert run.error.startswith("Planen går inte att räkna på: ")


def test_by_row_only_the_visits_of_that_row_move():
    """PLN-20: Ali alone can give insulin, Britt alone speaks Finnish."""
    w = World()
    w.cecilia.delete()
    finnish = type(w.insulin).objects.create(code="finska", name="Finska")
    w.can(w.ali, w.insulin)
    w.can(w.britt, finnish)
    for_ali, for_britt = w.visit("Frida Karlsson", 600), w.visit("Gösta Mård", 600)
    for_ali.skills.add(w.insulin)
    for_britt.skills.add(finnish)
    run = carried_out(w)
    acts.accept(run, w.planner, key="a", at=NOW, shifts=[w.ali.pk])
    assert (rows_of(for_ali), rows_of(for_britt)) == ([w.ali.pk], [None])
    acts.accept(run, w.planner, key="b", at=NOW, shifts=[w.britt.pk])
    assert rows_of(for_britt) == [w.britt.pk]
    assert Event.objects.filter(name="accept_proposal").count() == 2


@pytest.mark.parametrize(("group", "value"), [
    ("staff", {"shifts": ["cecilia"]}), ("time", {"start": 560, "minutes": 30}),
    ("lock", {"lock": "both"}), ("status", {"status": "removed", "reason": "Bortrest"}),
])  # fmt: skip
def test_what_a_planner_changes_during_the_run_stays_as_they_changed_it(group, value):
    """PLN-20, PLN-15: the rest of the proposal is carried out."""
    w = World()
    edited, *others = day_of_three(w)
    if group == "staff":
        value = {"shifts": [w.cecilia.pk]}
    run = carried_out(w)
    w.change(edited, group, value, by=w.colleague())
    before = Visit.objects.get(pk=edited.pk)
    rows = rows_of(edited)
    acts.accept(run, w.planner, key="a", at=NOW)
    edited.refresh_from_db()
    assert (rows_of(edited), edited.start, edited.status, edited.lock) == (
        rows,
        before.start,
        before.status,
        before.lock,
    )
    assert all(rows_of(visit)[0] for visit in others)


def test_nobody_who_has_gone_home_sick_during_the_run_gets_visits():
    """PLN-20: their row ends at nine; what was proposed for it later is left out."""
    w = World()
    for shift in (w.britt, w.cecilia):
        shift.delete()
    visits = day_of_three(w)
    run = carried_out(w)
    assert run.after["unplaced"] == 0
    w.ali.absent_from = 600
    w.ali.save()
    acts.accept(run, w.planner, key="a", at=NOW)
    # 9:00 to 9:30 is done before ten; the visits of ten and eleven are not his any more.
    assert [rows_of(visit) for visit in visits] == [[w.ali.pk], [None], [None]]


def test_breaks_move_with_the_proposal_on_record_and_boards_read_everything():
    """PLN-19, PLN-20: a break of half an hour, between 11:00 and 12:00; a visit of an hour fills 11:00
    to 12:00 to the minute, so the break begins when it ends."""
    w = World()
    for shift in (w.britt, w.cecilia):
        shift.delete()
    w.ali.break_minutes, w.ali.break_earliest, w.ali.break_latest = 30, 660, 720
    w.ali.save()
    w.visit("Frida Karlsson", 660, 60, slack=0)
    run = carried_out(w)
    acts.accept(run, w.planner, key="a", at=NOW)
    w.ali.refresh_from_db()
    assert w.ali.break_start == 720
    event = Event.objects.get(name="move_breaks")
    assert event.values.values == {"breaks": [[w.ali.pk, None, 720]]}
    plan = DayPlan.objects.get(pk=w.plan.pk)
    assert plan.last_seq == plan.reload_seq == event.seq


def test_visits_that_begin_before_the_frozen_minute_stay_where_they_are():
    """PLN-20: Ali and Britt have one each that one of them could do in one go."""
    w = World()
    early, late = w.visit("Frida Karlsson", 540), w.visit("Gösta Mård", 720)
    w.put(early, w.ali)
    w.put(late, w.britt)
    run = carried_out(w, frozen_until=600)
    assert str(early.pk) not in run.proposal["moves"]


def test_what_has_begun_is_moved_neither_by_the_search_nor_by_a_proposal_accepted_later():
    """DAY-02: started at 10:15, accepted at 11:15; the visits of 10:00, 11:00 and 12:00 stood badly."""
    w = World()
    early, middle, late = (
        w.visit(name, start)
        for name, start in (("Frida Ek", 600), ("Gösta Ro", 660), ("Harald Al", 720))
    )
    for visit in (early, middle, late):
        w.put(visit, w.ali)
    run = acts.start(w.plan, w.planner, profile="balanced", seconds=1, at=at(DAY, 10, 15))
    assert run.frozen_until == 615
    moved = {
        str(visit.pk): {
            "shifts": [w.britt.pk],
            "start": visit.start + 60,
            "was": [w.ali.pk],
            "was_start": visit.start,
            "seen": [
                getattr(Visit.objects.get(pk=visit.pk), f"{group}_version") for group in runs.SEEN
            ],
        }
        for visit in (early, middle, late)
    }
    OptimizerRun.objects.filter(pk=run.pk).update(status="done", proposal={"moves": moved})
    run.refresh_from_db()
    acts.accept(run, w.planner, key="k", at=at(DAY, 11, 15))
    starts = [Visit.objects.get(pk=visit.pk).start for visit in (early, middle, late)]
    assert starts == [600, 660, 780]
    assert set(PlanChange.objects.filter(key="k").values_list("visit", flat=True)) == {late.pk}
