"""The delegation of authority: changed from a day, so that history stays. CAP-08, ESC-03."""

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from door.performing import perform
from door.refusals import NotAllowed
from organisation.authority import delegates
from organisation.commands.delegation import EndDelegation
from organisation.defaults import load_delegation
from organisation.forms import EndForm
from organisation.models import DelegationRule
from organisation.roles import Role
from tests.factories import person
from tests.organisation import CHANGED, refusals

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PAGE = "/organisation/delegation/"


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def warning(client):
    client.force_login(person(Role.DIRECTOR))
    load_delegation()
    return DelegationRule.objects.get(code="warning")


def names(code: str) -> list[str]:
    events = Event.objects.filter(chain__name=f"delegation:{code}").order_by("seq")
    return list(events.values_list("name", flat=True))


def rule(role: str, first_day, **more) -> dict:
    return {
        "label": "Varning till utförare som inte följer avtalet",
        "role": role,
        "paragraph": "7.3",
        "valid_from": first_day,
        "valid_to": "",
        **more,
    }


def test_a_change_ends_the_old_rule_the_day_before(client, warning, today):
    client.post(f"{PAGE}{warning.pk}/", rule("director", today))
    yesterday = clock.day_before(today)
    assert delegates("warning", yesterday) == {Role.DEPUTY_DIRECTOR}
    assert delegates("warning", today) == {Role.DIRECTOR}
    assert DelegationRule.objects.filter(code="warning").count() == 2
    assert names("warning") == ["change_delegation"]
    values = Event.objects.get().values.values
    assert values["role"] == ["deputy-director", "director"]
    assert values["paragraph"] == ["", "7.3"]
    page = client.get(f"{PAGE}warning/historik/").content.decode()
    assert "Biträdande socialdirektör" in page


def test_a_change_cannot_reach_back_in_time(client, warning, today):
    answer = client.post(f"{PAGE}{warning.pk}/", rule("director", clock.day_before(today)))
    assert answer.status_code == 422
    assert "bakåt i tiden" in answer.content.decode()
    assert delegates("warning", today) == {Role.DEPUTY_DIRECTOR}
    assert names("warning") == []


def test_two_changes_from_the_same_day_are_refused(client, warning, today):
    client.post(f"{PAGE}{warning.pk}/", rule("director", today))
    newest = DelegationRule.objects.get(code="warning", valid_to=None)
    answer = client.post(f"{PAGE}{newest.pk}/", rule("committee-chair", today))
    assert "Välj en senare dag." in answer.content.decode()
    assert delegates("warning", today) == {Role.DIRECTOR}


def test_a_coming_rule_that_is_changed_is_replaced(client, warning, today):
    later = today.replace(year=today.year + 1, day=1)
    client.post(f"{PAGE}{warning.pk}/", rule("director", later))
    coming = DelegationRule.objects.get(code="warning", valid_to=None)
    client.post(f"{PAGE}{coming.pk}/", rule("committee-chair", later))
    assert delegates("warning", later) == {Role.COMMITTEE_CHAIR}
    assert delegates("warning", today) == {Role.DEPUTY_DIRECTOR}
    assert names("warning") == ["change_delegation", "change_delegation"]


def test_two_roles_may_hold_the_same_delegation_but_one_role_not_twice(client, warning, today):
    assert client.post(f"{PAGE}ny/", rule("director", today, code="warning")).status_code == 302
    assert delegates("warning", today) == {Role.DEPUTY_DIRECTOR, Role.DIRECTOR}
    again = client.post(f"{PAGE}ny/", rule("director", today, code="warning"))
    assert "Rollen har redan den delegationen" in again.content.decode()
    assert names("warning") == ["add_delegation"]


def test_nobody_outside_is_a_delegate(client, warning, today):
    answer = client.post(f"{PAGE}ny/", rule("applicant", today, code="warning"))
    assert answer.status_code == 422


def test_an_ended_rule_leaves_nobody_to_decide(client, warning, today):
    client.post(f"{PAGE}{warning.pk}/avsluta/", {"last_day": clock.day_before(today)})
    assert delegates("warning", today) == set()
    assert names("warning") == ["end_delegation"]
    past = client.get(PAGE).context["groups"][2]
    assert past[1] == [warning]
    assert client.get(f"{PAGE}{warning.pk}/").status_code == 404


def test_everybody_inside_reads_and_the_management_alone_changes(client, warning, today):
    client.force_login(person(Role.INVESTIGATOR))
    page = client.get(reverse("organisation:delegation"))
    assert warning.label in page.content.decode()
    assert client.post(f"{PAGE}{warning.pk}/", rule("director", today)).status_code == 403
    assert delegates("warning", today) == {Role.DEPUTY_DIRECTOR}


def test_the_same_page_of_a_delegation_sent_twice_is_done_once(client, warning, today):
    """CAP-05, CAP-06, CAP-08."""
    sent = rule("director", today, code="warning", key="k1")
    for _ in range(2):
        client.post(f"{PAGE}ny/", sent)
    assert names("warning") == ["add_delegation"]
    assert DelegationRule.objects.filter(code="warning").count() == 2


def test_a_rule_is_not_changed_from_a_page_older_than_it(client, warning, today):
    """CAP-05, CAP-08: it was given an end meanwhile."""
    later = today.replace(year=today.year + 1, day=1)
    client.post(f"{PAGE}{warning.pk}/avsluta/", {"last_day": later, "version": 1})
    answer = client.post(f"{PAGE}{warning.pk}/", rule("director", today, version=1))
    assert answer.status_code == 409
    assert f"Delegationen {CHANGED}: Delegation avslutades" in answer.content.decode()
    assert delegates("warning", today) == {Role.DEPUTY_DIRECTOR}
    assert names("warning") == ["end_delegation"]


def test_who_may_not_decide_what_is_delegated_is_refused_and_logged(warning, today):
    """CAP-05, CAP-06, CAP-08: by whatever way the command comes."""
    form = EndForm({"last_day": today}, today=today)
    assert form.is_valid()
    with pytest.raises(NotAllowed):
        perform(warning, EndDelegation(filled=form), person(Role.INVESTIGATOR), at=clock.now())
    assert refusals("delegation:warning") == [
        "”Avsluta delegation” får inte göras enligt din roll."
    ]
    assert delegates("warning", today) == {Role.DEPUTY_DIRECTOR}
