"""A new provider's introduction, through `perform`: started by approval, signed, let start, ended."""

from datetime import date, time

import pytest

from audit.models import Event
from cases.models import Document, JournalNote, Notification, Setting
from door.refusals import Blocked, NotAllowed, Refused
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.introductions import commands, defaults, rules
from procurement.introductions.models import Introduction, ProgrammeTemplate
from tests.factories import at, person
from tests.procurement.routine import application_in, pdf_file, put_on_agenda
from tests.reached import reached_once

pytestmark = pytest.mark.django_db
DECIDED = date(2026, 4, 15)
STRATEGIST, DEPUTY = "development-strategist", "deputy-director"


@reached_once
class Routine:
    """The introduction of a company that the committee approved on 15 April 2026."""

    def __init__(self, assignment: str = "both"):
        r = application_in("committee")
        type(r.application).objects.filter(pk=r.application.pk).update(assignment=assignment)
        put_on_agenda(r)
        r.decide(at(date(2026, 4, 16)), "approved", 41)
        self.r = r
        self.case = Introduction.objects.get()

    def do(self, command, who: str = STRATEGIST, day: date = date(2026, 4, 20)) -> Introduction:
        from door.performing import perform

        actor = self.r.people.get(who) or person(who)
        self.case = Introduction.objects.get()
        perform(self.case, command, actor, expected_version=self.case.version, at=at(day))
        self.case = Introduction.objects.get()
        return self.case

    def step(self, title: str):
        return self.case.steps.get(title__startswith=title)

    def held(self, title: str, day: date = date(2026, 4, 20), **more) -> None:
        step = self.step(title)
        stated = {"note": "Gicks igenom.", "attended": step.expected, **more}
        self.do(commands.RecordStep(step=step, done_on=day, **stated), day=day)

    def name_contact(self) -> None:
        self.do(commands.NameContactPerson(person=self.r.people[STRATEGIST]))

    def sign(self, day: date = date(2026, 4, 27), **changes) -> None:
        stated = {
            "signed_on": day,
            "signing": "electronic",
            "chair": "Gunnel Tärnhed",
            "company_signatory": "Nora Ljungskär",
            "valid_from": date(2026, 5, 1),
            "areas": list(self.case.application.areas.all()),
            "capacity_ceiling_hours": 300,
            "operations_manager": "Bo Ekman",
        }
        self.do(commands.SignContract(**{**stated, **changes}), day=day)


def event_names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def test_approval_starts_the_introduction_at_once_with_the_routines_programme():
    """INT-01, INT-02, INT-04, INT-05, INT-07, FUP-05"""
    i = Routine()
    assert (i.case.state, i.case.number, i.case.decided_on) == (
        "before_contract",
        "INT-2026-0001",
        DECIDED,
    )
    assert [step.title for step in i.case.steps.all()] == [
        "Möte inför avtalstecknande",
        "Avtalstecknande tillsammans med socialnämndens ordförande",
        "Träff med ansvarig för trygghetslarm",
        "Träff med enhetschef nattorganisation",
        "Träff med MAS och ansvarig sjuksköterska",
        "Information om rutin vid utskrivning från slutna hälso- och sjukvård",
        "Information till samtliga socialsekreterare Omsorg SoL",
        "Träff och utbildning med systemförvaltare för Viva",
        "Träff med arkivarie",
        "Träff med HSA-ansvarig",
    ]
    due = dict(i.case.deadlines.values_list("rule", "due"))
    assert due["meeting_before_signing"] == date(2026, 4, 29)  # 15 April + 14 days
    assert event_names(i.case) == ["begin_introduction"]


def test_a_provider_of_service_alone_does_not_meet_alarms_night_and_nurses():
    """INT-04"""
    titles = [step.title for step in Routine("domestic").case.steps.all()]
    assert len(titles) == 7
    assert not [title for title in titles if "larm" in title or "natt" in title or "MAS" in title]


def test_a_rejected_company_is_not_introduced():
    """INT-07"""
    r = application_in("committee")
    put_on_agenda(r)
    with pytest.raises(Refused, match="Skriv nämndens skäl"):
        r.decide(at(date(2026, 4, 16)), "rejected", 41)
    assert not Introduction.objects.exists()


def test_the_programme_of_residential_care_is_the_routines():
    """INT-06"""
    template = ProgrammeTemplate.objects.in_force("residential")
    assert [step.title for step in template.steps.all()][:3] == [
        "Introduktionsmöte",
        "Träff med ansvarig för trygghetslarm",
        "Träff med MAS och MAR",
    ]
    defaults.load(date(2027, 1, 1))
    assert ProgrammeTemplate.objects.filter(kind="residential").count() == 1


def test_the_contract_waits_for_the_meeting_and_a_contact_person():
    """INT-02, INT-03, INT-08"""
    i = Routine()
    with pytest.raises(Blocked, match="Möte inför avtalstecknande; Kontaktperson hos kommunen"):
        i.sign()
    assert not Contract.objects.exists()
    i.held("Möte inför")
    assert i.case.deadlines.get(rule="meeting_before_signing").met_on == date(2026, 4, 20)
    i.name_contact()
    i.sign()
    contract = Contract.objects.get()
    assert (i.case.state, i.case.signed_contract) == ("programme", contract)
    assert (contract.state, contract.number) == ("in_force", "AVT-2026-0001")
    version = contract.version_on(date(2026, 5, 1))
    assert (version.number, version.capacity_ceiling_hours) == (1, 300)
    assert contract.version_on(date(2026, 4, 30)) is None
    assert event_names(i.case)[-1] == "sign_contract"
    note = JournalNote.objects.filter(case=i.case, kind="official").order_by("pk").last()
    assert note.text == "Avtal AVT-2026-0001 tecknat 2026-04-27."


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"valid_to": date(2026, 4, 30)},
            "Avtalet skulle sluta tors 30 april 2026, före det börjar",
        ),
        ({"valid_from": date(2026, 4, 26)}, "inte gälla innan det är tecknat"),
        ({"signed_on": date(2026, 4, 28)}, "kan inte ligga i framtiden"),
        ({"signed_on": date(2026, 4, 14)}, "Nämnden beslutade ons 15 april 2026"),
    ],
)
def test_a_contract_with_impossible_days_is_refused(changes, text):
    """INT-03"""
    i = Routine()
    i.held("Möte inför")
    i.name_contact()
    with pytest.raises(Refused, match=text):
        i.sign(**changes)
    assert not Contract.objects.exists()
    assert i.case.state == "before_contract"


def test_the_municipality_chooses_whether_the_contract_waits_until_the_decision_is_final():
    """INT-03: 15 April + 3 weeks = 6 May; final on 7 May."""
    assert rules.final_on(DECIDED) == date(2026, 5, 7)
    i = Routine()
    i.held("Möte inför")
    i.name_contact()
    Setting.objects.create(key="signing_waits", value="block")
    with pytest.raises(Blocked, match="slutligt först tors 7 maj 2026"):
        i.sign()
    i.sign(date(2026, 5, 7), valid_from=date(2026, 5, 7))
    assert i.case.state == "programme"


def test_a_blocking_step_needs_everybody_and_evidence_is_kept():
    """INT-02, CAP-12"""
    i = Routine()
    step = i.step("Möte inför")
    with pytest.raises(Refused, match="Verksamhetsansvarig deltog inte"):
        i.held("Möte inför", attended=[who for who in step.expected if who[0] != "V"])
    assert i.step("Möte inför").done_on is None
    i.held("Möte inför", file=pdf_file("närvaro.pdf"))
    kept = i.step("Möte inför")
    assert (kept.done_on, kept.evidence.name) == (date(2026, 4, 20), "närvaro.pdf")
    assert kept.attended == kept.expected


def test_a_step_is_booked_and_those_who_take_part_are_told():
    """INT-02"""
    i = Routine()
    booked = commands.BookStep(
        step=i.step("Möte inför"),
        day_of_meeting=date(2026, 4, 22),
        time_of_meeting=time(13),
        place="Stadshuset",
    )
    i.do(booked)
    assert i.step("Möte inför").booked_at == at(date(2026, 4, 22), 13)
    told = Notification.objects.filter(case=i.case, text__contains="Möte inför").values_list(
        "user__username", flat=True
    )
    assert {DEPUTY, "section-head", STRATEGIST} <= set(told)
    with pytest.raises(Refused, match="har passerat"):
        i.do(booked, day=date(2026, 4, 23))


def test_a_step_is_left_out_with_a_reason_and_one_is_added():
    """INT-01"""
    i = Routine()
    with pytest.raises(Refused, match="Skriv varför"):
        i.do(commands.LeaveOutStep(step=i.step("Träff med arkivarie"), why=" "))
    i.do(commands.LeaveOutStep(step=i.step("Träff med arkivarie"), why="Utföraren har gått den."))
    step = i.step("Träff med arkivarie")
    assert (step.left_out_on, step.left_out_reason) == (
        date(2026, 4, 20),
        "Utföraren har gått den.",
    )
    with pytest.raises(Refused, match="kan inte utelämnas"):
        i.do(commands.LeaveOutStep(step=i.step("Möte inför"), why="Brådskar."))
    i.do(commands.AddStep(title="Nycklar", responsible_role="planner", blocking=True))
    assert i.case.steps.order_by("order").last().title == "Nycklar"


def test_the_provider_begins_when_what_blocks_is_done_and_the_record_is_made_at_the_end():
    """CAP-12, INT-01"""
    i = Routine()
    i.held("Möte inför")
    i.name_contact()
    i.sign()
    start = commands.LetStart(may_start_on=date(2026, 5, 4))
    with pytest.raises(Blocked, match="Träff med ansvarig för trygghetslarm"):
        i.do(start, day=date(2026, 5, 4))
    for step in list(i.case.waiting_steps().filter(blocking=True)):
        i.held(step.title, date(2026, 5, 4))
    i.do(start, day=date(2026, 5, 4))
    assert i.case.may_start_on == date(2026, 5, 4)
    with pytest.raises(Blocked, match="Information till samtliga socialsekreterare"):
        i.do(commands.FinishIntroduction(), day=date(2026, 5, 11))
    i.held("Information till samtliga", date(2026, 5, 11))
    i.do(commands.LeaveOutStep(step=i.step("Träff med arkivarie"), why="Gjort i en annan kommun."))
    i.do(commands.FinishIntroduction(), day=date(2026, 5, 12))
    assert (i.case.state, i.case.closed_on) == ("finished", date(2026, 5, 12))
    document = Document.objects.get(case=i.case, kind="introduction_record")
    assert document.locked_at
    assert document.facts["may_start_on"] == "2026-05-04"
    assert i.case.deadlines.running().count() == 0


def test_access_is_ordered_by_the_role_of_the_matrixs_row():
    """INT-08"""
    i = Routine()
    order = commands.OrderAccess(what="siths", holder="Bo Ekman", ordered_on=date(2026, 4, 20))
    with pytest.raises(Refused, match="SITHS-kort hanteras av Arkivarie, HSA-ansvarig"):
        i.do(order, Role.VIVA_ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        i.do(order, Role.SECTION_HEAD)
    i.do(order, Role.HSA_OFFICER)
    row = i.case.access.get()
    i.do(
        commands.ReceiveAccess(order=row, on=date(2026, 4, 24)), Role.HSA_OFFICER, date(2026, 4, 24)
    )
    with pytest.raises(Refused, match="inte återlämnat"):
        i.do(commands.CancelIntroduction(why="Bolaget säljs."), DEPUTY)
    i.do(
        commands.WithdrawAccess(order=row, on=date(2026, 4, 27)),
        Role.HSA_OFFICER,
        date(2026, 4, 27),
    )
    row.refresh_from_db()
    assert (row.received_on, row.withdrawn_on) == (date(2026, 4, 24), date(2026, 4, 27))
    i.do(commands.CancelIntroduction(why="Bolaget säljs."), DEPUTY)
    assert (i.case.state, i.case.deadlines.running().count()) == ("cancelled", 0)
