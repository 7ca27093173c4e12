"""What only the demo has: another date, another role, a fresh start."""

import pytest
from django.urls import reverse

from audit import clock
from cases import messages
from cases.calendar import add_days
from cases.dates import long_date
from cases.models import OutgoingMail
from config import demo_views
from organisation.roles import Role
from tests.factories import at, person

pytestmark = pytest.mark.django_db
ADVANCE = "/demo/fram/"


def mail_due_in(days: int) -> OutgoingMail:
    """A mail whose next try comes in some days."""
    moment = at(add_days(clock.today(), days), 0, 1)
    messages.send_mail("a@b.example", "Prov", "Prov", moment)
    return OutgoingMail.objects.get()


def test_the_days_passed_are_lived_through_one_by_one(client):
    """What comes on the third day is done on the third day, also when one goes five ahead."""
    today = clock.today()
    mail = mail_due_in(3)
    client.post(ADVANCE, {"days": 1})
    assert clock.today() == add_days(today, 1)
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.WAITING

    page = client.post(ADVANCE, {"date": add_days(today, 5).isoformat()}, follow=True)
    mail.refresh_from_db()
    assert clock.local_date(mail.sent_at) == add_days(today, 3)
    told = f"Demodatum är nu {long_date(add_days(today, 5))}. 1 brev lades i Utgående."
    assert told in page.content.decode()


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_day_passed_or_too_far_ahead_is_refused(client, days):
    today = clock.today()
    page = client.post(ADVANCE, {"date": add_days(today, days).isoformat()}, follow=True)
    assert "Välj ett datum efter" in page.content.decode()
    assert clock.today() == today


@pytest.mark.parametrize("form", [{}, {"date": "snart"}, {"days": "401"}, {"days": "-1"}])
def test_what_is_no_date_is_refused(client, form):
    today = clock.today()
    page = client.post(ADVANCE, form, follow=True)
    assert "Välj ett datum efter" in page.content.decode()
    assert clock.today() == today


def test_one_stays_on_the_page_but_is_not_led_to_another_site(client):
    person(Role.DEVELOPMENT_STRATEGIST)
    login = "http://testserver/konto/logga-in/"
    assert client.post(ADVANCE, {"days": 1}, headers={"Referer": login}).url == login
    elsewhere = {"Referer": "https://annan.example/"}
    assert client.post(ADVANCE, {"days": 1}, headers=elsewhere).url == "/"


def test_a_visitor_becomes_another_role_and_no_other_user(client):
    person(Role.DEPUTY_DIRECTOR)
    person(Role.AUDITOR, username="ingen.demo")
    assert "Biträdande socialdirektör" in client.get("/demo/roller/").content.decode()
    assert client.post("/demo/roller/", {"username": "ingen.demo"}).status_code == 404
    client.post("/demo/roller/", {"username": "deputy-director"})
    page = client.get("/hem/")
    assert page.context["user"].username == "deputy-director"


def test_the_login_page_lists_the_demo_logins_in_demo_mode_alone(client, settings):
    """SEC-04."""
    person(Role.DEPUTY_DIRECTOR)
    page = client.get(reverse("account_login")).content.decode()
    assert "deputy-director" in page
    assert settings.DEMO_PASSWORD in page
    settings.DEMO_MODE = False
    page = client.get(reverse("account_login")).content.decode()
    assert "deputy-director" not in page
    assert settings.DEMO_PASSWORD not in page


def test_reset_asks_first_and_then_loads_the_demo_anew(client, monkeypatch):
    done = []
    monkeypatch.setattr(demo_views, "call_command", lambda *args, **more: done.append((args, more)))
    client.force_login(person(Role.DEPUTY_DIRECTOR))
    assert "Återställ demon" in client.get("/demo/aterstall/").content.decode()
    assert not done
    client.post("/demo/aterstall/")
    assert done[0][0] == ("demo",)
    assert done[0][1]["reset"] is True
    assert client.get("/hem/").status_code == 302, "logged out"


@pytest.mark.parametrize("page", ["advance", "roles", "reset"])
def test_outside_demo_mode_there_is_nothing_of_it(client, settings, page):
    """SEC-04."""
    settings.DEMO_MODE = False
    person(Role.DEPUTY_DIRECTOR)
    before = clock.today()
    answer = client.post(reverse(f"demo:{page}"), {"days": 1, "username": "deputy-director"})
    assert answer.status_code == 404
    assert clock.today() == before
    assert client.get("/hem/").status_code == 302
