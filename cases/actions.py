"""The commands that every kind of case has: notes, files, deadlines, responsibility, jäv."""

from collections.abc import Collection
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from viewflow.workflow import STATUS

from audit.act import Act
from cases import attachments, ledger, messages
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from cases.models import (
    Attachment,
    Awaited,
    Case,
    CaseTask,
    ConflictOfInterest,
    Deadline,
    Document,
    JournalNote,
)
from cases.permission import permitting, roles_for
from cases.process import commands_of, deadline_rules, process_of
from door import asked
from door.command import Kept
from door.refusals import Refused
from organisation.access import INSIDE_ROLES
from organisation.authority import actor_on, holders
from organisation.models import User
from organisation.roles import Role

HANDLERS = frozenset({Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.DEPUTY_DIRECTOR})


def write_note(
    case: Case, act: Act, kind: str, text: str, document: Document | None = None
) -> JournalNote:
    """Put a note in the journal, in the caller's command."""
    return JournalNote.objects.create(
        case_id=case.pk,
        kind=kind,
        text=text,
        author=act.user,
        on_behalf_of=act.on_behalf_of,
        written_at=act.at,
        document=document,
    )


def official_note(case: Case, act: Act, text: str, document: Document | None = None) -> JournalNote:
    """An official note: registered in the case-registration system (LOV-13)."""
    return write_note(case, act, JournalNote.Kind.OFFICIAL, text, document)


def not_in_future(day: date, today: date, what: str) -> None:
    """Raise Refused for a day that has not come."""
    if day > today:
        raise Refused(
            f"{what} kan inte ligga i framtiden. Skriv {long_date(today)} eller tidigare."
        )


class WriteNote(CaseCommand[Case]):
    """A working or an official note (LOV-12, LOV-13)."""

    label = "Skriv anteckning"
    roles = HANDLERS | {Role.COMMITTEE_SECRETARY, Role.SECTION_HEAD}
    on_closed = True
    kind: str = asked.choice(
        "Slag av anteckning",
        [
            (JournalNote.Kind.WORKING, "Arbetsanteckning – arbetsmaterial, stannar här"),
            (JournalNote.Kind.OFFICIAL, "Tjänsteanteckning – registreras i Platina"),
        ],
        widget=forms.RadioSelect,
        first=JournalNote.Kind.WORKING,
    )
    text: str = asked.text("Anteckning", max_length=10_000)

    def apply(self, case: Case, act: Act) -> Kept:
        note = write_note(case, act, self.kind, self.text)
        return {"note": note.pk}


class SendMessage(CaseCommand[Case]):
    """A message between the administration and the company; the other side is told."""

    label = "Skriv meddelande"
    roles = HANDLERS
    by_company = True
    on_closed = True
    text: str = asked.text(
        "Meddelande", help_text="Skriv inga uppgifter om enskilda personers hälsa här."
    )

    def apply(self, case: Case, act: Act) -> Kept:
        note = write_note(case, act, JournalNote.Kind.MESSAGE, self.text)
        if act.user and actor_on(act.user, act.day).is_outside:
            tell_responsible(case, act, f"{case}: nytt meddelande från företaget")
        else:
            tell_company(case, act, f"{case}: nytt meddelande från förvaltningen")
        return {"note": note.pk}


def tell_company(case: Case, act: Act, text: str) -> None:
    """Notify the company's people who may see the case."""
    messages.notify(messages.people_of(case), case, text, act.at)


def tell_responsible(case: Case, act: Act, text: str) -> None:
    """Notify the case worker, or the deputy directors when there is none."""
    people = (
        [case.responsible]
        if case.responsible
        else holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
    )
    messages.notify(people, case, text, act.at)


def files_asked_for(form: CaseForm[Case]) -> list[tuple[str, str]]:
    """What a file of the case may be."""
    return [("", "Annan handling"), *form.case.files_asked_for(form.day)]


class AttachmentForm(CaseForm[Case]):
    """A document that is sent has been issued."""

    def clean_issued_on(self) -> date | None:
        issued = self.cleaned_data["issued_on"]
        if issued and issued > self.day:
            raise ValidationError(
                "Datumet ligger i framtiden. Skriv den dag som står på handlingen."
            )
        return issued


class AddAttachment(CaseCommand[Case]):
    """A file of the case, from the company or entered by staff."""

    label = "Lägg till bilaga"
    roles = HANDLERS
    by_company = True
    form = AttachmentForm
    file: UploadedFile = asked.file(
        "Fil", help_text="PDF, Word, Excel, PNG eller JPEG, högst 25 MB."
    )
    requirement: str = asked.choice("Bilagan är", files_asked_for, default="", subject=True)
    issued_on: date | None = asked.day(
        "Utfärdad",
        back=100,
        default=None,
        help_text="Datumet på handlingen, till exempel 2026-11-24",
    )
    expires_on: date | None = asked.day(
        "Gäller till", default=None, help_text="Om handlingen har en sista giltighetsdag."
    )

    @classmethod
    def fits(cls, case: Case) -> bool:
        return not case.closed_on

    def apply(self, case: Case, act: Act) -> Kept:
        try:
            row = attachments.receive(
                case,
                self.file,
                act.user,
                act.at,
                requirement=self.requirement,
                issued_on=self.issued_on,
                expires_on=self.expires_on,
            )
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        return {"attachment": row.pk, "sha256": row.sha256}


def attachments_of(form: CaseForm[Case]) -> QuerySet[Attachment]:
    """The attachments that stand."""
    return Attachment.objects.filter(case_id=form.case.pk, removed_on=None)


class MarkSecrecy(CaseCommand[Case]):
    """Mark an attachment as possibly secret; the markings are reviewed when someone asks for it."""

    label = "Sekretessmarkera bilaga"
    roles = HANDLERS | {Role.REGISTRAR}
    on_closed = True
    attachment: Attachment = asked.one_of("Bilaga", attachments_of, subject=True)
    secrecy: str = asked.choice(
        "Markering", [("", "Ingen markering"), *Attachment.Secrecy.choices[1:]], default=""
    )

    def check(self, case: Case, act: Act) -> None:
        if self.attachment.case_id != case.pk:
            raise Refused("Bilagan hör till ett annat ärende.")

    def apply(self, case: Case, act: Act) -> None:
        self.attachment.secrecy = self.secrecy
        self.attachment.save(update_fields=["secrecy"])


class DeclareConflict(CaseCommand[Case]):
    """The actor declares a conflict of interest (jäv) and may do nothing more in the case."""

    label = "Anmäl jäv"
    roles = HANDLERS | {Role.COMMITTEE_SECRETARY, Role.SECTION_HEAD, Role.DIRECTOR}
    help = (
        "Du kan sedan inte handlägga ärendet. Är du handläggare får biträdande socialdirektören "
        "fördela det till någon annan."
    )
    why: str = asked.line(
        "Skäl", max_length=200, help_text="Till exempel: syskon är delägare i företaget."
    )

    def apply(self, case: Case, act: Act) -> None:
        ConflictOfInterest.objects.get_or_create(
            case_id=case.pk, user=act.user, defaults={"reason": self.why, "declared_on": act.day}
        )
        case.__dict__.pop("conflicted", None)  # it was read before this
        if case.responsible_id == (act.user and act.user.pk):
            case.responsible = None
            deputies = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
            messages.notify(
                deputies,
                case,
                f"{case}: handläggaren har anmält jäv, fördela ärendet",
                act.at,
                urgent=True,
            )


def case_workers(form: CaseForm[Case]) -> QuerySet[User]:
    """Those who may be given the case: no one with a conflict of interest."""
    people = {
        person.pk
        for role in (Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR)
        for person in holders(role, form.case.unit.path, form.day)
    }
    conflicted = form.case.conflicts.values("user_id")
    return User.objects.filter(pk__in=people).exclude(pk__in=conflicted)


class ChangeResponsible(CaseCommand[Case]):
    """Give the case to a case worker, who is told (LOV-14)."""

    label = "Byt ansvarig"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
    user: User = asked.one_of("Handläggare", case_workers)

    def check(self, case: Case, act: Act) -> None:
        if case.conflicts.filter(user=self.user).exists():
            raise Refused(f"{self.user} har anmält jäv i ärendet. Välj någon annan.")

    def apply(self, case: Case, act: Act) -> None:
        case.responsible = self.user
        if act.user is None or self.user.pk != act.user.pk:
            messages.notify([self.user], case, f"{case}: du är nu handläggare", act.at)


def open_steps(form: CaseForm[Case]) -> QuerySet[CaseTask]:
    """The steps of the case that wait."""
    return CaseTask.objects.filter(process__case=form.case.pk, status=STATUS.NEW)


def takers(form: CaseForm[Case]) -> QuerySet[User]:
    """Those who hold a role that does something the case waits for."""
    roles = {role for row in form.case.awaited.all() for role in _roles_of(row, form.day)}
    path = form.case.unit.path
    people = {user.pk for role in sorted(roles) for user in holders(role, path, form.day)}
    return User.objects.filter(pk__in=people).order_by("name")


def _roles_of(row: Awaited, day: date) -> Collection[str]:
    command = commands_of(row.case.kind).get(row.command)
    return roles_for(command, day) if command else ()


class GiveTask(CaseCommand[Case]):
    """A step is taken, or given to somebody, who is told (LOV-14). The case stays where it is."""

    label = "Ge uppgiften till någon"
    roles = INSIDE_ROLES
    help = "Uppgiften står sedan under ”Väntar på dig” hos den personen, och hos ingen annan."
    task: CaseTask = asked.one_of("Uppgift", open_steps, empty_label=None, subject=True)
    person: User = asked.one_of("Till", takers, first=lambda form: form.actor.user.pk)

    @classmethod
    def fits(cls, case: Case) -> bool:
        return super().fits(case) and process_of(case.kind).flow is not None

    def check(self, case: Case, act: Act) -> None:
        waits = self.task.process.case_id == case.pk and self.task.status == STATUS.NEW
        if not waits:
            raise Refused("Uppgiften är redan gjord. Ladda om sidan.")
        others = act.user and self.person.pk not in actor_on(act.user, act.day).acts_for
        if others and actor_on(act.user, act.day).holding(HANDLERS, case.unit.path) is None:
            raise Refused("Du kan ta uppgiften själv. En handläggare ger den till någon annan.")
        if not self._may_do_it(case, act.day):
            raise Refused(f"{self.person} har ingen roll som får göra uppgiften. Välj någon annan.")

    def _may_do_it(self, case: Case, day: date) -> bool:
        person = actor_on(self.person, day)
        commands = [commands_of(case.kind).get(row.command) for row in self.task.awaited.all()]
        return any(
            command and not isinstance(permitting(case, command, person), str)
            for command in commands
        )

    def apply(self, case: Case, act: Act) -> None:
        self.task.owner, self.task.assigned = self.person, act.at
        self.task.save(update_fields=["owner", "assigned"])
        if act.user is None or self.person.pk != act.user.pk:
            messages.notify([self.person], case, f"{case}: du har fått en uppgift", act.at)


class Escalate(CaseCommand[Case]):
    """Bring the case before the deputy director (from them: the director)."""

    label = "Eskalera"
    roles = HANDLERS | {Role.COMMITTEE_SECRETARY, Role.SECTION_HEAD}
    text: str = asked.line("Vad gäller det?", max_length=200)

    def apply(self, case: Case, act: Act) -> None:
        deputies = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
        if act.user in deputies:
            deputies = holders(Role.DIRECTOR, case.unit.path, act.day)
        messages.notify(deputies, case, f"{case}: {self.text}", act.at, urgent=True)
        write_note(case, act, JournalNote.Kind.WORKING, f"Eskalerat: {self.text}")


def running(form: CaseForm[Case]) -> QuerySet[Deadline]:
    """The deadlines whose time may be changed."""
    return Deadline.objects.filter(case_id=form.case.pk).running()


def _own_running(deadline: Deadline, case: Case) -> None:
    if deadline.case_id != case.pk or not deadline.is_running:
        raise Refused("Tidsfristen löper inte längre. Ladda om sidan.")


def _not_statutory(deadline: Deadline) -> None:
    rule = deadline_rules().get(deadline.rule)
    if rule and rule.statutory:
        raise Refused(
            f"{deadline.label} följer av lag ({deadline.source}) och kan inte ändras här."
        )


class ExtendDeadline(CaseCommand[Case]):
    """Give a deadline more days, with a reason. Statutory time cannot be extended."""

    label = "Förläng tidsfrist"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
    deadline: Deadline = asked.one_of("Tidsfrist", running)
    days: int = asked.number("Dagar", least=1, most=60)
    why: str = asked.line("Skäl", max_length=200, logged=True)

    def check(self, case: Case, act: Act) -> None:
        _own_running(self.deadline, case)
        _not_statutory(self.deadline)

    def apply(self, case: Case, act: Act) -> Kept:
        before = self.deadline.due
        ledger.extend(self.deadline, self.days, self.why, act.user, act.day)
        return {"due": [str(before), str(self.deadline.due)]}


class SuspendDeadline(CaseCommand[Case]):
    """Stop the time of a deadline, with a reason."""

    label = "Gör uppehåll i tidsfrist"
    roles = ExtendDeadline.roles
    deadline: Deadline = asked.one_of("Tidsfrist", running)
    start: date = asked.day(
        "Från och med", first=asked.today, help_text="Första dagen som inte räknas."
    )
    why: str = asked.line("Skäl", max_length=200, logged=True)

    def check(self, case: Case, act: Act) -> None:
        _own_running(self.deadline, case)
        _not_statutory(self.deadline)
        if not self.deadline.anchor <= self.start <= act.day:
            raise Refused("Uppehållet börjar tidigast när tiden började löpa, och senast i dag.")
        if self.deadline.suspensions.filter(end=None).exists():
            raise Refused("Tidsfristen har redan ett uppehåll som pågår.")

    def apply(self, case: Case, act: Act) -> None:
        ledger.suspend(self.deadline, self.start, self.why)


def suspended(form: CaseForm[Case]) -> QuerySet[Deadline]:
    """The deadlines whose time stands still."""
    return running(form).filter(suspensions__isnull=False, suspensions__end=None)


class ResumeDeadline(CaseCommand[Case]):
    """Let the time of a deadline run again."""

    label = "Avsluta uppehåll"
    roles = ExtendDeadline.roles
    deadline: Deadline = asked.one_of("Tidsfrist", suspended)
    last_day: date = asked.day(
        "Till och med", first=asked.today, help_text="Sista dagen som inte räknas."
    )

    def check(self, case: Case, act: Act) -> None:
        _own_running(self.deadline, case)
        pause = self.deadline.suspensions.filter(end=None).first()
        if pause is None:
            raise Refused("Tidsfristen har inget uppehåll som pågår.")
        if not pause.start <= self.last_day <= act.day:
            raise Refused("Uppehållets sista dag måste ligga mellan dess första dag och i dag.")

    def apply(self, case: Case, act: Act) -> Kept:
        ledger.resume(self.deadline, self.last_day)
        return {"due": str(self.deadline.due)}


def _unregistered(case: Case) -> QuerySet[JournalNote]:
    return JournalNote.objects.filter(
        case_id=case.pk, kind=JournalNote.Kind.OFFICIAL, registered_on=None
    )


class RegisterNote(CaseCommand[Case]):
    """Record that an official note has been registered in the case-registration system."""

    label = "Notera registrering i Platina"
    roles = HANDLERS | {Role.REGISTRAR, Role.COMMITTEE_SECRETARY}
    on_closed = True
    note: JournalNote = asked.one_of(
        "Tjänsteanteckning", lambda form: _unregistered(form.case), subject=True
    )
    registered_as: str = asked.line(
        "Handlingens nummer i Platina",
        max_length=40,
        help_text="Till exempel 0412-11",
        logged=True,
    )

    @classmethod
    def fits(cls, case: Case) -> bool:
        return super().fits(case) and _unregistered(case).exists()

    def check(self, case: Case, act: Act) -> None:
        if self.note.case_id != case.pk or self.note.registered_on:
            raise Refused("Anteckningen är redan registrerad.")

    def apply(self, case: Case, act: Act) -> None:
        self.note.registered_on, self.note.registered_as = act.day, self.registered_as
        self.note.save(update_fields=["registered_on", "registered_as"])


COMMON = (
    WriteNote,
    SendMessage,
    AddAttachment,
    MarkSecrecy,
    RegisterNote,
    ExtendDeadline,
    SuspendDeadline,
    ResumeDeadline,
    ChangeResponsible,
    GiveTask,
    Escalate,
    DeclareConflict,
)
"""Registered for every kind of case, in the order in which the page offers them."""
