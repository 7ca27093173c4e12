"""What was published reaches a receiver over HTTP, once, though it is killed and comes back. PLN-16."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings as configured

from cases import outbox, posting
from planning.models import Delivery, PlanVersion
from planning.publishing.commands import PublishPlan
from tests.planning.plan.world import NOW
from tests.planning.publishing import receiver

pytestmark = pytest.mark.both

CONTRACT = json.loads((configured.ROOT / "docs/contracts/plan-receiver.schema.json").read_text())


class Process:
    """The receiver as a process that can be killed."""

    def __init__(self, folder: Path):
        self.kept, self.port, self.running = folder / "kept.jsonl", 0, None

    def start(self) -> None:
        command = [sys.executable, receiver.__file__, str(self.kept), str(self.port)]
        self.running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.running.stdout.readline())

    def kill(self) -> None:
        if self.running:
            self.running.kill()
            self.running.wait()
            self.running.stdout.close()
            self.running = None

    @property
    def got(self) -> list[dict]:
        return receiver.read(self.kept)


@pytest.fixture
def viva(tmp_path, settings):
    process = Process(tmp_path)
    process.start()
    settings.RECEIVERS = {"viva": f"http://127.0.0.1:{process.port}/visits"}
    yield process
    process.kill()


def send(at=NOW) -> int:
    return outbox.send_waiting(lambda: at, "delivery")


def test_a_receiver_gets_each_visit_and_its_receipt_is_kept(world, do, viva):
    """PLN-16"""
    frida = world.visit("Frida Karlsson", 600, note="Går med rullator")
    world.put(frida, world.ali)
    do(PublishPlan())  # the job runs at once in tests
    row = Delivery.objects.get()
    assert (row.acknowledged_at, row.tries, row.error) == (NOW, 1, "")
    [got] = viva.got
    assert got["key"] == f"{frida.pk}:{row.plan_version_id}"
    assert (got["removed"], got["content"]["start"]) == (False, "2026-11-24T10:00:00+01:00")
    assert got["content"]["note"] == "Går med rullator"
    assert got["person"]["name"] == "Frida Karlsson"
    jsonschema.validate(got, CONTRACT)


def test_a_visit_that_is_taken_away_is_told_as_the_contract_says(world, do, viva):
    """PLN-16"""
    frida = world.visit("Frida Karlsson", 600)
    do(PublishPlan())
    world.change(frida, "status", {"status": "removed", "reason": "Åker bort"})
    do(PublishPlan())
    told = viva.got[-1]
    assert (told["removed"], told["content"], told["person"]) == (True, None, None)
    jsonschema.validate(told, CONTRACT)


def test_a_declined_visit_stays_at_the_receiver_and_says_so(world, do, viva):
    """PLN-08, PLN-16"""
    frida = world.visit("Frida Karlsson", 600)
    do(PublishPlan())
    world.change(frida, "status", {"status": "declined", "reason": "Ringde i morse"})
    do(PublishPlan())
    told = viva.got[-1]
    assert (told["removed"], told["content"]["status"]) == (False, "declined")
    jsonschema.validate(told, CONTRACT)


def test_who_is_protected_is_sent_without_name_and_address(world, do, viva):
    """BEY-03, PLN-16"""
    hidden = world.client(
        "Frida Karlsson",
        has_protected_identity=True,
        address="Hamnvägen 2",
        entry="Kod 12",
        key_number="118",
    )
    world.visit("", 600, client=hidden)
    do(PublishPlan())
    [got] = viva.got
    assert got["person"] == {
        "name": "Skyddade uppgifter",
        "address": "Skyddade uppgifter",
        "entry": "",
        "protected": True,
    }
    assert got["content"]["key_number"] == "118"
    assert "Hamnvägen" not in str(got)
    assert "Frida" not in str(got)


def test_a_receiver_that_is_killed_gets_everything_when_it_comes_back(world, do, viva):
    """PLN-16: nothing is lost, nothing comes twice, and each visit's news come in order."""
    frida, gosta = world.visit("Frida Karlsson", 600), world.visit("Gösta Mård", 700)
    do(PublishPlan())
    viva.kill()
    world.put(frida, world.ali)
    do(PublishPlan())
    world.put(frida, world.britt)
    world.change(gosta, "status", {"status": "removed", "reason": "Åker bort"})
    do(PublishPlan())
    waiting = Delivery.objects.filter(acknowledged_at=None)
    assert waiting.count() == 3
    assert set(waiting.values_list("error", flat=True)) == {
        f"Mottagaren går inte att nå: {posting.BY_ITSELF}."
    }
    assert send(NOW) == 0, "not before its next try"
    viva.start()
    assert send(NOW + timedelta(minutes=10)) == 3
    one, two, three = PlanVersion.objects.order_by("number").values_list("pk", flat=True)
    assert [(row["visit"], row["version"], row["removed"]) for row in viva.got] == [
        (frida.pk, one, False),
        (gosta.pk, one, False),
        (frida.pk, two, False),
        (frida.pk, three, False),
        (gosta.pk, three, True),
    ]
    assert not Delivery.objects.filter(acknowledged_at=None).exists()


def test_a_receipt_that_never_arrived_makes_no_second_visit(world, do, viva):
    """PLN-16: the sender died after the receiver had kept the visit; the same key is sent again."""
    world.visit("Frida Karlsson", 600)
    do(PublishPlan())
    Delivery.objects.update(state="waiting", acknowledged_at=None, next_try_at=NOW)
    assert send() == 1
    assert len(viva.got) == 1


def test_two_senders_at_once_send_each_visit_once(world, do, viva):
    """PLN-16"""
    from tests.planning.publishing.test_publishing import run

    for number in range(12):
        world.visit(f"Frida Karlsson {number}", 600)
    viva.kill()
    do(PublishPlan())
    viva.start()
    later = NOW + timedelta(minutes=10)
    sent = []
    run([lambda: sent.append(send(later))] * 2)
    assert sum(sent) == 12
    assert set(Delivery.objects.values_list("tries", flat=True)) <= {1, 2}
    assert len(viva.got) == 12


def test_one_visit_that_is_not_taken_holds_up_no_other(world, do, viva, monkeypatch):
    """PLN-16"""
    frida, gosta = world.visit("Frida Karlsson", 600), world.visit("Gösta Mård", 700)
    post = posting.post

    def refuse(url, message, *more, **named):
        if message["visit"] == frida.pk:
            raise outbox.NotAcknowledged("Mottagaren tog inte emot det (svar 422).")
        post(url, message, *more, **named)

    monkeypatch.setattr(posting, "post", refuse)
    do(PublishPlan())
    assert [row["visit"] for row in viva.got] == [gosta.pk]
    stuck = Delivery.objects.get(visit=frida)
    assert (stuck.acknowledged_at, stuck.error) == (
        None,
        "Mottagaren tog inte emot det (svar 422).",
    )
