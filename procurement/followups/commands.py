"""The verbs of a follow-up, in the order of the routine. FUP-02 to FUP-05."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from audit.act import Act
from cases import documents, flows, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note, tell_company, tell_responsible
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
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
        state=State.PLANNED,
        level=template.kind,
        template=template,
        agreement=agreement,
        due_on=duty.due,
        unit=duty.unit,
        responsible=person,
        provider=agreement.provider if agreement else None,
        title=agreement.title if agreement else str(duty),
    )
    open_case(case, act, name="open_follow_up")
    give_number(case, act.day)
    case.save()
    FollowUpQuestion.objects.bulk_create(
        FollowUpQuestion(
            follow_up=case, order=row.order, area=row.area, text=row.text, asked=row.asked
        )
        for row in template.questions.all()
    )
    flows.start(case, act.day)
    return case


class BookForm(CaseForm[FollowUp]):
    """A meeting needs a time and a place."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("held_as") == FollowUp.HeldAs.VISIT:
            for name in ("time_of_meeting", "place"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Ett möte behöver tid och plats.")
        return data


class BookFollowUp(CaseCommand[FollowUp]):
    """When, where and how it is held; one a year may be in writing, none in the first (FUP-02)."""

    label = "Boka uppföljningen"
    roles = STAFF
    form = BookForm
    held_as: str = asked.choice(
        "Form",
        FollowUp.HeldAs.choices,
        widget=forms.RadioSelect,
        first=lambda form: form.case.held_as,
    )
    day_of_meeting: date = asked.day("Dag", first=lambda form: max(form.case.due_on, form.day))
    time_of_meeting: time | None = asked.time(
        "Klockan", default=None, help_text="Till exempel 13.00"
    )
    place: str = asked.line("Plats", max_length=120, default="", logged=True)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return case.state in (State.PLANNED, State.ASKED)

    def check(self, case: FollowUp, act: Act) -> None:
        if self.day_of_meeting < act.day:
            raise Refused(f"{long_date(self.day_of_meeting)} har passerat. Välj en kommande dag.")
        if self.held_as == FollowUp.HeldAs.WRITTEN and (why := guards.why_not_written(case)):
            raise Refused(why)

    def apply(self, case: FollowUp, act: Act) -> None:
        case.held_as, case.place = self.held_as, self.place
        when = long_date(self.day_of_meeting)
        if self.held_as == FollowUp.HeldAs.VISIT:
            assert self.time_of_meeting  # the form asks for it
            at = datetime.combine(self.day_of_meeting, self.time_of_meeting)
            case.booked_at = timezone.make_aware(at)
            when += f" klockan {self.time_of_meeting:%H.%M}, {self.place}"
        people = holders(Role.FIRST_SOCIAL_WORKER, case.unit.path, act.day)
        messages.notify(people, case, f"{case}: uppföljningen hålls {when}", act.at)
        tell_company(case, act, f"{case}: uppföljningen hålls {when}")


UNTIL = "Företaget svarar i portalen till och med den dagen."


class SendQuestions(CaseCommand[FollowUp]):
    """The provider is asked to answer in the portal by a day."""

    label = "Skicka frågorna till utföraren"
    roles = STAFF
    transition = "ask"
    until: date = asked.day("Svar senast", help_text=UNTIL)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return super().fits(case) and case.agreement_id is not None

    def check(self, case: FollowUp, act: Act) -> None:
        _ahead(self.until, act.day)

    def apply(self, case: FollowUp, act: Act) -> None:
        case.ask(until=self.until)
        ledger.start(case, rules.ANSWERS, self.until, anchor_text="frågorna skickades")
        tell_company(
            case, act, f"{case}: svara på uppföljningens frågor senast {long_date(self.until)}"
        )


def _ahead(day: date, today: date) -> None:
    if day <= today:
        raise Refused(f"{long_date(day)} är för snart. Välj en dag efter i dag.")


class ProlongAnswers(CaseCommand[FollowUp]):
    """The provider gets more time for its answers."""

    label = "Ändra sista dag för svar"
    roles = STAFF
    until: date = asked.day("Svar senast", help_text=UNTIL)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return case.state == State.ASKED

    def check(self, case: FollowUp, act: Act) -> None:
        _ahead(self.until, act.day)

    def apply(self, case: FollowUp, act: Act) -> None:
        ledger.cancel(case, act.day, rules.ANSWERS.code)
        ledger.start(case, rules.ANSWERS, self.until, anchor_text="ny sista dag")
        case.answers_close_on = self.until
        tell_company(case, act, f"{case}: svara senast {long_date(self.until)}")


class AnswerForm(CaseForm[FollowUp]):
    """A field per question that the provider answers; the answers are gathered from them."""

    def prepare(self) -> None:
        del self.fields["answers"]
        for row in self.case.questions.filter(asked=True):
            self.fields[f"q{row.pk}"] = forms.CharField(
                label=row.text,
                widget=forms.Textarea(attrs={"rows": 4}),
                required=False,
                max_length=5000,
                initial=row.answer,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {"answers": {int(name[1:]): text for name, text in data.items()}}


class AnswerQuestions(CaseCommand[FollowUp]):
    """The provider answers, in several sittings if it likes; the last day closes (FUP-04)."""

    label = "Svara på frågorna"
    roles = STAFF
    by_company = True
    form = AnswerForm
    help = (
        "Ni kan spara och fortsätta senare. Svaren kan ändras till och med sista dagen. Skriv inga "
        "namn eller hälsouppgifter om enskilda."
    )
    answers: Mapping[int, str] = asked.value(forms.Field, "Svar", logged=sorted)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return case.state == State.ASKED

    def check(self, case: FollowUp, act: Act) -> None:
        closes = case.answers_close_on
        assert closes, "who is asked has a last day"
        if act.day > closes:
            raise Refused(
                f"Sista dagen att svara var {long_date(closes)}. Skriv ett meddelande "
                "till handläggaren om ni behöver mer tid."
            )

    def apply(self, case: FollowUp, act: Act) -> Kept:
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


class HoldForm(CaseForm[FollowUp]):
    """Of a meeting it is said where it was, and who attended."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.case.held_as == FollowUp.HeldAs.VISIT:
            for name, text in (
                ("place", "Skriv var uppföljningen skedde."),
                ("attended", "Skriv vilka som närvarade."),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, text)
        return data


class HoldFollowUp(CaseCommand[FollowUp]):
    """It has been held: when and where, and who attended (FUP-04)."""

    label = "Registrera genomförd uppföljning"
    roles = STAFF
    transition = "hold"
    primary = True
    form = HoldForm
    held_on: date = asked.day("Genomförd den", first=asked.today)
    place: str = asked.line(
        "Plats", max_length=120, default="", first=lambda form: form.case.place, logged=True
    )
    attended: str = asked.text(
        "Närvarande",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        default="",
        help_text="Namn och roll, en på varje rad.",
    )
    other: str = asked.text(
        "Annat av vikt",
        default="",
        help_text="Skriv inga uppgifter om enskilda personers hälsa här.",
    )

    @classmethod
    def missing(cls, case: FollowUp, day: date) -> list[Missing]:
        return guards.answers(case, day)

    def check(self, case: FollowUp, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Uppföljningen")
        if case.held_as == FollowUp.HeldAs.VISIT and not (self.place and self.attended):
            raise Refused("Skriv var uppföljningen skedde och vilka som närvarade.")

    def apply(self, case: FollowUp, act: Act) -> None:
        case.place, case.attended, case.other = self.place, self.attended, self.other
        case.hold(on=self.held_on)
        ledger.cancel(case, act.day, rules.ANSWERS.code)


class FindingsForm(CaseForm[FollowUp]):
    """For each question: what was found, why, and by when a shortcoming is mended; the findings are
    gathered from them."""

    def prepare(self) -> None:
        del self.fields["findings"]
        for row in self.case.questions.all():
            self.fields[f"f{row.pk}"] = forms.ChoiceField(
                label=row.text,
                choices=[("", "Inte bedömt än"), *Finding.choices],
                required=False,
                initial=row.finding,
            )
            self.fields[f"c{row.pk}"] = forms.CharField(
                label="Vad som framkom",
                widget=forms.Textarea(attrs={"rows": 2}),
                required=False,
                max_length=3000,
                initial=row.comment,
            )
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


Findings = Mapping[int, tuple[str, str, date | None]]
"""By question: what was found, why, and by when it is mended."""


def without_comments(findings: Findings) -> dict[int, str]:
    """What the log keeps of the findings."""
    return {pk: finding for pk, (finding, _, _) in findings.items()}


class RecordFindings(CaseCommand[FollowUp]):
    """What was found in each question; kept as one goes, in several sittings if need be (FUP-04)."""

    label = "Bedöm frågorna"
    roles = STAFF
    form = FindingsForm
    findings: Findings = asked.value(forms.Field, "Bedömning", logged=without_comments)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return case.state == State.HELD

    def check(self, case: FollowUp, act: Act) -> None:
        for finding, comment, mend_by in self.findings.values():
            if finding in rules.NOT_MET and not (comment and mend_by):
                raise Refused("Till en brist hör vad den är, och när den ska vara rättad.")

    def apply(self, case: FollowUp, act: Act) -> Kept:
        rows = list(case.questions.all())
        for row in rows:
            if row.pk in self.findings:
                row.finding, row.comment, row.mend_by = self.findings[row.pk]
        FollowUpQuestion.objects.bulk_update(rows, ["finding", "comment", "mend_by"])
        return {"left": sum(not row.finding for row in rows)}


class DocumentFollowUp(CaseCommand[FollowUp]):
    """The follow-up becomes a document, registered in Platina; shortcomings are watched (FUP-04)."""

    label = "Dokumentera och avsluta"
    roles = STAFF
    transition = "document"
    primary = True

    @classmethod
    def missing(cls, case: FollowUp, day: date) -> list[Missing]:
        return guards.findings(case, day)

    def apply(self, case: FollowUp, act: Act) -> Kept:
        assert case.held_on  # what has not been held is not documented
        case.document(on=act.day)
        ledger.meet(case, DUTY.code, case.held_on, "Genomförd")
        document = documents.make(case, "follow_up", act.user, act.at, lock=True)
        document.shown_to_company = True
        document.save(update_fields=["shown_to_company"])
        official_note(case, act, f"Uppföljning genomförd {case.held_on}.", document)
        for row in case.questions.filter(finding__in=rules.NOT_MET):
            assert row.mend_by  # said with the finding
            ledger.start(
                case,
                rules.MENDING,
                row.mend_by,
                what=str(row.get_area_display()),
                about=f"question:{row.pk}",
                anchor_text="bristen ska vara rättad",
            )
        tell_company(case, act, f"{case}: uppföljningen är dokumenterad, läs den i portalen")
        return {"document": document.pk}


def open_findings(case: FollowUp) -> QuerySet[FollowUpQuestion]:
    """The shortcomings of a follow-up that nobody has mended."""
    return case.questions.filter(finding__in=rules.NOT_MET, mended_on=None)


class RecordMended(CaseCommand[FollowUp]):
    """A shortcoming has been mended."""

    label = "Registrera rättad brist"
    roles = STAFF
    on_closed = True
    question: FollowUpQuestion = asked.one_of(
        "Brist", lambda form: open_findings(form.case), subject=True
    )
    mended_on: date = asked.day("Rättad den", first=asked.today)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return case.state == State.DOCUMENTED and open_findings(case).exists()

    def check(self, case: FollowUp, act: Act) -> None:
        if self.question.follow_up_id != case.pk or not self.question.is_open:
            raise Refused("Bristen är redan rättad eller hör till en annan uppföljning.")
        not_in_future(self.mended_on, act.day, "Dagen")
        assert case.held_on, "what is documented has been held"
        if self.mended_on < case.held_on:
            raise Refused(f"Uppföljningen hölls {long_date(case.held_on)}. Skriv en senare dag.")

    def apply(self, case: FollowUp, act: Act) -> None:
        self.question.mended_on = self.mended_on
        self.question.save(update_fields=["mended_on"])
        about = f"question:{self.question.pk}"
        ledger.meet(case, rules.MENDING.code, self.mended_on, "Rättad", about=about)


class CancelFollowUp(CaseCommand[FollowUp]):
    """It is not held, for example because the contract has ended."""

    label = "Ställ in uppföljningen"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "cancel"
    why: str = asked.line("Skäl", logged=True)

    def apply(self, case: FollowUp, act: Act) -> None:
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
