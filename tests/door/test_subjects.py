"""What is no case goes through the same door: once per key, by version, refusals logged. CAP-05, CAP-08."""

import pytest
from django.urls import reverse

from audit.act import Act
from audit.models import Event
from audit.words import event_name
from clients.commands import AddClient, ReadOrder
from clients.models import CareDecision, Client, Service
from door.command import Command
from door.models import PerformedKey
from door.performing import perform
from door.refusals import Blocked, Missing, NotAllowed, Refused, Stale
from organisation.roles import Role
from tests.factories import SINCE, at, person, stands_in
from tests.planning.baseplans.factories import north, order, service, someone

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOW = at(SINCE)


@pytest.fixture
def worker(client):
    user = person(Role.SOCIAL_WORKER)
    client.force_login(user, BACKEND)
    return user


def particulars(there: Client, **more) -> dict:
    return {
        "name": there.name,
        "unit": there.unit_id,
        "active_from": there.active_from,
        "version": there.version,
        **more,
    }


def lines(chain: str) -> list[tuple[str, str]]:
    events = Event.objects.filter(chain__name=chain).exclude(kind=Event.Kind.READ)
    return [(event.kind, event.name) for event in events.order_by("seq")]


def test_a_decision_sent_twice_by_the_same_page_is_registered_once(client, worker):
    """CAP-05, PLN-04"""
    there = someone()
    address = reverse("clients:decision_add", args=[there.pk])
    page = client.get(address)
    said = {
        "legal_basis": "sol_11_1",
        "decided_on": SINCE,
        "decided_by": "Helena Brask",
        "valid_from": SINCE,
        "key": page.context["key"],
        "version": page.context["version"],
    }
    assert client.post(address, said).status_code == 302
    again = client.post(address, said, follow=True)
    assert "”Nytt beslut” var redan gjort." in again.content.decode()
    assert CareDecision.objects.count() == 1
    assert lines(there.chain) == [("change", "add_decision")]
    there.refresh_from_db()
    assert there.version == 2


def test_a_new_client_sent_twice_is_one_client(client, worker):
    """CAP-05, PLN-04"""
    said = {"name": "Astrid Hagberga", "unit": north().pk, "active_from": "2026-01-01", "key": "k1"}
    client.post(reverse("clients:add"), said)
    client.post(reverse("clients:add"), said)
    found = Client.objects.get()
    assert lines(found.chain) == [("change", "add_client")]
    assert PerformedKey.objects.get().object_id == str(found.pk)


def test_who_saves_what_another_has_changed_meanwhile_is_told_what_and_loses_nothing(
    client, worker
):
    """CAP-05: the second is told of the first; sent again, what they wrote stands."""
    there = someone()
    address = reverse("clients:change", args=[there.pk])
    client.post(address, particulars(there, phone="0171-100 20"))
    late = client.post(address, particulars(there, entry="Kod 1234"))
    assert late.status_code == 409
    text = late.content.decode()
    assert "Uppgifterna har ändrats sedan du öppnade sidan" in text
    assert f"{event_name('change_client')} (adress, telefon, utförare), {worker.name}" in text
    assert "Kod 1234" in text
    there.refresh_from_db()
    assert (there.phone, there.entry, there.version) == ("0171-100 20", "", 2)
    [form] = late.context["forms"]
    again = {name: form[name].value() for name in form.fields}
    assert (again["phone"], again["entry"]) == ("0171-100 20", "Kod 1234")
    said = {name: value for name, value in again.items() if value not in (None, False)}
    client.post(address, {**said, "version": late.context["version"]})
    there.refresh_from_db()
    assert (there.phone, there.entry, there.version) == ("0171-100 20", "Kod 1234", 3)


def test_what_is_refused_stands_in_the_log_and_changes_nothing():
    """CAP-06, CAP-08, SEC-01: a nurse takes in no orders."""
    there, nurse = someone(), person(Role.NURSE, north())
    with pytest.raises(NotAllowed, match="”Ta in beställning” får inte göras enligt din roll"):
        perform(there, ReadOrder(order=order(there)), nurse, at=NOW)
    there.refresh_from_db()
    assert there.version == 1
    refusal = Event.objects.get(chain__name=there.chain)
    assert (refusal.kind, refusal.name, refusal.actor) == ("refusal", "read_order", nurse)
    assert refusal.personal
    assert refusal.values.values["code"] == "not_allowed"


def test_a_role_in_another_unit_gives_nothing():
    """SEC-01: object by object."""
    there = someone()
    elsewhere = type(there.unit).objects.create(
        name="Söder", parent=there.unit.parent, valid_from=SINCE
    )
    planner = person(Role.PLANNER, elsewhere, username="annan")
    with pytest.raises(NotAllowed):
        perform(there, ReadOrder(order=order(there)), planner, at=NOW)


def test_a_substitute_acts_for_who_is_absent():
    """CAP-08"""
    there, planner = someone(), person(Role.PLANNER, north())
    vera = person(Role.NURSE, north(), username="vera")
    stands_in(vera, planner, SINCE, SINCE)
    event = perform(there, ReadOrder(order=order(there)), vera, at=NOW).event
    assert (event.actor, event.on_behalf_of) == (vera, planner)


def test_what_was_new_and_refused_is_new_still_and_its_attempt_is_logged(client, worker):
    """CAP-06: the unit lies where the social worker has no role."""
    nurse = person(Role.NURSE, north())
    new = Client(name="Astrid", unit=north(), active_from=SINCE)
    with pytest.raises(NotAllowed):
        perform(new, AddClient(filled=None), nurse, at=NOW)
    assert (new.pk, Client.objects.count()) == (None, 0)
    assert lines("new:client") == [("refusal", "add_client")]


class Wash(Command[Service]):
    label = "Tvätta"
    automatic = True

    @classmethod
    def fits(cls, service: Service) -> bool:
        return service.is_offered

    @classmethod
    def missing(cls, service: Service, day) -> list[Missing]:
        return [] if service.hands_over else [Missing("Hur tvätten lämnas")]

    def check(self, service: Service, act: Act) -> None:
        if service.name == "Larm":
            raise Refused("Ett larm tvättas inte.")

    def apply(self, service: Service, act: Act) -> dict:
        return {"washed": [None, service.name]}


def test_the_system_does_what_is_automatic_and_nobody_else_without_a_role():
    """CAP-16, SEC-01"""
    walk = service()
    Service.objects.update(hands_over=True)
    outcome = perform(walk, Wash(), None, at=NOW)
    assert outcome.values == {"version": 2, "washed": [None, walk.name]}
    assert outcome.event.actor is None
    with pytest.raises(NotAllowed):
        perform(outcome.subject, Wash(), person(Role.DIRECTOR), at=NOW)
    with pytest.raises(NotAllowed, match="görs av en människa, inte av systemet"):
        perform(someone(), ReadOrder(order=None), None, at=NOW)


def test_the_door_asks_in_order_what_was_seen_whether_it_fits_what_lacks_and_what_is_said():
    """CAP-05"""
    walk = service()
    with pytest.raises(Stale, match="uppgifterna har sparats av någon annan"):
        perform(walk, Wash(), None, expected_version=7, at=NOW)
    with pytest.raises(Blocked, match="Saknas: Hur tvätten lämnas"):
        perform(walk, Wash(), None, at=NOW)
    Service.objects.update(hands_over=True, name="Larm")
    with pytest.raises(Refused, match=r"Ett larm tvättas inte\."):
        perform(walk, Wash(), None, at=NOW)
    Service.objects.update(is_offered=False)
    with pytest.raises(Refused, match="”Tvätta” går inte att göra nu"):
        perform(walk, Wash(), None, at=NOW)
    codes = [event.values.values["code"] for event in Event.objects.order_by("seq")]
    assert codes == ["blocked", "refused", "refused"]


def test_a_key_that_belongs_to_something_else_is_no_key_of_this():
    """CAP-05"""
    walk, other = service(), service("lunch", "Lunch")
    Service.objects.update(hands_over=True)
    perform(walk, Wash(), None, key="k", at=NOW)
    with pytest.raises(Refused, match="Sidan är gammal"):
        perform(other, Wash(), None, key="k", at=NOW)


def test_what_was_sent_with_faults_keeps_the_version_that_was_seen(client, worker):
    """CAP-05: another's change is told when the faults are mended, and not passed over."""
    there = someone()
    address = reverse("clients:change", args=[there.pk])
    client.post(address, particulars(there, phone="0171-100 20"))
    faulty = client.post(address, particulars(there, name=""))
    assert (faulty.status_code, faulty.context["version"]) == (422, 1)
    mended = client.post(address, particulars(there, entry="Kod 1234"))
    assert (mended.status_code, mended.context["version"]) == (409, 2)
