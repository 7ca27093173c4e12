"""Who gets protected identity after years in the register is named and placed nowhere. BEY-03.

Roles that between them open every page with clients open every address, and what comes back is read as
people read it: pages, JSON, Excel and PDF.
"""

import html
import json
import re
import subprocess
from datetime import date
from io import BytesIO
from urllib.parse import urljoin

import pytest
from django.test import Client as Browser
from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from audit.act import Act
from audit.models import Event, EventValues
from clients.models import Client, Service
from organisation.models import User
from organisation.roles import Role
from planning import tasks
from planning.extras.opening import begin
from planning.models import DayPlan, PlanVersion, Visit, VisitService
from planning.publishing import packs, reading
from tests.factories import SINCE, at
from tests.test_access import BACKEND, World, addresses, holder

BEFORE = {"name": "Ymer Granlöf", "address": "Fjärilsgränd 3", "phone": "0000-11 22 33",
          "entry": "Portkod 4711"}  # fmt: skip
AFTER = {"name": "Ymer Tallqvist", "address": "Humlevägen 9", "phone": "0000-44 55 66",
         "entry": "Nyckelskåp 0815"}  # fmt: skip
TRACES = ("Ymer", "Granlöf", "Tallqvist", "Fjärilsgränd", "Humlevägen", "11 22 33", "44 55 66",
          "4711", "0815", "6012345", "1543219")  # fmt: skip
WHERE = {"latitude": "60.12345", "longitude": "15.43219"}
OTHER_SHAPES = re.compile(r'href="([^"]*\b(?:format|visa|excel)=[^"]*)"').findall
EDITORS = {"clients:change"}
"""Where who edits particulars meets them, which is a reading of its own in the log."""
ROLES = (Role.PLANNER, Role.SOCIAL_WORKER, Role.NURSE, Role.DEPUTY_DIRECTOR, Role.AUDITOR)
"""They open between them every page that shows clients: see `tests.test_access.TABLE`."""


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world of every address, its client with a full history, protected at last."""
    from django.conf import settings

    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        kept, settings.PACKS = settings.PACKS, tmp_path_factory.mktemp("packs")
        world = World()
        world.hidden = _with_history(world)
        yield world
        settings.PACKS = kept
        TestCase._rollback_atomics(atomics)


def _with_history(world: World) -> Client:
    hidden = Client.objects.get(pk=world.arguments["clients:client"][0])
    planner = holder(Role.PLANNER)
    browser = Browser()
    browser.force_login(planner, BACKEND)
    for particulars in (BEFORE, AFTER):
        _save(browser, hidden, particulars)
    _plan(hidden, planner)
    with TestCase.captureOnCommitCallbacks(execute=True):
        _save(browser, hidden, {**AFTER, "has_protected_identity": "on"})
    return Client.objects.get(pk=hidden.pk)


def _save(browser: Browser, hidden: Client, particulars: dict[str, str]) -> None:
    answer = browser.post(
        reverse("clients:change", args=[hidden.pk]),
        {"unit": hidden.unit_id, "provider": hidden.provider_id, "key_number": "118",
         "active_from": "2020-01-01", **WHERE, **particulars},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()


def _plan(hidden: Client, planner: User) -> None:
    """A visit that nobody does, an extra need of it, the published plan and its printed pack."""
    hidden.absences.update(first=date(2020, 2, 1))
    plan = DayPlan.objects.get(day=SINCE, planned_unit=hidden.unit)
    visit = Visit.objects.create(
        plan=plan, client=hidden, start=700, minutes=30, earliest=700, latest_end=730
    )
    visit.staff.create(place=1)
    shower = Service.objects.get_or_create(code="shower2", name="Fotbad", kind="personal_care")[0]
    VisitService.objects.create(visit=visit, service=shower)
    begin(visit, Act(planner, None, at(SINCE)))
    PlanVersion.objects.create(
        plan=plan, number=2, content=reading.snapshot(plan), published_at=at(SINCE),
        recorded_at=at(SINCE), recorded_by=planner,
    )  # fmt: skip
    tasks.write_pack(plan.pk)


def text_of(answer) -> str:
    """What an answer says, whatever kind of file it is."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.get("Content-Type", "")
    if "pdf" in kind:
        return pdf_text(body)
    if "spreadsheet" in kind:
        rows = load_workbook(BytesIO(body)).active.iter_rows(values_only=True)
        return " ".join(str(cell) for row in rows for cell in row)
    text = body.decode(errors="replace")
    return json.dumps(json.loads(text), ensure_ascii=False) if "json" in kind else text


def pdf_text(body: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-", "-"], input=body, capture_output=True, check=True
    ).stdout.decode()


def traces(text: str) -> list[str]:
    """The words of the protected person in a text, figures however they are grouped."""
    figures = re.sub(r"(?<=\d)[.,](?=\d)", "", text)
    return [word for word in TRACES if word in text or word in figures]


@pytest.mark.no_cover
@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_no_address_shows_a_trace_of_who_was_protected_after_a_full_history(told, role):
    """BEY-03: what was true before is masked wherever it is shown; save where particulars are
    edited."""
    browser = Browser()
    browser.force_login(holder(role), BACKEND)
    found = {}
    for name, pattern in addresses():
        if name in ("account_logout", "demo:reset", *EDITORS):
            continue
        waiting = [told.address(name, pattern)]
        for address in waiting:
            answer = browser.get(address)
            if answer.status_code != 200:
                continue
            text = text_of(answer)
            if words := traces(text):
                found[address] = words
            if address == waiting[0]:  # what it offers as files and in other shapes
                waiting += [urljoin(address, html.unescape(link)) for link in OTHER_SHAPES(text)]
    assert found == {}


@pytest.mark.django_db
def test_who_is_protected_is_not_found_by_name_or_address(told):
    """BEY-03: to find somebody by name tells that they are there."""
    browser = Browser()
    browser.force_login(holder(Role.PLANNER), BACKEND)
    link = reverse("clients:client", args=[told.hidden.pk])
    for typed in ("Ymer", "tallqvist", "Granlöf", "Humlevägen"):
        answer = browser.post(reverse("clients:list"), {"sok": typed})
        assert link not in answer.content.decode(), typed


@pytest.mark.django_db
def test_the_history_says_that_particulars_changed_and_not_to_what(told):
    """BEY-03, SEC-02: the log itself keeps what was said, for whoever must know."""
    browser = Browser()
    browser.force_login(holder(Role.SOCIAL_WORKER), BACKEND)
    page = browser.get(reverse("clients:client", args=[told.hidden.pk])).content.decode()
    assert page.count("Uppgifter ändrades") == 3
    assert "dolt" in page
    kept = EventValues.objects.filter(event__name="change_client")
    assert "Fjärilsgränd 3" in str([row.values for row in kept])


@pytest.mark.django_db
def test_the_editor_meets_the_particulars_and_it_is_logged(told):
    """BEY-03, SEC-02"""
    browser = Browser()
    editor = holder(Role.PLANNER)
    browser.force_login(editor, BACKEND)
    page = browser.get(reverse("clients:change", args=[told.hidden.pk])).content.decode()
    assert AFTER["address"] in page
    event = Event.objects.filter(name="read_protected_client").latest("pk")
    assert (event.actor, event.object_id) == (editor, str(told.hidden.pk))
    browser.force_login(holder(Role.NURSE), BACKEND)
    assert browser.get(reverse("clients:change", args=[told.hidden.pk])).status_code == 403


@pytest.mark.django_db
def test_the_printed_plans_that_named_the_person_are_written_again(told):
    """BEY-03, PLN-18"""
    plan = DayPlan.objects.get(day=date(2020, 1, 1), planned_unit=told.hidden.unit)
    written = list(packs.folder_of(plan.planned_unit, plan.day).glob("*.pdf"))
    assert written
    for path in written:
        assert "Skyddad" in (text := pdf_text(path.read_bytes()))
        assert traces(text) == []
