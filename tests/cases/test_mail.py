"""Mail against a real server on this machine, the page of what goes out, and the municipality's choices."""

import socketserver
import threading
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases import mailing, messages, outbox
from cases.models import OutgoingMail, Setting
from cases.preferences import all_preferences, chosen
from organisation.roles import Role
from tests.cases.factories import application
from tests.factories import at, person

pytestmark = [pytest.mark.django_db, pytest.mark.both]
TODAY = date(2026, 3, 18)
NOON = at(TODAY, 12)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def log_in(client, role):
    user = person(role)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return user


# ------------------------------------------------------------------ a server for mail


class Sink(socketserver.StreamRequestHandler):
    """Just enough SMTP (RFC 5321) to take a mail, or to refuse it with the server's answers."""

    def handle(self) -> None:
        self.say("220 sink.example")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.take()
            else:
                self.say(self.server.answers.get(verb, "250 ok"))
            if verb == "QUIT":
                return

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        self.server.taken.append("\n".join(lines))
        self.say("250 taken")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def smtp(settings, **answers: str):
    """A server on loopback whose answers can be set by verb; gives the mails it took."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink) as server:
        server.answers, server.taken = {"QUIT": "221 bye", **answers}, []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.DEMO_MODE = False
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server.taken
        server.shutdown()
        thread.join()


def queued(subject: str = "Kundval: ärende LOV-2026-0031", **values) -> OutgoingMail:
    messages.send_mail("mottagare@foretag.example", subject, "Logga in i Kundval.", NOON)
    mail = OutgoingMail.objects.get(subject=subject)
    for name, value in values.items():
        setattr(mail, name, value)
    mail.save()
    return mail


def send(at=NOON) -> int:
    return outbox.send_waiting(lambda: at, "mail")


def test_a_mail_is_sent_to_the_server_once(settings):
    """CAP-04"""
    mail = queued()
    with smtp(settings) as taken:
        assert send(NOON) == 1
        assert send(NOON + timedelta(hours=1)) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.acknowledged_at) == ("taken", 1, NOON)
    assert len(taken) == 1
    assert "To: mottagare@foretag.example" in taken[0]
    assert f"X-Kundval-Mail: {mail.pk}" in taken[0]
    assert f"Message-ID: <{mail.key}@sjovik.example>" in taken[0]
    assert "Auto-Submitted: auto-generated" in taken[0]


def test_a_refused_recipient_has_bounced_and_the_next_mail_is_sent_all_the_same(settings):
    """CAP-04"""
    mail = queued()
    with smtp(settings, RCPT="550 no such user"):
        assert send(NOON) == 0
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.next_try_at) == ("bounced", 1, None)
    assert mail.error == (
        "Mottagarens server tar inte emot brev till adressen (svar 550): "
        "rätta adressen hos mottagaren, så går nästa brev fram."
    )
    after = queued("Nästa")
    with smtp(settings) as taken:
        send(NOON)
    after.refresh_from_db()
    assert (after.state, len(taken)) == ("taken", 1)


def test_a_server_that_cannot_now_is_tried_again_with_growing_waits(settings):
    """CAP-04: after at most 2, 4, 8, 16, 32, 64 and 128 minutes, and the eighth time it has failed"""
    mail = queued()
    waits, moment = [], NOON
    with smtp(settings, MAIL="451 try later"):
        for _ in range(7):
            send(moment)
            mail.refresh_from_db()
            assert mail.state == "waiting"
            waits.append((mail.next_try_at - moment).total_seconds() / 60)
            assert send(mail.next_try_at - timedelta(seconds=1)) == 0
            moment = mail.next_try_at
        send(moment)
    mail.refresh_from_db()
    for waited, longest in zip(waits, (2, 4, 8, 16, 32, 64, 128), strict=True):
        assert longest / 2 <= waited <= longest
    assert (mail.state, mail.tries, mail.next_try_at) == ("failed", mailing.MAX_TRIES, None)
    assert "svar 451" in mail.error


def test_a_server_that_is_down_leaves_the_mail_in_the_queue_and_it_is_sent_later(settings):
    """CAP-04"""
    mail = queued()
    with smtp(settings):
        pass  # the server has been and gone: nobody listens at the port
    send(NOON)
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == ("waiting", 1)
    assert mail.error == "E-postservern går inte att nå: be driften se efter om den är igång."
    with smtp(settings) as taken:
        send(mail.next_try_at)
    mail.refresh_from_db()
    assert (mail.state, mail.error, len(taken)) == ("taken", "", 1)


def test_in_demo_mode_a_mail_is_shown_and_no_server_is_asked(settings):
    """CAP-04"""
    mail = queued()
    with smtp(settings) as taken:
        settings.DEMO_MODE = True
        send(NOON)
    mail.refresh_from_db()
    assert (mail.state, taken) == ("shown", [])


def test_a_notice_by_mail_names_the_case_by_its_number_alone(settings):
    """CAP-04, SEC-03"""
    worker = person(Role.DEVELOPMENT_STRATEGIST)
    case = application("Fyrbåken Omsorg AB", number="LOV-2026-0031")
    messages.notify([worker, worker], case, f"{case}: Fyrbåken har svarat", NOON)
    mail = OutgoingMail.objects.get()
    assert mail.subject == "Kundval: ärende LOV-2026-0031"
    for word in ("Fyrbåken", "Samira", "svarat"):
        assert word not in mail.subject + mail.body
    assert worker.notifications.get().text == "LOV-2026-0031: Fyrbåken har svarat"


# ------------------------------------------------------------------ its page


def test_a_mail_that_failed_is_sent_again_from_the_page_and_that_is_logged(client, settings):
    """CAP-04, CAP-06"""
    admin = log_in(client, Role.VIVA_ADMINISTRATOR)
    mail = queued(state="bounced", tries=3, next_try_at=None, error="Rätta adressen.")
    page = client.get(reverse("cases:mail"), {"lage": "bounced"}).content.decode()
    assert "Rätta adressen." in page
    assert "lämnar inget brev den här datorn" in page
    client.post(reverse("cases:send_again", args=[mail.pk]))
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.next_try_at) == ("waiting", 0, NOON)
    event = Event.objects.get(chain__name="outgoing")
    assert (event.name, event.actor, event.object_id) == ("send_again", admin, str(mail.pk))
    assert event.values.values == {"version": 2, "state": ["bounced", "waiting"]}
    with smtp(settings) as taken:
        send(NOON)
    assert len(taken) == 1


@pytest.mark.parametrize("state", ["waiting", "taken", "shown"])
def test_a_mail_that_has_not_failed_cannot_be_sent_again_and_the_refusal_is_logged(client, state):
    """CAP-04, CAP-05: nor one that waits for its first try"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    arrived = None if state == "waiting" else NOON
    mail = queued(state=state, tries=1, acknowledged_at=arrived)
    page = client.post(reverse("cases:send_again", args=[mail.pk]), follow=True).content.decode()
    assert "Inget försök att skicka meddelandet har misslyckats. Läget är:" in page
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == (state, 1)
    refused = Event.objects.get(chain__name="outgoing")
    assert (refused.kind, refused.name) == ("refusal", "send_again")


def test_a_mail_is_sent_again_once_however_often_it_is_pressed(client):
    """CAP-04, CAP-05"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    mail = queued(state="failed", tries=8)
    for _ in range(2):
        client.post(reverse("cases:send_again", args=[mail.pk]), {"key": "k", "version": 1})
    assert Event.objects.get(chain__name="outgoing").kind == "change"
    mail.refresh_from_db()
    assert (mail.state, mail.version) == ("waiting", 2)


def test_the_text_of_a_mail_about_no_case_is_shown_in_demo_mode_alone(client, settings):
    """SEC-03: it may hold somebody's link for logging in"""
    log_in(client, Role.VIVA_ADMINISTRATOR)
    queued()
    assert "Logga in i Kundval." in client.get(reverse("cases:mail")).content.decode()
    settings.DEMO_MODE = False
    page = client.get(reverse("cases:mail")).content.decode()
    assert "Logga in i Kundval." not in page
    assert "Texten visas inte" in page


@pytest.mark.parametrize("name", ["mail", "preferences"])
def test_a_case_worker_sees_neither_mail_nor_preferences(client, name):
    """SEC-01"""
    log_in(client, Role.DEVELOPMENT_STRATEGIST)
    assert client.get(reverse(f"cases:{name}")).status_code == 403
    mail = queued(state="failed")
    assert client.post(reverse("cases:send_again", args=[mail.pk])).status_code == 403


# ------------------------------------------------------------------ the municipality's choices

FORM = {
    key: "on" if preference.is_flag else preference.default
    for key, preference in all_preferences().items()
    if preference.default or not preference.is_flag  # an unticked box is not sent
}


def test_a_choice_is_changed_within_its_limits_with_from_and_to_on_record(client):
    """CAP-06"""
    deputy = log_in(client, Role.DEPUTY_DIRECTOR)
    client.post(reverse("cases:preferences"), {**FORM, "completion_days": 10})
    assert chosen("completion_days") == 10
    event = Event.objects.get(chain__name="preferences")
    assert event.actor == deputy
    assert event.values.values == {"version": 2, "key": "completion_days", "from": 14, "to": 10}
    page = client.get(reverse("cases:preferences")).content.decode()
    assert '<td data-l="Från">14</td>' in page
    assert '<td data-l="Till">10</td>' in page


def test_each_change_has_its_own_event_and_what_stays_has_none(client):
    """CAP-06"""
    log_in(client, Role.VIVA_ADMINISTRATOR)
    client.post(
        reverse("cases:preferences"), {**FORM, "handling_weeks": 6, "municipal_time_rolls": "on"}
    )
    assert chosen("municipal_time_rolls") is True
    changed = [e.values.values["key"] for e in Event.objects.filter(chain__name="preferences")]
    assert sorted(changed) == ["handling_weeks", "municipal_time_rolls"]
    assert Setting.objects.count() == 2


@pytest.mark.parametrize("days", ["0", "61", "fjorton", ""])
def test_a_choice_beyond_its_limits_is_refused_with_the_limits(client, days):
    """CAP-06"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    response = client.post(reverse("cases:preferences"), {**FORM, "completion_days": days})
    assert response.status_code == 422
    assert "Mellan 1 och 60" in response.content.decode()
    assert not Setting.objects.exists()
    assert not Event.objects.filter(chain__name="preferences").exists()


def test_what_somebody_else_has_chosen_meanwhile_is_told_and_not_undone(client):
    """CAP-05, CAP-06: each choice has its own version, and the others are saved."""
    log_in(client, Role.DEPUTY_DIRECTOR)
    page = client.get(reverse("cases:preferences"))
    seen = {f"version-{key}": version for key, version in page.context["versions"]}
    client.post(reverse("cases:preferences"), {**FORM, "completion_days": 10})
    late = client.post(reverse("cases:preferences"), {**FORM, **seen, "handling_weeks": 6})
    assert late.status_code == 409
    said = "Inställningen har ändrats sedan du öppnade sidan: Inställning ändrad"
    assert said in late.content.decode()
    assert "De andra ändringarna är sparade." in late.content.decode()
    assert (chosen("completion_days"), chosen("handling_weeks")) == (10, 6)
    refused = Event.objects.filter(chain__name="preferences", kind="refusal")
    assert not refused.exists(), "an old page is told, and is no attempt"


def test_the_same_choices_sent_twice_are_chosen_once(client):
    """CAP-05, CAP-06"""
    log_in(client, Role.DEPUTY_DIRECTOR)
    key = client.get(reverse("cases:preferences")).context["key"]
    for _ in range(2):
        said = {**FORM, "key": key, "version-completion_days": 1, "completion_days": 10}
        assert client.post(reverse("cases:preferences"), said).status_code == 302
    assert Event.objects.filter(chain__name="preferences").count() == 1
