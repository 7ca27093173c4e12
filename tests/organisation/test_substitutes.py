"""Substitutes on their page (SEC-01, CAP-08)."""

import pytest

from audit import clock
from audit.models import Event
from door.performing import perform
from door.refusals import NotAllowed
from organisation.authority import actor_on
from organisation.commands.substitutes import EndSubstitution
from organisation.forms import EndForm
from organisation.models import Substitution, Unit
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit, stands_in
from tests.organisation import CHANGED, refusals

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PAGE, ADD = "/organisation/ersattare/", "/organisation/ersattare/ny/"


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def next_year(today):
    return today.replace(year=today.year + 1, day=1)


@pytest.fixture
def deputy(client):
    user = person(Role.DEPUTY_DIRECTOR)
    client.force_login(user)
    return user


def period(absent, substitute, first, last, reason="Semester") -> dict:
    return {
        "absent": absent.pk,
        "substitute": substitute.pk,
        "valid_from": first,
        "valid_to": last,
        "reason": reason,
    }


def last_event(row: Substitution) -> Event | None:
    return Event.objects.filter(chain__name=f"substitution:{row.pk}").order_by("-seq").first()


def test_an_appointed_substitute_acts_for_the_absent(client, deputy, today, next_year):
    director = person(Role.DIRECTOR)
    client.post(ADD, period(deputy, director, today, next_year))
    row = Substitution.objects.get()
    assert actor_on(director, today).holdings[-1].on_behalf_of == deputy
    event = last_event(row)
    assert (event.name, event.actor) == ("add_substitution", deputy)
    assert event.values.values["substitute"] == [None, director.name]


def test_nobody_appoints_themselves(client, deputy, today, next_year):
    director = person(Role.DIRECTOR)
    answer = client.post(ADD, period(director, deputy, today, next_year))
    assert answer.status_code == 422
    assert "Du kan inte utse dig själv till ersättare." in answer.content.decode()
    assert not Substitution.objects.exists()
    assert not Event.objects.exists()


def test_impossible_periods_are_refused(client, deputy, today, next_year):
    director = person(Role.DIRECTOR)
    wrong = [
        (period(deputy, director, SINCE, next_year), "bakåt i tiden"),
        (period(deputy, director, next_year, today), "Slutdagen måste vara startdagen"),
        (period(deputy, director, today, ""), "fält"),
        (period(director, director, today, next_year), "Välj en annan person som ersättare."),
    ]
    for sent, message in wrong:
        answer = client.post(ADD, sent)
        assert answer.status_code == 422
        assert message in answer.content.decode()
    client.post(ADD, period(deputy, director, today, next_year))
    again = client.post(ADD, period(deputy, director, next_year, next_year))
    assert "redan ersättare under en del av perioden" in again.content.decode()
    assert Substitution.objects.count() == 1


def test_current_coming_and_past_are_listed_apart(client, deputy, today, next_year):
    director, nurse = person(Role.DIRECTOR), person(Role.NURSE)
    now = stands_in(director, deputy, SINCE, today)
    coming = stands_in(director, deputy, next_year, next_year)
    past = stands_in(nurse, director, SINCE, clock.day_before(today))
    groups = client.get(PAGE).context["groups"]
    assert [list(rows) for _, rows, _ in groups] == [[now], [coming], [past]]


def test_a_substitution_ends_early_and_at_once(client, deputy, today, next_year):
    director = person(Role.DIRECTOR)
    row = stands_in(director, deputy, SINCE, next_year)
    yesterday = clock.day_before(today)
    client.post(f"{PAGE}{row.pk}/avsluta/", {"last_day": yesterday})
    row.refresh_from_db()
    assert row.valid_to == yesterday
    assert not actor_on(director, today).has_role(Role.DEPUTY_DIRECTOR)
    values = last_event(row).values.values
    assert values["valid_to"] == [next_year.isoformat(), yesterday.isoformat()]
    assert client.get(f"{PAGE}{row.pk}/avsluta/").status_code == 404


def test_a_coming_substitution_that_is_called_off_stays_in_the_log(client, deputy, next_year):
    director = person(Role.DIRECTOR)
    row = stands_in(director, deputy, next_year, next_year)
    client.post(f"{PAGE}{row.pk}/avsluta/", {"last_day": clock.today()})
    assert not Substitution.objects.exists()
    assert "Ersättning avslutades" in client.get(f"{PAGE}historik/").content.decode()


def test_who_administers_a_unit_appoints_among_its_people_alone(client, today, next_year):
    """SEC-01."""
    north = Unit.objects.create(name="Hemtjänst Norr", parent=root_unit(), valid_from=SINCE)
    planner = person(Role.PLANNER, north)
    manager = person(Role.UNIT_MANAGER, north)
    director, deputy = person(Role.DIRECTOR), person(Role.DEPUTY_DIRECTOR)
    above = stands_in(deputy, director, SINCE, next_year)
    client.force_login(person(Role.VIVA_ADMINISTRATOR, north, username="north-admin"))
    assert client.post(ADD, period(director, planner, today, next_year)).status_code == 422
    assert client.get(f"{PAGE}{above.pk}/avsluta/").status_code == 404
    assert client.post(ADD, period(manager, planner, today, next_year)).status_code == 302
    groups = client.get(PAGE).context["groups"]
    assert [str(row) for row in groups[0][1]] == [f"{planner} för {manager}"]


def test_the_same_page_of_a_substitute_sent_twice_is_done_once(client, deputy, today, next_year):
    """CAP-05, CAP-06, CAP-08."""
    sent = period(deputy, person(Role.DIRECTOR), today, next_year) | {"key": "k1"}
    for _ in range(2):
        client.post(ADD, sent)
    assert Substitution.objects.count() == Event.objects.count() == 1


def test_a_substitution_is_not_ended_from_a_page_older_than_it(client, deputy, today, next_year):
    """CAP-05, CAP-08."""
    row = stands_in(person(Role.DIRECTOR), deputy, SINCE, next_year)
    day_before = clock.day_before(next_year)
    client.post(f"{PAGE}{row.pk}/avsluta/", {"last_day": day_before, "version": 1})
    answer = client.post(f"{PAGE}{row.pk}/avsluta/", {"last_day": today, "version": 1})
    assert answer.status_code == 409
    assert f"Ersättningen {CHANGED}: Ersättning avslutades" in answer.content.decode()
    row.refresh_from_db()
    assert row.valid_to == day_before


def test_who_may_not_appoint_is_refused_and_logged(deputy, today, next_year):
    """CAP-05, CAP-06, SEC-01: by whatever way the command comes."""
    row = stands_in(person(Role.DIRECTOR), deputy, SINCE, next_year)
    form = EndForm({"last_day": today}, today=today)
    assert form.is_valid()
    with pytest.raises(NotAllowed):
        perform(row, EndSubstitution(filled=form), person(Role.INVESTIGATOR), at=clock.now())
    said = "”Avsluta ersättning” får inte göras enligt din roll."
    assert refusals(f"substitution:{row.pk}") == [said]
