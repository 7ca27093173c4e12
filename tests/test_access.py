"""Every address against every role: allowed or refused, nothing left out. Requirement SEC-01.

An address that is added without a row in `TABLE` fails the first test.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponseForbidden
from django.test import Client, TestCase
from django.urls import URLPattern, get_resolver, reverse

from audit.act import Act
from cases import committee
from cases.models import CommitteeMeeting, CommitteeMember, Document, OutgoingMail, SavedFilter
from clients.models import Client as Person
from clients.models import Service
from config.demo.routine import PAGE
from config.health import beat
from organisation.models import (
    DelegationRule,
    Responsibility,
    RoleAssignment,
    Substitution,
    Unit,
    UnitCode,
    User,
)
from organisation.roles import OUTSIDE_ROLES, Role
from planning.models import (
    Absence,
    Carer,
    CarerSkill,
    OptimizerRun,
    PlanVersion,
    Practice,
    SchedulePeriod,
    Shift,
    Skill,
    Team,
    UnitMove,
    Visit,
    VisitStaff,
)
from planning.rounds.generation import plan_of
from procurement.contracts.models import Contract
from procurement.escalations.models import Deviation, InDepthFollowUp
from procurement.introductions.models import Introduction, ProgrammeStep, ProgrammeTemplate
from procurement.meetings.models import Meeting
from procurement.specifications.editing import new_version
from procurement.tenders.commands.drafting import open_tender
from procurement.tenders.models import Tender
from tests.factories import SINCE, at, person, root_unit
from tests.planning.rounds import factories as rounds
from tests.procurement.routine import application_in

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
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
    "cases:mail": ADMIN | {R.DEPUTY_DIRECTOR}, "cases:mail_again": ADMIN | {R.DEPUTY_DIRECTOR},
    "cases:preferences": ADMIN | {R.DEPUTY_DIRECTOR},
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
    "tenders:new": CALL - {R.DEVELOPMENT_STRATEGIST}, "tenders:mine": Seen(TENDERS),
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
    **{f"rounds:{name}": CLIENTS for name in ("list", "deviations", "template")},
    **{f"rounds:{name}": PLANNERS for name in (
        "visit", "visit_add", "visit_remove", "week_copy", "weeks", "discard", "save")},
    "portal:home": ANYBODY, "portal:register": PUBLIC, "portal:confirm": PUBLIC,
    "portal:new": ANYBODY, "portal:case": OBJECT,
}  # fmt: skip
"""Address -> who may open it. Objects beyond that are a matter of `visible_to`."""


def addresses(patterns=None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the product with its name."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            name = pattern.name or str(pattern.pattern).strip("/")
            yield (f"{space}:{name}" if space else name), pattern
        else:
            yield from addresses(pattern.url_patterns, pattern.namespace or space)


def test_every_address_has_a_row_and_every_view_a_rule():
    """SEC-01"""
    found = dict(addresses())
    assert set(found) == set(TABLE)
    assert [name for name, p in found.items() if not hasattr(p.callback, "access")] == []


class World:
    """One object of each kind, so that every address leads somewhere."""

    def __init__(self):
        r = application_in("received")
        self.case, self.company, self.people = r.application, r.company, r.people
        meeting = CommitteeMeeting.objects.create(
            held_on=date(2026, 4, 15), documents_due=date(2026, 3, 27)
        )
        committee.add_item(meeting, "Information", Act.by_system(at(SINCE)))
        unit, first = root_unit(), self.people["development-strategist"]
        rule = DelegationRule.objects.create(
            code="warning", label="Varna", role=R.DEPUTY_DIRECTOR, valid_from=SINCE
        )
        row = Responsibility.objects.create(
            table="home_care", order=1, area="Ansökan", main_role=R.DEPUTY_DIRECTOR
        )
        document = Document.objects.create(
            case_id=self.case.pk, kind="completion_request", title="Begäran", facts={},
            created_at=at(SINCE), locked_at=at(SINCE), shown_to_company=True,
            file=ContentFile(PAGE, "x.pdf"),
        )  # fmt: skip
        draft = new_version(Act.own(first, at(SINCE)))
        self.arguments = {
            "cases:remove_filter": [SavedFilter.objects.create(user=first, name="a", query="").pk],
            "cases:calendar_feed": ["no-such-key"],
            "cases:mail_again": [OutgoingMail.objects.first().pk],
            "cases:do": [self.case.pk, "send_message"],
            "cases:what_if": [self.case.pk, self.case.deadlines.first().pk],
            "cases:preview": [self.case.pk, "decision_proposal"],
            "cases:document": [document.pk],
            "cases:attachment": [self.case.attachments.first().pk],
            "committee:end_member": [
                CommitteeMember.objects.create(name="Ulla", valid_from=SINCE).pk
            ],
            "committee:move_item": [meeting.items.first().pk],
            "committee:remove_matter": [meeting.items.first().pk],
            **{f"organisation:role_{verb}": [first.pk, first.roles.first().pk]
               for verb in ("end", "move")},
            "organisation:code_remove": [
                unit.pk, UnitCode.objects.create(unit=unit, system="viva", code="1").pk
            ],
            "organisation:substitute_end": [
                Substitution.objects.create(
                    substitute=first, absent=self.people["director"], valid_from=SINCE,
                    valid_to=SINCE,
                ).pk
            ],
            "organisation:matrix_add": ["home_care"],
            "organisation:delegation_history": [rule.code],
            "specifications:public_version": [1],
            **{f"specifications:{page}": [draft.pk] for page in ("terms", "publish", "discard")},
            "specifications:add_row": [draft.pk, "avsnitt"],
            **{f"specifications:{verb}_row": [draft.pk, "avsnitt", draft.sections.first().pk]
               for verb in ("edit", "move", "remove")},
            "templating:new": ["introduktion"],
            **{f"templating:{page}": [
                "introduktion", ProgrammeTemplate.objects.in_force("home_care").pk
            ] for page in ("template", "end_draft")},
            "meetings:invitation": [
                Meeting.objects.create(
                    kind="meeting", state="booked", state_since=at(SINCE), opened_at=at(SINCE),
                    title="Internt möte", unit=unit, sort="internal", table="home_care",
                    due_on=SINCE, booked_at=at(SINCE),
                ).pk
            ],
            "introductions:invitation": [_booked_step(self.case).pk],
            "introductions:withdrawal": [self.case.pk],
            **{f"tenders:{page}": [_announced(unit, first).pk]
               for page in ("public", "document", "ask", "mine")},
            "escalations:report_own": [self.case.pk],
            "escalations:receipt": [_deviation(self.case).pk],
            "escalations:chain": [_in_depth(self.case).pk],
            **_staffing(unit),
            "practice:make": [unit.pk],
            **{f"practice:{page}": [
                Practice.objects.get_or_create(
                    original=unit, defaults={"made_by": first, "started_at": at(SINCE)}
                )[0].pk
            ] for page in ("enter", "remove")},
            "units:cancel": [_unit_move(unit, first).pk],
            "services:change": [
                Service.objects.create(code="x", name="Dusch", kind="domestic").pk
            ],
            **_planned(unit),
            **_board(unit),
            "portal:confirm": ["wrong"],
            "openid_connect_login": ["none"], "openid_connect_callback": ["none"],
            "mfa_edit_webauthn": [1], "mfa_remove_webauthn": [1],
        }  # fmt: skip
        self.default = {
            "cases": self.case.pk, "committee": meeting.pk, "portal": self.case.pk,
            "applications": self.case.provider_id, "specifications": self.case.specification_id,
        }  # fmt: skip
        self.organisation = {
            "user": first.pk, "role": first.pk, "unit": unit.pk, "code": unit.pk,
            "matrix": row.pk, "delegation": rule.pk,
        }  # fmt: skip

    def address(self, name: str, pattern: URLPattern) -> str:
        """The address with an object that exists."""
        if name == "healthz":
            return "/healthz"
        wanted = len(pattern.pattern.converters)
        if name in self.arguments:
            return reverse(name, args=self.arguments[name])
        if not wanted:
            return reverse(name)
        space, _, rest = name.partition(":")
        if space == "organisation":
            return reverse(name, args=[self.organisation[rest.split("_")[0]]])
        return reverse(name, args=[self.default[space]])


def _unit_move(unit, user) -> UnitMove:
    """A merger that is prepared."""
    other = Unit.objects.create(name="Sjövik Söder", parent=unit, valid_from=SINCE)
    return UnitMove.objects.create(
        source=other, target=unit, first_day=date(2027, 1, 1), is_merger=True,
        recorded_at=at(SINCE), recorded_by=user,
    )  # fmt: skip


def _staffing(unit) -> dict[str, list[int]]:
    """A carer with a skill, a shift, a team and a period, and the addresses that lead to them."""
    carer = Carer.objects.create(name="Anna Berg", unit=unit, title="nurse", valid_from=SINCE)
    skill = Skill.objects.create(code="bil", name="Körkort")
    held = CarerSkill.objects.create(carer=carer, skill=skill, valid_from=SINCE)
    team = Team.objects.create(unit=unit, name="Lag Öst", valid_from=SINCE)
    period = SchedulePeriod.objects.create(unit=unit, first=SINCE, last=SINCE)
    shift = Shift.objects.create(unit=unit, day=SINCE, carer=carer, start=420, end=720)
    objects = (
        (carer, ("carer", "carer_change", "carer_end", "carer_skill_add")),
        (skill, ("skill_change",)),
        (team, ("team_change", "team_end")),
        (period, ("period_change", "period_in", "period_planned")),
        (unit, ("shift_add", "row_add", "paste", "base_change")),
        (shift, ("shift", "shift_change", "shift_remove", "shift_put", "shift_absent",
                 "shift_back")),
    )  # fmt: skip
    addresses = {f"staffing:{page}": [row.pk] for row, pages in objects for page in pages}
    return addresses | {"staffing:carer_skill_end": [carer.pk, held.pk]}


def _board(unit) -> dict[str, list[int]]:
    """A day plan with a visit and a run of the optimizer, and the addresses that lead to them."""
    with transaction.atomic():
        plan = plan_of(unit, SINCE, Act.by_system(at(SINCE)))
    client = Person.objects.create(name="Astrid Hall", unit=unit, active_from=SINCE)
    visit = Visit.objects.create(
        plan=plan, client=client, start=600, minutes=30, earliest=600, latest_end=630
    )
    VisitStaff.objects.create(visit=visit, place=1)
    run = OptimizerRun.objects.create(
        plan=plan,
        started_at=at(SINCE),
        profile="balanced",
        seconds=15,
        seen_seq=0,
        status="done",
        group=uuid.uuid4(),
    )
    PlanVersion.objects.create(
        plan=plan, number=1, content={}, recorded_at=at(SINCE), recorded_by=User.objects.first()
    )
    pages = ("follow", "unplaced", "breaches", "undo", "accept", "add")
    return {
        **{f"board:{page}": [plan.pk] for page in pages}, "board:visit": [plan.pk, visit.pk],
        "optimizing:page": [plan.pk], "optimizing:days": [plan.pk],
        **{f"optimizing:days_{page}": [plan.pk, run.group]
           for page in ("progress", "stop", "accept")},
        "publishing:version": [plan.pk, 1],
        **{f"publishing:{page}": [plan.pk] for page in ("page", "do", "pack")},
        **{f"declines:{page}": [plan.pk, visit.pk] for page in ("decline", "hole")},
        **{f"optimizing:{page}": [plan.pk, run.pk] for page in ("progress", "stop", "accept")},
    }  # fmt: skip


def _booked_step(application) -> ProgrammeStep:
    introduction = Introduction.objects.create(
        kind="introduction", state="programme", state_since=at(SINCE), opened_at=at(SINCE),
        title=application.title, unit=application.unit, application=application,
        provider=application.provider, decided_on=SINCE,
        template=ProgrammeTemplate.objects.in_force("home_care"),
    )  # fmt: skip
    return ProgrammeStep.objects.create(
        introduction=introduction, order=1, title="Träff med arkivarie", booked_at=at(SINCE)
    )


def _announced(unit, author: User) -> Tender:
    """One tender, however many addresses lead to it."""
    if found := Tender.objects.first():
        return found
    tender = open_tender("Strandgården", unit, Act.own(author, at(SINCE)))
    Tender.objects.filter(pk=tender.pk).update(
        published_on=SINCE, questions_close_on=date(2020, 2, 1), tenders_close_on=date(2020, 3, 1)
    )
    return tender


def _deviation(application) -> Deviation:
    return Deviation.objects.create(
        kind="deviation", state="reported", state_since=at(SINCE), opened_at=at(SINCE),
        title=application.title, unit=application.unit, provider=application.provider,
        source="complaint", area="staff", happened_on=SINCE, description="Text.",
        reported_by=person(R.DEVELOPMENT_STRATEGIST),
    )  # fmt: skip


def _planned(unit) -> dict[str, list[int]]:
    """A client with one of everything, in the unit that every role is held in."""
    astrid = rounds.someone(unit=unit)
    visit = rounds.row(rounds.template(astrid))
    it, row = rounds.decision(astrid), rounds.order(astrid, rounds.service("insulin", "Insulin",
        "nursing"), legal_basis="hsl")  # fmt: skip
    away = Absence.objects.create(client=astrid, why="away", first=SINCE, **rounds.stamp())
    carer = Carer.objects.create(name="Eva Myrås", title="nurse", unit=unit, valid_from=SINCE)
    waits = row.postponements.create(first=SINCE, note="Själv", **rounds.stamp())
    wish = astrid.preferences.create(carer=carer, wish="preferred", **rounds.stamp())
    of_client = ("client", "change", "number", "decision_add", "order_add", "absence_add",
                 "care_contact", "wish_add", "double_staffing")  # fmt: skip
    return {
        **{f"clients:{name}": [astrid.pk] for name in of_client},
        **{f"clients:decision_{verb}": [it.pk] for verb in ("change", "end")},
        **{f"clients:order_{verb}": [row.pk] for verb in ("change", "end", "read")},
        **{f"clients:absence_{verb}": [away.pk] for verb in ("change", "cancel", "consequences")},
        "clients:wish_remove": [wish.pk], "unexecuted:report": [2026, 1],
        "unexecuted:document": [2026, 1],
        "unexecuted:postpone": [row.pk], "unexecuted:resume": [waits.pk],
        **{f"rounds:{name}": [astrid.pk] for name in ("template", "weeks", "discard", "save")},
        "rounds:visit": [visit.pk], "rounds:visit_remove": [visit.pk],
        "rounds:visit_add": [astrid.pk, 1, 0], "rounds:week_copy": [astrid.pk, 1, 2],
    }  # fmt: skip


def _in_depth(application) -> InDepthFollowUp:
    shared = {
        "state_since": at(SINCE), "opened_at": at(SINCE), "title": application.title,
        "unit": application.unit, "provider": application.provider,
    }  # fmt: skip
    contract = Contract.objects.create(
        kind="contract", state="in_force", number="AVT-2026-0009",
        specification=application.specification,
        signed_on=SINCE, signing="written", **shared,
    )  # fmt: skip
    contract.versions.create(
        number=1, valid_from=SINCE, assignment="both", operations_manager="Ulla Ek",
        **rounds.stamp(),
    )  # fmt: skip
    return InDepthFollowUp.objects.create(
        kind="in_depth", state="planning", number="FOR-2026-0009", agreement=contract, area="staff",
        reason="Text.",
        **shared,
    )  # fmt: skip


def holder(role: str) -> User:
    """Somebody who holds the role and nothing else."""
    if role not in OUTSIDE_ROLES:
        return person(role)
    user = User.objects.create_user(f"ny-{role}", "ny@foretag.example", "x", name="Ny Företrädare")
    from organisation.models import Provider

    RoleAssignment.objects.create(
        user=user, role=role, valid_from=SINCE,
        provider=Provider.objects.create(name="Ett annat företag AB"),
    )  # fmt: skip
    return user


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once; every test's own changes are rolled back to it."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        yield World()
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def cheap(monkeypatch):
    """Who may open an address is asked seven thousand times: a refusal has no page drawn (each role
    has one drawn in tests/organisation/test_pages.py), and a PDF is not typeset."""
    monkeypatch.setattr("config.urls.handler403", lambda *_, **__: HttpResponseForbidden())
    monkeypatch.setattr("cases.documents.html_to_pdf", lambda *_, **__: [PAGE])


@pytest.mark.no_cover  # to open an address is no test of what its page says
@pytest.mark.django_db
@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: str(role) if role else "nobody")
def test_the_role_opens_what_the_table_says_and_nothing_else(world, role):
    """SEC-01, SEC-04"""
    for part in ("queue", "scheduler"):
        beat(part)
    client = Client(raise_request_exception=True)
    if role:
        client.force_login(holder(role), BACKEND)
    wrong = []
    for name, pattern in addresses():
        if name in ("account_logout", "demo:reset"):
            continue  # they end the session; their rule is the row above all the same
        answer = client.get(world.address(name, pattern))
        if (fault := _fault(TABLE[name], role, answer)) and not _public_404(name, answer):
            wrong.append((name, answer.status_code, fault))
    assert wrong == []


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
