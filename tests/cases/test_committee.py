"""The committee: meetings, agenda, frozen packet, late items, minutes, members, what comes after.

The meeting is on Wednesday 15 April 2026. Twelve working days before it, counted by hand: 14, 13,
10, 9, 8, 7, 2, 1 April and 31, 30, 27, 26 March; Good Friday 3, Easter Monday 6 and the weekends
are no working days. Manusstopp is thus 26 March.
"""

from datetime import date

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from cases import committee
from cases.committee_commands import AgendaItemMoved, AgendaItemRemoved, PacketFrozen
from cases.models import CommitteeMeeting, CommitteeMember, Document, Setting
from door.performing import perform
from door.refusals import Blocked, Refused
from organisation.models import Unit, User
from organisation.roles import Role
from procurement.applications.commands.committee import ReviseProposalText
from tests.factories import SINCE, at, person
from tests.procurement.routine import Routine, application_in

pytestmark = pytest.mark.django_db
HELD_ON = date(2026, 4, 15)
DUE = date(2026, 3, 26)
BEFORE = date(2026, 3, 26)
AFTER = date(2026, 4, 16)


@pytest.fixture
def now(monkeypatch):
    """Sets the day on which pages are opened; 26 March until told otherwise."""

    def opened_on(day: date) -> None:
        monkeypatch.setattr(clock, "real_now", lambda: at(day, 12))

    opened_on(BEFORE)
    return opened_on


@pytest.fixture(autouse=True)
def _default_day(now):
    pass


def logged_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def secretary() -> Client:
    return logged_in(Role.COMMITTEE_SECRETARY)


def address(name: str, *args: object) -> str:
    return reverse(f"committee:{name}", args=args)


def plan(day: date = HELD_ON, due: date = DUE) -> CommitteeMeeting:
    return CommitteeMeeting.objects.create(held_on=day, documents_due=due, place="Stadshuset")


def on_the_agenda() -> tuple[Routine, CommitteeMeeting]:
    """An application on the agenda of 15 April, its document not yet locked."""
    r = application_in("committee")
    meeting = plan()
    r.agenda(at(BEFORE), meeting)
    return r, meeting


def decided(outcome: str = "rejected") -> tuple[Routine, CommitteeMeeting]:
    """Decided on 15 April, paragraph 42, registered the day after; one member had jäv."""
    r, meeting = on_the_agenda()
    freeze(meeting, r.people["committee-secretary"])
    member = CommitteeMember.objects.create(name="Ulf Sundmark", seat="Ledamot", valid_from=SINCE)
    r.decide(
        at(AFTER),
        outcome,
        42,
        "Kraven är inte uppfyllda.",
        conflicted=[member],
        conflict_reason="Delägare i företaget",
    )
    return r, meeting


def freeze(meeting: CommitteeMeeting, by: User) -> None:
    meeting.refresh_from_db()
    perform(meeting, PacketFrozen(), by, at=at(BEFORE))


def events(meeting: CommitteeMeeting, kind: str = "change") -> list[str]:
    rows = Event.objects.filter(chain__name=f"meeting:{meeting.pk}", kind=kind).order_by("seq")
    return list(rows.values_list("name", flat=True))


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COMMITTEE_SECRETARY, 200),
        (Role.DEPUTY_DIRECTOR, 200),
        (Role.REGISTRAR, 200),
        (Role.PLANNER, 403),
        (Role.VIVA_ADMINISTRATOR, 403),
    ],
)
def test_readers_of_cases_see_the_committees_pages_and_others_do_not(role, status):
    """SEC-01"""
    meeting = plan()
    client = logged_in(role)
    for page in (address("meetings"), address("meeting", meeting.pk), address("members")):
        assert client.get(page).status_code == status


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("freeze", {Role.COMMITTEE_SECRETARY, Role.DEPUTY_DIRECTOR}),
        ("adjust_minutes", {Role.COMMITTEE_SECRETARY}),
        ("add_matter", {Role.COMMITTEE_SECRETARY}),
    ],
)
def test_only_the_secretary_writes_and_the_deputy_director_may_freeze(name, allowed):
    """SEC-01, CAP-09"""
    meeting = plan()
    for role in (Role.COMMITTEE_SECRETARY, Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST):
        status = logged_in(role).post(address(name, meeting.pk)).status_code
        assert (status == 403) is (role not in allowed), role


def test_a_meeting_or_a_member_is_not_entered_by_others():
    """SEC-01"""
    strategist = logged_in(Role.DEVELOPMENT_STRATEGIST)
    assert strategist.post(address("meetings"), {"held_on": "2026-04-15"}).status_code == 403
    assert strategist.post(address("members"), {"name": "Ulf Sundmark"}).status_code == 403
    assert not CommitteeMeeting.objects.exists()
    assert not CommitteeMember.objects.exists()


def test_a_case_that_the_reader_may_not_see_is_neither_shown_nor_in_their_packet():
    """SEC-01"""
    r, meeting = on_the_agenda()
    elsewhere = Unit.objects.create(
        name="Nattorganisationen", parent=r.application.unit, valid_from=SINCE
    )
    client = Client()
    client.force_login(person(Role.SECTION_HEAD, elsewhere, username="chef-natt"))
    page = client.get(address("meeting", meeting.pk)).content.decode()
    assert "Du har inte tillgång till ärendet" in page
    assert reverse("cases:case", args=[r.application.pk]) not in page
    assert client.get(address("packet", meeting.pk)).status_code == 403
    assert events(meeting, "read") == []


# ---------------------------------------------------------------- meetings and members


def test_a_meeting_gets_its_last_day_for_documents_from_the_preference():
    """CAP-09"""
    page = secretary().post(address("meetings"), {"held_on": "2026-04-15", "place": "Stadshuset"})
    meeting = CommitteeMeeting.objects.get()
    assert page.url == address("meeting", meeting.pk)
    assert (meeting.held_on, meeting.documents_due) == (HELD_ON, DUE)
    assert events(meeting) == ["meeting_planned"]
    Setting.objects.create(key="documents_due_working_days", value=2)
    secretary().post(address("meetings"), {"held_on": "2026-05-20"})
    assert CommitteeMeeting.objects.get(held_on="2026-05-20").documents_due == date(2026, 5, 18)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"held_on": "2026-03-25"}, "Dagen har passerat"),
        ({"held_on": "2026-05-20", "documents_due": "2026-05-20"}, "Manusstopp måste vara före"),
        ({"held_on": "2026-04-15"}, "Det finns redan ett sammanträde den dagen"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_and_keeps_what_was_typed(data, message):
    """CAP-09"""
    plan()
    page = secretary().post(address("meetings"), {**data, "place": "Rum Bryggan"})
    assert page.status_code == 422
    assert message in page.content.decode()
    assert "Rum Bryggan" in page.content.decode()
    assert CommitteeMeeting.objects.count() == 1


@pytest.mark.both
def test_a_meeting_is_moved_only_while_no_case_stands_on_it():
    """CAP-09"""
    meeting = plan()
    data = {"held_on": "2026-04-22", "documents_due": "2026-04-07", "place": "Stadshuset"}
    assert secretary().post(address("change_meeting", meeting.pk), data).status_code == 302
    meeting.refresh_from_db()
    assert meeting.held_on == date(2026, 4, 22)
    _, meeting = on_the_agenda()
    page = secretary().post(
        address("change_meeting", meeting.pk), {"held_on": "2026-05-20", "place": ""}
    )
    assert "Ärenden står på föredragningslistan" in page.content.decode()
    meeting.refresh_from_db()
    assert meeting.held_on == HELD_ON


def test_a_member_is_entered_and_ended_and_both_are_logged():
    """CAP-08"""
    secretary().post(
        address("members"),
        {"name": "Ulf Sundmark", "seat": "Ledamot", "valid_from": "2026-01-01"},
    )
    member = CommitteeMember.objects.get()
    page = secretary().post(address("end_member", member.pk), {"valid_to": "2025-12-31"})
    assert page.status_code == 422
    assert "Uppdraget började" in page.content.decode()
    secretary().post(address("end_member", member.pk), {"valid_to": "2026-03-31"})
    member.refresh_from_db()
    assert member.valid_to == date(2026, 3, 31)
    names = Event.objects.filter(chain__name="committee").order_by("seq")
    assert list(names.values_list("name", flat=True)) == ["member_added", "member_ended"]


# ---------------------------------------------------------------- agenda and packet


def test_the_meeting_page_shows_title_light_agenda_and_neighbours(now):
    """CAP-09"""
    _, meeting = on_the_agenda()
    plan(date(2026, 3, 18), date(2026, 3, 2))
    plan(date(2026, 5, 20), date(2026, 5, 4))
    now(date(2026, 3, 20))
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    assert "Socialnämnden onsdag 15 april" in page
    assert "Gul – 6 dagar kvar" in page
    assert "Inte låst än" in page
    assert "ons 18 mars" in page
    assert "ons 20 maj" in page
    now(date(2026, 3, 27))
    assert "Röd – 1 dag sen" in secretary().get(address("meeting", meeting.pk)).content.decode()


def test_the_picked_item_shows_its_document_and_what_can_be_done():
    """LOV-10, CAP-09"""
    r, meeting = on_the_agenda()
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    pk = r.application.pk
    assert reverse("cases:preview", args=[pk, "decision_proposal"]) in page
    assert reverse("cases:do", args=[pk, "revise_proposal_text"]) in page
    assert reverse("cases:do", args=[pk, "take_off_agenda"]) in page
    assert secretary().get(address("meeting", meeting.pk) + "?punkt=999").status_code == 404


def test_a_document_whose_facts_have_changed_says_so():
    """LOV-10"""
    _, meeting = on_the_agenda()
    document = Document.objects.get(kind="decision_proposal")
    document.facts = {**document.facts, "capacity": 1}
    document.save()
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    assert "Uppgifter i ärendet har ändrats" in page


@pytest.mark.both
def test_freezing_locks_every_document_and_is_logged_on_meeting_and_case():
    """CAP-09, LOV-10"""
    r, meeting = on_the_agenda()
    page = secretary().post(address("freeze", meeting.pk), follow=True)
    assert "Utskicket är låst: 1 handling" in page.content.decode()
    document = Document.objects.get(kind="decision_proposal")
    assert document.locked_at
    assert document.sha256
    assert reverse("cases:document", args=[document.pk]) in page.content.decode()
    meeting.refresh_from_db()
    assert meeting.packet_frozen_at == at(BEFORE, 12)
    assert events(meeting)[-1] == "packet_frozen"
    assert Event.objects.filter(chain__name=r.application.chain, name="document_locked").exists()
    due = r.application.deadlines.get(rule="documents_due")
    assert due.met_on == BEFORE


def test_a_locked_document_cannot_be_revised():
    """CAP-09"""
    r, meeting = on_the_agenda()
    secretary().post(address("freeze", meeting.pk))
    with pytest.raises(Refused, match="låst i utskicket"):
        r.do(
            ReviseProposalText(reasons="Nya skäl", economic_consequences="Inga."),
            "committee-secretary",
            at(BEFORE, 13),
        )
    assert Document.objects.filter(kind="decision_proposal").count() == 1


def test_a_decision_is_blocked_until_the_packet_is_frozen():
    """CAP-09, CAP-16"""
    r, _ = on_the_agenda()
    with pytest.raises(Blocked, match="Låst tjänsteskrivelse"):
        r.decide(at(AFTER), "rejected", 42, "Kraven är inte uppfyllda.")
    assert r.application.decision() is None


def test_what_comes_after_the_packet_is_late_and_is_locked_by_freezing_again():
    """CAP-09"""
    r = application_in("committee")
    meeting = plan()
    client = secretary()
    client.post(address("add_matter", meeting.pk), {"title": "Månadsuppföljning februari"})
    client.post(address("freeze", meeting.pk))
    frozen_at = CommitteeMeeting.objects.get().packet_frozen_at
    r.agenda(at(BEFORE, 13), meeting)
    first, second = meeting.items.order_by("order")
    assert (first.is_late, second.is_late) == (False, True)
    assert "Sent" in client.get(address("meeting", meeting.pk)).content.decode()
    client.post(address("freeze", meeting.pk))
    second.document.refresh_from_db()
    assert second.document.locked_at
    assert CommitteeMeeting.objects.get().packet_frozen_at == frozen_at


def test_an_item_after_the_last_day_for_documents_is_late(now):
    """CAP-09"""
    meeting = plan()
    secretary().post(address("add_matter", meeting.pk), {"title": "I tid"})
    now(date(2026, 3, 27))
    secretary().post(address("add_matter", meeting.pk), {"title": "För sent"})
    assert list(meeting.items.values_list("title", "is_late")) == [
        ("I tid", False),
        ("För sent", True),
    ]


@pytest.mark.both
def test_the_agenda_is_reordered_one_place_at_a_time():
    """CAP-09"""
    meeting = plan()
    client = secretary()
    for title in ("Ett", "Två", "Tre"):
        client.post(address("add_matter", meeting.pk), {"title": title})
    last = meeting.items.get(title="Tre")
    client.post(address("move_item", last.pk), {"step": "up", "punkt": last.pk})
    assert list(meeting.items.values_list("title", flat=True)) == ["Ett", "Tre", "Två"]
    first = meeting.items.get(title="Ett")
    client.post(address("move_item", first.pk), {"step": "up"})
    assert list(meeting.items.values_list("title", flat=True)) == ["Ett", "Tre", "Två"]
    client.post(address("move_item", first.pk), {"step": "down"})
    assert list(meeting.items.values_list("title", flat=True)) == ["Tre", "Ett", "Två"]
    assert events(meeting).count("agenda_item_moved") == 3
    strategist = logged_in(Role.DEVELOPMENT_STRATEGIST)
    assert strategist.post(address("move_item", last.pk), {"step": "down"}).status_code == 403


@pytest.mark.both
def test_a_matter_in_words_is_taken_off_but_a_case_is_not():
    """CAP-09"""
    _, meeting = on_the_agenda()
    client = secretary()
    client.post(address("add_matter", meeting.pk), {"title": "Ordföranden informerar"})
    matter = meeting.items.get(case=None)
    client.post(address("remove_matter", matter.pk))
    matter.refresh_from_db()
    assert matter.withdrawn_on == BEFORE
    assert events(meeting)[-1] == "agenda_item_removed"
    case_item = meeting.items.exclude(case=None).get()
    page = client.post(address("remove_matter", case_item.pk), follow=True)
    assert "ärendets egen sida" in page.content.decode()
    case_item.refresh_from_db()
    assert case_item.withdrawn_on is None


def test_a_matter_without_words_is_refused():
    """CAP-09"""
    meeting = plan()
    assert secretary().post(address("add_matter", meeting.pk), {"title": " "}).status_code == 422
    assert meeting.items.count() == 0


def test_reading_the_packet_is_logged(monkeypatch):
    """SEC-02, CAP-09"""
    r, meeting = on_the_agenda()
    monkeypatch.setattr(committee, "packet", lambda meeting: b"%PDF-1.7")
    page = logged_in(Role.REGISTRAR).get(address("packet", meeting.pk))
    assert page["Content-Type"] == "application/pdf"
    assert "utskick-2026-04-15.pdf" in page["Content-Disposition"]
    assert events(meeting, "read") == ["read_packet"]
    event = Event.objects.get(name="read_packet")
    assert event.personal
    assert event.values.values == {"cases": [r.application.pk]}


# ---------------------------------------------------------------- after the meeting


@pytest.mark.both
def test_minutes_are_adjusted_on_a_day_after_the_meeting(now):
    """CAP-09"""
    meeting = plan()
    now(date(2026, 4, 20))
    secretary().post(address("adjust_minutes", meeting.pk), {"adjusted_on": "2026-04-20"})
    meeting.refresh_from_db()
    assert meeting.minutes_adjusted_on == date(2026, 4, 20)
    assert events(meeting) == ["minutes_adjusted"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2026-04-14", "Protokollet kan inte justeras före sammanträdet"),
        ("2026-04-21", "Dagen ligger i framtiden"),
        ("2026-04-31", "Dagen finns inte"),
        ("", "Skriv den dag protokollet justerades"),
    ],
)
def test_minutes_that_cannot_have_been_adjusted_then_are_refused(now, typed, message):
    """CAP-09"""
    meeting = plan()
    now(date(2026, 4, 20))
    page = secretary().post(address("adjust_minutes", meeting.pk), {"adjusted_on": typed})
    assert page.status_code == 422
    assert message in page.content.decode()
    assert f'value="{typed}"' in page.content.decode() or not typed
    meeting.refresh_from_db()
    assert meeting.minutes_adjusted_on is None
    assert events(meeting) == []


def test_after_the_meeting_the_decision_is_registered_from_the_page(now):
    """LOV-10, CAP-16"""
    r, meeting = on_the_agenda()
    secretary().post(address("freeze", meeting.pk))
    assert (
        "Efter sammanträdet" not in secretary().get(address("meeting", meeting.pk)).content.decode()
    )
    now(HELD_ON)
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    register = reverse("cases:do", args=[r.application.pk, "register_decision"])
    assert "Beslutet är inte registrerat än" in page
    assert register in page
    reader = logged_in(Role.REGISTRAR).get(address("meeting", meeting.pk)).content.decode()
    assert register not in reader


def test_a_decision_shows_paragraph_conflict_of_interest_and_what_the_last_day_would_be(now):
    """LOV-10, LOV-11, CAP-08

    Given on Thursday 16 April, three weeks end on Thursday 7 May.
    """
    r, meeting = decided()
    now(AFTER)
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    assert "§ 42" in page
    assert "Ulf Sundmark deltog inte: Delägare i företaget" in page
    assert "tors 7 maj 2026" in page
    assert "Varför detta datum?" in page
    assert reverse("cases:do", args=[r.application.pk, "notify_applicant"]) in page


def test_a_given_notice_shows_its_last_day_and_waits_for_legal_force(now):
    """LOV-11"""
    r, meeting = decided()
    r.notify(at(date(2026, 4, 17)), "post")
    now(date(2026, 4, 20))
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    assert "fre 8 maj 2026" in page  # Friday 17 April and three weeks
    assert reverse("cases:do", args=[r.application.pk, "file_correction"]) in page
    assert reverse("cases:document", args=[r.application.decision().notice.document_id]) in page


def test_an_approved_company_has_no_period_for_correction(now):
    """LOV-11, LOV 10 kap."""
    _, meeting = decided("approved")
    now(AFTER)
    page = secretary().get(address("meeting", meeting.pk)).content.decode()
    assert "Avtal kan tecknas" in page
    assert "Varför detta datum?" not in page


def test_the_next_meeting_shows_what_is_left_of_the_last(now):
    """CAP-09"""
    _, last = decided()
    coming = plan(date(2026, 5, 20), date(2026, 5, 4))
    now(AFTER)
    page = secretary().get(address("meeting", coming.pk)).content.decode()
    assert "Efter ons 15 april" in page
    assert "Beslutad, ska meddelas" in page
    assert address("meeting", last.pk) in page


def test_the_page_asks_the_same_number_of_questions_however_long_the_agenda(now):
    """CAP-09"""
    _, meeting = decided()
    now(AFTER)
    client = secretary()
    counts = []
    for number in (1, 20):
        for _ in range(number):
            act = Act.own(person(Role.COMMITTEE_SECRETARY), at(AFTER))
            committee.add_item(meeting, "Fråga", act)
        with CaptureQueriesContext(connection) as asked:
            client.get(address("meeting", meeting.pk))
        counts.append(len(asked))
    assert counts[0] == counts[1] < 60


# ---------------------------------------------------------------- the one door


def sent(page: HttpResponse) -> dict[str, object]:
    """What every form of the page sends along."""
    return {name: page.context[name] for name in ("key", "version")}


@pytest.mark.both
def test_the_same_matter_sent_twice_stands_once_on_the_agenda():
    """CAP-05, CAP-09"""
    meeting = plan()
    client = secretary()
    said = {"title": "Ordföranden informerar", **sent(client.get(address("meeting", meeting.pk)))}
    for _ in range(2):
        page = client.post(address("add_matter", meeting.pk), said, follow=True)
    assert meeting.items.count() == 1
    assert "var redan gjort" in page.content.decode()
    assert events(meeting) == ["agenda_item_added"]


@pytest.mark.both
def test_the_same_meeting_sent_twice_is_planned_once():
    """CAP-05, CAP-09"""
    client = secretary()
    said = {"held_on": "2026-04-15", "key": "en-gång"}
    client.post(address("meetings"), said)
    page = client.post(address("meetings"), said, follow=True)
    assert "var redan gjort" in page.content.decode()
    assert CommitteeMeeting.objects.count() == 1


@pytest.mark.both
def test_a_packet_is_not_frozen_with_what_the_page_does_not_show():
    """CAP-05, CAP-09: a case came on the agenda after the page was opened."""
    r = application_in("committee")
    meeting = plan()
    client = secretary()
    seen = sent(client.get(address("meeting", meeting.pk)))
    r.agenda(at(BEFORE), meeting)
    page = client.post(address("freeze", meeting.pk), seen, follow=True).content.decode()
    assert "Sammanträdet har ändrats sedan du öppnade sidan" in page
    assert "Ärende uppsatt på föredragningslistan" in page
    meeting.refresh_from_db()
    assert meeting.packet_frozen_at is None
    assert Document.objects.get(kind="decision_proposal").locked_at is None


@pytest.mark.both
def test_an_old_page_of_a_meeting_changes_nothing_and_is_told():
    """CAP-05, CAP-09"""
    meeting = plan()
    client = secretary()
    version = client.get(address("change_meeting", meeting.pk)).context["version"]
    data = {"documents_due": "2026-04-07", "version": version}
    client.post(address("change_meeting", meeting.pk), {**data, "held_on": "2026-04-22"})
    page = client.post(address("change_meeting", meeting.pk), {**data, "held_on": "2026-04-23"})
    assert page.status_code == 409
    assert "har ändrats sedan du öppnade sidan: Sammanträdet ändrat" in page.content.decode()
    minutes = {"adjusted_on": "2026-03-26", "version": version}
    assert client.post(address("adjust_minutes", meeting.pk), minutes).status_code == 409
    meeting.refresh_from_db()
    assert (meeting.held_on, meeting.minutes_adjusted_on) == (date(2026, 4, 22), None)


@pytest.mark.both
def test_what_is_refused_of_a_meeting_stands_in_its_log():
    """CAP-05, CAP-06, CAP-09"""
    _, meeting = on_the_agenda()
    item = meeting.items.get()
    secretary().post(address("remove_matter", item.pk))
    secretary().post(address("adjust_minutes", meeting.pk), {"adjusted_on": "2026-03-26"})
    assert events(meeting, "refusal") == ["agenda_item_removed", "minutes_adjusted"]
    assert events(meeting) == ["agenda_item_added"]


@pytest.mark.both
def test_a_line_that_was_taken_off_meanwhile_is_neither_moved_nor_taken_off_again():
    """CAP-05, CAP-09"""
    meeting = plan()
    by = person(Role.COMMITTEE_SECRETARY)
    act = Act.own(by, at(BEFORE))
    item = committee.add_item(meeting, "Fråga", act)
    meeting.refresh_from_db()
    perform(meeting, AgendaItemRemoved(item=item), by, at=at(BEFORE))
    meeting.refresh_from_db()
    for command in (AgendaItemRemoved(item=item), AgendaItemMoved(item=item, step=1)):
        with pytest.raises(Refused, match="står inte längre"):
            perform(meeting, command, by, at=at(BEFORE))


def test_the_same_member_sent_twice_is_entered_once_and_an_old_page_ends_nobody():
    """CAP-05, CAP-09"""
    client = secretary()
    said = {"name": "Ulf Sundmark", "seat": "Ledamot", "valid_from": "2026-01-01", "key": "k"}
    for _ in range(2):
        client.post(address("members"), said)
    member = CommitteeMember.objects.get()
    version = client.get(address("end_member", member.pk)).context["version"]
    ends = {"valid_to": "2026-03-31", "version": version}
    assert client.post(address("end_member", member.pk), ends).status_code == 302
    page = client.post(address("end_member", member.pk), {**ends, "valid_to": "2026-05-31"})
    assert page.status_code == 409
    assert "Uppdraget har ändrats sedan du öppnade sidan" in page.content.decode()
    member.refresh_from_db()
    assert member.valid_to == date(2026, 3, 31)
