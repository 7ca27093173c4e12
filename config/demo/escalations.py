"""A provider that falls short: complaints, deviations, a warning that waits, for demo and trial.

Everything goes through the product's own commands, on the days on which it would have happened.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from audit import clock
from audit.act import Act
from cases import calendar
from cases.commands import CaseCommand
from cases.models import Case
from config.demo.routine import PAGE
from config.demo.timeline import Thread, Timeline
from door.performing import perform
from organisation.authority import actor_on
from organisation.models import RoleAssignment, User
from procurement.complaints import commands as complaints
from procurement.contracts.models import Contract
from procurement.escalations.commands import deviation, in_depth, measures, remedies
from procurement.escalations.commands.deviation import open_deviation
from procurement.escalations.models import Deviation

STRATEGIST, DEPUTY = "development-strategist", "deputy-director"
Source = Deviation.Source


@dataclass
class Escalation:
    """One provider and the people who act. Every verb happens at the moment given."""

    name: str
    people: dict[str, User]
    kept: dict[str, Case] = field(default_factory=dict)
    """Cases that later deeds go on with, by the name the story gives them."""

    @property
    def contract(self) -> Contract:
        """The provider's contract."""
        return Contract.objects.get(title=self.name)

    def _actor(self, who: str) -> User:
        if who != "company":
            return self.people[who]
        return RoleAssignment.objects.filter(provider=self.contract.provider)[0].user

    def report(self, name: str, at: datetime, source: str, area: str, text: str, who: str) -> None:
        """Somebody reports a deviation that happened the day before."""
        contract = self.contract
        with transaction.atomic():
            self.kept[name] = open_deviation(
                contract.company,
                contract,
                contract.unit,
                source=source,
                area=area,
                happened_on=calendar.add_days(clock.local_date(at), -1),
                description=text,
                act=Act.own(self._actor(who), at),
            )

    def say(self, name: str, at: datetime, **stated: Any) -> None:
        """Somebody says something of the provider, and a social worker registers it."""
        said = complaints.RegisterComplaint(
            provider=self.contract.company, arrived_on=clock.local_date(at), **stated
        )
        actor = actor_on(self.people["social-worker"], clock.local_date(at))
        self.kept[name] = said.open_once(actor, at, "")

    def do(self, name: str, command: CaseCommand, who: str, at: datetime) -> Any:
        """Carry out a command, with the version the case has now."""
        case = Case.objects.get(pk=self.kept[name].pk)
        self.kept[name] = perform(case, command, self._actor(who), at=at).subject
        return self.kept[name]

    def deepen(self, at: datetime) -> None:
        """The deputy director goes deeper into what the complaint was about."""
        reason = "Samma brist har återkommit efter att utföraren har svarat."
        found: Any = self.do("complaint", deviation.DecideInDepth(reason=reason), DEPUTY, at)
        self.kept["in_depth"] = found.in_depth_follow_ups.get()


def play(
    people: dict[str, User], today: date, timeline: Timeline, *, warned: str, serious: str
) -> None:
    """What went wrong at two providers, named; told once.

    Leaves a deviation newly reported, one graded serious with the question of IVO open, and an
    in-depth follow-up in which a proposed warning waits for the one who has the delegation.
    """
    if Deviation.objects.exists():
        return

    play_complaints(Escalation(warned, people), Thread(timeline))
    play_complaint_to_warning(Escalation(warned, people), Thread(timeline))
    play_serious(Escalation(serious, people), Thread(timeline))
    Thread(timeline).ago(
        1,
        lambda at: Escalation(warned, people).report(
            "new",
            at,
            Source.DEVIATION,
            "execution",
            "Två kvällsbesök i samma område uteblev utan att någon ringde.",
            "planner",
        ),
    )


def play_complaints(s: Escalation, thread: Thread) -> None:
    """One that is answered, one that is being looked into, and praise that has just come."""
    thread.ago(
        33,
        lambda at: s.say(
            "answered",
            at,
            sort="complaint",
            area="execution",
            said=("Min mor fick vänta till halv elva på frukosten två dagar i rad. Ingen ringde."),
            from_name="Birgitta Sandelin",
            from_address="Ekstigen 4, Sjövik",
        ),
    )
    thread.ago(32, lambda at: s.do("answered", complaints.BeginHandling(), STRATEGIST, at))
    thread.ago(
        29,
        lambda at: s.do(
            "answered",
            complaints.RegisterFindings(
                findings="Utföraren bekräftar. Två vikarier hittade inte dit, och ingen visste vem som "
                "skulle ringa.",
                outcome="justified",
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        28,
        lambda at: s.do(
            "answered",
            complaints.AnswerPerson(
                text="Du har rätt. Frukosten kom för sent två dagar. Utföraren har ändrat vem som ringer "
                "när ett besök blir sent. Vi beklagar det som hände."
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(27, lambda at: s.do("answered", complaints.CloseComplaint(), STRATEGIST, at))
    thread.ago(
        6,
        lambda at: s.say(
            "handled",
            at,
            sort="suggestion",
            area="staff",
            said=("Skicka hem en bild på dem som ska komma, så vet man vem man släpper in."),
            from_name="Lennart Åkerblad",
            from_address="lennart.akerblad@example.se",
        ),
    )
    thread.ago(5, lambda at: s.do("handled", complaints.BeginHandling(), STRATEGIST, at))
    thread.ago(
        1,
        lambda at: s.say(
            "praise",
            at,
            sort="praise",
            area="staff",
            said=("Personalen sjöng för pappa när han fyllde nittio. Tacka dem!"),
        ),
    )


def play_complaint_to_warning(s: Escalation, thread: Thread) -> None:
    """A complaint, an answer, the in-depth follow-up, an action plan that is not carried out."""
    _asked_about(s, thread)
    _planned(s, thread)
    _found(s, thread)
    _not_mended(s, thread)


def _asked_about(s: Escalation, thread: Thread) -> None:
    thread.ago(
        75,
        lambda at: s.report(
            "complaint",
            at,
            Source.COMPLAINT,
            "documentation",
            "Anhöriga till flera personer säger att det saknas genomförandeplaner.",
            "social-worker",
        ),
    )
    thread.ago(
        73,
        lambda at: s.do(
            "complaint",
            deviation.GradeDeviation(
                grade="minor", reasons="Planer saknas, men insatserna ges enligt beslut."
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        73,
        lambda at: s.do(
            "complaint",
            deviation.AskProvider(
                text="Hur många personer saknar genomförandeplan, och när är planerna klara?",
                due=calendar.add_days(clock.local_date(at), 10),
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.after(
        16,
        lambda at: s.do(
            "complaint",
            deviation.AnswerDeviation(
                text="Ungefär hälften saknar plan. Vi har haft sjukdom bland samordnarna."
            ),
            "company",
            at,
        ),
    )


def _planned(s: Escalation, thread: Thread) -> None:
    thread.ago(54, lambda at: s.deepen(at))
    thread.ago(
        50,
        lambda at: s.do(
            "in_depth",
            in_depth.WritePlan(
                method="Granskning av tjugo genomförandeplaner, samtal med två samordnare och besök på "
                "utförarens kontor.",
                communication_plan="Utföraren får besked vid start. Nämnden informeras vid nästa möte. "
                "Personer som har utföraren får brev när det finns ett resultat.",
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        50,
        lambda at: s.do(
            "in_depth",
            in_depth.NameAreaResponsible(
                part="Granskning av genomförandeplaner", person=s.people["first-social-worker"]
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        50,
        lambda at: s.do(
            "in_depth",
            in_depth.NameAreaResponsible(part="Samtal och besök", person=s.people[STRATEGIST]),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        48,
        lambda at: s.do(
            "in_depth",
            in_depth.RecordConsultation(
                held_on=clock.local_date(at),
                who="Maria Stålvik, sektionschef Omsorg SoL",
                text="Omsorg SoL väljer ut planerna slumpvis, och läser dem tillsammans med oss.",
            ),
            STRATEGIST,
            at,
        ),
    )


def _found(s: Escalation, thread: Thread) -> None:
    thread.ago(47, lambda at: s.do("in_depth", in_depth.StartInDepth(), STRATEGIST, at))
    thread.ago(
        42,
        lambda at: s.do(
            "in_depth",
            measures.RecordFinding(
                text="Elva av tjugo genomförandeplaner saknas eller är äldre än ett år.",
                result="minor",
                found_on=clock.local_date(at),
                file=SimpleUploadedFile("granskning.pdf", PAGE, "application/pdf"),
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        40,
        lambda at: s.do(
            "in_depth",
            measures.RecordFinding(
                text="Samordnarna har tid avsatt för planer och vet hur de skrivs.",
                result="fulfilled",
                found_on=clock.local_date(at),
            ),
            STRATEGIST,
            at,
        ),
    )


def _not_mended(s: Escalation, thread: Thread) -> None:
    thread.ago(
        39,
        lambda at: s.do(
            "in_depth",
            measures.DemandActionPlan(
                remedy=_remedy(s, "action_plan"),
                text="Alla som saknar genomförandeplan får en.",
                due=calendar.add_days(clock.local_date(at), 14),
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.after(
        9,
        lambda at: s.do(
            "in_depth",
            measures.AnswerActionPlan(
                plan=_plan(s),
                text="Två samordnare skriver planer varje förmiddag. Klart om tre veckor. "
                "Ansvarig är verksamhetsansvarig.",
            ),
            "company",
            at,
        ),
    )
    thread.ago(
        26,
        lambda at: s.do(
            "in_depth",
            measures.ReviewActionPlan(
                plan=_plan(s), accepted="yes", follow_on=calendar.add_days(clock.local_date(at), 21)
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        5,
        lambda at: s.do(
            "in_depth",
            measures.RecordMeasures(
                plan=_plan(s),
                checked_on=clock.local_date(at),
                carried_out="no",
                outcome="Sju av de elva planerna saknas fortfarande.",
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        4,
        lambda at: s.do(
            "in_depth",
            remedies.ProposeRemedy(
                remedy=_remedy(s, "warning"),
                reasons="Utföraren har haft åtta veckor på sig. Åtgärdsplanen är inte genomförd, och "
                "bristen är väsentlig för dem som inte har någon plan.",
            ),
            STRATEGIST,
            at,
        ),
    )


def play_serious(s: Escalation, thread: Thread) -> None:
    """The provider's own report, graded serious: the question of IVO is open."""
    thread.ago(
        6,
        lambda at: s.report(
            "serious",
            at,
            Source.OWN,
            "staff",
            "En vikarie utan delegering har gett insulin vid flera tillfällen. Alla har kontrollerats "
            "av sjuksköterska.",
            "company",
        ),
    )
    thread.ago(
        5,
        lambda at: s.do(
            "serious",
            deviation.GradeDeviation(
                grade="serious", reasons="Läkemedel har getts utan delegering, mer än en gång."
            ),
            STRATEGIST,
            at,
        ),
    )
    thread.ago(
        5,
        lambda at: s.do(
            "serious",
            deviation.AskProvider(
                text="Hur kontrolleras delegeringar innan ett pass börjar, och vad har ni ändrat?",
                due=calendar.add_days(clock.local_date(at), 10),
            ),
            STRATEGIST,
            at,
        ),
    )


def _remedy(s: Escalation, step: str) -> Any:
    return s.contract.remedies.get(step=step)


def _plan(s: Escalation) -> Any:
    case: Any = s.kept["in_depth"].concrete()
    return case.action_plans.get()
