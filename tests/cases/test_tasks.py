"""Who has what to do next: tasks, what they wait for, taking one and giving one. CAP-14, LOV-14, EXT-05."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases import awaiting, flows
from cases.actions import ChangeResponsible, DeclareConflict, GiveTask
from cases.models import Awaited, Case, CaseTask, Notification
from door.performing import perform
from door.refusals import Refused
from organisation.authority import actor_on
from organisation.models import RoleAssignment
from organisation.roles import Role
from procurement.applications.commands.controls import RecordControl
from tests.factories import at, person, stands_in
from tests.procurement.agreements import do
from tests.procurement.routine import application_in

pytestmark = pytest.mark.django_db
STRATEGIST, DEPUTY = "development-strategist", "deputy-director"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def day(month: int, number: int) -> date:
    """A day of 2026, the year of the routine's story."""
    return date(2026, month, number)


def waits(case) -> list[tuple[str, str]]:
    """What the case waits for, and who has it."""
    rows = Awaited.objects.filter(case=case.pk).select_related("person")
    return [(row.command, row.person.username if row.person else "") for row in rows]


def mine(user, on) -> list[tuple[str, int]]:
    """What waits for a person: the first command of each case, and how many things more."""
    return [
        (line.command.command_name(), line.more) for line in awaiting.lines(actor_on(user, on), 8)
    ]


def test_what_the_guards_miss_waits_for_whoever_is_responsible():
    """CAP-14: the credit report has come; the tax agency, qms, CVs, extracts, the meeting and two
    kinds of references are left"""
    r = application_in("handling")
    do(r.application, ChangeResponsible(user=person(STRATEGIST)), DEPUTY, day(3, 10))
    r.control(at(day(3, 10)), "credit")
    assert waits(r.application) == [
        ("record_control", STRATEGIST),
        ("record_control", STRATEGIST),
        ("record_control", STRATEGIST),
        ("note_record_extract", STRATEGIST),
        ("hold_information_meeting", STRATEGIST),
        ("add_reference", STRATEGIST),
        ("add_reference", STRATEGIST),
    ]
    assert mine(person(STRATEGIST), day(3, 10)) == [("record_control", 6)]
    assert mine(person(DEPUTY), day(3, 10)) == []


def test_a_case_that_nobody_has_waits_for_who_gives_it_and_for_every_handler():
    """LOV-14"""
    r = application_in("handling")
    do(r.application, DeclareConflict(why="Syskon är delägare."), STRATEGIST, day(3, 10))
    assert waits(r.application)[-1] == ("change_responsible", "")
    assert mine(person(STRATEGIST), day(3, 10)) == []  # a conflict of interest
    assert mine(person(DEPUTY), day(3, 10))[0][0] == "change_responsible"


def test_a_proposal_waits_for_a_deputy_director_who_did_not_make_it():
    """LOV-08, CAP-08: four eyes, also for who stands in for the one who proposed"""
    r = application_in("assessment")
    held = person(DEPUTY).roles.get()
    RoleAssignment.objects.create(
        user=person(STRATEGIST), role=held.role, unit=held.unit, valid_from=held.valid_from
    )
    flows.refresh(day(3, 25))
    assert ("concur", "") in waits(r.application)
    assert mine(person(DEPUTY), day(3, 25)) == [("concur", 0)]
    assert mine(person(STRATEGIST), day(3, 25)) == []
    nurse = person(Role.NURSE)
    stands_in(nurse, person(STRATEGIST), day(3, 1), day(3, 31))
    assert mine(nurse, day(3, 25)) == []


def test_a_step_is_taken_on_its_page_and_then_waits_for_nobody_else(client, monkeypatch):
    """LOV-14: state, log, page"""
    r = application_in("decided")
    first = person(Role.COMMITTEE_SECRETARY)
    second = person(Role.COMMITTEE_SECRETARY, name="Nils Ask", username="nils")
    assert mine(first, day(4, 16)) == mine(second, day(4, 16)) == [("notify_applicant", 0)]
    monkeypatch.setattr(clock, "now", lambda: at(day(4, 16)))
    client.force_login(second, BACKEND)
    page = client.get(reverse("cases:overview")).content.decode()
    task = CaseTask.objects.get(process__case=r.application.pk, status="NEW")
    address = reverse("cases:do", args=[r.application.pk, "give_task"])
    assert f"{address}?task={task.pk}" in page
    shown = client.get(f"{address}?task={task.pk}").content.decode()
    assert "Underrättelse" in shown
    sent = {"task": task.pk, "person": second.pk, "version": r.application.version, "key": "k1"}
    assert client.post(address, sent).status_code == 302
    assert waits(r.application) == [("notify_applicant", "nils")]
    assert mine(first, day(4, 16)) == []
    assert mine(second, day(4, 16)) == [("notify_applicant", 0)]
    event = Event.objects.get(chain__name=r.application.chain, name="give_task")
    assert (event.values.values["task"], event.values.values["person"]) == (task.pk, second.pk)


def test_a_step_is_given_by_a_handler_to_somebody_who_may_do_it_and_is_told():
    """LOV-14, CAP-08: with the refusals"""
    r = application_in("decided")
    other = person(Role.COMMITTEE_SECRETARY, name="Nils Ask", username="nils")
    task = CaseTask.objects.get(process__case=r.application.pk, status="NEW")
    with pytest.raises(Refused, match="En handläggare ger den till någon annan"):
        do(r.application, GiveTask(task=task, person=other), "committee-secretary", day(4, 16))
    with pytest.raises(Refused, match="har ingen roll som får göra uppgiften"):
        do(r.application, GiveTask(task=task, person=person(Role.NURSE)), STRATEGIST, day(4, 16))
    do(r.application, GiveTask(task=task, person=other), STRATEGIST, day(4, 16))
    assert waits(r.application) == [("notify_applicant", "nils")]
    told = Notification.objects.get(user=other)
    assert told.text == f"{r.application}: du har fått en uppgift"
    refused = Event.objects.filter(chain__name=r.application.chain, kind="refusal")
    assert [row.name for row in refused] == ["give_task", "give_task"]
    r.notify(at(day(4, 20)), "post")
    with pytest.raises(Refused, match="Uppgiften är redan gjord"):
        do(
            r.application,
            GiveTask(task=CaseTask.objects.get(pk=task.pk), person=other),
            STRATEGIST,
            day(4, 21),
        )


def test_what_has_changed_outside_a_case_is_mended_in_the_night():
    """DAY-01: a role that ends, and a case without tasks"""
    r = application_in("handling")
    do(r.application, ChangeResponsible(user=person(STRATEGIST)), DEPUTY, day(3, 10))
    RoleAssignment.objects.filter(user=person(STRATEGIST)).update(valid_to=day(3, 11))
    flows.refresh(day(3, 12))
    assert {who for _, who in waits(r.application)} == {""}
    left = waits(r.application)
    CaseTask.objects.all().delete()
    r.application.process.delete()
    flows.refresh(day(3, 12))
    assert waits(r.application) == left
    kept = list(Awaited.objects.values())
    flows.refresh(day(3, 12))
    assert list(Awaited.objects.values()) == kept  # as it was, row by row


def test_the_list_can_be_narrowed_to_what_waits_for_me(client, monkeypatch):
    """CAP-14"""
    r = application_in("decided")
    monkeypatch.setattr(clock, "now", lambda: at(day(4, 16)))
    client.force_login(person(Role.COMMITTEE_SECRETARY), BACKEND)
    address = reverse("cases:worklist")
    rows = client.get(address, {"visa": "vantar"}).context["page"].object_list
    assert [case.pk for case in rows] == [r.application.pk]
    assert "Underrättelse till sökanden" in client.get(address).content.decode()
    client.force_login(person(Role.ARCHIVIST), BACKEND)
    assert not client.get(address, {"visa": "vantar"}).context["page"].object_list


def test_a_command_that_finishes_a_step_asks_at_most_25_questions():
    """The last control of the six that join before the assessment, as a page carries it out."""
    r = application_in("handling")
    r.control(at(day(3, 10)), "credit")
    case, worker = Case.objects.get(pk=r.application.pk), person(STRATEGIST)
    command = RecordControl(kind="tax", outcome="passed", done_on=day(3, 11), note="")
    with CaptureQueriesContext(connection) as asked:
        perform(case, command, worker, expected_version=case.version, at=at(day(3, 11)))
    questions = [each["sql"] for each in asked if "SAVEPOINT" not in each["sql"]]
    assert len(questions) <= 25
    assert "tax" not in [task.flow_task.name for task in flows.open_tasks(case)]
