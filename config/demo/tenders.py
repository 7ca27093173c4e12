"""Sjövik's tender of a home: published, with two questions answered and one that waits."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from audit.act import Act
from cases import calendar
from cases.commands import CaseCommand
from cases.models import Case
from config.demo.timeline import Thread, Timeline
from door.performing import perform
from organisation.models import Unit, User
from procurement.tenders.commands import drafting, questions
from procurement.tenders.models import Tender, TenderQuestion, TenderSection

HOME = "Strandgårdens äldreboende"
LEADS = "investigator-lawyer"
SECTIONS = (
    (1, "Uppdraget", "investigator-lawyer",
     "Uppdraget omfattar driften av Strandgårdens äldreboende med 48 lägenheter i fyra enheter.\n\n"
     "Utföraren ska dela kommunens värdegrund och service- och värdighetsgarantier."),
    (2, "Hälso- och sjukvård", "chief-nurse",
     "Utföraren ansvarar för hälso- och sjukvård upp till och med sjuksköterskas nivå, dygnet "
     "runt.\n\nKommunens MAS och MAR har det medicinska ansvaret. Utföraren ska:\n"
     "- följa riktlinjerna för läkemedelshantering\n- rapportera avvikelser varje månad"),
    (3, "Rehabilitering och hjälpmedel", "mar",
     "Utföraren ska ha legitimerad arbetsterapeut och fysioterapeut. Personlyftar ingår i "
     "kommunens grundutrustning."),
    (4, "Bemanning och dokumentation", "nurse",
     "Bemanningen ska vara tillräcklig dygnet runt. Dokumentation förs i kommunens system."),
    (5, "Ersättning", "controller",
     "Ersättning utgår per belagd lägenhet och dygn, med särskild ersättning för tomma lägenheter "
     "under de första sju dagarna."),
)  # fmt: skip
QUESTIONS = (
    # In the order of what happens: (days ago it came, section, question, days ago it was answered, answer)
    (16, 3, "Vem bekostar service av personlyftarna?", 13,
     "Kommunen bekostar service och besiktning av den utrustning som ingår i grundutrustningen."),
    (12, 2, "Ska sjuksköterska finnas på plats nattetid?", 9,
     "Nej. Sjuksköterska ska kunna infinna sig inom 30 minuter nattetid."),
    (2, 5, "Räknas ersättningen upp varje år, och i så fall med vilket index?", None, ""),
)  # fmt: skip


@dataclass
class Told:
    """The tender as it is told: every verb at its moment, as the person who does it."""

    people: dict[str, User]
    unit: Unit
    pk: int = 0

    def begin(self, at: datetime) -> None:
        """The investigator begins."""
        self.pk = (
            drafting.OpenTender(home=HOME, unit=self.unit).open(Act.own(self.people[LEADS], at)).pk
        )

    def do(self, command: CaseCommand, who: str, at: datetime) -> None:
        """Carry out a command with the version the case has now."""
        perform(Case.objects.get(pk=self.pk), command, self.people[who], at=at)

    def section(self, number: int) -> TenderSection:
        """A section by its number."""
        return TenderSection.objects.get(tender_id=self.pk, number=number)

    def plan(self, at: datetime) -> None:
        """The sections, each with its expert."""
        for number, heading, expert, _ in SECTIONS:
            self.do(drafting.AddSection(number=number, heading=heading), LEADS, at)
            named = drafting.NameExpert(section=self.section(number), person=self.people[expert])
            self.do(named, LEADS, at)

    def write(self, at: datetime) -> None:
        """Each expert writes and stands for the text."""
        for number, _, expert, text in SECTIONS:
            self.do(drafting.DraftSection(section=self.section(number), text=text), expert, at)
            self.do(drafting.MarkSectionReady(section=self.section(number)), expert, at)

    def consult(self, at: datetime) -> None:
        """The reference group."""
        self.do(
            drafting.RecordReferenceGroup(
                held_on=at.date(),
                attended="Gunnel Tärnhed (ordförande)\nUlf Sundmark",
                outcome="Gruppen betonar kontinuitet i bemanningen och har inget att invända.",
            ),
            "director",
            at,
        )

    def ask(self, at: datetime, number: int, text: str) -> None:
        """A question from the e-tender system."""
        asked = questions.RegisterQuestion(
            text=text,
            arrived_on=at.date(),
            section=self.section(number),
            channel=TenderQuestion.Channel.SYSTEM,
        )
        self.do(asked, "procurement-officer", at)

    def answer(self, at: datetime, number: int, text: str, answer: str) -> None:
        """The section's expert answers."""
        question = TenderQuestion.objects.get(tender_id=self.pk, text=text)
        expert = next(row[2] for row in SECTIONS if row[0] == number)
        self.do(questions.AnswerQuestion(question=question, answer=answer), expert, at)


def play(people: dict[str, User], unit: Unit, today: date, timeline: Timeline) -> None:
    """Put the tender's deeds on the timeline, unless it has been told before."""
    if Tender.objects.filter(home=HOME).exists():
        return
    staff = Unit.objects.filter(name="Omsorgsstaben").first()  # the procurement officer's own
    told = Told(people, staff or unit)

    thread = Thread(timeline)
    thread.ago(60, told.begin)
    thread.ago(59, told.plan)
    thread.ago(40, told.write)
    thread.ago(34, told.consult)
    publish = drafting.PublishTender(
        questions_close_on=calendar.roll_forward(calendar.add_days(today, 8)),
        tenders_close_on=calendar.roll_forward(calendar.add_days(today, 20)),
    )
    thread.ago(24, lambda at: told.do(publish, LEADS, at))
    for asked, number, text, answered, answer in QUESTIONS:
        thread.ago(asked, partial(told.ask, number=number, text=text))
        if answered is not None:
            thread.ago(answered, partial(told.answer, number=number, text=text, answer=answer))
