"""Decisions that are not carried out within three months. CAP-17, UNX-02, SoL 34:1-3.

Today is Monday 23 November 2026, in the fourth quarter.
"""

import io
import re
import subprocess
from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.act import Act
from audit.models import Event
from clients.models import Client, ServiceOrder
from organisation.models import Unit
from organisation.roles import Role
from planning.models import Postponement, Visit, VisitService
from planning.plan.opening import plan_of
from planning.unexecuted import reading, rules
from tests.factories import SINCE, person, root_unit
from tests.planning.baseplans.factories import TEST_NUMBER
from tests.planning.plan.world import NOW, World

TODAY = date(2026, 11, 23)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LIST = reverse("unexecuted:list")


@pytest.mark.parametrize(
    ("said", "since", "due", "late"),
    [
        ({"decided": date(2026, 8, 20)}, date(2026, 8, 20), date(2026, 11, 20), True),
        ({"decided": date(2026, 8, 23)}, date(2026, 8, 23), date(2026, 11, 23), False),
        ({"decided": date(2026, 8, 1), "starts": date(2026, 9, 1)},
         date(2026, 9, 1), date(2026, 12, 1), False),
        ({"decided": date(2026, 1, 10), "last_visit": date(2026, 8, 10)},
         date(2026, 8, 10), date(2026, 11, 10), True),
        ({"decided": date(2026, 1, 10), "last_visit": date(2026, 11, 20)},
         date(2026, 11, 20), date(2027, 2, 20), False),
        ({"decided": date(2026, 5, 1), "wishes": [(date(2026, 6, 1), None)]},
         date(2026, 5, 1), date(2026, 8, 1), True),
        ({"decided": date(2026, 5, 1), "wishes": [(date(2026, 6, 1), date(2026, 9, 30))]},
         date(2026, 5, 1), date(2026, 8, 1), True),
        ({"decided": date(2025, 11, 30), "last_visit": date(2026, 8, 31)},
         date(2026, 8, 31), date(2026, 11, 30), False),
    ],
    ids=["the day after three months", "the last day", "from the first day when it is later",
         "interrupted", "a visit lately", "wants to wait", "wanted to wait until September",
         "the month's last day is clipped"],
)  # fmt: skip
def test_three_months_from_the_decision_or_the_interruption(said, since, due, late):
    """CAP-17, UNX-02: the last day is no working day's business, so it is never moved; a wish to wait
    moves it no more than that."""
    found = rules.waiting(TODAY, **{"starts": said["decided"], "last_visit": None, **said})
    assert (found.since, found.due, found.is_late(TODAY)) == (since, due, late)


@pytest.mark.parametrize(
    ("day", "quarter", "first", "last"),
    [
        (date(2026, 1, 1), (2026, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (TODAY, (2026, 4), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_quarters(day, quarter, first, last):
    found = rules.quarter_of(day)
    assert ((found.year, found.number), found.first, found.last) == (quarter, first, last)
    assert rules.quarter_before(rules.Quarter(2026, 1)) == rules.Quarter(2025, 4)


@pytest.fixture
def world(db, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    w = World()
    visited(w, w.client("Dag Ek").orders.get(), date(2025, 12, 1))  # planned here since then
    Client.objects.update(is_dormant=True)
    w.worker = person(Role.SOCIAL_WORKER, w.unit, "Leila Havsby", "leila")
    client.force_login(w.worker, BACKEND)
    return w


def text_of(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def granted(world, name: str, decided: date) -> ServiceOrder:
    who = world.client(name)
    who.decisions.update(decided_on=decided, valid_from=decided)
    who.orders.update(valid_from=decided)
    return who.orders.get()


def visited(world, order: ServiceOrder, day: date) -> None:
    with transaction.atomic():
        plan = plan_of(world.unit, day, Act.own(world.planner, NOW))
    made = Visit.objects.create(
        plan=plan, client=order.client, start=600, minutes=30, earliest=600, latest_end=630
    )
    VisitService.objects.create(visit=made, service=order.service)


@pytest.mark.both
def test_what_is_late_and_soon_stand_apart_whether_or_not_the_person_wants_to_wait(client, world):
    """CAP-17, UNX-02, SEC-02"""
    granted(world, "Frida Karlsson", date(2026, 8, 20))  # until 20 November: late
    granted(world, "Gösta Mård", date(2026, 9, 10))  # until 10 December: within 30 days
    granted(world, "Hilda Öman", date(2026, 10, 30))  # until 30 January: not shown
    waits = granted(world, "Ivar Lund", date(2026, 5, 1))
    new = granted(world, "Kaj Sten", date(2026, 11, 1))
    for order in (waits, new):
        Postponement.objects.create(
            order=order,
            first=date(2026, 5, 2),
            note="Själv",
            recorded_at=NOW,
            recorded_by=world.worker,
        )
    going = granted(world, "Judit Ek", date(2026, 1, 1))
    visited(world, going, date(2026, 11, 20))
    shown = client.get(LIST)
    found, page = shown.context, shown.content.decode()
    names = {
        part: [str(line.order.client) for line in found[part]]
        for part in ("late", "near", "wished")
    }
    assert names == {
        "late": ["Ivar Lund", "Frida Karlsson"],
        "near": ["Gösta Mård"],
        "wished": ["Kaj Sten"],
    }
    assert "Personens egen önskan" in page
    assert "rapporteras inte" not in page
    read = Event.objects.get(name="read_unexecuted")
    assert (read.kind, read.personal, read.actor) == ("read", True, world.worker)


def test_an_interruption_counts_from_the_last_visit(world):
    """CAP-17: whatever the reason, also when the person has been away."""
    order = granted(world, "Frida Karlsson", date(2026, 1, 1))
    visited(world, order, date(2026, 8, 10))
    [line] = reading.lines(Client.objects.all(), TODAY)
    assert (line.waiting.due, line.why) == (date(2026, 11, 10), "Avbrott")
    order.client.absences.create(
        why="hospital", first=date(2026, 8, 11), recorded_at=NOW, recorded_by=world.worker
    )
    [line] = reading.lines(Client.objects.all(), TODAY)
    assert (line.waiting.is_late(TODAY), line.why) == (True, "Sjukhus")


@pytest.mark.both
def test_the_quarters_report_has_what_is_late_what_was_carried_out_and_numbers(client, world):
    """CAP-17: SoL 34:1, 34:2 and 34:3. Gösta waited from 1 July, and had a visit on 9 October;
    Frida has waited since 20 August: 95 days until today."""
    granted(world, "Frida Karlsson", date(2026, 8, 20))
    gosta = granted(world, "Gösta Mård", date(2026, 7, 1))
    visited(world, gosta, date(2026, 10, 9))
    visited(world, gosta, date(2026, 11, 20))
    address = reverse("unexecuted:report", args=[2026, 4])
    found = client.get(address).context["report"]
    assert [str(line.order.client) for line in found.late] == ["Frida Karlsson"]
    assert [(str(line.order.client), line.carried_out) for line in found.carried_out] == [
        ("Gösta Mård", date(2026, 10, 9))
    ]
    assert found.by_kind == [("Omvårdnad", [95])]
    third = client.get(reverse("unexecuted:report", args=[2026, 3])).context["report"]
    assert [str(line.order.client) for line in third.late] == []  # Gösta's day was 1 October
    answer = client.get(address + "?excel=1")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[:2] for row in rows[1:]] == [
        ("Ej verkställt", "Frida Karlsson"),
        ("Verkställt under kvartalet", "Gösta Mård"),
    ]


def test_what_happened_before_days_were_planned_here_is_not_judged(world):
    """CAP-17: the months run from the unit's first planned day; a unit that plans elsewhere has none."""
    order = granted(world, "Frida Karlsson", date(2025, 3, 1))
    [line] = reading.lines(Client.objects.all(), TODAY)
    assert line.waiting.since == date(2025, 12, 1)
    elsewhere = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    Client.objects.filter(pk=order.client_id).update(unit=elsewhere)
    assert reading.lines(Client.objects.all(), TODAY) == []


def test_a_person_who_wants_to_wait_is_noted_and_then_wants_no_longer(client, world):
    """CAP-17, UNX-02: on record both times; the three months have run all the time."""
    order = granted(world, "Frida Karlsson", date(2026, 8, 20))
    said = {"first": "2026-09-01", "last": "", "note": "Själv vid hembesök"}
    client.post(reverse("unexecuted:postpone", args=[order.pk]), said)
    row = Postponement.objects.get()
    assert Event.objects.get(name="postpone_order").actor == world.worker
    [line] = reading.lines(Client.objects.all(), TODAY)
    assert line.waiting.own_wish
    client.post(reverse("unexecuted:resume", args=[row.pk]), {"last": "2026-11-01"})
    [line] = reading.lines(Client.objects.all(), TODAY)
    assert (line.waiting.own_wish, line.waiting.due) == (False, date(2026, 11, 20))
    assert Event.objects.filter(name="resume_order").count() == 1


def test_what_cannot_be_is_refused_in_words(client, world):
    """CAP-17"""
    order = granted(world, "Frida Karlsson", date(2026, 8, 20))
    address = reverse("unexecuted:postpone", args=[order.pk])
    said = {"first": "2026-09-01", "last": "2026-08-01", "note": "Själv"}
    assert "Sista dagen är före den första." in client.post(address, said).content.decode()
    client.post(address, {**said, "last": ""})
    again = client.post(address, {**said, "last": ""})
    assert "Personen vill redan vänta." in again.content.decode()
    assert Postponement.objects.count() == 1


def test_a_wish_is_noted_once_never_from_an_old_page_and_a_refusal_is_on_record(client, world):
    """CAP-05, CAP-06, CAP-17"""
    order = granted(world, "Frida Karlsson", date(2026, 8, 20))
    address = reverse("unexecuted:postpone", args=[order.pk])
    said = {"first": "2026-09-01", "last": "", "note": "Själv", "version": 1, "key": "one"}
    Client.objects.filter(pk=order.client_id).update(version=2)
    old = client.post(address, said)
    assert old.status_code == 409
    assert "har ändrats sedan du öppnade sidan" in old.content.decode()
    assert not Postponement.objects.exists()
    for _ in range(2):
        assert client.post(address, {**said, "version": 2}).status_code == 302
    assert Postponement.objects.count() == 1
    assert client.post(address, {**said, "version": 3, "key": "two"}).status_code == 422
    refusal = Event.objects.get(chain__name=order.client.chain, kind="refusal")
    assert (refusal.name, refusal.actor) == ("postpone_order", world.worker)


def test_another_units_social_worker_sees_and_notes_nothing(client, world):
    """SEC-01, CAP-17"""
    order = granted(world, "Frida Karlsson", date(2026, 8, 20))
    other = Unit.objects.create(name="Strandby", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.SOCIAL_WORKER, other, "Stig Mo", "stig"), BACKEND)
    assert client.get(LIST).context["late"] == []
    assert client.get(reverse("unexecuted:postpone", args=[order.pk])).status_code == 404


def test_as_many_queries_for_ten_as_for_one(client, world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        client.get(LIST)  # whom it shows is kept the first time they are shown together
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    granted(world, "Frida Karlsson", date(2026, 8, 20))
    before = asked()
    for number in range(9):
        granted(world, f"Gösta Mård {number}", date(2026, 8, 20))
    assert asked() == before


def test_the_report_is_a_document_that_names_nobody_and_its_making_is_on_record(client, world):
    """CAP-17, UNX-02, SEC-02: Frida (a woman by her number) has waited 95 days; Ivar, who wants to
    wait, 206; Gösta was visited on 9 October after 100 days."""
    late = granted(world, "Frida Karlsson", date(2026, 8, 20))
    late.client.identity_number = TEST_NUMBER
    late.client.save()
    late.client.decisions.update(reference="V-77")
    gosta = granted(world, "Gösta Mård", date(2026, 7, 1))
    visited(world, gosta, date(2026, 10, 9))
    waits = granted(world, "Ivar Lund", date(2026, 5, 1))
    Postponement.objects.create(
        order=waits, first=date(2026, 5, 2), note="Själv", recorded_at=NOW, recorded_by=world.worker
    )
    address = reverse("unexecuted:document", args=[2026, 4])
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert "ej-verkstallda-2026-4.pdf" in answer["Content-Disposition"]
    text = text_of(b"".join(answer.streaming_content))
    first, council = text.split("\f")[:2]
    parts = re.split(r"\n[^\n]*\((\d+)\)\n", first.rsplit("1 (2)", 1)[0])
    assert parts[1::2] == ["2", "1"]
    for part, said in zip(
        parts[2::2],
        (
            (
                f"Beställning {waits.pk}",
                "2026-05-01",
                "206",
                "egen önskan",
                "V-77",
                "2026-08-20",
                "95",
                "Inte påbörjat",
            ),
            (f"Beställning {gosta.pk}", "2026-07-01", "100", "2026-10-09"),
        ),
        strict=True,
    ):
        flat = " ".join(part.split())
        assert [word for word in said if word not in flat] == []
    assert "1 gäller kvinnor och 0 män; för 1 är personnumret inte känt här" in " ".join(
        council.split()
    )
    assert re.search(r"Omvårdnad +2 +206, 95", council)
    for hidden in ("Frida", "Karlsson", "Gösta", "Ivar", TEST_NUMBER, TEST_NUMBER[2:8]):
        assert hidden not in text
    made = Event.objects.get(name="report_unexecuted")
    assert (made.kind, made.personal, made.actor) == ("read", True, world.worker)
    assert made.values.values["orders"] == [waits.pk, late.pk, gosta.pk]


def test_page_and_document_say_that_the_report_is_not_to_be_sent_as_it_is_and_why(client, world):
    """UNX-01: the statute's clock is the day of the decision; what is carried out in part, and the
    reasons, are missing."""
    page = client.get(reverse("unexecuted:report", args=[2026, 4])).content.decode()
    pdf = client.get(reverse("unexecuted:document", args=[2026, 4]))
    ivo, council = text_of(b"".join(pdf.streaming_content)).split("\f")[:2]
    for shown in (page, ivo, council):
        text = " ".join(shown.split())
        for said in (
            "Rapporten ska inte skickas som den är.",
            "lagen räknar från dagen för beslutet (SoL 34 kap. 1 §)",
            "verkställda bara till en del saknas också",
            "skälen till dröjsmålen är inte ifyllda",
        ):
            assert said in text


def test_a_report_is_refused_before_its_quarter_and_to_those_who_do_not_report(client, world):
    """CAP-17, SEC-01"""
    assert client.get(reverse("unexecuted:document", args=[2027, 1])).status_code == 404
    assert client.get(reverse("unexecuted:report", args=[2026, 5])).status_code == 404
    client.force_login(world.planner, BACKEND)
    assert client.get(reverse("unexecuted:document", args=[2026, 4])).status_code == 403
    assert not Event.objects.filter(name="report_unexecuted").exists()
