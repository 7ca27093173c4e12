"""Every address against every role: allowed or refused, nothing left out. Requirement SEC-01.

An address that is added without a row in `TABLE` fails the first test.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponseForbidden
from django.test import Client
from django.urls import reverse

from config.health import beat
from organisation.roles import OUTSIDE_ROLES, Role
from tests.everything import BACKEND, addresses, holder
from tests.factories import SINCE, person
from tests.protected import other_shapes, protected_world, text_of, traces

PUBLIC, ANYBODY = "public", "anybody logged in"
INSIDE = frozenset(Role) - OUTSIDE_ROLES
R = Role
READERS = frozenset({R.DEPUTY_DIRECTOR, R.DIRECTOR, R.DEVELOPMENT_STRATEGIST, R.INVESTIGATOR,
                     R.SECTION_HEAD, R.COMMITTEE_SECRETARY, R.REGISTRAR, R.ARCHIVIST})  # fmt: skip
INTRODUCERS = READERS | {R.FIRST_SOCIAL_WORKER, R.CHIEF_NURSE, R.RESPONSIBLE_NURSE, R.NIGHT_HEAD,
                         R.ALARM_OFFICER, R.VIVA_ADMINISTRATOR, R.HSA_OFFICER, R.IT_COORDINATOR,
                         R.MAR}  # fmt: skip
CONTRACTS = READERS | {R.CONTROLLER, R.PROCUREMENT_OFFICER, R.FIRST_SOCIAL_WORKER,
                       R.SOCIAL_WORKER, R.FEE_OFFICER}  # fmt: skip
MEETING = READERS | {R.FIRST_SOCIAL_WORKER, R.SOCIAL_WORKER, R.CONTROLLER, R.CHIEF_NURSE,
                     R.VIVA_ADMINISTRATOR, R.UNIT_MANAGER}  # fmt: skip
TENDERS = READERS | {R.PROCUREMENT_OFFICER, R.CHIEF_NURSE, R.MAR, R.FIRST_SOCIAL_WORKER,
                     R.CONTROLLER}  # fmt: skip
DEVIATIONS = READERS | {R.FIRST_SOCIAL_WORKER, R.CONTROLLER, R.CHIEF_NURSE}
IN_DEPTH = READERS | {R.FIRST_SOCIAL_WORKER, R.CONTROLLER, R.COMMITTEE_CHAIR}
REPORTERS = READERS | {R.FIRST_SOCIAL_WORKER, R.SOCIAL_WORKER, R.CHIEF_NURSE, R.NURSE,
                       R.RESPONSIBLE_NURSE, R.UNIT_MANAGER, R.PLANNER, R.CONTROLLER,
                       R.FEE_OFFICER, R.NIGHT_HEAD, R.ALARM_OFFICER, R.MAR}  # fmt: skip
CLIENTS = frozenset({R.PLANNER, R.UNIT_MANAGER, R.SOCIAL_WORKER, R.FIRST_SOCIAL_WORKER, R.NURSE,
                     R.RESPONSIBLE_NURSE, R.CHIEF_NURSE, R.NIGHT_HEAD, R.DEPUTY_DIRECTOR,
                     R.DIRECTOR})  # fmt: skip
"""Who reads about clients, and their extra needs."""
PAGES = INTRODUCERS | CONTRACTS | MEETING | TENDERS | DEVIATIONS | IN_DEPTH | CLIENTS
"""Who reads some kind of case by unit, and so has the lists and the page of a case."""
SECRETARY = frozenset({R.COMMITTEE_SECRETARY})
ADMIN = frozenset({R.VIVA_ADMINISTRATOR})
LEADERS = frozenset({R.DEPUTY_DIRECTOR, R.DIRECTOR})
EDITORS = LEADERS | ADMIN
AUDIT = frozenset({R.AUDITOR}) | LEADERS
CALL = frozenset({R.DEPUTY_DIRECTOR, R.DEVELOPMENT_STRATEGIST, R.INVESTIGATOR,
                  R.PROCUREMENT_OFFICER})  # fmt: skip
INTAKE = frozenset({R.DEVELOPMENT_STRATEGIST, R.INVESTIGATOR, R.DEPUTY_DIRECTOR, R.REGISTRAR})
GIVERS = frozenset({R.DEPUTY_DIRECTOR, R.DIRECTOR, R.DEVELOPMENT_STRATEGIST})
"""Who may give a case to somebody."""
PLANNERS = frozenset({R.PLANNER, R.UNIT_MANAGER, R.NIGHT_HEAD})
STAFF = PLANNERS | LEADERS
ORDERERS = PLANNERS | {R.SOCIAL_WORKER, R.FIRST_SOCIAL_WORKER}


@dataclass(frozen=True)
class Seen:
    """An address of an object: those who see it open it, the others learn nothing of it."""

    by: frozenset[str]


OBJECT = Seen(READERS)
EDITORS_OF_PERSONS = {"clients:change"}
"""Where who edits particulars meets them, which is a reading of its own in the log."""

TABLE: dict[str, Any] = {
    "start": PUBLIC, "home": ANYBODY, "healthz": PUBLIC,
    "account": ANYBODY, "account_login": PUBLIC, "account_logout": PUBLIC,
    "account_inactive": PUBLIC, "account_reauthenticate": ANYBODY,
    "account_change_password": ANYBODY, "account_set_password": ANYBODY,
    "mfa_index": ANYBODY, "mfa_authenticate": PUBLIC, "mfa_reauthenticate": ANYBODY,
    "mfa_activate_totp": ANYBODY, "mfa_deactivate_totp": ANYBODY,
    "mfa_view_recovery_codes": ANYBODY, "mfa_generate_recovery_codes": ANYBODY,
    "mfa_download_recovery_codes": ANYBODY, "mfa_list_webauthn": ANYBODY,
    "mfa_add_webauthn": ANYBODY, "mfa_login_webauthn": PUBLIC,
    "mfa_reauthenticate_webauthn": ANYBODY, "mfa_edit_webauthn": ANYBODY,
    "mfa_remove_webauthn": ANYBODY, "socialaccount_login_cancelled": PUBLIC,
    "openid_connect_login": PUBLIC, "openid_connect_callback": PUBLIC,
    "demo:advance": PUBLIC, "demo:roles": PUBLIC, "demo:reset": PUBLIC,
    "cases:overview": PAGES, "cases:worklist": PAGES, "cases:export": PAGES,
    "cases:save_filter": PAGES, "cases:remove_filter": PAGES, "cases:bulk": GIVERS,
    "cases:calendar_address": PAGES, "cases:calendar_feed": PUBLIC, "cases:inbox": ANYBODY,
    "cases:search": PAGES,
    "cases:to_register": frozenset({R.REGISTRAR, R.DEVELOPMENT_STRATEGIST, R.COMMITTEE_SECRETARY,
                                    R.INVESTIGATOR, R.DEPUTY_DIRECTOR}),
    "cases:mail": ADMIN | {R.DEPUTY_DIRECTOR}, "cases:send_again": ADMIN | {R.DEPUTY_DIRECTOR},
    "cases:preferences": ADMIN | {R.DEPUTY_DIRECTOR},
    "cases:open": READERS | {R.FIRST_SOCIAL_WORKER, R.SOCIAL_WORKER},
    "cases:case": PAGES, "cases:do": OBJECT, "cases:who_sees": PAGES,
    "cases:history": PAGES, "cases:what_if": PAGES, "cases:preview": PAGES,
    "cases:document": OBJECT, "cases:attachment": OBJECT,
    "committee:meetings": READERS, "committee:members": READERS,
    "committee:end_member": SECRETARY, "committee:meeting": READERS,
    "committee:change_meeting": SECRETARY, "committee:packet": READERS,
    "committee:freeze": SECRETARY | {R.DEPUTY_DIRECTOR}, "committee:adjust_minutes": SECRETARY,
    "committee:add_matter": SECRETARY, "committee:move_item": SECRETARY,
    "committee:remove_matter": SECRETARY,
    **{f"organisation:{name}": ADMIN for name in (
        "users", "users_export", "user_add", "user", "user_change", "role_add", "role_end",
        "role_move", "user_end", "user_reopen", "user_unlock", "user_password",
        "user_second_factor", "unit_add", "unit_rename", "unit_move", "unit_end", "code_add",
        "code_remove")},
    **{f"organisation:{name}": EDITORS for name in (
        "units", "unit", "substitutes", "substitute_add", "substitutes_history", "substitute_end",
        "matrix_add", "matrix_change", "matrix_remove", "delegation_add", "delegation_change",
        "delegation_end")},
    **{f"organisation:{name}": INSIDE for name in (
        "matrix", "matrix_export", "matrix_history", "matrix_row_history", "delegation",
        "delegation_history")},
    **{f"organisation:{name}": AUDIT for name in (
        "access_log", "log_client", "log_export", "log_check", "log_verify")},
    "applications:companies": READERS, "applications:company": READERS,
    "applications:authority": INTAKE, "applications:enter": INTAKE,
    "specifications:public": PUBLIC, "specifications:public_version": PUBLIC,
    "specifications:version": PAGES | CALL,
    **{f"specifications:{name}": CALL for name in (
        "list", "new", "terms", "publish", "discard", "add_row", "edit_row", "move_row",
        "remove_row")},
    "contracts:register": CONTRACTS, "contracts:choose": PUBLIC,
    "contracts:own_unit": GIVERS - {R.DIRECTOR}, "duties:wheel": CONTRACTS,
    "followups:comparison": READERS | {R.FIRST_SOCIAL_WORKER, R.CONTROLLER},
    "meetings:invitation": Seen(MEETING),
    "escalations:report": REPORTERS, "escalations:report_own": Seen(frozenset()),
    "escalations:receipt": Seen(DEVIATIONS), "escalations:chain": IN_DEPTH,
    "templating:list": PAGES, "templating:template": PAGES,
    "templating:new": GIVERS - {R.DIRECTOR}, "templating:end_draft": GIVERS - {R.DIRECTOR},
    "introductions:invitation": Seen(INTRODUCERS),
    "introductions:withdrawal": frozenset({R.DEPUTY_DIRECTOR, R.DEVELOPMENT_STRATEGIST, R.ARCHIVIST,
        R.VIVA_ADMINISTRATOR, R.HSA_OFFICER, R.IT_COORDINATOR}),
    **{f"tenders:{name}": PUBLIC for name in ("announced", "public", "document", "ask")},
    "tenders:mine": Seen(TENDERS),
    "board:board": CLIENTS, "board:fetch": PLANNERS,
    **{f"board:{name}": CLIENTS for name in ("follow", "visit", "unplaced", "breaches")},
    **{f"board:{name}": PLANNERS for name in ("undo", "accept", "add")},
    "declines:decline": PLANNERS, "declines:hole": PLANNERS,
    "extras:list": CLIENTS, "extras:report": PLANNERS,
    "extras:figures": LEADERS | PLANNERS - {R.PLANNER} | {R.FIRST_SOCIAL_WORKER},
    **{f"optimizing:{name}": PLANNERS for name in ("page", "progress", "stop", "accept")},
    **{f"optimizing:days{name}": PLANNERS for name in ("", "_progress", "_stop", "_accept")},
    **{f"publishing:{name}": CLIENTS for name in ("page", "version", "pack")},
    "publishing:do": PLANNERS, "history:changes": CLIENTS,
    **{f"staffing:{name}": STAFF for name in (
        "carers", "carer", "skills", "teams", "periods", "schedule")},
    **{f"staffing:{name}": PLANNERS for name in (
        "carer_add", "carer_change", "carer_end", "carer_skill_add", "carer_skill_end",
        "skill_add", "skill_change", "team_add", "team_change", "team_end", "period_add",
        "period_change", "period_in", "period_planned", "shift_add", "row_add", "paste", "shift",
        "shift_change", "shift_remove", "shift_put", "shift_absent", "shift_back")},
    **{f"clients:{name}": CLIENTS for name in ("list", "client", "absence_consequences")},
    **{f"clients:{name}": ORDERERS for name in (
        "add", "change", "number", "decision_add", "decision_change", "decision_end")},
    **{f"clients:{name}": ORDERERS | {R.NURSE, R.RESPONSIBLE_NURSE, R.CHIEF_NURSE} for name in (
        "order_add", "order_change", "order_end")},
    **{f"clients:{name}": PLANNERS for name in (
        "order_read", "absence_add", "absence_change", "absence_cancel", "care_contact",
        "wish_add", "wish_remove", "double_staffing")},
    "unexecuted:list": CLIENTS,
    **{f"unexecuted:{name}": frozenset({
        R.DEPUTY_DIRECTOR, R.DIRECTOR, R.FIRST_SOCIAL_WORKER, R.SOCIAL_WORKER, R.UNIT_MANAGER})
       for name in ("report", "document")},
    **{f"unexecuted:{name}": ORDERERS for name in ("postpone", "resume")},
    **{f"practice:{name}": PLANNERS for name in ("list", "make", "enter", "remove", "train")},
    "practice:leave": ANYBODY,
    **{f"units:{name}": frozenset({R.UNIT_MANAGER, R.DEPUTY_DIRECTOR})
       for name in ("list", "new", "cancel")},
    "services:list": CLIENTS | ADMIN, "staffing:bases": STAFF,
    **{f"services:{name}": ADMIN | {R.DEPUTY_DIRECTOR} for name in ("add", "change")},
    "staffing:base_change": PLANNERS,
    **{f"baseplans:{name}": CLIENTS for name in ("list", "deviations", "plan")},
    **{f"baseplans:{name}": PLANNERS for name in (
        "visit", "visit_add", "visit_remove", "week_copy", "weeks", "discard", "save")},
    "portal:home": ANYBODY, "portal:register": PUBLIC, "portal:confirm": PUBLIC,
    "portal:new": ANYBODY, "portal:case": OBJECT,
}  # fmt: skip
"""Address -> who may open it. Objects beyond that are a matter of `visible_to`."""


def test_every_address_has_a_row_and_every_view_a_rule():
    """SEC-01"""
    found = dict(addresses())
    assert set(found) == set(TABLE)
    assert [name for name, p in found.items() if not hasattr(p.callback, "access")] == []


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), protected_world(tmp_path_factory.mktemp("packs")) as world:
        yield world


@pytest.fixture
def cheap(monkeypatch):
    """Who may open an address is asked seven thousand times: a refusal has no page drawn (each role
    has one drawn in tests/organisation/test_pages.py), and a PDF is read before it is typeset."""
    monkeypatch.setattr("config.urls.handler403", lambda *_, **__: HttpResponseForbidden())
    monkeypatch.setattr("cases.documents.html_to_pdf", lambda page, *_, **__: [page.encode()])


@pytest.mark.django_db
@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: str(role) if role else "nobody")
def test_the_role_opens_what_the_table_says_and_sees_no_trace_of_who_is_protected(world, role):
    """SEC-01, SEC-04. BEY-03: who was protected after a full history is masked wherever it is shown,
    what was true before and what is now; save where particulars are edited."""
    for part in ("queue", "scheduler"):
        beat(part)
    client = Client(raise_request_exception=True)
    if role:
        client.force_login(holder(role), BACKEND)
    wrong, seen = [], {}
    for name, pattern in addresses():
        if name in ("account_logout", "demo:reset"):
            continue  # they end the session; their rule is the row above all the same
        address = world.address(name, pattern)
        answer = client.get(address)
        if (fault := _fault(TABLE[name], role, answer)) and not _public_404(name, answer):
            wrong.append((name, answer.status_code, fault))
        if name not in EDITORS_OF_PERSONS:
            text = text_of(answer)
            others = [text_of(client.get(other)) for other in other_shapes(address, text)]
            seen[name] = [word for each in (text, *others) for word in traces(each)]
    assert wrong == []
    assert {name: words for name, words in seen.items() if words} == {}


def _public_404(name: str, answer) -> bool:
    return TABLE[name] == PUBLIC and answer.status_code in (404, 410)


def _fault(rule: Any, role: str | None, answer) -> str:
    """What is wrong with the answer, or nothing."""
    status = answer.status_code
    sent_to_login = status == 302 and "logga-in" in answer["Location"]
    if status >= 500:
        return "an error"
    if rule == PUBLIC:
        return "refused" if status == 403 else ""
    if role is None:
        return "" if sent_to_login else "open to anybody"
    if rule == ANYBODY:
        return "refused" if status == 403 else ""
    if isinstance(rule, Seen):
        sees = role in rule.by
        return "" if (status == 200) == sees and status in (200, 404) else "wrong object access"
    if role in rule:
        return "refused" if status == 403 else ""
    return "" if status == 403 else "not refused"


@pytest.mark.django_db
def test_a_company_sees_its_own_case_and_no_page_of_the_municipality(world):
    """SEC-01"""
    client = Client()
    client.force_login(world.company, BACKEND)
    for name in ("portal:case", "cases:do", "cases:document", "cases:attachment"):
        pattern = dict(addresses())[name]
        assert client.get(world.address(name, pattern)).status_code == 200
    for name, rule in TABLE.items():
        if isinstance(rule, frozenset):
            pattern = dict(addresses())[name]
            assert client.get(world.address(name, pattern)).status_code == 403, name


@pytest.mark.django_db
def test_a_role_in_a_unit_beside_sees_no_case_of_this_one(world):
    """SEC-01"""
    from organisation.models import Unit

    other = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    stranger = person(Role.DEVELOPMENT_STRATEGIST, other, "Ann Främby", "stranger")
    client = Client()
    client.force_login(stranger, BACKEND)
    for name in ("cases:case", "cases:do", "cases:document", "cases:attachment", "cases:history"):
        pattern = dict(addresses())[name]
        assert client.get(world.address(name, pattern)).status_code == 404, name
    page = client.get(reverse("cases:worklist")).content.decode()
    assert world.case.title not in page
