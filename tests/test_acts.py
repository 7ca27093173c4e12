"""Who does it, for whom and when: no act and no reading loses the substitute's "for X". CAP-08."""

import ast
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from audit import clock, log
from audit.act import Act
from audit.models import Event
from cases import messages
from cases.models import CommitteeMeeting, OutgoingMail
from door.performing import perform
from door.refusals import NotAllowed
from organisation.models import Provider, RoleAssignment, Unit, User
from organisation.roles import OUTSIDE_ROLES, Role
from planning.models import DayPlan, OptimizerRun, Practice
from procurement.applications.commands.intake import ReviewApplication
from procurement.followups.models import QuestionTemplate
from procurement.specifications.commands import VersionDrafted
from procurement.specifications.defaults import load_first_version
from procurement.specifications.models import SpecificationVersion
from procurement.templating.commands import TemplateDrafted
from tests.everything import BACKEND, addresses
from tests.everything import World as EveryPage
from tests.factories import SINCE, person, root_unit, stands_in
from tests.planning.plan.world import DAY, NOW, World
from tests.procurement.routine import application_in

pytestmark = pytest.mark.django_db
REVIEW = ReviewApplication(outcome="passed", note="Utan anmärkning")
APPS = ("audit", "door", "organisation", "cases", "clients", "procurement", "planning")
LATER = date(2030, 1, 1)

BY_NO_ROLE = {
    "organisation/login_events.py": "logging in is one's own",
    "planning/plan/change.py": "no visits, so nothing is changed",
    "procurement/portal/views.py": "a company's person: representing a company has no substitute",
    "procurement/escalations/views.py": "a company's person: representing has no substitute",
}
BY_THE_SYSTEM = {
    "audit/act.py", "door/performing.py", "cases/ledger.py", "procurement/duties/jobs.py",
    "organisation/management/commands/first_user.py", "planning/plan/change.py",
    "planning/management/commands/plan_day.py", "planning/practice/making.py",
    "planning/publishing/packs.py", "planning/baseplans/generation.py", "planning/units/moving.py",
    "procurement/specifications/defaults.py",
}  # fmt: skip


def sources() -> Iterator[tuple[str, ast.AST]]:
    """Every file of the product with what it says."""
    for app in APPS:
        for path in sorted((settings.ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(settings.ROOT)), ast.parse(path.read_text())


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Each call in a file, by what is called as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_the_log_takes_nothing_without_who_for_whom_and_when():
    """CAP-08: neither the log's doors nor an act itself has a default that could be left out."""
    for door in (log.record, log.record_read):
        act = inspect.signature(door).parameters["act"]
        assert (act.default, act.annotation) == (inspect.Parameter.empty, Act)
        assert not {"at", "actor", "on_behalf_of"} & set(inspect.signature(door).parameters)
    assert [f.name for f in fields(Act) if f.default is MISSING] == ["user", "on_behalf_of", "at"]


def test_nobody_writes_an_event_but_the_log():
    """CAP-06, CAP-08: rows of the log are made in one place."""
    made = [
        (name, call)
        for name, tree in sources()
        for call, _ in calls(tree)
        if call in ("Event", "EventValues", "models.Event")
        or call.startswith(
            (
                "Event.objects.create",
                "Event.objects.bulk",
                "EventValues.objects.create",
                "EventValues.objects.bulk",
            )
        )
    ]
    assert {name for name, _ in made} == {"audit/log.py"}


def test_an_act_of_a_page_comes_from_the_roles_that_give_the_right():
    """CAP-08: what is done by no role, or by the system, is known file by file."""
    own = {name for name, tree in sources() for call, _ in calls(tree) if call == "Act.own"}
    assert own == set(BY_NO_ROLE)
    by_system = {
        name for name, tree in sources() for call, _ in calls(tree) if call == "Act.by_system"
    }
    assert by_system <= BY_THE_SYSTEM
    nobody = [
        name
        for name, tree in sources()
        for call, node in calls(tree)
        if call == "Act" and any(ast.unparse(part) == "None" for part in node.args[:2])
    ]
    assert nobody == []


# ------------------------------------------------------------------ each named act


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "real_now", lambda: NOW)


def substitute_for(absent: User) -> tuple[Client, User]:
    """Somebody who holds nothing but stands in for `absent`, logged in."""
    user = User.objects.create_user("vikarie", "v@sjovik.example", "x", name="Vera Vikman")
    stands_in(user, absent, SINCE, LATER)
    client = Client()
    client.force_login(user, BACKEND)
    return client, user


def accept_breach(client: Client, w: World) -> None:
    said = {"code": "travel", "about": "1", "reason": "Kollegan bor granne"}
    client.post(reverse("board:accept", args=[w.plan.pk]), said)
    assert w.plan.accepted.get().on_behalf_of == w.planner


def fetch(client: Client, w: World) -> None:
    w.client("Frida Karlsson")
    client.post(reverse("board:fetch"), {"enhet": w.unit.pk, "dag": "2026-12-24"})


def run_of(w: World, **more) -> OptimizerRun:
    return OptimizerRun.objects.create(
        plan=w.plan,
        started_at=NOW,
        profile="balanced",
        seconds=15,
        seen_seq=0,
        beat_at=clock.real_now(),
        **more,
    )


def start_optimizer(client: Client, w: World) -> None:
    w.visit("Frida Karlsson", 600)
    said = {"profile": "balanced", "seconds": 15}
    client.post(reverse("optimizing:page", args=[w.plan.pk]), said)


def stop_optimizer(client: Client, w: World) -> None:
    client.post(reverse("optimizing:stop", args=[w.plan.pk, run_of(w, status="running").pk]))


def move_breaks(client: Client, w: World) -> None:
    run = run_of(w, status="done", proposal={"moves": {}, "breaks": {str(w.ali.pk): 700}})
    client.post(reverse("optimizing:accept", args=[w.plan.pk, run.pk]), {"key": "k", "allt": "ja"})


def start_practice(client: Client, w: World) -> None:
    w.client("Frida Karlsson")
    client.post(reverse("practice:make", args=[w.unit.pk]))


def end_practice(client: Client, w: World) -> None:
    w.client("Frida Karlsson")
    made = Practice.objects.create(original=w.unit, made_by=w.planner, started_at=NOW)
    client.post(reverse("practice:remove", args=[made.pk]))


def read_plan(client: Client, w: World) -> None:
    client.get(reverse("board:unplaced", args=[w.plan.pk]))


@pytest.mark.parametrize(
    ("name", "deed"),
    [
        ("accept_breach", accept_breach), ("start_optimizer", start_optimizer),
        ("stop_optimizer", stop_optimizer), ("move_breaks", move_breaks),
        ("start_practice", start_practice), ("end_practice", end_practice),
        ("read_plan", read_plan), ("open_day_plan", fetch),
    ],
)  # fmt: skip
def test_a_planners_substitute_plans_for_the_planner(name, deed: Callable[[Client, World], None]):
    """CAP-08"""
    w = World()
    client, substitute = substitute_for(w.planner)
    deed(client, w)
    event = Event.objects.filter(name=name).latest("pk")
    assert (event.actor, event.on_behalf_of) == (substitute, w.planner)


def authority(do: str) -> Callable[[Client], None]:
    def deed(client: Client) -> None:
        company = application_in("received").company
        row = company.representations.get()
        if do == "approve":
            row.approved_on = None
            row.save()
        client.post(
            reverse("applications:authority", args=[row.provider_id]),
            {"representation": row.pk, "do": do},
        )

    return deed


def edit_company(client: Client) -> None:
    row = Provider.objects.create(name="Åkervik Omsorg AB", kind="company")
    client.post(
        reverse("applications:company", args=[row.pk]),
        {"name": "Åkervik Omsorg AB", "address": "Hamngatan 2", "mail": "", "phone": ""},
    )


def enter_company(client: Client) -> None:
    client.post(
        reverse("applications:enter"),
        {
            "organisation_number": "559999-1022",
            "company": "Åkervik Omsorg AB",
            "address": "Hamngatan 2",
            "mail": "",
            "channel": "paper",
            "key": "k",
        },
    )


def publish_specification(client: Client) -> None:
    load_first_version(SINCE)
    draft = perform(
        SpecificationVersion(), VersionDrafted(), person(Role.INVESTIGATOR), at=NOW
    ).subject
    client.post(reverse("specifications:publish", args=[draft.pk]), {"valid_from": "2026-12-01"})


def publish_template(client: Client) -> None:
    application_in("received")
    new, by = QuestionTemplate(kind="provider"), person(Role.DEVELOPMENT_STRATEGIST)
    drafted = perform(new, TemplateDrafted(), by, at=NOW).subject
    client.post(reverse("templating:end_draft", args=[QuestionTemplate.word, drafted.pk]))


def change_preference(client: Client) -> None:
    page = client.get(reverse("cases:preferences"))
    said = {key: value for key, value in page.context["form"].initial.items() if value is not False}
    client.post(reverse("cases:preferences"), said | {"duty_opens_weeks": 3})


def freeze(client: Client) -> None:
    meeting = CommitteeMeeting.objects.create(held_on=LATER, documents_due=DAY)
    client.post(reverse("committee:freeze", args=[meeting.pk]))


def send_again(client: Client) -> None:
    messages.send_mail("x@foretag.example", "A", "B", NOW)
    OutgoingMail.objects.update(state="failed")
    mail = OutgoingMail.objects.get()
    client.post(reverse("cases:send_again", args=[mail.pk]))


def open_tender(client: Client) -> None:
    client.post(
        reverse("cases:open", args=["tender"]),
        {"home": "Strandgården", "unit": root_unit().pk, "key": "k"},
    )


def read_case(client: Client) -> None:
    client.get(reverse("cases:case", args=[application_in("received").application.pk]))


def read_attachment(client: Client) -> None:
    row = application_in("received").application.attachments.first()
    client.get(reverse("cases:attachment", args=[row.pk]))


def refused_by_jav(client: Client) -> None:
    r = application_in("received")
    absent = r.people["development-strategist"]
    r.application.conflicts.create(user=absent, reason="Släkt", declared_on=SINCE)
    with pytest.raises(NotAllowed, match="jäv"):
        perform(
            r.application,
            REVIEW,
            User.objects.get(username="vikarie"),
            expected_version=r.application.version,
            at=NOW,
        )


@pytest.mark.parametrize(
    ("name", "role", "deed"),
    [
        ("approve_representation", Role.DEVELOPMENT_STRATEGIST, authority("approve")),
        ("end_representation", Role.DEVELOPMENT_STRATEGIST, authority("end")),
        ("edit_company", Role.REGISTRAR, edit_company),
        ("enter_company", Role.REGISTRAR, enter_company),
        ("enter_application", Role.REGISTRAR, enter_company),
        ("version_published", Role.DEPUTY_DIRECTOR, publish_specification),
        ("template_published", Role.DEPUTY_DIRECTOR, publish_template),
        ("change_preference", Role.DEPUTY_DIRECTOR, change_preference),
        ("packet_frozen", Role.COMMITTEE_SECRETARY, freeze),
        ("send_again", Role.VIVA_ADMINISTRATOR, send_again),
        ("open_tender", Role.INVESTIGATOR, open_tender),
        ("read_case", Role.DEVELOPMENT_STRATEGIST, read_case),
        ("read_attachment", Role.DEVELOPMENT_STRATEGIST, read_attachment),
        ("review_application", Role.DEVELOPMENT_STRATEGIST, refused_by_jav),
    ],
)
def test_an_officials_substitute_acts_and_is_refused_for_the_official(
    name, role, deed: Callable[[Client], None]
):
    """CAP-08"""
    absent = person(role)
    client, substitute = substitute_for(absent)
    deed(client)
    event = Event.objects.filter(name=name, actor=substitute).latest("pk")
    assert event.on_behalf_of == absent


def test_a_refusal_for_lack_of_the_role_says_for_whom_too():
    """CAP-08: Vera stands in for the secretary, who may not review."""
    r = application_in("received")
    absent = person(Role.COMMITTEE_SECRETARY)
    _, substitute = substitute_for(absent)
    with pytest.raises(NotAllowed, match="din roll"):
        perform(
            r.application,
            REVIEW,
            substitute,
            expected_version=r.application.version,
            at=NOW,
        )
    event = Event.objects.get(kind="refusal")
    assert (event.actor, event.on_behalf_of) == (substitute, absent)


def test_who_holds_the_role_themselves_acts_for_nobody_and_elsewhere_for_the_absent():
    """CAP-08: Tove plans the North herself, and the South for its planner."""
    w = World()
    south = Unit.objects.create(name="Sjövik Söder", parent=root_unit(), valid_from=SINCE)
    tove, other = w.colleague(), person(Role.PLANNER, south, "Ulf Sörvik", "ulf")
    stands_in(tove, other, SINCE, LATER)
    there = DayPlan.objects.create(
        kind="day_plan",
        state="planning",
        state_since=NOW,
        opened_at=NOW,
        title="Söder",
        unit=south,
        planned_unit=south,
        day=DAY,
    )
    client = Client()
    client.force_login(tove, BACKEND)
    for plan, absent in ((w.plan, None), (there, other)):
        client.get(reverse("board:unplaced", args=[plan.pk]))
        event = Event.objects.filter(name="read_plan").latest("pk")
        assert (event.actor, event.on_behalf_of) == (tove, absent)


def test_a_deed_in_a_unit_that_one_reaches_as_a_substitute_alone_is_for_the_absent():
    """CAP-08: Tove has staff of her own in the North, and adds a row in the South for Ulf."""
    north, south = (
        Unit.objects.create(name=name, parent=root_unit(), valid_from=SINCE)
        for name in ("Sjövik Norr", "Sjövik Söder")
    )
    tove, ulf = person(Role.PLANNER, north, "Tove", "tove"), person(Role.PLANNER, south, "Ulf", "u")
    stands_in(tove, ulf, SINCE, LATER)
    client = Client()
    client.force_login(tove, BACKEND)
    for unit, absent in ((north, None), (south, ulf)):
        said = {"day": "2026-11-24", "start": "07:00", "end": "16:00", "break_minutes": 30}
        client.post(reverse("staffing:row_add", args=[unit.pk]), said)
        event = Event.objects.filter(name="add_row").latest("pk")
        assert (event.actor, event.on_behalf_of) == (tove, absent)


def test_no_page_opened_by_a_substitute_is_logged_as_their_own():
    """CAP-08: Vera holds nothing; whatever she opens, each reading says for whom."""
    world = EveryPage()
    absent = User.objects.create_user("alla", "a@sjovik.example", "x", name="Alla Roller")
    for role in set(Role) - OUTSIDE_ROLES:
        RoleAssignment.objects.create(user=absent, role=role, unit=root_unit(), valid_from=SINCE)
    client, substitute = substitute_for(absent)
    for name, pattern in addresses():
        if name not in ("account_logout", "demo:reset"):
            client.get(world.address(name, pattern))
    read = Event.objects.filter(actor=substitute, kind="read")
    assert {
        "read_case",
        "read_plan",
        "read_client",
        "read_user",
        "read_document",
        "read_pack",
        "read_company",
        "read_carer",
        "export_log",
    } <= set(read.values_list("name", flat=True))
    assert list(read.filter(on_behalf_of=None).values_list("name", flat=True)) == []
