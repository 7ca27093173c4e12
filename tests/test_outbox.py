"""The one outbox: mail, plans and notices share its retry, and stand on one page.

CAP-04, PLN-16, EXT-01, CAP-05.
"""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases import messages, outbox
from cases.models import Outgoing, OutgoingMail
from config.celery import app
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Delivery, NeedNotice, PlanVersion
from planning.publishing import delivery
from tests.factories import at, person
from tests.planning.baseplans.factories import TEST_NUMBER
from tests.planning.extras.world import FRIDAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
KINDS = ("mail", "delivery", "notice")
NOW = at(FRIDAY, 18)


def minutes(count: float):
    return NOW + timedelta(minutes=count)


class Wire:
    """What all parties are reached by. `fault` is raised instead of an answer, once for each."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.faults: list[BaseException] = []

    def carry(self, key: str) -> None:
        self.keys.append(key)
        if self.faults:
            raise self.faults.pop(0)

    def post(self, url, *, json, **_):
        self.carry(json["key"])
        return SimpleNamespace(status_code=200, json=lambda: {"key": json["key"]})

    def mail(self, message) -> None:
        self.carry(message.extra_headers["Message-ID"].strip("<>").partition("@")[0])


@pytest.fixture
def wire(monkeypatch, settings):
    """Three parties whose answers can be set."""
    wire = Wire()
    settings.DEMO_MODE = False
    settings.RECEIVERS = {"mobil": "http://mobil.example/"}
    settings.VIVA_NOTICES = "http://viva.example/"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(
        requests.Session, "post", lambda session, url, **more: wire.post(url, **more)
    )
    monkeypatch.setattr(EmailMessage, "send", lambda message: wire.mail(message))
    return wire


class Writer:
    """Writes messages of each kind, as the product does; the person is Astrid Hagberga."""

    def __init__(self) -> None:
        self.w = World()
        self.w.astrid.identity_number = TEST_NUMBER
        self.w.astrid.save()
        self.version = PlanVersion.objects.create(
            plan=self.w.plan, number=4, content={}, recorded_at=NOW, recorded_by=self.w.planner
        )

    def write(self, kind: str) -> Outgoing:
        getattr(self, f"_{kind}")()
        return Outgoing.objects.filter(kind=kind).last()

    def _mail(self) -> None:
        messages.send_mail("mottagare@foretag.example", "Kundval: nytt konto", "Hej", NOW)

    def _delivery(self) -> None:
        visit = self.w.visit("", 600, client=self.w.astrid)
        delivery.queue([("mobil", visit.pk, {"person": visit.client_id})], self.version, NOW)

    def _notice(self) -> None:
        count = NeedNotice.objects.count()
        who = self.w.client(f"Brukare {count}") if count else self.w.astrid
        mails = list(OutgoingMail.objects.values_list("pk", flat=True))
        self.w.need(client=who)
        OutgoingMail.objects.exclude(pk__in=mails).delete()  # somebody was told of it


@pytest.fixture
def writer() -> Writer:
    return Writer()


def send(at_minute: float = 0) -> int:
    return outbox.send_waiting(lambda: minutes(at_minute))


# ------------------------------------------------------------------ one retry


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_sender_died_with_is_tried_again_with_the_same_key(writer, wire, kind):
    """CAP-04, PLN-16, EXT-01"""
    row = writer.write(kind)
    wire.faults = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        send()
    assert send(1) == 0, "it still belongs to the one that died"
    assert send(3) == 1
    assert wire.keys == [row.key, row.key]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_is_acknowledged_once_and_never_sent_again(writer, wire, kind):
    """CAP-04, PLN-16, EXT-01"""
    row = writer.write(kind)
    assert (send(), send(60)) == (1, 0)
    row.refresh_from_db()
    assert (row.state, row.tries, row.acknowledged_at) == ("taken", 1, NOW)
    assert (row.next_try_at, row.error) == (None, "")
    assert wire.keys == [row.key]


@pytest.mark.parametrize(
    ("kind", "away"),
    [
        ("mail", ConnectionRefusedError()),
        ("delivery", requests.ConnectionError()),
        ("notice", requests.Timeout()),
    ],
)
def test_a_party_that_is_away_is_left_alone_and_loses_nothing(writer, wire, kind, away):
    """CAP-04, PLN-16, EXT-01: one is tried, and all that waits for the party waits."""
    first, second = writer.write(kind), writer.write(kind)
    wire.faults = [away]
    assert send() == 0
    assert wire.keys == [first.key]
    assert send() == 0, "not before its next try"
    rows = Outgoing.objects.filter(kind=kind)
    assert {row.next_try_at > NOW for row in rows} == {True}
    assert all("gå" in row.error or "inte i tid" in row.error for row in rows)
    assert sorted(row.tries for row in rows) == [0, 1]
    assert send(10) == 2
    assert Counter(wire.keys) == {first.key: 2, second.key: 1}


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_one_message_holds_up_no_other(writer, wire, kind):
    """CAP-04, PLN-16, EXT-01"""
    first, _ = writer.write(kind), writer.write(kind)
    wire.faults = [TypeError()]
    assert send() == 1
    first.refresh_from_db()
    assert first.error == (
        "Kundval kunde inte skicka meddelandet (TypeError): anmäl felet till supporten."
    )
    assert send(10) == 1


@pytest.mark.parametrize(
    ("kind", "tries", "least", "most"),
    [
        ("delivery", 1, 2.5, 5), ("delivery", 2, 5, 10), ("notice", 4, 20, 40),
        ("notice", 30, 150, 300), ("mail", 1, 60, 120), ("mail", 7, 3840, 7680),
    ],
)  # fmt: skip
def test_each_try_waits_twice_as_long_up_to_the_longest(wire, kind, tries, least, most):
    """CAP-04, PLN-16, EXT-01: up to five minutes, and mail up to two hours."""
    [party] = [party for party in outbox.parties() if party.kind == kind]
    assert least <= outbox.wait_after(party, tries).total_seconds() <= most


def test_a_party_that_is_away_holds_up_nobody_else(writer, wire):
    """CAP-04, PLN-16, EXT-01"""
    for kind in KINDS:
        writer.write(kind)
    wire.faults = [ConnectionRefusedError()]
    assert send() == 2
    assert Outgoing.objects.get(state="waiting").kind == "mail"


def test_many_messages_are_kept_by_two_inserts(writer):
    """PLN-16: a whole day's plan goes out in one transaction."""
    visits = [writer.w.visit("", 600, client=writer.w.astrid).pk for _ in range(20)]
    rows = [("mobil", visit, None) for visit in visits]
    with CaptureQueriesContext(connection) as asked:
        delivery.queue(rows, writer.version, NOW)
    assert len([query for query in asked if query["sql"].startswith("INSERT")]) == 2
    assert list(Delivery.objects.values_list("visit", flat=True)) == visits


def test_each_kind_of_message_has_a_job_that_sends_it():
    """CAP-04, PLN-16, EXT-01"""
    jobs = [job for job in app.conf.beat_schedule.values() if job["task"].endswith("send_outgoing")]
    assert sorted(job["args"][0] for job in jobs) == sorted(Outgoing.kinds) == sorted(KINDS)


def test_what_is_practised_goes_to_nobody(writer, wire, client):
    """BEY-17, EXT-01"""
    log_in(client)
    Unit.objects.filter(pk=writer.w.unit.pk).update(practice_of=Unit.objects.get(parent=None))
    writer.w.astrid.refresh_from_db()
    writer.write("notice")
    assert (send(), wire.keys) == (0, [])
    assert client.get(reverse("cases:mail")).context["lines"] == []


# ------------------------------------------------------------------ one page


def log_in(client, role=Role.VIVA_ADMINISTRATOR):
    user = person(role)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


def page_of(client, **asked) -> str:
    return client.get(reverse("cases:mail"), asked).content.decode()


def test_the_page_shows_every_kind_and_nothing_of_the_person(writer, wire, client):
    """CAP-04, PLN-16, EXT-01, SEC-03"""
    log_in(client)
    sent = [writer.write(kind) for kind in KINDS]
    page = page_of(client)
    visit = Delivery.objects.get(pk=sent[1].pk).visit_id
    for text in (
        "Kundval: nytt konto",
        f"Besök {visit}, version 4",
        "EXT-2026-0001: Extra insats påbörjad",
        "Planer till mobil",
        "Extra insatser till Viva",
    ):
        assert text in page
    for secret in ("Astrid", "Hagberga", TEST_NUMBER, TEST_NUMBER[-4:]):
        assert secret not in page
    lines = client.get(reverse("cases:mail")).context["lines"]
    assert [line.row.pk for line in lines] == [row.pk for row in reversed(sent)], "newest first"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"till": "delivery:mobil"}, {"delivery"}),
        ({"till": "notice:Viva"}, {"notice"}),
        ({"lage": "taken"}, {"mail"}),
        ({"lage": "waiting"}, {"delivery", "notice"}),
        ({"dag": "2026-11-27"}, set(KINDS)),
        ({"dag": "2026-11-28"}, set()),
        ({"ord": "NYTT konto"}, {"mail"}),
        ({"ord": "foretag.example"}, {"mail"}),
        ({"till": "ingen:alls"}, set()),
    ],
)
def test_messages_are_found_by_party_state_day_and_words_of_a_mail(
    writer, wire, client, asked, found
):
    """CAP-04"""
    log_in(client)
    for kind in KINDS:
        writer.write(kind)
    outbox.send_waiting(lambda: NOW, "mail")
    lines = client.get(reverse("cases:mail"), asked).context["lines"]
    assert {line.row.kind for line in lines} == found


def test_many_messages_cost_no_more_questions_than_few(
    writer, wire, client, django_assert_max_num_queries
):
    """CAP-04"""
    log_in(client)
    for kind in KINDS * 5:
        writer.write(kind)
    page_of(client)
    with django_assert_max_num_queries(14):
        page_of(client)


@pytest.mark.parametrize("kind", KINDS)
def test_what_waits_is_sent_again_at_once_and_once(writer, wire, client, kind):
    """CAP-04, PLN-16, EXT-01, CAP-05: the same key twice does it once."""
    admin = log_in(client)
    row = writer.write(kind)
    Outgoing.objects.update(
        tries=5, sent_at=minutes(-4), next_try_at=minutes(60), error="Mottagaren går inte att nå."
    )
    assert "Mottagaren går inte att nå." in page_of(client)
    address = reverse("cases:send_again", args=[row.pk])
    for _ in range(2):
        client.post(address, {"key": "k", "version": 1})
    event = Event.objects.get(chain__name="outgoing")
    assert (event.kind, event.name, event.actor) == ("change", "send_again", admin)
    assert send() == 1
    client.post(address, {"key": "k2"})
    refused = Event.objects.filter(chain__name="outgoing").latest("seq")
    assert (refused.kind, refused.name) == ("refusal", "send_again")
    assert (send(60), wire.keys) == (0, [row.key])


def test_what_is_being_sent_is_not_sent_again_meanwhile(writer, wire, client):
    """CAP-04, CAP-05: a mail would arrive twice."""
    log_in(client)
    row = writer.write("mail")
    Outgoing.objects.update(tries=1, error="E-postservern går inte att nå.")
    wire.faults = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        send()
    said = client.post(reverse("cases:send_again", args=[row.pk]), follow=True).content.decode()
    assert "Meddelandet skickas just nu" in said
    assert Event.objects.get(chain__name="outgoing").kind == "refusal"


def test_what_nobody_takes_says_what_to_do(writer, wire, client, settings):
    """EXT-01, PLN-16: a receiver without an address, or taken away, and a button that would not help"""
    log_in(client)
    settings.RECEIVERS, settings.VIVA_NOTICES = {}, ""
    writer.write("delivery")
    writer.write("notice")
    assert send() == 0
    page = page_of(client)
    assert page.count("Mottagaren har ingen adress i Kundval: be driften lägga in den") == 2
    assert "Skicka igen" not in page
