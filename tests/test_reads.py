"""Whoever sees a person's data is in the log: every page, list, search, picker and file. SEC-02.

The oracle is what is sent. Each person's name is a word found nowhere else, so that whom an answer
shows is read from the answer itself, be it a page, a file of Excel or a PDF.
"""

import io
import subprocess
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock, sealing, showings, triggers
from audit.act import Act
from audit.models import Event, Shown
from clients.models import Client
from organisation import reading
from organisation.models import RoleAssignment, Unit, User
from organisation.pages import access_log
from organisation.roles import OUTSIDE_ROLES, Role
from planning.board import pieces
from planning.extras.adding import NewVisit, add
from planning.models import DayPlan, PlanVersion, UnitMove, Visit
from planning.plan.change import Wanted, change
from planning.plan.opening import plan_of
from planning.publishing import reading as published
from tests.everything import BACKEND, addresses
from tests.everything import World as EveryPage
from tests.factories import SINCE, at, person, root_unit, stands_in
from tests.planning.baseplans import factories as baseplans

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
NOW = at(TODAY)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


def everybody() -> User:
    """Somebody who holds every role of the municipality."""
    user = User.objects.create_user("alla", "a@sjovik.example", "x", name="Alla Roller")
    for role in set(Role) - OUTSIDE_ROLES:
        RoleAssignment.objects.create(user=user, role=role, unit=root_unit(), valid_from=SINCE)
    return user


class World(EveryPage):
    """Every page with somebody on it: a day published and changed, an extra need, late decisions."""

    def __init__(self) -> None:
        super().__init__()
        self.user = everybody()
        for _ in range(3):
            Client.objects.create(name="x", unit=root_unit(), active_from=SINCE)
        for someone in Client.objects.people():
            self.name(someone)
        waits = Client.objects.people().last()
        baseplans.order(waits, decision=baseplans.decision(waits), legal_basis="sol_11_1")
        with transaction.atomic():
            self.today = plan_of(root_unit(), TODAY, Act.by_system(NOW))
            self._visits(self.today)
        for plan in DayPlan.objects.all():
            PlanVersion.objects.update_or_create(
                plan=plan,
                number=1,
                defaults={
                    "content": published.snapshot(plan),
                    "published_at": NOW,
                    "recorded_at": NOW,
                    "recorded_by": self.user,
                },
            )
            self._change(plan)
        for move in UnitMove.objects.all():
            move.clients.set(Client.objects.all())
        self.arguments["cases:do"] = [self.need.pk, "record_contact"]
        self.arguments["publishing:version"] = [self.today.pk, 1]  # what has begun is not told

    def name(self, someone: Client) -> None:
        someone.name = f"Namn{someone.pk}x Efter{someone.pk}x"
        someone.address, someone.entry = f"Gata{someone.pk}x 1", f"Kod{someone.pk}x"
        someone.phone = f"07{someone.pk:08}"
        someone.save()

    def _visits(self, plan: DayPlan) -> None:
        for someone in Client.objects.people().filter(absences=None, orders=None):
            new = NewVisit(
                client=someone,
                services=[baseplans.service()],
                start=600,
                minutes=30,
                earliest=600,
                latest_end=630,
            )
            _, started = add(plan, new, Act.own(self.user, NOW))
            self.need = started[0].need if started else self.need

    def _change(self, plan: DayPlan) -> None:
        for visit in Visit.objects.filter(plan=plan):
            time = {"start": visit.start + 5, "minutes": visit.minutes}
            wanted = Wanted(visit.pk, "time", time, visit.time_version)
            change(plan.pk, [wanted], self.user, key=uuid.uuid4().hex, at=NOW)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def browser(world) -> Browser:
    browser = Browser()
    browser.force_login(world.user, BACKEND)
    return browser


def said(answer: Any) -> str:
    """What an answer shows, as text."""
    body = b"".join(answer) if answer.streaming else answer.content
    if body.startswith(b"%PDF"):
        return subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=body, capture_output=True, check=True
        ).stdout.decode()
    if body.startswith(b"PK"):
        rows = load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True)
        return "\n".join(str(cell) for row in rows for cell in row)
    return body.decode(errors="replace")


def shown(answer: Any, people: Any) -> set[int]:
    """The numbers of those whom an answer shows."""
    text = said(answer)
    return {pk for pk in people if f"Namn{pk}x" in text or f"Gata{pk}x" in text}


def logged(since: int) -> set[int]:
    """The numbers of those whom the reads since an event say that they showed."""
    found = Shown.objects.filter(showing__events__pk__gt=since, showing__events__kind="read")
    return set(found.values_list("person", flat=True))


def last() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def asked(world: World) -> Any:
    """Every address, and the ways in which one asks for more of it."""
    for name, pattern in addresses():
        if name not in ("account_logout", "demo:reset"):
            yield name, world.address(name, pattern)
    unit = root_unit().pk
    other = UnitMove.objects.first().source_id
    for name, address in {
        "clients:list xlsx": reverse("clients:list") + "?format=xlsx",
        "baseplans:deviations xlsx": reverse("baseplans:deviations") + "?format=xlsx",
        "board:board day": reverse("board:board") + f"?enhet={unit}&dag={TODAY}",
        "board:board list": reverse("board:board") + f"?enhet={unit}&dag={TODAY}&visa=lista",
        "history:changes xlsx": reverse("history:changes") + f"?enhet={unit}&excel=1",
        "board:follow news": reverse("board:follow", args=[world.today.pk])
        + f"?efter={DayPlan.objects.get(pk=world.today.pk).reload_seq}",
        "unexecuted:report xlsx": reverse("unexecuted:report", args=[2026, 4]) + "?excel=1",
        "units:new split": reverse("units:new") + f"?fran={unit}&till={other}&dag={TODAY}&hur=dela",
        "extras case": reverse("cases:case", args=[world.need.pk]),
    }.items():
        yield name, address


def walk(world: World, browser: Browser) -> tuple[set[str], set[str]]:
    """The addresses that show people, and those that showed somebody who is not in the log."""
    people = set(Client.objects.people().values_list("pk", flat=True))
    showing, silent = set(), set()
    for name, address in asked(world):
        before = last()
        answer = browser.get(address)
        if answer.status_code < 300 and (seen := shown(answer, people)):
            showing.add(name)
            if seen - logged(before):
                silent.add(name)
            assert Event.objects.filter(pk__gt=before, kind="read").count() <= 2, name
    return showing, silent


PAGES = {
    "board:add", "board:board day", "board:board list", "board:breaches",
    "board:follow", "board:follow news", "board:unplaced", "board:visit", "clients:absence_add",
    "clients:absence_change", "clients:absence_consequences", "clients:care_contact",
    "clients:change", "clients:client", "clients:decision_add", "clients:decision_change",
    "clients:decision_end", "clients:double_staffing", "clients:list", "clients:list xlsx",
    "clients:number", "clients:order_add", "clients:order_change", "clients:order_end",
    "clients:wish_add", "declines:decline", "declines:hole", "extras case", "extras:list",
    "extras:report", "history:changes", "history:changes xlsx", "publishing:pack",
    "publishing:page", "publishing:version", "baseplans:deviations", "baseplans:deviations xlsx",
    "baseplans:list", "baseplans:plan", "baseplans:visit", "baseplans:visit_add", "unexecuted:list",
    "unexecuted:postpone", "unexecuted:report", "unexecuted:report xlsx", "unexecuted:resume",
    "units:new split",
}  # fmt: skip
"""Everything that shows a person's data."""


def test_every_page_that_shows_a_person_is_in_the_log_with_that_person(world, browser):
    """SEC-02: a page that shows people and is not in the list above has to be put there."""
    showing, silent = walk(world, browser)
    assert silent == set()
    assert showing == PAGES


def test_a_page_that_did_not_say_whom_it_shows_would_be_found(world, browser, monkeypatch):
    """SEC-02: with the fields silent, the test above names every page."""
    monkeypatch.setattr(reading, "see", lambda person, unit: None)
    monkeypatch.setattr(pieces, "see", lambda person, unit: None)
    _, silent = walk(world, browser)
    assert silent == PAGES


# ------------------------------------------------------------------ lists, searches, forms


def fifty() -> list[int]:
    """Fifty people in the administration, by name."""
    return [
        Client.objects.create(name=f"Namn {n:02} Ek", unit=root_unit(), active_from=SINCE).pk
        for n in range(50)
    ]


@pytest.fixture
def planner() -> Browser:
    browser = Browser()
    browser.force_login(person(Role.PLANNER), BACKEND)
    return browser


def reads() -> list[Event]:
    return list(Event.objects.filter(kind="read").select_related("showing", "chain", "values"))


def people_of(event: Event) -> list[int]:
    return sorted(event.showing.shown.values_list("person", flat=True))


def test_a_list_of_fifty_is_one_event_with_the_fifty_and_kept_once(planner):
    """SEC-02"""
    people = fifty()
    planner.get(reverse("clients:list"))
    planner.get(reverse("clients:list"))
    first, second = reads()
    assert (first.name, first.chain.name) == ("read_people", f"reads:{first.actor_id}")
    assert first.values.values == {"page": "/brukare/"}
    assert (people_of(first), first.showing.count) == (people, 50)
    assert second.showing == first.showing
    assert Shown.objects.count() == 50


def test_a_search_by_name_and_one_by_number_log_whom_they_found(planner):
    """SEC-02, SEC-03: what was written is nowhere in the log."""
    people = fifty()
    Client.objects.filter(pk=people[7]).update(name="Åke Sundvall")
    number = Client.objects.get(pk=people[9])
    number.identity_number = "194003126671"
    number.save()
    for text, found in (("sundvall", people[7]), ("19400312-6671", people[9])):
        planner.post(reverse("clients:list"), {"sok": text})
        event = reads()[-1]
        assert people_of(event) == [found]
        assert event.values.values == {"page": "/brukare/"}


def test_a_search_that_finds_nobody_has_read_nobody(planner):
    """SEC-02"""
    fifty()
    planner.post(reverse("clients:list"), {"sok": "Finns Inte"})
    assert reads() == []


def test_a_form_that_comes_back_with_a_fault_is_a_reading_and_one_that_is_done_is_none(planner):
    """SEC-02"""
    one = fifty()[0]
    address = reverse("clients:decision_add", args=[one])
    assert planner.post(address, {"legal_basis": ""}).status_code == 422
    [event] = reads()
    assert (event.name, event.chain.name, people_of(event)) == (
        "read_client",
        f"client:{one}",
        [one],
    )
    said = {
        "reference": "V1",
        "legal_basis": "sol_11_1",
        "decided_on": "2026-11-01",
        "decided_by": "Leila Havsby",
        "valid_from": "2026-11-01",
    }
    assert planner.post(address, said).status_code == 302
    assert len(reads()) == 1


def test_who_is_masked_is_not_shown_and_whose_page_is_opened_is_read(planner):
    """SEC-02, BEY-03"""
    people = fifty()
    Client.objects.filter(pk=people[3]).update(has_protected_identity=True)
    planner.get(reverse("clients:list"))
    assert people_of(reads()[0]) == [pk for pk in people if pk != people[3]]
    planner.get(reverse("clients:client", args=[people[3]]))
    assert reads()[1].chain.name == f"client:{people[3]}"


def test_a_refused_page_has_read_nobody(planner):
    """SEC-01, SEC-02"""
    south = Unit.objects.create(name="Sjövik Söder", valid_from=SINCE)
    other = Client.objects.create(name="Gösta Mård", unit=south, active_from=SINCE)
    assert planner.get(reverse("clients:client", args=[other.pk])).status_code == 404
    assert reads() == []


def test_a_case_read_by_its_history_form_or_who_sees_is_read(browser, world):
    """SEC-02"""
    for name, args in (
        ("history", []),
        ("who_sees", []),
        ("do", ["record_contact"]),
        ("what_if", [world.need.deadlines.first().pk]),
    ):
        before = last()
        browser.get(reverse(f"cases:{name}", args=[world.need.pk, *args]))
        [event] = Event.objects.filter(pk__gt=before, kind="read").select_related("chain")
        assert (event.name, event.chain.name) == ("read_case", f"case:{world.need.pk}")


def test_an_open_board_that_is_told_nothing_new_reads_nothing(browser, world):
    """SEC-02, PLN-15: it asks twice a second."""
    plan = DayPlan.objects.get(pk=world.today.pk)
    address = reverse("board:follow", args=[plan.pk])
    before = last()
    digest = browser.get(address, {"efter": plan.last_seq}).json()["digest"]
    assert browser.get(address, {"efter": plan.last_seq, "dar": digest}).status_code == 304
    assert last() == before
    answer = browser.get(address, {"efter": plan.reload_seq})
    assert answer.json()["reload"] is False
    [event] = Event.objects.filter(pk__gt=before)
    assert people_of(event) == sorted(plan.visits.values_list("client", flat=True).distinct())


def test_a_substitutes_list_is_for_the_absent_where_they_alone_reach_it():
    """CAP-08, SEC-02: Tove plans the North herself; the South she reads for Ulf."""
    units = [
        Unit.objects.create(name=name, parent=root_unit(), valid_from=SINCE)
        for name in ("Sjövik Norr", "Sjövik Söder")
    ]
    tove, ulf = (
        person(Role.PLANNER, unit, name, name)
        for unit, name in zip(units, ("Tove", "Ulf"), strict=True)
    )
    stands_in(tove, ulf, SINCE, date(2030, 1, 1))
    for unit in units:
        Client.objects.create(name=f"Bo {unit}", unit=unit, active_from=SINCE)
    browser = Browser()
    browser.force_login(tove, BACKEND)
    for query, absent in (
        (f"?enhet={units[0].pk}", None),
        (f"?enhet={units[1].pk}", ulf),
        ("", None),
    ):
        browser.get(reverse("baseplans:list") + query)
        event = reads()[-1]
        assert (event.name, event.actor, event.on_behalf_of) == ("read_people", tove, absent)


@pytest.mark.parametrize("page", ["clients:list", "baseplans:list"])
def test_the_log_costs_a_list_the_same_whatever_its_length(planner, page):
    """SEC-02"""
    Client.objects.create(name="Bo Ek", unit=root_unit(), active_from=SINCE)
    planner.get(reverse(page))
    counts = []
    for _ in range(2):
        fifty()
        with CaptureQueriesContext(connection) as asked_for:
            planner.get(reverse(page))
        counts.append(len([q for q in asked_for if "audit_" in q["sql"]]))
    assert counts[0] == counts[1] <= 9


# ------------------------------------------------------------------ loggkontroll


@pytest.fixture
def auditor() -> Browser:
    browser = Browser()
    browser.force_login(person(Role.AUDITOR), BACKEND)
    return browser


def test_the_auditor_finds_everybody_who_was_shown_a_person_lists_too(planner, auditor):
    """SEC-02: by identity number, which is sent and never stands in the address."""
    people = fifty()
    one = Client.objects.get(pk=people[9])
    one.identity_number = "194003126671"
    one.save()
    planner.get(reverse("clients:list"))
    planner.get(reverse("clients:client", args=[one.pk]))
    planner.get(reverse("clients:client", args=[people[0]]))
    answer = auditor.post(reverse("organisation:log_client"), {"nummer": "19400312-6671"})
    assert answer["Location"] == f"/organisation/logg/?objekt=brukare+{one.pk}"
    page = auditor.get(answer["Location"])
    assert [line.event.name for line in page.context["lines"]] == ["read_client", "read_people"]
    assert [line.about for line in page.context["lines"]] == [
        f"Brukare {one.pk}",
        "Användare planner, 50 brukare",
    ]
    assert "Såg uppgifter om brukare: /brukare/" in page.content.decode()
    assert "Åke" not in page.content.decode()


@pytest.mark.parametrize(
    ("text", "told"),
    [("19400312-6672", "Kontrollsiffran"), ("19121212-1212", "Ingen brukare har"), ("", "Skriv")],
)
def test_a_number_that_is_wrong_or_nobodys_is_told(auditor, text, told):
    """SEC-02"""
    answer = auditor.post(reverse("organisation:log_client"), {"nummer": text}, follow=True)
    assert told in answer.content.decode()


def test_only_reviewers_look_somebody_up_in_the_log(planner):
    """SEC-01"""
    answer = planner.post(reverse("organisation:log_client"), {"nummer": "19400312-6671"})
    assert answer.status_code == 403


def test_whoever_was_shown_a_person_is_found_by_an_index():
    """SEC-02, on both databases: the log is not read through."""
    found = access_log._about_what(Event.objects.order_by("-pk"), "brukare 12")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("set local enable_seqscan = off")
    plan = found.explain()
    assert "Seq Scan on audit_event" not in plan
    assert not [row for row in plan.splitlines() if "SCAN audit_event" in row]


@pytest.mark.parametrize(
    "sql",
    [
        "update audit_shown set person = person + 1000 where id = (select min(id) from audit_shown)",
        "delete from audit_shown where id = (select min(id) from audit_shown)",
        "delete from audit_shown",
    ],
)
def test_whom_a_read_showed_cannot_be_changed_unseen(planner, sql):
    """SEC-02, CAP-06: not even with the keys of the database."""
    fifty()
    planner.get(reverse("clients:list"))
    assert list(showings.faults()) == []
    with connection.cursor() as cursor:
        cursor.execute(sql)
    [fault] = showings.faults()
    assert "är ändrade" in fault
    assert fault in sealing.verify().faults


def test_another_showing_put_in_an_event_breaks_its_chain(planner):
    """SEC-02, CAP-06"""
    fifty()
    planner.get(reverse("clients:list"))
    planner.get(reverse("clients:client", args=[Client.objects.latest("pk").pk]))
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("update audit_event set showing_id = null where name = 'read_people'")
    triggers.install(connection)
    assert any("är ändrad" in fault for fault in sealing.verify().faults)
