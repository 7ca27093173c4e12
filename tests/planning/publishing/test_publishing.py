"""A plan is settled, published with what differs, and restored. PLN-16, PLN-15, CAP-05."""

import threading
from types import SimpleNamespace

import pytest

from audit import log
from audit.models import Event
from door.performing import perform
from door.refusals import Blocked, NotAllowed, Refused
from organisation.roles import Role
from planning.models import AcceptedBreach, DayPlan, Delivery, PlanVersion, Visit
from planning.publishing import reading
from planning.publishing.commands import PublishPlan, RestoreVersion, SettlePlan
from planning.publishing.words import by_person
from tests.factories import person
from tests.planning.plan.world import NOW

pytestmark = pytest.mark.both


def state(world) -> str:
    return DayPlan.objects.get(pk=world.plan.pk).state


@pytest.fixture
def receivers(settings):
    """Two receivers that nobody answers for: what is queued stays queued."""
    settings.RECEIVERS = {"viva": "http://127.0.0.1:9/", "mobil": "http://127.0.0.1:9/"}


def test_a_settled_plan_keeps_what_every_visit_said(world, do):
    """PLN-16, CAP-05: a version is what stood, whatever happens to the board after it."""
    frida = world.visit("Frida Karlsson", 600)
    world.put(frida, world.ali)
    do(SettlePlan())
    world.change(frida, "time", {"start": 615, "minutes": 30})
    version = PlanVersion.objects.get()
    assert (version.number, version.published_at, state(world)) == (1, None, "settled")
    assert version.content[str(frida.pk)]["groups"] == {
        "staff": {"shifts": [world.ali.pk]},
        "time": {"start": 600, "minutes": 30},
        "services": {"services": [world.care.pk]},
        "note": {"note": ""},
        "lock": {"lock": ""},
        "status": {"status": "planned", "reason": ""},
    }
    assert version.content[str(frida.pk)]["sent"]["start"] == "2026-11-24T10:00:00+01:00"
    event = Event.objects.get(name="settle_plan")
    assert (event.kind, event.actor, event.object_id) == (
        "change",
        world.planner,
        str(world.plan.pk),
    )


def test_two_visits_at_once_stop_the_plan_until_a_planner_accepts_them(world, do):
    """PLN-16, PLN-20: a hard breach stops settling, and the refusal is on record."""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    world.put(world.visit("Gösta Mård", 610), world.ali)
    with pytest.raises(Blocked, match="dubbelbokad"):
        do(SettlePlan())
    assert (state(world), PlanVersion.objects.count()) == ("planning", 0)
    assert Event.objects.get(name="settle_plan").kind == "refusal"
    page_breaches = _breaches(world)
    for breach in page_breaches:
        AcceptedBreach.objects.create(
            plan=world.plan,
            code=breach.code,
            about=breach.about,
            reason="De är sambor",
            recorded_at=NOW,
            recorded_by=world.planner,
        )
    do(SettlePlan())
    assert state(world) == "settled"


def _breaches(world):
    from planning.publishing.commands import hard_breaches

    return hard_breaches(DayPlan.objects.get(pk=world.plan.pk))


def test_the_refusal_names_nobody(world, do):
    """SEC-03: what stops a plan is counted by kind in the log, without the persons' names."""
    world.put(world.visit("Frida Karlsson", 600), world.ali)
    world.put(world.visit("Gösta Mård", 610), world.ali)
    with pytest.raises(Blocked) as stopped:
        do(SettlePlan())
    assert "Frida" not in str(stopped.value)
    assert "Ali" not in str(stopped.value)


def test_the_first_publication_sends_every_visit_to_every_receiver(world, do, receivers):
    """PLN-16"""
    visits = [world.visit("Frida Karlsson", 600), world.visit("Gösta Mård", 700)]
    for visit in visits:
        world.put(visit, world.ali)
    do(PublishPlan())
    assert state(world) == "published"
    assert set(Delivery.objects.values_list("party", "visit", "plan_version__number")) == {
        ("viva", visits[0].pk, 1),
        ("viva", visits[1].pk, 1),
        ("mobil", visits[0].pk, 1),
        ("mobil", visits[1].pk, 1),
    }
    values = Event.objects.get(name="publish_plan").values.values
    assert {k: values[k] for k in ("plan_version", "new", "changed", "removed", "sent")} == {
        "plan_version": 1,
        "new": 2,
        "changed": 0,
        "removed": 0,
        "sent": 4,
    }


def test_a_later_publication_sends_only_what_changed(world, do, receivers):
    """PLN-16: of four visits one moves, one goes, one is new, and one is left alone."""
    frida, gosta, hilda = (
        world.visit(name, start)
        for name, start in (("Frida Karlsson", 600), ("Gösta Mård", 700), ("Hilda Öman", 800))
    )
    for visit in (frida, gosta, hilda):
        world.put(visit, world.ali)
    do(PublishPlan())
    world.put(frida, world.britt)
    world.change(gosta, "status", {"status": "removed", "reason": "Åker bort"})
    ivar = world.visit("Ivar Lund", 500)
    do(PublishPlan())
    sent = Delivery.objects.filter(plan_version__number=2, party="viva")
    assert {row.visit_id: row.content is None for row in sent} == {
        frida.pk: False,
        gosta.pk: True,
        ivar.pk: False,
    }
    assert sent.get(visit=frida).content["staff"] == [
        {"carer": world.britt.carer_id, "username": "", "row": ""}
    ]


def test_what_was_changed_and_changed_back_is_not_sent(world, do, receivers):
    """PLN-16: and a publication without anything new is refused, with nothing done."""
    frida = world.visit("Frida Karlsson", 600)
    world.put(frida, world.ali)
    do(PublishPlan())
    world.change(frida, "time", {"start": 630, "minutes": 30})
    world.change(frida, "time", {"start": 600, "minutes": 30})
    with pytest.raises(Refused, match="inget att publicera"):
        do(PublishPlan())
    assert PlanVersion.objects.count() == 1


def test_the_same_click_twice_publishes_once(world, do, receivers):
    """CAP-05, PLN-16"""
    world.visit("Frida Karlsson", 600)
    plan = DayPlan.objects.get(pk=world.plan.pk)
    for _ in range(2):
        perform(plan, PublishPlan(), world.planner, expected_version=plan.version, key="k", at=NOW)
    assert (PlanVersion.objects.count(), Delivery.objects.count()) == (1, 2)


def test_another_units_planner_may_not_publish(world, do):
    """PLN-16, SEC-01"""
    from organisation.models import Unit
    from tests.factories import SINCE, root_unit

    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    stranger = person(Role.PLANNER, other, "Tove Rydhamn", "tove")
    world.visit("Frida Karlsson", 600)
    with pytest.raises(NotAllowed):
        do(PublishPlan(), by=stranger)
    assert state(world) == "planning"


def test_a_version_is_restored_by_the_door_and_sends_nothing_by_itself(world, do, receivers):
    """PLN-15, PLN-16, PLN-19: each visit's way back is a change like any other, and can be undone."""
    frida, gosta = world.visit("Frida Karlsson", 600), world.visit("Gösta Mård", 700)
    world.put(frida, world.ali)
    world.put(gosta, world.ali)
    do(PublishPlan())
    queued = Delivery.objects.count()
    world.put(frida, world.britt)
    world.change(gosta, "time", {"start": 720, "minutes": 45})
    ivar = world.visit("Ivar Lund", 500)
    do(RestoreVersion(number=1))
    for visit in (frida, gosta, ivar):
        visit.refresh_from_db()
    assert frida.staff.get().shift == world.ali
    assert (gosta.start, gosta.minutes) == (700, 30)
    assert (ivar.status, ivar.status_reason) == ("removed", "Fanns inte i version 1")
    assert Delivery.objects.count() == queued
    assert len(reading.pending(DayPlan.objects.get(pk=world.plan.pk))) == 0
    event = Event.objects.get(name="restore_version")
    assert (event.values.values["number"], event.values.values["changes"]) == (1, 3)
    with pytest.raises(Refused, match="redan ut som i version 1"):
        do(RestoreVersion(number=1))


def test_a_row_that_is_no_more_leaves_the_restored_visit_loose(world, do):
    """PLN-16"""
    frida = world.visit("Frida Karlsson", 600)
    world.put(frida, world.cecilia)
    do(SettlePlan())
    world.put(frida, None)
    world.cecilia.delete()
    world.change(frida, "time", {"start": 660, "minutes": 30})
    do(RestoreVersion(number=1))
    frida.refresh_from_db()
    assert (frida.start, frida.staff.get().shift) == (600, None)


def test_the_difference_is_told_by_person_in_words(world, do):
    """PLN-16, BEY-03"""
    frida = world.visit("Frida Karlsson", 600)
    hidden = world.client("Gösta Mård", has_protected_identity=True)
    gosta = world.visit("", 700, client=hidden)
    world.put(frida, world.ali)
    do(PublishPlan())
    world.put(frida, world.britt)
    world.change(frida, "time", {"start": 615, "minutes": 30})
    world.change(gosta, "status", {"status": "removed", "reason": "Åker bort"})
    people = by_person(reading.pending(DayPlan.objects.get(pk=world.plan.pk)))
    assert [
        (str(row.client), [(line.label, line.text) for line in row.lines]) for row in people
    ] == [
        (
            "Frida Karlsson",
            [
                ("Ändrat", "10:00–10:30: ny tid 10:15–10:45; Ali Sandhem → Britt Åkerlo"),
            ],
        ),
        ("Skyddade uppgifter", [("Borttaget", "11:40–12:10, omvårdnad, otilldelat")]),
    ]


def test_changes_made_while_a_plan_is_published_are_before_it_or_after(world, receivers):
    """PLN-15, PLN-16: three planners move a visit each while a fourth publishes; whatever the order,
    what receivers are sent and what is still pending make up the board."""
    visits = [world.visit(name, 600) for name in ("Frida Karlsson", "Gösta Mård", "Hilda Öman")]
    gate = threading.Barrier(4)
    failed = []

    def move(visit, shift):
        gate.wait()
        world.put(visit, shift)

    def publish():
        from door.refusals import Stale

        gate.wait()
        plan = DayPlan.objects.get(pk=world.plan.pk)
        try:
            perform(plan, PublishPlan(), world.planner, expected_version=plan.version, at=NOW)
        except Stale as error:  # pragma: no cover - would be a fault of the door
            failed.append(error)

    run(
        [
            *(
                lambda v=v, s=s: move(v, s)
                for v, s in zip(visits, (world.ali, world.britt, world.cecilia), strict=True)
            ),
            publish,
        ]
    )
    assert failed == []
    plan = DayPlan.objects.get(pk=world.plan.pk)
    version = PlanVersion.objects.get()
    sent = {row.visit_id: row.content for row in Delivery.objects.filter(party="viva")}
    assert sent == {int(pk): row["sent"] for pk, row in version.content.items()}
    pending = reading.pending(plan)
    for visit in Visit.objects.filter(plan=plan):
        said = pending.changed[visit.pk].after if visit.pk in pending.changed else sent[visit.pk]
        assert [row["carer"] for row in said["staff"]] == [visit.staff.get().shift.carer_id]
    assert plan.last_seq >= 3


def test_a_plan_is_published_while_a_change_of_it_is_under_way(world, receivers, monkeypatch):
    """PLN-15, PLN-16: the publication begins when the change is logged and not yet ended. Neither
    waits for what the other holds: the visit is moved, and what was sent says so."""
    frida = world.visit("Frida Karlsson", 600)
    logged, published = threading.Event(), threading.Event()

    def record(*args, **kwargs):
        event = log.record(*args, **kwargs)
        logged.set()
        published.wait(0.3)  # as far as it comes: it ends after the change
        return event

    monkeypatch.setattr("planning.plan.change.log", SimpleNamespace(record=record))

    def publish():
        plan = DayPlan.objects.get(pk=world.plan.pk)
        assert logged.wait(10)
        perform(plan, PublishPlan(), world.planner, expected_version=plan.version, at=NOW)
        published.set()

    run([lambda: world.put(frida, world.ali), publish])
    [sent] = Delivery.objects.filter(party="viva").values_list("content", flat=True)
    assert [row["carer"] for row in sent["staff"]] == [world.ali.carer_id]


def run(jobs) -> None:
    """All at the same time, each with a connection of its own."""
    from django.db import connection

    def closing(job):
        try:
            job()
        finally:
            connection.close()

    threads = [threading.Thread(target=closing, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
