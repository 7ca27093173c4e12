"""The commands that every kind of case has: notes, files, deadlines, responsibility, jäv."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from cases import attachments, ledger, messages
from cases.commands import Act, Command, CommandForm, Refused
from cases.dates import long_date
from cases.models import Attachment, ConflictOfInterest, Deadline, JournalNote
from organisation.authority import actor_on, holders
from organisation.fields import Day
from organisation.models import User
from organisation.roles import Role

HANDLERS = frozenset({Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.DEPUTY_DIRECTOR})


def write_note(case: Any, act: Act, kind: str, text: str, document: Any = None) -> JournalNote:
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


def official_note(case: Any, act: Act, text: str, document: Any = None) -> JournalNote:
    """An official note: registered in the case-registration system (LOV-13)."""
    return write_note(case, act, JournalNote.Kind.OFFICIAL, text, document)


def not_in_future(day: date, today: date, what: str) -> None:
    """Raise Refused for a day that has not come."""
    if day > today:
        raise Refused(
            f"{what} kan inte ligga i framtiden. Skriv {long_date(today)} eller tidigare."
        )


class NoteForm(CommandForm):
    kind = forms.ChoiceField(
        label="Slag av anteckning",
        choices=[
            (JournalNote.Kind.WORKING, "Arbetsanteckning – arbetsmaterial, stannar här"),
            (JournalNote.Kind.OFFICIAL, "Tjänsteanteckning – registreras i Platina"),
        ],
        widget=forms.RadioSelect,
        initial=JournalNote.Kind.WORKING,
    )
    text = forms.CharField(label="Anteckning", widget=forms.Textarea, max_length=10000)


class WriteNote(Command):
    """A working or an official note (LOV-12, LOV-13)."""

    label: ClassVar[str] = "Skriv anteckning"
    roles = HANDLERS | {Role.COMMITTEE_SECRETARY, Role.SECTION_HEAD}
    form = NoteForm
    on_closed = True
    kind: str
    text: str

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        note = write_note(case, act, self.kind, self.text)
        return {"note": note.pk}

    def stated(self) -> dict[str, Any]:
        return {"kind": self.kind}


class MessageForm(CommandForm):
    text = forms.CharField(
        label="Meddelande",
        widget=forms.Textarea,
        max_length=5000,
        help_text="Skriv inga uppgifter om enskilda personers hälsa här.",
    )


class SendMessage(Command):
    """A message between the administration and the company; the other side is told."""

    label: ClassVar[str] = "Skriv meddelande"
    roles = HANDLERS
    by_company = True
    form = MessageForm
    on_closed = True
    text: str

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        note = write_note(case, act, JournalNote.Kind.MESSAGE, self.text)
        if act.user and actor_on(act.user, act.day).is_outside:
            tell_responsible(case, act, f"{case}: nytt meddelande från företaget")
        else:
            tell_company(case, act, f"{case}: nytt meddelande från förvaltningen")
        return {"note": note.pk}

    def stated(self) -> dict[str, Any]:
        return {}


def tell_company(case: Any, act: Act, text: str) -> None:
    """Notify the company's people who may see the case."""
    messages.notify(messages.people_of(case), case, text, act.at)


def tell_responsible(case: Any, act: Act, text: str) -> None:
    """Notify the case worker, or the deputy directors when there is none."""
    people = (
        [case.responsible]
        if case.responsible
        else holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
    )
    messages.notify(people, case, text, act.at)


class AttachmentForm(CommandForm):
    subject = "requirement"

    file = forms.FileField(
        label="Fil", help_text="PDF, Word, Excel, PNG eller JPEG, högst 25 MB.", max_length=160
    )
    requirement = forms.ChoiceField(label="Bilagan är", required=False)
    issued_on = Day(
        back=100,
        label="Utfärdad",
        required=False,
        help_text="Datumet på handlingen, till exempel 2026-11-24",
    )
    expires_on = forms.DateField(
        label="Gäller till", required=False, help_text="Om handlingen har en sista giltighetsdag."
    )

    def prepare(self) -> None:
        checklist = self.case.checklist(self.day) if hasattr(self.case, "checklist") else []
        self.fields["requirement"].choices = [("", "Annan handling")] + [
            (row.code, row.name) for row in checklist if not row.shown_only
        ]

    def clean_file(self) -> UploadedFile:
        attachments.check(self.cleaned_data["file"])
        return self.cleaned_data["file"]

    def clean_issued_on(self) -> date | None:
        issued = self.cleaned_data["issued_on"]
        if issued and issued > self.day:
            raise ValidationError(
                "Datumet ligger i framtiden. Skriv den dag som står på handlingen."
            )
        return issued


class AddAttachment(Command):
    """A file of the case, from the company or entered by staff."""

    label: ClassVar[str] = "Lägg till bilaga"
    roles = HANDLERS
    by_company = True
    form = AttachmentForm
    file: UploadedFile
    requirement: str = ""
    issued_on: date | None = None
    expires_on: date | None = None

    @classmethod
    def fits(cls, case: Any) -> bool:
        return not case.closed_on

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        try:
            row = attachments.receive(
                case, self.file, act.user, act.at,
                requirement=self.requirement, issued_on=self.issued_on, expires_on=self.expires_on,
            )  # fmt: skip
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        return {"attachment": row.pk, "sha256": row.sha256}

    def stated(self) -> dict[str, Any]:
        return {"requirement": self.requirement}


def _attachments_of(case: Any) -> Any:
    return Attachment.objects.filter(case_id=case.pk, removed_on=None)


class SecrecyForm(CommandForm):
    subject = "attachment"

    attachment = forms.ModelChoiceField(None, label="Bilaga")
    secrecy = forms.ChoiceField(
        label="Markering",
        choices=[("", "Ingen markering"), *Attachment.Secrecy.choices[1:]],
        required=False,
    )

    def prepare(self) -> None:
        self.fields["attachment"].queryset = _attachments_of(self.case)


class MarkSecrecy(Command):
    """Mark an attachment as possibly secret; the markings are reviewed when someone asks for it."""

    label: ClassVar[str] = "Sekretessmarkera bilaga"
    roles = HANDLERS | {Role.REGISTRAR}
    form = SecrecyForm
    on_closed = True
    attachment: Attachment
    secrecy: str

    def check(self, case: Any, act: Act) -> None:
        if self.attachment.case_id != case.pk:
            raise Refused("Bilagan hör till ett annat ärende.")

    def apply(self, case: Any, act: Act) -> None:
        self.attachment.secrecy = self.secrecy
        self.attachment.save(update_fields=["secrecy"])


class ConflictForm(CommandForm):
    why = forms.CharField(
        label="Skäl", max_length=200, help_text="Till exempel: syskon är delägare i företaget."
    )


class DeclareConflict(Command):
    """The actor declares a conflict of interest (jäv) and may do nothing more in the case."""

    label: ClassVar[str] = "Anmäl jäv"
    roles = HANDLERS | {Role.COMMITTEE_SECRETARY, Role.SECTION_HEAD, Role.DIRECTOR}
    form = ConflictForm
    help = (
        "Du kan sedan inte handlägga ärendet. Är du handläggare får biträdande socialdirektören "
        "fördela det till någon annan."
    )
    why: str

    def apply(self, case: Any, act: Act) -> None:
        ConflictOfInterest.objects.get_or_create(
            case_id=case.pk, user=act.user, defaults={"reason": self.why, "declared_on": act.day}
        )
        if case.responsible_id == (act.user and act.user.pk):
            case.responsible = None
            deputies = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
            messages.notify(
                deputies, case, f"{case}: handläggaren har anmält jäv, fördela ärendet", act.at,
                urgent=True,
            )  # fmt: skip


class ResponsibleForm(CommandForm):
    user = forms.ModelChoiceField(None, label="Handläggare")

    def prepare(self) -> None:
        people = {
            person.pk
            for role in (Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR)
            for person in holders(role, self.case.unit.path, self.day)
        }
        conflicted = self.case.conflicts.values("user_id")
        self.fields["user"].queryset = User.objects.filter(pk__in=people).exclude(pk__in=conflicted)


class ChangeResponsible(Command):
    """Give the case to a case worker, who is told (LOV-14)."""

    label: ClassVar[str] = "Byt ansvarig"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
    form = ResponsibleForm
    user: User

    def check(self, case: Any, act: Act) -> None:
        if case.conflicts.filter(user=self.user).exists():
            raise Refused(f"{self.user} har anmält jäv i ärendet. Välj någon annan.")

    def apply(self, case: Any, act: Act) -> None:
        case.responsible = self.user
        if act.user is None or self.user.pk != act.user.pk:
            messages.notify([self.user], case, f"{case}: du är nu handläggare", act.at)


class EscalateForm(CommandForm):
    text = forms.CharField(label="Vad gäller det?", max_length=200)


class Escalate(Command):
    """Bring the case before the deputy director (from them: the director)."""

    label: ClassVar[str] = "Eskalera"
    roles = HANDLERS | {Role.COMMITTEE_SECRETARY, Role.SECTION_HEAD}
    form = EscalateForm
    text: str

    def apply(self, case: Any, act: Act) -> None:
        deputies = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
        if act.user in deputies:
            deputies = holders(Role.DIRECTOR, case.unit.path, act.day)
        messages.notify(deputies, case, f"{case}: {self.text}", act.at, urgent=True)
        write_note(case, act, JournalNote.Kind.WORKING, f"Eskalerat: {self.text}")


class DeadlineForm(CommandForm):
    deadline = forms.ModelChoiceField(None, label="Tidsfrist")

    def prepare(self) -> None:
        self.fields["deadline"].queryset = Deadline.objects.filter(case_id=self.case.pk).running()


class ExtendForm(DeadlineForm):
    days = forms.IntegerField(label="Dagar", min_value=1, max_value=60)
    why = forms.CharField(label="Skäl", max_length=200)


def _own_running(deadline: Deadline, case: Any) -> None:
    if deadline.case_id != case.pk or not deadline.is_running:
        raise Refused("Tidsfristen löper inte längre. Ladda om sidan.")


def _not_statutory(deadline: Deadline) -> None:
    rule = ledger.rules.get(deadline.rule)
    if rule and rule.statutory:
        raise Refused(
            f"{deadline.label} följer av lag ({deadline.source}) och kan inte ändras här."
        )


class ExtendDeadline(Command):
    """Give a deadline more days, with a reason. Statutory time cannot be extended."""

    label: ClassVar[str] = "Förläng tidsfrist"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
    form = ExtendForm
    deadline: Deadline
    days: int
    why: str

    def check(self, case: Any, act: Act) -> None:
        _own_running(self.deadline, case)
        _not_statutory(self.deadline)

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        before = self.deadline.due
        ledger.extend(self.deadline, self.days, self.why, act.user, act.day)
        return {"due": [str(before), str(self.deadline.due)]}


class SuspendForm(DeadlineForm):
    start = forms.DateField(label="Från och med", help_text="Första dagen som inte räknas.")
    why = forms.CharField(label="Skäl", max_length=200)

    def prepare(self) -> None:
        super().prepare()
        self.fields["start"].initial = self.day


class SuspendDeadline(Command):
    """Stop the time of a deadline, with a reason."""

    label: ClassVar[str] = "Gör uppehåll i tidsfrist"
    roles = ExtendDeadline.roles
    form = SuspendForm
    deadline: Deadline
    start: date
    why: str

    def check(self, case: Any, act: Act) -> None:
        _own_running(self.deadline, case)
        _not_statutory(self.deadline)
        if not self.deadline.anchor <= self.start <= act.day:
            raise Refused("Uppehållet börjar tidigast när tiden började löpa, och senast i dag.")
        if self.deadline.suspensions.filter(end=None).exists():
            raise Refused("Tidsfristen har redan ett uppehåll som pågår.")

    def apply(self, case: Any, act: Act) -> None:
        ledger.suspend(self.deadline, self.start, self.why)


class ResumeForm(DeadlineForm):
    last_day = forms.DateField(label="Till och med", help_text="Sista dagen som inte räknas.")

    def prepare(self) -> None:
        super().prepare()
        running = self.fields["deadline"].queryset
        self.fields["deadline"].queryset = running.filter(
            suspensions__isnull=False, suspensions__end=None
        )
        self.fields["last_day"].initial = self.day


class ResumeDeadline(Command):
    """Let the time of a deadline run again."""

    label: ClassVar[str] = "Avsluta uppehåll"
    roles = ExtendDeadline.roles
    form = ResumeForm
    deadline: Deadline
    last_day: date

    def check(self, case: Any, act: Act) -> None:
        _own_running(self.deadline, case)
        pause = self.deadline.suspensions.filter(end=None).first()
        if pause is None:
            raise Refused("Tidsfristen har inget uppehåll som pågår.")
        if not pause.start <= self.last_day <= act.day:
            raise Refused("Uppehållets sista dag måste ligga mellan dess första dag och i dag.")

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        ledger.resume(self.deadline, self.last_day)
        return {"due": str(self.deadline.due)}


class RegisterForm(CommandForm):
    subject = "note"

    note = forms.ModelChoiceField(None, label="Tjänsteanteckning")
    registered_as = forms.CharField(
        label="Handlingens nummer i Platina", max_length=40, help_text="Till exempel 0412-11"
    )

    def prepare(self) -> None:
        self.fields["note"].queryset = _unregistered(self.case)


def _unregistered(case: Any) -> Any:
    return JournalNote.objects.filter(
        case_id=case.pk, kind=JournalNote.Kind.OFFICIAL, registered_on=None
    )


class RegisterNote(Command):
    """Record that an official note has been registered in the case-registration system."""

    label: ClassVar[str] = "Notera registrering i Platina"
    roles = HANDLERS | {Role.REGISTRAR, Role.COMMITTEE_SECRETARY}
    form = RegisterForm
    on_closed = True
    note: JournalNote
    registered_as: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return super().fits(case) and _unregistered(case).exists()

    def check(self, case: Any, act: Act) -> None:
        if self.note.case_id != case.pk or self.note.registered_on:
            raise Refused("Anteckningen är redan registrerad.")

    def apply(self, case: Any, act: Act) -> None:
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
    Escalate,
    DeclareConflict,
)
"""Registered for every kind of case, in the order in which the page offers them."""
