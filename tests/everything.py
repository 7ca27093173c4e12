"""One object of each kind, so that every address of the product leads somewhere."""

import uuid
from collections.abc import Iterator
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import URLPattern, get_resolver, reverse

from audit.act import Act
from cases import committee
from cases.models import CommitteeMeeting, CommitteeMember, Document, OutgoingMail, SavedFilter
from clients.models import Client as Person
from clients.models import Service
from config.demo.routine import PAGE
from door.performing import perform
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
from planning.plan.opening import plan_of
from procurement.contracts.models import Contract
from procurement.escalations.models import Deviation, InDepthFollowUp
from procurement.introductions.models import Introduction, ProgrammeStep, ProgrammeTemplate
from procurement.meetings.models import Meeting
from procurement.specifications.commands import VersionDrafted
from procurement.specifications.models import SpecificationVersion
from procurement.tenders.commands.drafting import OpenTender
from procurement.tenders.models import Tender
from tests.factories import SINCE, at, person, root_unit
from tests.planning.baseplans import factories as baseplans
from tests.procurement.routine import application_in

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
R = Role


def addresses(patterns=None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the product with its name."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            name = pattern.name or str(pattern.pattern).strip("/")
            yield (f"{space}:{name}" if space else name), pattern
        else:
            yield from addresses(pattern.url_patterns, pattern.namespace or space)


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
            case_id=self.case.pk,
            kind="completion_request",
            title="Begäran",
            facts={},
            created_at=at(SINCE),
            locked_at=at(SINCE),
            shown_to_company=True,
            file=ContentFile(PAGE, "x.pdf"),
        )
        drafted = perform(SpecificationVersion(), VersionDrafted(), first, at=at(SINCE))
        draft = drafted.subject
        self.arguments = {
            "cases:remove_filter": [SavedFilter.objects.create(user=first, name="a", query="").pk],
            "cases:calendar_feed": ["no-such-key"],
            "cases:send_again": [OutgoingMail.objects.first().pk],
            "cases:open": ["complaint"],
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
            **{
                f"organisation:role_{verb}": [first.pk, first.roles.first().pk]
                for verb in ("end", "move")
            },
            "organisation:code_remove": [
                unit.pk,
                UnitCode.objects.create(unit=unit, system="viva", code="1").pk,
            ],
            "organisation:substitute_end": [
                Substitution.objects.create(
                    substitute=first,
                    absent=self.people["director"],
                    valid_from=SINCE,
                    valid_to=SINCE,
                ).pk
            ],
            "organisation:matrix_add": ["home_care"],
            "organisation:delegation_history": [rule.code],
            "specifications:public_version": [1],
            **{f"specifications:{page}": [draft.pk] for page in ("terms", "publish", "discard")},
            "specifications:add_row": [draft.pk, "avsnitt"],
            **{
                f"specifications:{verb}_row": [draft.pk, "avsnitt", draft.sections.first().pk]
                for verb in ("edit", "move", "remove")
            },
            "templating:new": ["introduktion"],
            **{
                f"templating:{page}": [
                    "introduktion",
                    ProgrammeTemplate.objects.in_force("home_care").pk,
                ]
                for page in ("template", "end_draft")
            },
            "meetings:invitation": [
                Meeting.objects.create(
                    kind="meeting",
                    state="booked",
                    state_since=at(SINCE),
                    opened_at=at(SINCE),
                    title="Internt möte",
                    number="MOT-2020-9001",
                    unit=unit,
                    sort="internal",
                    table="home_care",
                    due_on=SINCE,
                    booked_at=at(SINCE),
                ).pk
            ],
            "introductions:invitation": [_booked_step(self.case).pk],
            "introductions:withdrawal": [self.case.pk],
            **{
                f"tenders:{page}": [_announced(unit, first).pk]
                for page in ("public", "document", "ask", "mine")
            },
            "escalations:report_own": [self.case.pk],
            "escalations:receipt": [_deviation(self.case).pk],
            "escalations:chain": [_in_depth(self.case).pk],
            **_staffing(unit),
            "practice:make": [unit.pk],
            **{
                f"practice:{page}": [
                    Practice.objects.get_or_create(
                        original=unit, defaults={"made_by": first, "started_at": at(SINCE)}
                    )[0].pk
                ]
                for page in ("enter", "remove")
            },
            "units:cancel": [_unit_move(unit, first).pk],
            "services:change": [Service.objects.create(code="x", name="Dusch", kind="domestic").pk],
            **_planned(unit),
            **_board(unit),
            "portal:confirm": ["wrong"],
            "openid_connect_login": ["none"],
            "openid_connect_callback": ["none"],
            "mfa_edit_webauthn": [1],
            "mfa_remove_webauthn": [1],
        }
        self.default = {
            "cases": self.case.pk,
            "committee": meeting.pk,
            "portal": self.case.pk,
            "applications": self.case.provider_id,
            "specifications": self.case.specification_id,
        }
        self.organisation = {
            "user": first.pk,
            "role": first.pk,
            "unit": unit.pk,
            "code": unit.pk,
            "matrix": row.pk,
            "delegation": rule.pk,
        }

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
        source=other,
        target=unit,
        first_day=date(2027, 1, 1),
        is_merger=True,
        recorded_at=at(SINCE),
        recorded_by=user,
    )


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
        (
            shift,
            ("shift", "shift_change", "shift_remove", "shift_put", "shift_absent", "shift_back"),
        ),
    )
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
        **{f"board:{page}": [plan.pk] for page in pages},
        "board:visit": [plan.pk, visit.pk],
        "optimizing:page": [plan.pk],
        "optimizing:days": [plan.pk],
        **{
            f"optimizing:days_{page}": [plan.pk, run.group]
            for page in ("progress", "stop", "accept")
        },
        "publishing:version": [plan.pk, 1],
        **{f"publishing:{page}": [plan.pk] for page in ("page", "do", "pack")},
        **{f"declines:{page}": [plan.pk, visit.pk] for page in ("decline", "hole")},
        **{f"optimizing:{page}": [plan.pk, run.pk] for page in ("progress", "stop", "accept")},
    }


def _booked_step(application) -> ProgrammeStep:
    introduction = Introduction.objects.create(
        kind="introduction",
        state="programme",
        state_since=at(SINCE),
        opened_at=at(SINCE),
        title=application.title,
        unit=application.unit,
        application=application,
        provider=application.provider,
        decided_on=SINCE,
        template=ProgrammeTemplate.objects.in_force("home_care"),
    )
    return ProgrammeStep.objects.create(
        introduction=introduction, order=1, title="Träff med arkivarie", booked_at=at(SINCE)
    )


def _announced(unit, author: User) -> Tender:
    """One tender, however many addresses lead to it."""
    if found := Tender.objects.first():
        return found
    tender = OpenTender(home="Strandgården", unit=unit).open(Act.own(author, at(SINCE)))
    Tender.objects.filter(pk=tender.pk).update(
        published_on=SINCE, questions_close_on=date(2020, 2, 1), tenders_close_on=date(2020, 3, 1)
    )
    return tender


def _deviation(application) -> Deviation:
    return Deviation.objects.create(
        kind="deviation",
        state="reported",
        state_since=at(SINCE),
        opened_at=at(SINCE),
        title=application.title,
        unit=application.unit,
        provider=application.provider,
        source="complaint",
        area="staff",
        happened_on=SINCE,
        description="Text.",
        reported_by=person(R.DEVELOPMENT_STRATEGIST),
    )


def _planned(unit) -> dict[str, list[int]]:
    """A client with one of everything, in the unit that every role is held in."""
    astrid = baseplans.someone(unit=unit)
    visit = baseplans.row(baseplans.base_plan(astrid))
    it, row = (
        baseplans.decision(astrid),
        baseplans.order(
            astrid, baseplans.service("insulin", "Insulin", "nursing"), legal_basis="hsl"
        ),
    )
    away = Absence.objects.create(client=astrid, why="away", first=SINCE, **baseplans.stamp())
    carer = Carer.objects.create(name="Eva Myrås", title="nurse", unit=unit, valid_from=SINCE)
    waits = row.postponements.create(first=SINCE, note="Själv", **baseplans.stamp())
    wish = astrid.preferences.create(carer=carer, wish="preferred", **baseplans.stamp())
    of_client = (
        "client",
        "change",
        "number",
        "decision_add",
        "order_add",
        "absence_add",
        "care_contact",
        "wish_add",
        "double_staffing",
    )
    return {
        **{f"clients:{name}": [astrid.pk] for name in of_client},
        **{f"clients:decision_{verb}": [it.pk] for verb in ("change", "end")},
        **{f"clients:order_{verb}": [row.pk] for verb in ("change", "end", "read")},
        **{f"clients:absence_{verb}": [away.pk] for verb in ("change", "cancel", "consequences")},
        "clients:wish_remove": [wish.pk],
        "unexecuted:report": [2026, 1],
        "unexecuted:document": [2026, 1],
        "unexecuted:postpone": [row.pk],
        "unexecuted:resume": [waits.pk],
        **{f"baseplans:{name}": [astrid.pk] for name in ("plan", "weeks", "discard", "save")},
        "baseplans:visit": [visit.pk],
        "baseplans:visit_remove": [visit.pk],
        "baseplans:visit_add": [astrid.pk, 1, 0],
        "baseplans:week_copy": [astrid.pk, 1, 2],
    }


def _in_depth(application) -> InDepthFollowUp:
    shared = {
        "state_since": at(SINCE),
        "opened_at": at(SINCE),
        "title": application.title,
        "unit": application.unit,
        "provider": application.provider,
    }
    contract = Contract.objects.create(
        kind="contract",
        state="in_force",
        number="AVT-2026-0009",
        specification=application.specification,
        signed_on=SINCE,
        signing="written",
        **shared,
    )
    contract.versions.create(
        number=1,
        valid_from=SINCE,
        assignment="both",
        operations_manager="Ulla Ek",
        **baseplans.stamp(),
    )
    return InDepthFollowUp.objects.create(
        kind="in_depth",
        state="planning",
        number="FOR-2026-0009",
        agreement=contract,
        area="staff",
        reason="Text.",
        **shared,
    )


def holder(role: str) -> User:
    """Somebody who holds the role and nothing else."""
    if role not in OUTSIDE_ROLES:
        return person(role)
    user = User.objects.create_user(f"ny-{role}", "ny@foretag.example", "x", name="Ny Företrädare")
    from organisation.models import Provider

    RoleAssignment.objects.create(
        user=user,
        role=role,
        valid_from=SINCE,
        provider=Provider.objects.create(name="Ett annat företag AB"),
    )
    return user
