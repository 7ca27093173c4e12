"""Sjövik's applications: one in each state, and each awkward case of the routine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from audit.act import Act
from cases import calendar, committee
from cases.actions import ChangeResponsible, DeclareConflict, WriteNote
from cases.models import CommitteeMeeting, CommitteeMember
from config.demo.companies import SOLE_TRADER, load_company, sunday_before
from config.demo.routine import Routine, handled
from config.demo.timeline import Timeline
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
MEETINGS = (
    ("first", -420), ("spring", -230), ("autumn", -62), ("last", -6), ("next", 22), ("later", 64),
)  # fmt: skip
"""Name and days from today."""


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
        self, name: str, contact: str, days_ago: int, *, login: str = "", number: str = "",
        manager: str = "Erik Tornfalk", worker: str = "development-strategist",
    ) -> "Story | None":  # fmt: skip
        """A company's story that begins some days ago, or None when it has been told before."""
        self.serial += 1
        if Provider.objects.filter(name=name).exists():
            return None
        return Story(self, name, contact, manager, days_ago, login, number, worker, self.serial)


@dataclass
class Story:
    """One company's application, told in days before today."""

    stage: Stage
    name: str
    contact: str
    manager: str
    days_ago: int
    login: str
    number: str
    worker: str
    serial: int
    routine: Routine | None = None

    def at(self, days_ago: int, deed: Callable[[Routine, datetime], None]) -> "Story":
        """Something that happened so many days ago; a Saturday's or Sunday's deed waits for Monday."""
        day = calendar.roll_forward(calendar.add_days(self.stage.today, -days_ago))
        self.on(min(day, self.stage.today), deed)
        return self

    def on(self, day: date, deed: Callable[[Routine, datetime], None]) -> "Story":
        """Something that happened on a day."""
        self.stage.timeline.on(day, lambda at: deed(self._routine(at), at))
        return self

    def sends(self, *, without: tuple[str, ...] = ()) -> "Story":
        """The company fills in, attaches and sends on its first day."""
        return self.at(self.days_ago, lambda r, at: send(r, at, self, without))

    def drafts(self) -> "Story":
        """The company begins a draft."""
        return self.at(self.days_ago, lambda r, at: r.fill_in(at, self.contact, self.manager))

    def _routine(self, at: datetime) -> Routine:
        if self.routine is None:
            provider, user = load_company(
                self.name, self.serial, self.contact, at, login=self.login, number=self.number
            )
            application = intake.open_draft(provider, self.stage.unit, Act.own(user, at))
            self.routine = Routine(application, self.stage.people, user, self.worker)
        return self.routine


def send(routine: Routine, at: datetime, story: Story, without: tuple[str, ...] = ()) -> None:
    """A filled-in application with its attachments comes in."""
    routine.fill_in(at, story.contact, story.manager)
    routine.attach(at, *[code for code in routine.required() if code not in without])
    routine.send(at)


def load_meetings(stage: Stage) -> None:
    """Members, past meetings and two to come."""
    for name, seat in MEMBERS:
        CommitteeMember.objects.get_or_create(
            name=name, defaults={"seat": seat, "valid_from": calendar.add_days(stage.today, -500)}
        )
    for key, days in MEETINGS:
        day = calendar.roll_forward(calendar.add_days(stage.today, days))
        found = (
            CommitteeMeeting.objects.filter(held_on__gte=stage.today).order_by("held_on").first()
            if key == "next"
            else None
        )
        stage.meetings[key] = (
            found
            or CommitteeMeeting.objects.get_or_create(
                held_on=day,
                defaults={
                    "documents_due": calendar.working_days_before(day, 12),
                    "place": "Stadshuset, Fullmäktigesalen",
                },
            )[0]
        )


def tell(stage: Stage) -> None:
    """Every story."""
    for story in (early, under_handling, at_the_committee, ended, awkward):
        story(stage)


def early(stage: Stage) -> None:
    """Drafts, newly arrived, and completion in every shape."""
    if s := stage.company("Aspens Hemservice", "Tora Aspen", 3, number=SOLE_TRADER[2:]):
        s.drafts()
    if s := stage.company("Lövmånen Hemvård AB", "Alva Månsby", 1):
        s.sends()
    if s := stage.company("Kajplats Nio Omsorg AB", "Hugo Bryggman", 8):
        s.sends().at(5, lambda r, at: r.review(at))
    if s := stage.company("Strandlinan Hemtjänst AB", "Nora Ljungskär", 18, login="applicant"):
        s.sends(without=("cv_operations_manager", "qms"))
        s.at(13, lambda r, at: r.review(at, "incomplete", "Två bilagor saknas."))
        s.at(11, lambda r, at: r.ask(
            at, "Meritförteckning för verksamhetsansvarig, med utbildning och minst två års "
            "erfarenhet av ledning, och ledningssystemets rutin för delegering.",
            "cv_operations_manager", "qms"))  # fmt: skip
    if s := stage.company("Vinterbryggan Omsorg AB", "Petter Isvik", 27):
        s.sends(without=("skv4820",))
        s.at(22, lambda r, at: r.review(at, "incomplete", "SKV 4820 saknas."))
        s.at(19, lambda r, at: r.ask(at, "Blankett SKV 4820, högst två månader gammal.", "skv4820"))
    if s := stage.company("Tallkotten Hemservice AB", "Moa Tallvik", 44):
        s.sends(without=("insurance", "qms"))
        s.at(40, lambda r, at: r.review(at, "incomplete", "Försäkring och ledningssystem saknas."))
        s.at(38, lambda r, at: r.ask(at, "Försäkringsbevis.", "insurance"))
        s.at(20, lambda r, at: (r.attach(at, "insurance"), r.answer(at)))
        s.at(7, lambda r, at: r.ask(at, "Ledningssystem för systematiskt kvalitetsarbete.", "qms"))


def under_handling(stage: Stage) -> None:
    """Handling with what is missing, a proposal that waits, MBL."""
    if s := stage.company("Fyrbåken Omsorg AB", "Leila Hammarvik", 42):
        s.sends(without=("insurance",))
        s.at(34, lambda r, at: r.review(at, "incomplete", "Försäkringsbevis saknas."))
        s.at(33, lambda r, at: r.ask(at, "Försäkringsbevis.", "insurance"))
        s.at(22, lambda r, at: (r.attach(at, "insurance"), r.answer(at)))
        s.at(20, lambda r, at: (r.review(at), r.complete(at)))
        s.at(
            13, lambda r, at: r.control(at, "tax", note="Inga skulder.", who="investigator-lawyer")
        )
        s.at(11, lambda r, at: r.control(at, "cv", note="Verksamhetsansvarig uppfyller kraven."))
        s.at(7, lambda r, at: r.control(at, "qms", note="Godtagbart, två frågor ställda."))
        s.at(6, lambda r, at: r.meet(at, "section-head"))
        s.at(5, lambda r, at: r.references(at, 2, 1))
        s.at(4, lambda r, at: r.control(at, "credit", "ordered", "", who="investigator-lawyer"))
        s.at(1, lambda r, at: r.do(WriteNote(kind="working", text=(
            "Sökt andra referensen om verksamhetsansvarig två gånger, lämnat meddelande. Företaget "
            "ombeds lämna en reserv om vi inte får svar senast torsdag.")), r.worker, at))  # fmt: skip
    if s := stage.company("Sju Holmar Omsorg ek. för.", "Ingrid Holmfors", 36):
        s.sends().at(30, lambda r, at: (r.review(at), r.complete(at)))
        s.at(12, lambda r, at: handled(r, at)).at(2, lambda r, at: r.assess(at))
    if s := stage.company("Granudden Vård AB", "Lars Granholt", 50):
        s.sends().at(45, lambda r, at: (r.review(at), r.complete(at)))
        s.at(27, lambda r, at: handled(r, at)).at(24, lambda r, at: r.assess(at))
        # The director stands in for the deputy director and concurs for her.
        s.at(21, lambda r, at: r.concur(at, "director"))
        s.at(5, lambda r, at: r.write_mbl(at))


def to_committee(story: Story, meeting: str, *, concur: int, mbl: int, agenda: int) -> Story:
    """From concurrence to the agenda of a meeting."""
    story.at(concur, lambda r, at: r.concur(at))
    story.at(mbl, lambda r, at: r.mbl(at))
    story.at(agenda, lambda r, at: r.agenda(at, story.stage.meetings[meeting]))
    return story


def freeze(stage: Stage, meeting: str, days_ago: int) -> None:
    """The secretary freezes a meeting's packet."""
    secretary = stage.people["committee-secretary"]
    found = stage.meetings[meeting]
    if found.packet_frozen_at is None:
        stage.timeline.ago(days_ago, lambda at: committee.freeze(found, Act.own(secretary, at)))


def at_the_committee(stage: Stage) -> None:
    """On an agenda, and decided but not yet told."""
    if s := stage.company("Måsholmens Omsorg AB", "Siri Måsvik", 56):
        s.sends().at(50, lambda r, at: (r.review(at), r.complete(at)))
        s.at(30, lambda r, at: handled(r, at)).at(20, lambda r, at: r.assess(at))
        to_committee(s, "next", concur=17, mbl=6, agenda=4)
    if s := stage.company("Klippans Hemtjänst HB", "Stig Klippvall", 84):
        s.sends().at(78, lambda r, at: (r.review(at), r.complete(at)))
        s.at(60, lambda r, at: handled(r, at))
        s.at(52, lambda r, at: r.assess(at, "reject", REJECTION))
        to_committee(s, "last", concur=49, mbl=40, agenda=36)
        s.at(4, lambda r, at: r.decide(at, "rejected", 142))
    if s := stage.company("Ljungheden Omsorg AB", "Gösta Ljungvall", 88):
        s.sends().at(82, lambda r, at: (r.review(at), r.complete(at)))
        s.at(64, lambda r, at: handled(r, at)).at(57, lambda r, at: r.assess(at))
        to_committee(s, "last", concur=54, mbl=43, agenda=38)
        s.at(4, lambda r, at: r.decide(at, "approved", 141))
        s.at(3, lambda r, at: r.notify(at))
    freeze(stage, "last", 24)


def rejected(stage: Stage, name: str, contact: str, paragraph: int, told: int) -> Story | None:
    """A company that was rejected at the autumn meeting and told some days ago."""
    if s := stage.company(name, contact, 150):
        s.sends().at(144, lambda r, at: (r.review(at), r.complete(at)))
        s.at(124, lambda r, at: handled(r, at))
        s.at(118, lambda r, at: r.assess(at, "reject", REJECTION))
        to_committee(s, "autumn", concur=112, mbl=100, agenda=90)
        s.at(58, lambda r, at: r.decide(at, "rejected", paragraph))
        s.at(told, lambda r, at: r.notify(at, "post"))
        return s
    return None


def ended(stage: Stage) -> None:
    """Correction period, correction filed, final, withdrawn, excluded."""
    rejected(stage, "Bergfoten Hemtjänst AB", "Ulla Bergsund", 118, 10)
    if s := rejected(stage, "Ekdalens Omsorg AB", "Måns Ekdahl", 119, 56):
        s.at(40, lambda r, at: r.file_correction(at, "4417-26"))
    rejected(stage, "Norrskärs Omsorg AB", "Vega Skärlund", 120, 55)
    if s := stage.company("Hamnplanens Service AB", "Ove Hamnberg", 33):
        s.sends().at(25, lambda r, at: r.do(
            intake.Withdraw(why="Företaget har ändrat sina planer."), r.company, at))  # fmt: skip
    if s := stage.company("Skuggvikens Vård AB", "Roy Skuggvall", 148):
        s.sends().at(140, lambda r, at: r.review(at))
        s.at(130, lambda r, at: r.do(assessment.ProposeExclusion(
            ground="tax_social_fees",
            reasons="Företaget har restförda skatter och arbetsgivaravgifter på 412 000 kronor.",
            proportionality="Skulden är stor, växer och saknar avbetalningsplan. Företaget har "
            "fått tillfälle att reglera den."), r.worker, at))  # fmt: skip
        to_committee(s, "autumn", concur=120, mbl=104, agenda=92)
        s.at(58, lambda r, at: r.decide(at, "excluded", 121))
        s.at(56, lambda r, at: r.notify(at, "post"))
    freeze(stage, "autumn", 80)


def awkward(stage: Stage) -> None:
    """A conflict of interest, and a deadline whose last day is red."""
    second = stage.people["development-strategist-2"]
    if s := stage.company(
        "Sandåsens Omsorg AB", "Kaj Sandås", 12, worker="development-strategist-2"
    ):
        s.sends()
        s.at(
            10,
            lambda r, at: r.do(
                DeclareConflict(why="Syskon är delägare i företaget."), "development-strategist", at
            ),
        )
        s.at(9, lambda r, at: r.do(ChangeResponsible(user=second), "deputy-director", at))  # fmt: skip
        s.at(6, lambda r, at: r.review(at))
    if s := stage.company("Helgdagens Hemvård AB", "Maja Helgesson", 9):
        s.on(sunday_before(stage.today, 8), lambda r, at: send(r, at, s))


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
    if recent.exists():
        return
    count = Provider.objects.filter(name__in=[f"{name} AB" for name in FRESH]).count()
    if count < len(FRESH):
        stage.serial = 200 + count
        if s := stage.company(f"{FRESH[count]} AB", "Elin Nyström", 0):
            s.sends()
