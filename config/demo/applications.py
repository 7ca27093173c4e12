"""Sjövik's applications: one in each state, and each awkward case of the routine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from audit.act import Act
from cases import calendar, preferences
from cases.actions import ChangeResponsible, DeclareConflict, WriteNote
from cases.committee_commands import PacketFrozen
from cases.models import CommitteeMeeting, CommitteeMember
from config.demo.companies import SOLE_TRADER, load_company, sunday_before
from config.demo.routine import Routine, handled
from config.demo.timeline import Deed, Thread, Timeline, moment
from door.performing import perform
from organisation.models import Provider, Unit, User
from procurement.applications.commands import assessment, intake
from procurement.applications.models import ProviderApplication

REJECTION = (
    "Ansökan uppfyller inte två av kraven. Verksamhetsansvarig ska ha minst två års erfarenhet av "
    "att leda omvårdnad (avsnitt 4.2); av meritförteckning och referenser framgår åtta månader. "
    "Ledningssystemet saknar rutiner för egenkontroll (avsnitt 5.1)."
)
MEMBERS = (
    ("Gunnel Tärnhed", "Ordförande"),
    ("Ulf Sundmark", "Vice ordförande"),
    ("Fatima Holmsund", "Ledamot"),
    ("Krister Ängsdal", "Ledamot"),
    ("Britta Moviken", "Ledamot"),
)
HELD = {"first": 420, "spring": 230, "autumn": 62, "last": 2}
"""The meetings that have been held, each on the last possible day so many days ago or more."""
MEETS_ON = 2
"""The weekday of the committee: Wednesday."""
BETWEEN = 42
"""At least so many days lie between two meetings to come."""
DOCUMENTS_BEFORE = 12
"""Working days before a meeting by which its documents are written."""
STOOD_IN = 21
"""So many days ago the director acted for the deputy director."""


@dataclass
class Stage:
    """What the scenarios share: the day, the people, the meetings, the timeline."""

    today: date
    people: dict[str, User]
    unit: Unit
    timeline: Timeline
    meetings: dict[str, CommitteeMeeting] = field(default_factory=dict)
    serial: int = 100

    def company(
        self,
        name: str,
        contact: str,
        days_ago: int,
        *,
        login: str = "",
        number: str = "",
        manager: str = "Erik Tornfalk",
        worker: str = "development-strategist",
    ) -> "Story":
        """A company's story that begins some days ago."""
        self.serial += 1
        begins = calendar.add_days(self.today, -days_ago)
        thread = Thread(self.timeline)
        return Story(
            self, name, contact, manager, begins, login, number, worker, self.serial, thread
        )

    def for_meeting(
        self, key: str, name: str, contact: str, days: int, *, login: str = ""
    ) -> "Story":
        """A company's story that begins so many days before a meeting."""
        before = calendar.days_between(self.meetings[key].held_on, self.today)
        return self.company(name, contact, before + days, login=login)


@dataclass
class Story:
    """One company's application, a deed at a time."""

    stage: Stage
    name: str
    contact: str
    manager: str
    begins: date
    login: str
    number: str
    worker: str
    serial: int
    thread: Thread
    routine: Routine | None = None

    def at(self, days_ago: int, deed: "Told") -> "Story":
        """Something that happened so many days ago."""
        self.thread.ago(days_ago, self._told(deed))
        return self

    def after(self, days: int, deed: "Told") -> "Story":
        """Something that happened so many days after the deed before."""
        self.thread.after(days, self._told(deed))
        return self

    def before(self, key: str, days: int, deed: "Told") -> "Story":
        """Something that happened so many days before a meeting; after it when negative."""
        day = calendar.add_days(self.stage.meetings[key].held_on, -days)
        self.thread.on(day, self._told(deed))
        return self

    def sends(self, *, without: tuple[str, ...] = ()) -> "Story":
        """The company fills in, attaches and sends on its first day."""
        sent = self._told(lambda r, at: send(r, at, self, without))
        self.thread.on(self.begins, sent)
        return self

    def sends_on(self, day: date) -> "Story":
        """The company sends on that very day, be it a Sunday."""
        self.stage.timeline.on(day, self._told(lambda r, at: send(r, at, self)))
        return self

    def drafts(self) -> "Story":
        """The company begins a draft."""
        begun = self._told(lambda r, at: r.fill_in(at, self.contact, self.manager))
        self.thread.on(self.begins, begun)
        return self

    def _told(self, deed: "Told") -> Deed:
        return lambda at: deed(self.routine_at(at), at)

    def routine_at(self, at: datetime) -> Routine:
        """The application, begun when there is none yet."""
        if self.routine is None:
            provider, user = load_company(
                self.name, self.serial, self.contact, at, login=self.login, number=self.number
            )
            application = intake.open_draft(provider, self.stage.unit, Act.own(user, at))
            self.routine = Routine(application, self.stage.people, user, self.worker)
        return self.routine


Told = Callable[[Routine, datetime], object]


def send(routine: Routine, at: datetime, story: Story, without: tuple[str, ...] = ()) -> None:
    """A filled-in application with its attachments comes in."""
    routine.fill_in(at, story.contact, story.manager)
    routine.attach(at, *[code for code in routine.required() if code not in without])
    routine.send(at)


def load_meetings(stage: Stage) -> None:
    """Members, the meetings that have been held, and two to come."""
    for name, seat in MEMBERS:
        CommitteeMember.objects.get_or_create(
            name=name, defaults={"seat": seat, "valid_from": calendar.add_days(stage.today, -500)}
        )
    for key, days in HELD.items():
        day = calendar.add_days(stage.today, -days)
        while not committee_meets(day):
            day = calendar.add_days(day, -1)
        stage.meetings[key] = _meeting(day)
    stage.meetings["next"], _ = coming_meetings(stage.today)


def coming_meetings(today: date) -> list[CommitteeMeeting]:
    """The next two meetings whose documents can still be written, planned when they are not."""
    in_time = calendar.add_days(today, 3)
    waiting = CommitteeMeeting.objects.filter(documents_due__gte=in_time).order_by("held_on")
    found = list(waiting[:2])
    while len(found) < 2:
        day = calendar.add_days(found[-1].held_on, BETWEEN) if found else in_time
        while not committee_meets(day) or documents_due(day) < in_time:
            day = calendar.add_days(day, 1)
        found.append(_meeting(day))
    return found


def committee_meets(day: date) -> bool:
    """Whether the committee could meet on the day."""
    return day.weekday() == MEETS_ON and calendar.is_working_day(day)


def documents_due(held_on: date) -> date:
    """The last day for the documents of a meeting."""
    return calendar.working_days_before(held_on, DOCUMENTS_BEFORE)


def _meeting(held_on: date) -> CommitteeMeeting:
    return CommitteeMeeting.objects.get_or_create(
        held_on=held_on,
        defaults={"documents_due": documents_due(held_on), "place": "Stadshuset, Fullmäktigesalen"},
    )[0]


def found_complete(r: Routine, at: datetime) -> None:
    """Gone through without remark, and declared complete."""
    r.review(at)
    r.complete(at)


def insured(r: Routine, at: datetime) -> None:
    """The company completes with its insurance."""
    r.attach(at, "insurance")
    r.answer(at)


def tell(stage: Stage) -> None:
    """Every story."""
    for stories in (early, under_handling, at_the_committee, ended, awkward):
        stories(stage)


def early(stage: Stage) -> None:
    """Drafts, newly arrived, and completion in every shape."""
    s = stage.company("Aspens Hemservice", "Tora Aspen", 3, number=SOLE_TRADER[2:])
    s.drafts()
    s = stage.company("Lövmånen Hemvård AB", "Alva Månsby", 1)
    s.sends()
    s = stage.company("Kajplats Nio Omsorg AB", "Hugo Bryggman", 8)
    s.sends().at(5, lambda r, at: r.review(at))
    s = stage.company("Strandlinan Hemtjänst AB", "Nora Ljungskär", 18, login="applicant")
    s.sends(without=("cv_operations_manager", "qms"))
    s.at(13, lambda r, at: r.review(at, "incomplete", "Två bilagor saknas."))
    s.at(
        11,
        lambda r, at: r.ask(
            at,
            "Meritförteckning för verksamhetsansvarig, med utbildning och minst två års "
            "erfarenhet av ledning, och ledningssystemets rutin för delegering.",
            "cv_operations_manager",
            "qms",
        ),
    )
    s = stage.company("Vinterbryggan Omsorg AB", "Petter Isvik", 27)
    s.sends(without=("skv4820",))
    s.at(25, lambda r, at: r.review(at, "incomplete", "SKV 4820 saknas."))
    s.at(22, lambda r, at: r.ask(at, "Blankett SKV 4820, högst två månader gammal.", "skv4820"))
    s = stage.company("Tallkotten Hemservice AB", "Moa Tallvik", 44)
    s.sends(without=("insurance", "qms"))
    s.at(40, lambda r, at: r.review(at, "incomplete", "Försäkring och ledningssystem saknas."))
    s.at(38, lambda r, at: r.ask(at, "Försäkringsbevis.", "insurance"))
    s.at(20, insured)
    s.at(7, lambda r, at: r.ask(at, "Ledningssystem för systematiskt kvalitetsarbete.", "qms"))


def under_handling(stage: Stage) -> None:
    """Handling with what is missing, a proposal that waits, MBL."""
    s = stage.company("Fyrbåken Omsorg AB", "Leila Hammarvik", 42)
    s.sends(without=("insurance",))
    s.at(34, lambda r, at: r.review(at, "incomplete", "Försäkringsbevis saknas."))
    s.at(33, lambda r, at: r.ask(at, "Försäkringsbevis.", "insurance"))
    s.at(22, insured)
    s.at(20, found_complete)
    s.at(13, lambda r, at: r.control(at, "tax", note="Inga skulder.", who="investigator-lawyer"))
    s.at(11, lambda r, at: r.control(at, "cv", note="Verksamhetsansvarig uppfyller kraven."))
    s.at(7, lambda r, at: r.control(at, "qms", note="Godtagbart, två frågor ställda."))
    s.at(6, lambda r, at: r.meet(at, "section-head"))
    s.at(5, lambda r, at: r.references(at, 2, 1))
    s.at(4, lambda r, at: r.control(at, "credit", "ordered", "", who="investigator-lawyer"))
    s.at(
        1,
        lambda r, at: r.do(
            WriteNote(
                kind="working",
                text=(
                    "Sökt andra referensen om verksamhetsansvarig två gånger, lämnat meddelande. Företaget "
                    "ombeds lämna en reserv om vi inte får svar senast torsdag."
                ),
            ),
            r.worker,
            at,
        ),
    )
    s = stage.company("Sju Holmar Omsorg ek. för.", "Ingrid Holmfors", 36)
    s.sends().at(30, found_complete)
    s.at(12, lambda r, at: handled(r, at)).at(2, lambda r, at: r.assess(at))
    s = stage.company("Granudden Vård AB", "Lars Granholt", 50)
    s.sends().at(45, found_complete)
    s.at(27, lambda r, at: handled(r, at)).at(24, lambda r, at: r.assess(at))
    # The director stands in for the deputy director and concurs for her.
    s.at(STOOD_IN, lambda r, at: r.concur(at, "director"))
    s.at(5, lambda r, at: r.write_mbl(at))


def on_agenda(s: Story, key: str, propose: Told) -> Story:
    """A complete application on the agenda of a past meeting.

    The controls are taken so that they hold on the committee's day, and its documents come in time.
    """
    valid = preferences.chosen("control_valid_days")
    s.sends()
    s.before(key, 80, found_complete)
    s.before(key, min(60, valid), lambda r, at: handled(r, at))
    s.before(key, 54, propose)
    return to_committee(s, key, concur=50, mbl=40)


def director_stands_in(today: date) -> tuple[date, date]:
    """The first and last day of the deputy director's holiday, some days back."""
    concurs = calendar.roll_forward(calendar.add_days(today, -STOOD_IN))
    return calendar.add_days(today, -STOOD_IN - 3), calendar.add_days(concurs, 3)


def to_committee(s: Story, key: str, *, concur: int, mbl: int) -> Story:
    """From concurrence to the agenda, in days before the meeting."""
    meeting = s.stage.meetings[key]
    s.before(key, concur, lambda r, at: r.concur(at))
    s.before(key, mbl, lambda r, at: r.mbl(at))
    due = calendar.days_between(meeting.documents_due, meeting.held_on)
    return s.before(key, due + 7, lambda r, at: r.agenda(at, meeting))


def decided(s: Story, key: str, outcome: str, paragraph: int) -> Story:
    """The secretary registers what the committee decided, the day after."""
    return s.before(key, -1, lambda r, at: r.decide(at, outcome, paragraph))


def freeze(stage: Stage, key: str) -> None:
    """The secretary freezes a meeting's packet, the day after the last day for its documents."""
    secretary, found = stage.people["committee-secretary"], stage.meetings[key]

    def as_it_stands(at: datetime) -> None:
        found.refresh_from_db()
        perform(found, PacketFrozen(), secretary, at=at)

    stage.timeline.on(calendar.next_working_day(found.documents_due), as_it_stands)


def approve(r: Routine, at: datetime) -> None:
    """On to assessment, with the proposal to approve."""
    r.assess(at)


def reject(r: Routine, at: datetime) -> None:
    """On to assessment, with the proposal to reject."""
    r.assess(at, "reject", REJECTION)


def at_the_committee(stage: Stage) -> None:
    """On an agenda, and decided but not yet told."""
    s = stage.company("Måsholmens Omsorg AB", "Siri Måsvik", 56)
    s.sends().at(50, found_complete)
    s.at(30, lambda r, at: handled(r, at)).at(20, approve)
    s.at(17, lambda r, at: r.concur(at)).at(6, lambda r, at: r.mbl(at))
    s.at(4, lambda r, at: r.agenda(at, stage.meetings["next"]))
    s = stage.for_meeting("last", "Klippans Hemtjänst HB", "Stig Klippvall", 86)
    decided(on_agenda(s, "last", reject), "last", "rejected", 142)
    s = stage.for_meeting("last", "Ljungheden Omsorg AB", "Gösta Ljungvall", 90)
    decided(on_agenda(s, "last", approve), "last", "approved", 141)
    s.after(1, lambda r, at: r.notify(at))
    freeze(stage, "last")


def rejected(stage: Stage, name: str, contact: str, paragraph: int, told: int) -> Story:
    """A company that was rejected at the autumn meeting and told some days ago."""
    s = stage.for_meeting("autumn", name, contact, 88)
    decided(on_agenda(s, "autumn", reject), "autumn", "rejected", paragraph)
    return s.at(told, lambda r, at: r.notify(at, "post"))


def ended(stage: Stage) -> None:
    """Correction period, correction filed, final, withdrawn, excluded."""
    rejected(stage, "Bergfoten Hemtjänst AB", "Ulla Bergsund", 118, 10)
    s = rejected(stage, "Ekdalens Omsorg AB", "Måns Ekdahl", 119, 56)
    s.after(14, lambda r, at: r.file_correction(at, "4417-26"))
    rejected(stage, "Norrskärs Omsorg AB", "Vega Skärlund", 120, 55)
    s = stage.company("Hamnplanens Service AB", "Ove Hamnberg", 33)
    s.sends().at(
        25,
        lambda r, at: r.do(intake.Withdraw(why="Företaget har ändrat sina planer."), r.company, at),
    )
    s = stage.for_meeting("autumn", "Skuggvikens Vård AB", "Roy Skuggvall", 86)
    s.sends().before("autumn", 78, lambda r, at: r.review(at))
    s.before(
        "autumn",
        68,
        lambda r, at: r.do(
            assessment.ProposeExclusion(
                ground="tax_social_fees",
                reasons="Företaget har restförda skatter och arbetsgivaravgifter på 412 000 kronor.",
                proportionality="Skulden är stor, växer och saknar avbetalningsplan. Företaget har "
                "fått tillfälle att reglera den.",
            ),
            r.worker,
            at,
        ),
    )
    to_committee(s, "autumn", concur=58, mbl=42)
    decided(s, "autumn", "excluded", 121).after(2, lambda r, at: r.notify(at, "post"))
    freeze(stage, "autumn")


def awkward(stage: Stage) -> None:
    """A conflict of interest, and a deadline whose last day is red."""
    second = stage.people["development-strategist-2"]
    s = stage.company("Sandåsens Omsorg AB", "Kaj Sandås", 12, worker="development-strategist-2")
    s.sends()
    s.at(
        10,
        lambda r, at: r.do(
            DeclareConflict(why="Syskon är delägare i företaget."), "development-strategist", at
        ),
    )
    s.at(9, lambda r, at: r.do(ChangeResponsible(user=second), "deputy-director", at))
    s.at(6, lambda r, at: r.review(at))
    s = stage.company("Helgdagens Hemvård AB", "Maja Helgesson", 9)
    s.sends_on(sunday_before(stage.today, 8))


FRESH = (
    "Gryningens Omsorg", "Vassviks Hemtjänst", "Björkuddens Omsorg", "Solkullens Hemvård",
    "Myrtuvans Omsorg", "Vårfrugillets Hemvård", "Stenbrons Hemtjänst", "Åbrinkens Omsorg",
)  # fmt: skip


def top_up(stage: Stage) -> None:
    """An application that has just come in, when none has for three days."""
    recent = ProviderApplication.objects.filter(
        state=ProviderApplication.State.RECEIVED,
        arrived_on__gte=calendar.add_days(stage.today, -3),
    )
    count = Provider.objects.filter(name__in=[f"{name} AB" for name in FRESH]).count()
    if recent.exists() or count == len(FRESH):
        return
    stage.serial = 200 + count
    story = stage.company(f"{FRESH[count]} AB", "Elin Nyström", 0)
    at = moment(stage.today, 9, 0)
    send(story.routine_at(at), at, story)
