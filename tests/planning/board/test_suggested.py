"""What a suggestion says is what happens when it is carried out by the visit's page. BRD-01.

Everybody lives in one place, two minutes by bike from the base. Visits stand where the draw puts
them: well, on each other, or after somebody has gone home.
"""

import json
import re

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import clock
from audit.models import Event
from planning.models import DayPlan, Shift, Visit, VisitStaff
from planning.plan import breaches, reading
from planning.plan.advice import advice
from tests.planning.board.test_pages import BACKEND
from tests.planning.plan.world import KEYS, NOW, World

pytestmark = pytest.mark.django_db


def board(world: World) -> dict[int, tuple]:
    """Rows and start of every visit."""
    visits = Visit.objects.filter(plan=world.plan).prefetch_related("staff")
    return {
        v.pk: (sorted(p.shift_id for p in v.staff.all() if p.shift_id), v.start) for v in visits
    }


def broken(world: World) -> set[tuple[str, str]]:
    return {(row.code, row.about) for row in breaches.breaches_of(reading.read(world.plan))}


def carry_out(world: World, visit: Visit, found, **more):
    browser = Browser()
    browser.force_login(world.planner, BACKEND)
    now = Visit.objects.get(pk=visit.pk)
    return browser.post(
        reverse("board:visit", args=[world.plan.pk, visit.pk]),
        {
            "gor": "flytta",
            "plats": 1,
            "forslag": f"{found.shifts} {found.moves}",
            "staff_version": now.staff_version,
            "time_version": now.time_version,
            "key": f"s{next(KEYS)}",
            **more,
        },
    )


placed = st.tuples(
    st.sampled_from([None, "ali", "britt"]), st.integers(0, 36), st.sampled_from([15, 30, 60]),
    st.sampled_from([0, 30, 120]), st.sampled_from(["", "", "", "time", "staff", "both"]),
)  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(placed, min_size=2, max_size=7), with_break=st.booleans(),
    sick=st.booleans(), which=st.integers(0, 6), choice=st.integers(0, 4),
)  # fmt: skip
def test_a_suggestion_carried_out_moves_what_it_named_and_breaks_what_it_said(
    rows, with_break, sick, which, choice, django_db_blocker, monkeypatch
):
    """BRD-01: each named visit goes from and to the times named, nothing else moves, nothing new is
    broken, its own place is not among the suggestions, and what is locked stays."""
    from django.db import transaction

    monkeypatch.setattr(clock, "now", lambda: NOW)
    with transaction.atomic():
        w = World()
        if with_break:
            Shift.objects.filter(pk=w.ali.pk).update(
                break_minutes=30, break_earliest=600, break_latest=690
            )
        client = w.client("Frida Karlsson")
        visits = []
        for who, start, minutes, slack, lock in rows:
            made = w.visit(
                "",
                480 + 5 * start,
                minutes,
                slack=slack,
                client=client,
                lock=lock if who else "",
            )
            VisitStaff.objects.filter(visit=made).update(shift=getattr(w, who) if who else None)
            visits.append(made)
        if sick:
            Shift.objects.filter(pk=w.britt.pk).update(absent_from=540)
        visit = visits[which % len(visits)]
        before, old = board(w), broken(w)
        found = advice(w.plan, visit, 1).suggestions
        assert all(
            ([json.loads(row.shifts)[0]], json.loads(row.moves)[0][1]) != before[visit.pk]
            for row in found
        )
        assert [len(row.others) for row in found] == sorted(len(row.others) for row in found)
        if found:
            chosen = found[choice % len(found)]
            assert carry_out(w, visit, chosen).status_code == 302
            after = board(w)
            named = [
                re.fullmatch(r"Frida K från (\d\d:\d\d) till (\d\d:\d\d)", t).groups()
                for t in chosen.others
            ]
            moved = sorted(
                (clock_at(before[pk][1]), clock_at(after[pk][1]))
                for pk in after
                if pk != visit.pk and after[pk] != before[pk]
            )
            assert moved == sorted(named)
            assert after[visit.pk] == (json.loads(chosen.shifts), minute(chosen.at))
            assert all(after[pk][0] == before[pk][0] for pk in after if pk != visit.pk)
            assert broken(w) <= old
        transaction.set_rollback(True)


def clock_at(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def test_the_first_suggestion_for_a_visit_on_a_full_row_is_not_where_it_stands():
    """BRD-01: Ali has Folke 07:58 and Elsa 08:20, Allan 08:45; Britt is free. Folke to Britt, and
    nobody else moves, though all of Ali's could start at seven."""
    w = World()
    folke, elsa, allan = (
        w.visit(name, start, 15, slack=90)
        for name, start in (("Folke T", 478), ("Elsa T", 500), ("Allan R", 525))
    )
    for visit in (folke, elsa, allan):
        w.put(visit, w.ali)
    Shift.objects.filter(pk=w.cecilia.pk).delete()
    found = advice(w.plan, Visit.objects.get(pk=folke.pk), 1).suggestions
    assert (found[0].name, found[0].at, found[0].others) == ("Britt Åkerlo", "07:58", [])
    assert ("Ali Sandhem", "07:58") not in {(row.name, row.at) for row in found}
    assert carry_out(w, folke, found[0]).status_code == 302
    assert board(w) == {
        folke.pk: ([w.britt.pk], 478),
        elsa.pk: ([w.ali.pk], 500),
        allan.pk: ([w.ali.pk], 525),
    }
    assert Event.objects.filter(name="change_visits").count() == 4  # three placed, one moved


def test_a_suggestion_that_a_colleague_has_overtaken_is_refused_and_nothing_moves():
    """BRD-01, PLN-15: the hole at ten has got another visit since the dialog was opened."""
    w = World()
    frida, gosta = w.visit("Frida Karlsson", 600), w.visit("Gösta Mård", 600)
    seen = DayPlan.objects.get(pk=w.plan.pk).last_seq
    [best, *_] = advice(w.plan, frida, 1).suggestions
    w.put(gosta, Shift.objects.get(pk=json.loads(best.shifts)[0]), by=w.colleague())
    answer = carry_out(w, frida, best, sett=seen)
    assert answer.status_code == 422
    assert "Tavlan har ändrats sedan förslaget räknades fram." in answer.content.decode()
    assert frida.staff.get().shift is None
    assert Event.objects.filter(name="change_visits").count() == 1


def test_a_locked_visit_has_suggestions_that_keep_what_is_locked():
    """BRD-01: with the time locked another carer at that time; with both locked nothing, and why."""
    w = World()
    frida = w.visit("Frida Karlsson", 600)
    w.put(frida, w.ali)
    w.change(frida, "lock", {"lock": "time"})
    found = advice(w.plan, Visit.objects.get(pk=frida.pk), 1)
    assert {(row.name, row.at) for row in found.suggestions} == {
        ("Britt Åkerlo", "10:00"),
        ("Cecilia Furunäs", "10:00"),
    }
    w.change(frida, "lock", {"lock": "both"})
    found = advice(w.plan, Visit.objects.get(pk=frida.pk), 1)
    assert found.suggestions == []
    assert found.why == (
        "Besöket är låst (tid och person). Lås upp det, eller välj själv rad och tid."
    )


# ---------------------------------------------------------------- why not


def test_a_visit_by_two_with_one_at_work_counts_hands():
    """BRD-02: at half past seven in the evening Ali alone works."""
    w = World()
    for row in (w.britt, w.cecilia):
        row.delete()
    valter = w.visit("Valter Sund", 570, 45, staff=2)
    found = advice(w.plan, valter, 1)
    assert (found.suggestions, found.why) == ([], "Besöket kräver två samtidigt, en arbetar då.")
    w.ali.start, w.ali.end = 900, 1200
    w.ali.save()
    assert advice(w.plan, valter, 1).why == "Besöket kräver två samtidigt, ingen arbetar då."


def test_a_visit_by_two_of_whom_one_may_give_insulin_counts_those():
    """BRD-02"""
    w = World()
    w.can(w.ali, w.insulin)
    valter = w.visit("Valter Sund", 570, 45, staff=2)
    valter.skills.add(w.insulin)
    assert advice(w.plan, valter, 1).why == (
        "Besöket kräver två samtidigt, en av dem som arbetar då får och kan göra det."
    )


@pytest.mark.parametrize("staff", [1, 2, 3])
@pytest.mark.parametrize("slack", [0, 60])
def test_no_explanation_begins_with_a_full_stop(staff, slack):
    """BRD-02: whatever stands in the way: everybody is busy all day with what cannot move."""
    w = World()
    for row in (w.ali, w.britt, w.cecilia):
        w.put(w.visit(f"Upptagen {row.pk}", 424, 530, slack=0), row)
    wanted = w.visit("Frida Karlsson", 600, staff=staff, slack=slack)
    why = advice(w.plan, wanted, 1).why
    assert why[0].isupper(), why
    assert why.endswith(".")
    assert ".." not in why
