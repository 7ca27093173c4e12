"""Sjövik's providers after the decision: introduced, contracted, followed up, controlled."""

from collections.abc import Callable
from datetime import date, datetime, time

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from audit import clock
from audit.act import Act
from cases import calendar
from cases.commands import CaseCommand
from cases.models import Case
from config.demo.applications import Stage, Story, approve, decided, freeze, on_agenda
from config.demo.routine import PAGE
from config.demo.timeline import Thread
from door.performing import perform
from organisation.models import User
from procurement.contracts.commands import (
    AddContact,
    AddPermit,
    Agreed,
    PublishInformation,
    RegisterChoice,
    WriteInformation,
    open_own_unit,
)
from procurement.contracts.models import Contract
from procurement.controls import commands as controls
from procurement.controls.models import YearlyControl
from procurement.followups import commands as followups
from procurement.followups.models import FollowUp
from procurement.introductions import commands as introductions
from procurement.introductions.models import Introduction
from procurement.meetings import commands as meetings
from procurement.meetings.models import Meeting
from procurement.specifications.models import ServiceArea

WORKER, DEPUTY = "development-strategist", "deputy-director"
OWN_UNITS = (
    ("Hemtjänst Sjövik Norr", "Lena Sundby", 5200),
    ("Hemtjänst Sjövik Söder", "Arvid Kullmo", 4600),
    ("Hemtjänst Strandby", "Mona Ekdalen", 3900),
)
ANSWERS = {
    "contract": "Vi följer avtalet. Sedan förra uppföljningen har vi anställt fyra medarbetare.",
    "management": "Verksamhetsansvarig är på plats måndag till fredag. En samordnare leder arbetet "
    "övriga tider.",
    "staff": "Åtta av tio är undersköterskor. Nya går bredvid i tre veckor. Alla gör ett språktest.",
    "documentation": "Genomförandeplan finns i samtliga ärenden och ses över var sjätte månad.",
    "data_protection": "Behörigheter ses över varje kvartal. Loggar granskas en gång i månaden.",
}


def perform_latest(case: Case, command: CaseCommand, actor: User, at: datetime) -> None:
    """Carry out a command on the case as it stands."""
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    perform(case, command, actor, expected_version=version, at=at)


def tell(stage: Stage) -> None:
    """Every provider's life."""
    own_units(stage)
    followed_up(
        stage, "Bryggsundets Omsorg AB", "Disa Sundbro", "first", 347, login="provider-manager"
    )
    followed_up(
        stage, "Tornholmens Hemtjänst AB", "Elis Tornberg", "spring", 160, shortcoming="staff"
    )
    under_introduction(stage)
    meetings_held(stage)


def own_units(stage: Stage) -> None:
    """The municipality's own units in the same form as the companies."""
    # A year and a half back, less five weeks: the next follow-up, the first of the half-yearly ones,
    # has just come up and is to be booked.
    first = calendar.add_months(calendar.add_days(stage.today, 35), -18)
    for name, manager, hours in OWN_UNITS:
        stage.timeline.on(first, _own_unit(stage, name, manager, hours))
        for months in (3, 6, 9, 12):
            _play_follow_up(stage, name, months, first, without_answers=True)


def _own_unit(stage: Stage, name: str, manager: str, hours: int) -> Callable[[datetime], None]:
    def enter(at: datetime) -> None:
        agreed = Agreed(
            clock.local_date(at), None, "both", list(ServiceArea.objects.all()), hours, manager
        )
        with transaction.atomic():
            contract = open_own_unit(
                stage.unit, name, "home_care", agreed, Act(stage.people[DEPUTY], None, at)
            )
        _inform(
            contract, stage, at, "Vi arbetar i områdesgrupper med fast omsorgskontakt för alla."
        )

    return enter


def _inform(
    contract: Contract, stage: Stage, at: datetime, text: str, who: User | None = None
) -> None:
    worker = stage.people[WORKER]
    written = WriteInformation(
        presentation=text,
        hours="Alla dagar 7–22",
        languages="Svenska, finska, arabiska",
        extra_services="Fönsterputs",
        phone="0000-22 22 22",
        mail="fragor@foretag.example",
    )
    perform_latest(contract, written, who or worker, at)
    perform_latest(contract, PublishInformation(), worker, at)


def followed_up(
    stage: Stage,
    name: str,
    contact: str,
    meeting: str,
    contract_days: int,
    *,
    login: str = "",
    shortcoming: str = "",
) -> None:
    """A company approved at a past meeting, with a contract since some days ago, its follow-ups
    played as they fall due."""
    story = stage.for_meeting(meeting, name, contact, 88, login=login)
    decided(on_agenda(story, meeting, approve), meeting, "approved", 60)
    story.after(1, lambda r, at: r.notify(at))
    begun = calendar.add_days(stage.today, -contract_days)
    introduce(story, signed=contract_days + 10, first=begun, done=contract_days + 2)
    contract_of(story, contract_days, text="Vi är en liten utförare där alla känner alla.")
    for months in (3, 6, 9, 12):
        _play_follow_up(stage, name, months, begun, shortcoming=shortcoming)
    freeze(stage, meeting)


def introduce(story: Story, *, signed: int, first: date, done: int) -> None:
    """The introduction: meeting, contact, contract, everything that blocks, start, the end."""
    stage = story.stage
    worker = stage.people[WORKER]

    def meeting(at: datetime) -> None:
        case = _introduction(story)
        step = case.steps.filter(stage="before_contract").get()
        _record(case, step, worker, at)
        perform_latest(case, introductions.NameContactPerson(person=worker), worker, at)

    def sign(at: datetime) -> None:
        case = _introduction(story)
        perform_latest(
            case,
            introductions.SignContract(
                signed_on=clock.local_date(at),
                signing="electronic",
                chair="Gunnel Tärnhed",
                company_signatory=story.contact,
                valid_from=first,
                areas=list(ServiceArea.objects.all()[:2]),
                capacity_ceiling_hours=420,
                operations_manager=story.manager,
            ),
            worker,
            at,
        )

    def finish(at: datetime) -> None:
        case = _introduction(story)
        for step in case.waiting_steps():
            _record(case, step, worker, at)
        start = introductions.LetStart(may_start_on=max(first, clock.local_date(at)))
        perform_latest(case, start, worker, at)
        perform_latest(case, introductions.FinishIntroduction(), worker, at)

    story.thread.after(7, meeting)
    story.thread.ago(signed, sign)
    story.thread.ago(done, finish)


def _introduction(story: Story) -> Introduction:
    return Introduction.objects.get(title=story.name)


def _record(case: Introduction, step, worker: User, at: datetime) -> None:
    note = "\n".join(f"{point}: gicks igenom." for point in step.points) or "Gicks igenom."
    perform_latest(
        case,
        introductions.RecordStep(
            step=step,
            done_on=clock.local_date(at),
            note=note,
            attended=step.expected,
        ),
        worker,
        at,
    )


def contract_of(story: Story, days: int, *, text: str) -> None:
    """What is watched in the contract, who is reached, and who has chosen the provider."""
    stage = story.stage

    def fill(at: datetime) -> None:
        contract = Contract.objects.get(title=story.name)
        company = story.routine.company if story.routine else stage.people[WORKER]
        today = clock.local_date(at)
        for kind, reference, last in (
            ("ivo", "8.1.2-1234", None),
            ("insurance", "Brev 5512", calendar.add_days(stage.today, 41)),
        ):
            file = SimpleUploadedFile(f"{kind}.pdf", PAGE, "application/pdf")
            permit = AddPermit(
                kind=kind,
                reference=reference,
                valid_from=calendar.add_days(today, -30),
                valid_to=last,
                file=file,
            )
            perform_latest(contract, permit, company, at)
        contact = AddContact(
            name=story.manager,
            title="Verksamhetsansvarig",
            phone="0000-33 33 33",
            mail="ansvarig@foretag.example",
        )
        perform_latest(contract, contact, company, at)
        _inform(contract, stage, at, text, company)

    def chosen(at: datetime) -> None:
        contract = Contract.objects.get(title=story.name)
        area = ServiceArea.objects.all()[0]
        for number, hours in enumerate((120, 90, 75, 60, 110), 1):
            choice = RegisterChoice(
                reference=f"V-{story.serial}{number}",
                area=area,
                hours=hours,
                wanted_from=clock.local_date(at),
            )
            perform_latest(contract, choice, stage.people["social-worker"], at)

    story.thread.ago(days - 1, fill)
    story.thread.ago(days - 3, chosen)


def _play_follow_up(
    stage: Stage,
    name: str,
    months: int,
    first: date,
    *,
    without_answers: bool = False,
    shortcoming: str = "",
) -> None:
    """A follow-up as it falls due; one that lies ahead is asked and waits for the answers."""
    due = calendar.add_months(first, months)
    worker, thread = stage.people[WORKER], Thread(stage.timeline)

    def case() -> FollowUp:
        return FollowUp.objects.get(agreement__title=name, duty__ordinal=months)

    def book(at: datetime) -> None:
        day = calendar.roll_forward(calendar.add_days(due, -5))
        perform_latest(
            case(),
            followups.BookFollowUp(
                held_as="visit",
                day_of_meeting=day,
                time_of_meeting=time(13),
                place="Stadshuset, Bryggan",
            ),
            worker,
            at,
        )
        if not without_answers:
            until = calendar.roll_forward(calendar.add_days(due, -10))
            perform_latest(case(), followups.SendQuestions(until=until), worker, at)

    def answer(at: datetime) -> None:
        texts = {row.pk: ANSWERS[row.area] for row in case().questions.filter(asked=True)}
        perform_latest(case(), followups.AnswerQuestions(answers=texts), worker, at)

    def hold(at: datetime) -> None:
        perform_latest(
            case(),
            followups.HoldFollowUp(
                held_on=clock.local_date(at),
                place="Stadshuset, Bryggan",
                attended="Samira Norrgren, utvecklingsstrateg\nAnders Brantås, 1:e socialsekreterare\n"
                "Verksamhetsansvarig",
            ),
            worker,
            at,
        )
        findings = {}
        for row in case().questions.all():
            bad = (row.area == shortcoming and months == 3) or (
                row.area == "documentation" and months in (3, 6)
            )
            findings[row.pk] = (
                (
                    "minor",
                    "Två av tio planer saknade datum för uppföljning.",
                    calendar.add_days(due, 60),
                )
                if bad
                else ("fulfilled", "", None)
            )
        perform_latest(case(), followups.RecordFindings(findings=findings), worker, at)

    def document(at: datetime) -> None:
        perform_latest(case(), followups.DocumentFollowUp(), worker, at)

    def mend(at: datetime) -> None:
        for row in followups.open_findings(case()):
            mended = followups.RecordMended(question=row, mended_on=clock.local_date(at))
            perform_latest(case(), mended, worker, at)

    if calendar.add_days(due, -30) > stage.today:
        return
    thread.on(calendar.add_days(due, -30), book)
    if due > stage.today:
        return
    if not without_answers:
        thread.on(calendar.add_days(due, -12), answer)
    thread.on(calendar.add_days(due, -5), hold)
    thread.on(calendar.add_days(due, -2), document)
    if months == 3 and calendar.add_days(due, 50) <= stage.today:
        thread.on(calendar.add_days(due, 50), mend)


def under_introduction(stage: Stage) -> None:
    """A company that the committee approved in the autumn and that has not begun."""
    story = stage.for_meeting("autumn", "Solvikens Omsorg AB", "Hedda Solvik", 88)
    decided(on_agenda(story, "autumn", approve), "autumn", "approved", 123)
    story.after(1, lambda r, at: r.notify(at))
    begin_introduction(story)


def begin_introduction(story: Story) -> None:
    """Met, signed, some steps done, cards ordered, one step booked, one left out."""
    stage, people = story.stage, story.stage.people
    worker = people[WORKER]

    def meeting(at: datetime) -> None:
        case = _introduction(story)
        _record(case, case.steps.get(stage="before_contract"), worker, at)
        perform_latest(case, introductions.NameContactPerson(person=worker), worker, at)

    def sign(at: datetime) -> None:
        perform_latest(
            _introduction(story),
            introductions.SignContract(
                signed_on=clock.local_date(at),
                signing="written",
                chair="Gunnel Tärnhed",
                company_signatory=story.contact,
                valid_from=calendar.add_days(stage.today, 8),
                areas=list(ServiceArea.objects.all()[1:4]),
                capacity_ceiling_hours=300,
                operations_manager=story.manager,
            ),
            worker,
            at,
        )

    def steps(at: datetime) -> None:
        case = _introduction(story)
        for title, role in (("trygghetslarm", "alarm-officer"), ("Viva", "viva-administrator")):
            _record(case, case.steps.get(title__contains=title), people[role], at)
        left_out = introductions.LeaveOutStep(
            step=case.steps.get(title__contains="arkivarie"),
            why="Ledningen har gått samma genomgång i en annan kommun i våras.",
        )
        perform_latest(case, left_out, worker, at)
        order = introductions.OrderAccess(
            what="siths", holder=story.manager, ordered_on=clock.local_date(at)
        )
        perform_latest(case, order, people["hsa-officer"], at)

    def book(at: datetime) -> None:
        case = _introduction(story)
        step = introductions.BookStep(
            step=case.steps.get(title__contains="nattorganisation"),
            day_of_meeting=calendar.roll_forward(calendar.add_days(stage.today, 3)),
            time_of_meeting=time(14, 30),
            place="Nattorganisationen, Hamngatan 4",
        )
        perform_latest(case, step, worker, at)

    story.thread.after(7, meeting)
    for days, deed in ((45, sign), (14, steps), (2, book)):
        story.thread.ago(days, deed)


def meetings_held(stage: Stage) -> None:
    """Every meeting but the latest has been held; the latest waits to be booked."""

    def hold_due(at: datetime) -> None:
        today = clock.local_date(at)
        waiting = Meeting.objects.filter(state=Meeting.State.PLANNED, due_on__lte=today)
        for meeting in waiting:
            _hold(meeting, stage, at)
        for case in FollowUp.objects.filter(
            state=FollowUp.State.PLANNED, agreement=None, due_on__lte=today
        ):
            _review(case, stage.people[WORKER], at)
        for control in YearlyControl.objects.filter(
            state=YearlyControl.State.OPEN, about="tax", due_on__lte=calendar.add_days(today, 7)
        ):
            _control(control, stage.people["investigator-lawyer"], at)

    held = Thread(stage.timeline)
    for days in range(360, 20, -30):
        held.ago(days, hold_due)


def _hold(meeting: Meeting, stage: Stage, at: datetime) -> None:
    deputy, today = stage.people[DEPUTY], clock.local_date(at)
    perform_latest(
        meeting,
        meetings.BookMeeting(
            day_of_meeting=today,
            time_of_meeting=time(9),
            place="Stadshuset, Bryggan",
            agenda=meeting.agenda,
        ),
        deputy,
        at,
    )
    perform_latest(
        meeting,
        meetings.HoldMeeting(
            held_on=today,
            attended="Birgitta Lindehall\nSamira Norrgren\nMaria Stålvik",
            minutes="Genomgång av aktuella frågor. Nästa möte bokas genom årshjulet.",
        ),
        deputy,
        at,
    )


def _review(case: FollowUp, worker: User, at: datetime) -> None:
    """A review of the whole system, or of decisions for individuals: no provider answers."""
    perform_latest(
        case,
        followups.HoldFollowUp(
            held_on=clock.local_date(at),
            place="Stadshuset",
            attended="Birgitta Lindehall\nSamira Norrgren\nJonas Ekfors",
        ),
        worker,
        at,
    )
    findings = {row.pk: ("fulfilled", "", None) for row in case.questions.all()}
    perform_latest(case, followups.RecordFindings(findings=findings), worker, at)
    perform_latest(case, followups.DocumentFollowUp(), worker, at)


def _control(control: YearlyControl, lawyer: User, at: datetime) -> None:
    for item in control.items.all():
        review = controls.ReviewItem(
            item=item, done_on=clock.local_date(at), outcome="passed", note="Inga skulder."
        )
        perform_latest(control, review, lawyer, at)
    perform_latest(control, controls.FinishControl(), lawyer, at)
