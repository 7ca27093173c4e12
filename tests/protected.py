"""One object of each kind, and among them somebody who got protected identity after years in the register.

What an answer says is read as people read it: pages, refusals, JSON, Excel and PDF.
"""

import html
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.test import Client as Browser
from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from audit.act import Act
from clients.models import Client, Service
from organisation.models import User
from organisation.roles import Role
from planning.extras.opening import begin
from planning.models import DayPlan, PlanVersion, Visit, VisitService
from planning.publishing import reading, tasks
from tests.everything import BACKEND, World, holder
from tests.factories import SINCE, at

BEFORE = {"name": "Ymer Granlöf", "address": "Fjärilsgränd 3", "phone": "0000-11 22 33",
          "entry": "Portkod 4711"}  # fmt: skip
AFTER = {"name": "Ymer Tallqvist", "address": "Humlevägen 9", "phone": "0000-44 55 66",
         "entry": "Nyckelskåp 0815"}  # fmt: skip
TRACES = ("Ymer", "Granlöf", "Tallqvist", "Fjärilsgränd", "Humlevägen", "11 22 33", "44 55 66",
          "kod 4711", "skåp 0815", "6012345", "1543219")  # fmt: skip
WHERE = {"latitude": "60.12345", "longitude": "15.43219"}


class ProtectedWorld(World):
    """`hidden` has moved, changed name and number, been planned, printed and published, and is protected."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = _with_history(self)


@contextmanager
def protected_world(packs: Path) -> Iterator[ProtectedWorld]:
    """Built once; every test's own changes are rolled back to it. `packs` is where its paper lies."""
    kept, settings.PACKS = settings.PACKS, packs
    atomics = TestCase._enter_atomics()
    yield ProtectedWorld()
    TestCase._rollback_atomics(atomics)
    settings.PACKS = kept


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
        {
            "unit": hidden.unit_id,
            "provider": hidden.provider_id,
            "key_number": "118",
            "active_from": "2020-01-01",
            **WHERE,
            **particulars,
        },
    )
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
        plan=plan,
        number=2,
        content=reading.snapshot(plan),
        published_at=at(SINCE),
        recorded_at=at(SINCE),
        recorded_by=planner,
    )
    tasks.write_pack(plan.pk)


def text_of(answer) -> str:
    """What an answer says, whatever kind of file it is."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.get("Content-Type", "")
    if body.startswith(b"%PDF-"):
        return pdf_text(body)
    if "spreadsheet" in kind:
        rows = load_workbook(BytesIO(body)).active.iter_rows(values_only=True)
        return " ".join(str(cell) for row in rows for cell in row)
    text = body.decode(errors="replace")
    return json.dumps(json.loads(text), ensure_ascii=False) if "json" in kind else text


def other_shapes(address: str, text: str) -> list[str]:
    """Addresses of the same page as a file or in another shape, which it offers."""
    links = re.findall(r'href="([^"]*\b(?:format|visa|excel)=[^"]*)"', text)
    return [urljoin(address, html.unescape(link)) for link in links]


def pdf_text(body: bytes) -> str:
    return subprocess.run(
        ["pdftotext", "-", "-"], input=body, capture_output=True, check=True
    ).stdout.decode()


def traces(text: str) -> list[str]:
    """The words of the protected person in a text, figures however they are grouped."""
    figures = re.sub(r"(?<=\d)[.,](?=\d)", "", text)
    return [word for word in TRACES if word in text or word in figures]
