"""The verbs of a follow-up, in the order of the routine. FUP-02 to FUP-05."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from cases import documents, flows, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note, tell_company, tell_responsible
from cases.commands import Act, Command, CommandForm, Missing, Refused, give_number, open_case
from cases.dates import long_date
from organisation.authority import holders
from organisation.models import User
from organisation.roles import Role
from procurement.duties.models import Duty
from procurement.duties.rules import DUTY
from procurement.followups import guards, rules
from procurement.followups.models import FollowUp, FollowUpQuestion, QuestionTemplate

State, Finding = FollowUp.State, FollowUpQuestion.Finding
STAFF = HANDLERS | {Role.FIRST_SOCIAL_WORKER, Role.SECTION_HEAD}
LEVELS = {
    Duty.Kind.FOLLOW_UP: QuestionTemplate.Kind.PROVIDER,
    Duty.Kind.SPECIFICATION_REVIEW: QuestionTemplate.Kind.SYSTEM,
    Duty.Kind.DECISION_REVIEW: QuestionTemplate.Kind.PERSON,
}


def open_follow_up(duty: Duty, person: User | None, act: Act) -> FollowUp:
    """The case of a duty of the wheel, in the caller's transaction (FUP-05)."""
    template = QuestionTemplate.objects.in_force(LEVELS[Duty.Kind(duty.kind)])
    agreement = duty.agreement
    case = FollowUp(
        state=State.PLANNED, level=template.kind, template=template, agreement=agreement,
        due_on=duty.due, unit=duty.unit, responsible=person,
        provider=agreement.provider if agreement else None,
        title=agreement.title if agreement else str(duty),
    )  # fmt: skip
    open_case(case, act, name="open_follow_up")
    give_number(case, act.day)
    case.save()
    FollowUpQuestion.objects.bulk_create(
        FollowUpQuestion(
            follow_up=case, order=row.order, area=row.area, text=row.text, asked=row.asked
        )
        for row in template.questions.all()
    )
    flows.start(case)
    return case


class BookForm(CommandForm):
    held_as = forms.ChoiceField(
        label="Form", choices=FollowUp.HeldAs.choices, widget=forms.RadioSelect
    )
    day_of_meeting = forms.DateField(label="Dag")
    time_of_meeting = forms.TimeField(
        label="Klockan", help_text="Till exempel 13.00", input_formats=["%H:%M", "%H.%M"],
        required=False,
    )  # fmt: skip
    place = forms.CharField(label="Plats", max_length=120, required=False)

    def prepare(self) -> None:
        self.fields["held_as"].initial = self.case.held_as
        self.fields["day_of_meeting"].initial = max(self.case.due_on, self.day)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("held_as") == FollowUp.HeldAs.VISIT:
            for name in ("time_of_meeting", "place"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Ett möte behöver tid och plats.")
        return data


class BookFollowUp(Command):
    """When, where and how it is held; one a year may be in writing, none in the first (FUP-02)."""

    label: ClassVar[str] = "Boka uppföljningen"
    roles = STAFF
    form = BookForm
    held_as: str
    day_of_meeting: date
    time_of_meeting: Any = None
    place: str = ""

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state in (State.PLANNED, State.ASKED)

    def check(self, case: Any, act: Act) -> None:
        if self.day_of_meeting < act.day:
            raise Refused(f"{long_date(self.day_of_meeting)} har passerat. Välj en kommande dag.")
        if self.held_as == FollowUp.HeldAs.WRITTEN and (why := guards.why_not_written(case)):
            raise Refused(why)

    def apply(self, case: Any, act: Act) -> None:
        case.held_as, case.place = self.held_as, self.place
        when = long_date(self.day_of_meeting)
        if self.held_as == FollowUp.HeldAs.VISIT:
            at = datetime.combine(self.day_of_meeting, self.time_of_meeting)
            case.booked_at = timezone.make_aware(at)
            when += f" klockan {self.time_of_meeting:%H.%M}, {self.place}"
        people = holders(Role.FIRST_SOCIAL_WORKER, case.unit.path, act.day)
        messages.notify(people, case, f"{case}: uppföljningen hålls {when}", act.at)
        tell_company(case, act, f"{case}: uppföljningen hålls {when}")

    def stated(self) -> dict[str, Any]:
        return {"held_as": self.held_as, "day": str(self.day_of_meeting), "place": self.place}


class SendForm(CommandForm):
    until = forms.DateField(label="Svar senast")

    def prepare(self) -> None:
        self.fields["until"].help_text = "Företaget svarar i portalen till och med den dagen."


class SendQuestions(Command):
    """The provider is asked to answer in the portal by a day."""

    label: ClassVar[str] = "Skicka frågorna till utföraren"
    roles = STAFF
    transition = "ask"
    form = SendForm
    until: date

    @classmethod
    def fits(cls, case: Any) -> bool:
        return super().fits(case) and case.agreement_id is not None

    def check(self, case: Any, act: Act) -> None:
        _ahead(self.until, act.day)

    def apply(self, case: Any, act: Act) -> None:
        case.ask(until=self.until)
        ledger.start(case, rules.ANSWERS, self.until, anchor_text="frågorna skickades")
        tell_company(
            case, act, f"{case}: svara på uppföljningens frågor senast {long_date(self.until)}"
        )


def _ahead(day: date, today: date) -> None:
    if day <= today:
        raise Refused(f"{long_date(day)} är för snart. Välj en dag efter i dag.")


class ProlongAnswers(Command):
    """The provider gets more time for its answers."""

    label: ClassVar[str] = "Ändra sista dag för svar"
    roles = STAFF
    form = SendForm
    until: date

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.ASKED

    def check(self, case: Any, act: Act) -> None:
        _ahead(self.until, act.day)

    def apply(self, case: Any, act: Act) -> None:
        ledger.cancel(case, act.day, rules.ANSWERS.code)
        ledger.start(case, rules.ANSWERS, self.until, anchor_text="ny sista dag")
        case.answers_close_on = self.until
        tell_company(case, act, f"{case}: svara senast {long_date(self.until)}")


class AnswerForm(CommandForm):
    """A field per question that the provider answers."""

    def prepare(self) -> None:
        for row in self.case.questions.filter(asked=True):
            self.fields[f"q{row.pk}"] = forms.CharField(
                label=row.text, widget=forms.Textarea(attrs={"rows": 4}), required=False,
                max_length=5000, initial=row.answer,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {"answers": {int(name[1:]): text for name, text in data.items()}}


class AnswerQuestions(Command):
    """The provider answers, in several sittings if it likes; the last day closes (FUP-04)."""

    label: ClassVar[str] = "Svara på frågorna"
    roles = STAFF
    by_company = True
    form = AnswerForm
    help = (
        "Ni kan spara och fortsätta senare. Svaren kan ändras till och med sista dagen. Skriv inga "
        "namn eller hälsouppgifter om enskilda."
    )
    answers: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.ASKED

    def check(self, case: Any, act: Act) -> None:
        if act.day > case.answers_close_on:
            raise Refused(
                f"Sista dagen att svara var {long_date(case.answers_close_on)}. Skriv ett meddelande "
                "till handläggaren om ni behöver mer tid."
            )

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        rows = list(case.questions.filter(asked=True))
        for row in rows:
            row.answer = self.answers.get(row.pk, row.answer).strip()
        FollowUpQuestion.objects.bulk_update(rows, ["answer"])
        left = sum(not row.answer for row in rows)
        if not left and case.answered_on is None:
            case.answered_on = act.day
            ledger.meet(case, rules.ANSWERS.code, act.day, "Besvarad")
            tell_responsible(case, act, f"{case}: utföraren har svarat på alla frågor")
        return {"left": left}

    def stated(self) -> dict[str, Any]:
        return {"questions": sorted(self.answers)}


class HoldForm(CommandForm):
    held_on = forms.DateField(label="Genomförd den")
    place = forms.CharField(label="Plats", max_length=120, required=False)
    attended = forms.CharField(
        label="Närvarande", widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=2000,
        help_text="Namn och roll, en på varje rad.",
    )  # fmt: skip
    other = forms.CharField(
        label="Annat av vikt", widget=forms.Textarea, required=False, max_length=5000,
        help_text="Skriv inga uppgifter om enskilda personers hälsa här.",
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["held_on"].initial = self.day
        self.fields["place"].initial = self.case.place

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.case.held_as == FollowUp.HeldAs.VISIT:
            for name, text in (("place", "Skriv var uppföljningen skedde."),
                               ("attended", "Skriv vilka som närvarade.")):  # fmt: skip
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return data


class HoldFollowUp(Command):
    """It has been held: when and where, and who attended (FUP-04)."""

    label: ClassVar[str] = "Registrera genomförd uppföljning"
    roles = STAFF
    transition = "hold"
    primary = True
    form = HoldForm
    held_on: date
    place: str = ""
    attended: str = ""
    other: str = ""

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.answers(case, day)

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Uppföljningen")
        if case.held_as == FollowUp.HeldAs.VISIT and not (self.place and self.attended):
            raise Refused("Skriv var uppföljningen skedde och vilka som närvarade.")

    def apply(self, case: Any, act: Act) -> None:
        case.place, case.attended, case.other = self.place, self.attended, self.other
        case.hold(on=self.held_on)
        ledger.cancel(case, act.day, rules.ANSWERS.code)

    def stated(self) -> dict[str, Any]:
        return {"held_on": str(self.held_on), "place": self.place}


class FindingsForm(CommandForm):
    """For each question: what was found, why, and by when a shortcoming is mended."""

    def prepare(self) -> None:
        for row in self.case.questions.all():
            self.fields[f"f{row.pk}"] = forms.ChoiceField(
                label=row.text, choices=[("", "Inte bedömt än"), *Finding.choices], required=False,
                initial=row.finding,
            )  # fmt: skip
            self.fields[f"c{row.pk}"] = forms.CharField(
                label="Vad som framkom", widget=forms.Textarea(attrs={"rows": 2}), required=False,
                max_length=3000, initial=row.comment,
            )  # fmt: skip
            self.fields[f"m{row.pk}"] = forms.DateField(
                label="Rättas senast, om det är en brist", required=False, initial=row.mend_by
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        findings = {}
        for row in self.case.questions.all():
            finding, comment = data.get(f"f{row.pk}", ""), data.get(f"c{row.pk}", "")
            mend_by = data.get(f"m{row.pk}")
            if finding in rules.NOT_MET and not comment:
                self.add_error(f"c{row.pk}", "Skriv vad bristen är.")
            if finding in rules.NOT_MET and not mend_by and f"m{row.pk}" not in self.errors:
                self.add_error(f"m{row.pk}", "Skriv när bristen ska vara rättad.")
            findings[row.pk] = (finding, comment, mend_by if finding in rules.NOT_MET else None)
        return {"findings": findings}


class RecordFindings(Command):
    """What was found in each question; kept as one goes, in several sittings if need be (FUP-04)."""

    label: ClassVar[str] = "Bedöm frågorna"
    roles = STAFF
    form = FindingsForm
    findings: Mapping[int, tuple[str, str, date | None]] = field(default_factory=dict)

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.HELD

    def check(self, case: Any, act: Act) -> None:
        for finding, comment, mend_by in self.findings.values():
            if finding in rules.NOT_MET and not (comment and mend_by):
                raise Refused("Till en brist hör vad den är, och när den ska vara rättad.")

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        rows = list(case.questions.all())
        for row in rows:
            if row.pk in self.findings:
                row.finding, row.comment, row.mend_by = self.findings[row.pk]
        FollowUpQuestion.objects.bulk_update(rows, ["finding", "comment", "mend_by"])
        return {"left": sum(not row.finding for row in rows)}

    def stated(self) -> dict[str, Any]:
        return {"findings": {str(pk): finding for pk, (finding, _, _) in self.findings.items()}}


class DocumentFollowUp(Command):
    """The follow-up becomes a document, registered in Platina; shortcomings are watched (FUP-04)."""

    label: ClassVar[str] = "Dokumentera och avsluta"
    roles = STAFF
    transition = "document"
    primary = True

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.findings(case, day)

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        case.document(on=act.day)
        ledger.meet(case, DUTY.code, case.held_on, "Genomförd")
        document = documents.make(case, "follow_up", act.user, act.at, lock=True)
        document.shown_to_company = True
        document.save(update_fields=["shown_to_company"])
        official_note(case, act, f"Uppföljning genomförd {case.held_on}.", document)
        for row in case.questions.filter(finding__in=rules.NOT_MET):
            ledger.start(
                case, rules.MENDING, row.mend_by, what=str(row.get_area_display()),
                about=f"question:{row.pk}", anchor_text="bristen ska vara rättad",
            )  # fmt: skip
        tell_company(case, act, f"{case}: uppföljningen är dokumenterad, läs den i portalen")
        return {"document": document.pk}


class MendedForm(CommandForm):
    subject = "question"

    question = forms.ModelChoiceField(None, label="Brist")
    mended_on = forms.DateField(label="Rättad den")

    def prepare(self) -> None:
        self.fields["question"].queryset = open_findings(self.case)
        self.fields["mended_on"].initial = self.day


def open_findings(case: Any) -> Any:
    """The shortcomings of a follow-up that nobody has mended."""
    return case.questions.filter(finding__in=rules.NOT_MET, mended_on=None)


class RecordMended(Command):
    """A shortcoming has been mended."""

    label: ClassVar[str] = "Registrera rättad brist"
    roles = STAFF
    form = MendedForm
    on_closed = True
    question: FollowUpQuestion
    mended_on: date

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.DOCUMENTED and open_findings(case).exists()

    def check(self, case: Any, act: Act) -> None:
        if self.question.follow_up_id != case.pk or not self.question.is_open:
            raise Refused("Bristen är redan rättad eller hör till en annan uppföljning.")
        not_in_future(self.mended_on, act.day, "Dagen")
        if self.mended_on < case.held_on:
            raise Refused(f"Uppföljningen hölls {long_date(case.held_on)}. Skriv en senare dag.")

    def apply(self, case: Any, act: Act) -> None:
        self.question.mended_on = self.mended_on
        self.question.save(update_fields=["mended_on"])
        about = f"question:{self.question.pk}"
        ledger.meet(case, rules.MENDING.code, self.mended_on, "Rättad", about=about)

    def stated(self) -> dict[str, Any]:
        return {"question": self.question.pk, "mended_on": str(self.mended_on)}


class CancelForm(CommandForm):
    why = forms.CharField(label="Skäl", max_length=240)


class CancelFollowUp(Command):
    """It is not held, for example because the contract has ended."""

    label: ClassVar[str] = "Ställ in uppföljningen"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "cancel"
    form = CancelForm
    why: str

    def apply(self, case: Any, act: Act) -> None:
        case.cancel(on=act.day)
        ledger.cancel(case, act.day)
        official_note(case, act, f"Uppföljningen ställs in. {self.why}")
        tell_company(case, act, f"{case}: uppföljningen ställs in")


COMMANDS = (
    BookFollowUp,
    SendQuestions,
    AnswerQuestions,
    ProlongAnswers,
    HoldFollowUp,
    RecordFindings,
    DocumentFollowUp,
    RecordMended,
    CancelFollowUp,
)
