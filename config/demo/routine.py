"""The routine of seed 002 carried out on one application, a verb at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from audit import clock
from cases import calendar
from cases.actions import AddAttachment
from cases.commands import CaseCommand
from cases.models import Case, CommitteeMeeting
from door.performing import perform
from organisation.models import User
from procurement.applications import rules
from procurement.applications.commands import assessment, committee, controls, intake
from procurement.applications.models import ProviderApplication
from procurement.specifications.models import RequiredAttachment, ServiceArea

PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
"""The smallest file that is a PDF: an empty page."""


@dataclass
class Routine:
    """One application and the people who act in it. Every verb happens at the moment given."""

    application: ProviderApplication
    people: dict[str, User]
    company: User
    worker: str = "development-strategist"

    def do(self, command: CaseCommand, who: str | User, at: datetime) -> Any:
        """Carry out a command as a person, with the version the case has now."""
        actor = self.people[who] if isinstance(who, str) else who
        version = Case.objects.values_list("version", flat=True).get(pk=self.application.pk)
        outcome = perform(self.application, command, actor, expected_version=version, at=at)
        self.application = ProviderApplication.from_case(outcome.subject)
        return outcome

    def fill_in(self, at: datetime, contact: str, manager: str, hours: int = 400) -> None:
        """The company's particulars."""
        areas = list(ServiceArea.objects.all()[:2])
        self.do(
            intake.SaveDraft(
                assignment="both",
                areas=areas,
                capacity_ceiling_hours=hours,
                contact_name=contact,
                contact_title="vd",
                contact_mail="kontakt@foretag.example",
                operations_manager=manager,
            ),
            self.company,
            at,
        )

    def attach(self, at: datetime, *codes: str, who: User | None = None) -> None:
        """Files that answer rows of the checklist, with valid dates."""
        day = clock.local_date(at)
        names = {row.code: row.name for row in self.application.checklist(day)}
        for code in codes:
            self.do(
                AddAttachment(
                    file=SimpleUploadedFile(f"{names[code]}.pdf", PAGE, "application/pdf"),
                    requirement=code,
                    issued_on=calendar.add_days(day, -20),
                    expires_on=calendar.add_days(day, 300),
                ),
                who or self.company,
                at,
            )

    def required(self) -> list[str]:
        """Codes of the attachments that must be sent in."""
        specification = self.application.specification
        rows = (
            specification.required_attachments.all()
            if specification
            else RequiredAttachment.objects.filter(specification__published=True)
        )
        return [row.code for row in rows if not row.shown_only and not row.optional_note]

    def send(self, at: datetime) -> None:
        """The company sends its application."""
        self.do(intake.Submit(), self.company, at)

    def review(self, at: datetime, outcome: str = "passed", note: str = "") -> None:
        """The case worker goes through it."""
        self.do(intake.ReviewApplication(outcome=outcome, note=note), self.worker, at)

    def ask(self, at: datetime, text: str, *codes: str) -> None:
        """Completion is requested."""
        self.do(intake.RequestCompletion(requirements=codes, text=text), self.worker, at)

    def answer(self, at: datetime, text: str = "Här kommer kompletteringen.") -> None:
        """The company answers."""
        self.do(intake.AnswerCompletion(answer=text), self.company, at)

    def complete(self, at: datetime) -> None:
        """The application is declared complete."""
        self.do(intake.DeclareComplete(complete_on=clock.local_date(at)), self.worker, at)

    def control(
        self,
        at: datetime,
        kind: str,
        outcome: str = "passed",
        note: str = "Utan anmärkning",
        who: str | None = None,
    ) -> None:
        """A control is recorded."""
        command = controls.RecordControl(
            kind=kind, outcome=outcome, done_on=clock.local_date(at), note=note
        )
        self.do(command, who or self.worker, at)

    def all_controls(self, at: datetime) -> None:
        """Credit, tax, quality system, CVs, and register extracts shown."""
        for kind in ("tax", "credit"):
            self.control(at, kind, who="investigator-lawyer")
        for kind in ("qms", "cv"):
            self.control(at, kind)
        self.do(
            controls.NoteRecordExtract(
                shown_on=clock.local_date(at), whose="ledning och verksamhetsansvarig"
            ),
            self.worker,
            at,
        )

    def meet(self, at: datetime, *absent: str) -> None:
        """The information meeting, with somebody in every capacity but those absent."""
        names = {
            rules.COMPANY_REPRESENTATIVE: self.application.contact_name,
            rules.OPERATIONS_MANAGER: self.application.operations_manager,
            "development-strategist": self.people["development-strategist"].name,
            "deputy-director": self.people["deputy-director"].name,
            "section-head": self.people["section-head"].name,
        }
        self.do(
            controls.HoldInformationMeeting(
                held_on=clock.local_date(at),
                place="Stadshuset, rum Bryggan",
                attendance={c: name for c, name in names.items() if c not in absent},
                went_through_application=True,
                notes="Ansökan gicks igenom avsnitt för avsnitt. Företaget berättade om sin "
                "bemanning och om hur egenkontrollen går till. Inga frågor står öppna.",
            ),
            self.worker,
            at,
        )

    def reference(self, at: datetime, about: str, referee: str) -> None:
        """A reference is taken."""
        self.do(
            controls.AddReference(
                about=about,
                referee=referee,
                organisation="Havsnäs kommun",
                relation="Närmaste chef i tre år",
                taken_on=clock.local_date(at),
                statement="Goda vitsord om ledning av hemtjänstgrupp, dokumentation och "
                "avvikelsehantering.",
            ),
            self.worker,
            at,
        )

    def references(self, at: datetime, about_management: int = 2, about_manager: int = 2) -> None:
        """References about the management and the operations manager."""
        for name in ("Karin Vassdal", "Roger Tallmo")[:about_management]:
            self.reference(at, "management", name)
        for name in ("Mona Strandhed", "Pia Ekbacka")[:about_manager]:
            self.reference(at, "operations_manager", name)

    def assess(
        self, at: datetime, recommendation: str = "approve", reasons: str = "", who: str = ""
    ) -> None:
        """On to assessment with a proposal."""
        self.do(assessment.BeginAssessment(), self.worker, at)
        self.propose(at, recommendation, reasons)

    def propose(self, at: datetime, recommendation: str = "approve", reasons: str = "") -> None:
        """The case worker's proposal."""
        self.do(
            assessment.ProposeDecision(
                recommendation=recommendation,
                reasons=reasons
                or "Företaget uppfyller kraven i förfrågningsunderlaget. Något skäl för uteslutning "
                "har inte kommit fram.",
                economic_consequences="Ersättning betalas enligt kommunens prislista för utförd "
                "tid. Beslutet ryms inom ramen för kundvalet.",
            ),
            self.worker,
            at,
        )

    def concur(self, at: datetime, who: str = "deputy-director") -> None:
        """The deputy director concurs."""
        self.do(assessment.Concur(), who, at)

    def mbl(self, at: datetime) -> None:
        """MBL basis, negotiation, and on to the committee."""
        self.write_mbl(at)
        self.do(
            assessment.RecordNegotiation(
                union="Kommunal", held_on=clock.local_date(at), outcome="agreed"
            ),
            "investigator-lawyer",
            at,
        )
        self.do(assessment.ConcludeMbl(), "investigator-lawyer", at)

    def write_mbl(self, at: datetime) -> None:
        """The basis for negotiation."""
        self.do(
            assessment.WriteMblBasis(
                assessment="Fler utförare kan välja att bedriva hemtjänst i kommunen. Beslutet "
                "medför inte övergång av verksamhet och påverkar inte anställdas villkor."
            ),
            "investigator-lawyer",
            at,
        )

    def agenda(self, at: datetime, meeting: CommitteeMeeting) -> None:
        """Put on a meeting's agenda."""
        self.do(committee.PutOnAgenda(meeting=meeting), self.worker, at)

    def decide(
        self, at: datetime, outcome: str, paragraph: int, reasons: str = "", **more: Any
    ) -> None:
        """The committee's decision is registered."""
        self.do(
            committee.RegisterDecision(
                decided_on=self.application.place_on_agenda().meeting.held_on,
                paragraph=paragraph,
                outcome=outcome,
                reasons=reasons,
                **more,
            ),
            "committee-secretary",
            at,
        )

    def notify(self, at: datetime, channel: str = "portal") -> None:
        """The company is told."""
        self.do(
            committee.NotifyApplicant(
                channel=channel, given_on=clock.local_date(at), proof="Öppnad i portalen"
            ),
            "committee-secretary",
            at,
        )

    def file_correction(self, at: datetime, number: str) -> None:
        """The company goes to court."""
        self.do(
            committee.FileCorrection(
                court_case_number=number,
                filed_on=clock.local_date(at),
                told_on=clock.local_date(at),
            ),
            "committee-secretary",
            at,
        )


def handled(routine: Routine, at: datetime) -> None:
    """Everything that handling demands, on one day."""
    routine.all_controls(at)
    routine.meet(at)
    routine.references(at)
