"""Questions from bidders and their answers, which everybody reads at the same moment. TND-01."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms

from cases import ledger, messages, preferences
from cases.actions import not_in_future
from cases.commands import Act, Command, CommandForm, Refused
from cases.dates import long_date
from cases.deadlines import Budget
from organisation.authority import actor_on, holders
from organisation.models import User
from organisation.roles import Role
from procurement.tenders import rules
from procurement.tenders.commands.drafting import LEADING, of_case, own_section
from procurement.tenders.models import Clarification, Tender, TenderQuestion, TenderSection

State, Channel = Tender.State, TenderQuestion.Channel
ANSWERING = frozenset({Role.INVESTIGATOR})
"""Who answers in every section, beside the section's own experts."""
ANONYMOUS = "Skriv inte vem som frågar: frågan visas för alla tillsammans med svaret."


class QuestionForm(CommandForm):
    text = forms.CharField(
        label="Fråga", widget=forms.Textarea, max_length=4000, help_text=ANONYMOUS
    )
    section = forms.ModelChoiceField(None, label="Avsnitt", required=False)
    channel = forms.ChoiceField(
        label="Kom in genom", choices=Channel.choices[1:], widget=forms.RadioSelect
    )
    arrived_on = forms.DateField(label="Inkom")

    def prepare(self) -> None:
        self.fields["section"].queryset = self.case.sections.all()
        self.fields["arrived_on"].initial = self.day


class RegisterQuestion(Command):
    """A question that came another way than by the public page, without who asked (TND-01)."""

    label: ClassVar[str] = "Registrera fråga"
    roles = LEADING
    form = QuestionForm
    text: str
    arrived_on: date
    channel: str = Channel.SYSTEM
    section: TenderSection | None = None

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.PUBLISHED

    def check(self, case: Any, act: Act) -> None:
        if self.section:
            of_case(self.section, case)
        not_in_future(self.arrived_on, act.day, "Dagen")
        if self.arrived_on < case.published_on:
            raise Refused(f"Underlaget annonserades {long_date(case.published_on)}. Rätta dagen.")
        if self.arrived_on > case.questions_close_on:
            raise Refused(
                f"Sista dag för frågor var {long_date(case.questions_close_on)}. Frågan kom för "
                "sent och besvaras inte."
            )
        if what := rules.identifying(self.text):
            raise Refused(f"I frågan står {what}. Ta bort det, så att ingen ser vem som frågar.")

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        last = case.questions.last()
        question = TenderQuestion.objects.create(
            tender=case, number=last.number + 1 if last else 1, section=self.section,
            channel=self.channel, text=self.text, arrived_on=self.arrived_on,
        )  # fmt: skip
        days = Budget(working_days=preferences.chosen("tender_answer_days"))
        ledger.start(
            case, rules.QUESTION, self.arrived_on, budget=days, about=_about(question),
            what=str(question.number), anchor_text="frågan kom",
        )  # fmt: skip
        messages.notify(
            answerers(question, act.day), case, f"{case}: fråga {question.number} ska besvaras",
            act.at,
        )  # fmt: skip
        return {"question": question.number}

    def stated(self) -> dict[str, Any]:
        return {"section": self.section.pk if self.section else None, "channel": self.channel,
                "arrived_on": str(self.arrived_on)}  # fmt: skip


class AskQuestion(RegisterQuestion):
    """A question from the public page. Nobody is logged in and nothing tells who asked."""

    label: ClassVar[str] = "Ställ en fråga"
    roles = frozenset()
    automatic = True
    channel: str = Channel.PAGE


def _about(question: TenderQuestion) -> str:
    return f"question:{question.pk}"


def answerers(question: TenderQuestion, day: date) -> list[User]:
    """Who has to answer: the section's experts, else those who may answer any question."""
    if question.section:
        return [row.user for row in question.section.standing_experts()]
    tender = question.tender
    if tender.responsible:
        return [tender.responsible]
    return holders(Role.INVESTIGATOR, tender.unit.path, day)


class QuestionChoice(CommandForm):
    """A form about one of the questions that the actor may answer."""

    subject = "question"
    question = forms.ModelChoiceField(None, label="Fråga")

    def mine(self) -> Any:
        """Questions of the actor's sections; all of them by role."""
        rows = self.case.questions.all()
        if self.actor.holding(ANSWERING, self.case.unit.path):
            return rows
        return rows.filter(
            section__experts__user=self.actor.user, section__experts__released_on=None
        ).distinct()


class PlaceForm(CommandForm):
    subject = "question"

    question = forms.ModelChoiceField(None, label="Fråga")
    section = forms.ModelChoiceField(None, label="Avsnitt")

    def prepare(self) -> None:
        self.fields["question"].queryset = self.case.unanswered()
        self.fields["section"].queryset = self.case.sections.all()


class PlaceQuestion(Command):
    """A question is laid on the section whose experts answer it."""

    label: ClassVar[str] = "Fördela fråga"
    roles = LEADING
    form = PlaceForm
    question: TenderQuestion
    section: TenderSection

    @classmethod
    def fits(cls, case: Any) -> bool:
        return super().fits(case) and case.unanswered().exists()

    def check(self, case: Any, act: Act) -> None:
        _of_case(self.question, case)
        of_case(self.section, case)
        _unanswered(self.question)

    def apply(self, case: Any, act: Act) -> None:
        self.question.section = self.section
        self.question.save(update_fields=["section"])
        text = f"{case}: fråga {self.question.number} ska besvaras"
        messages.notify(answerers(self.question, act.day), case, text, act.at)


class AnswerForm(QuestionChoice):
    answer = forms.CharField(
        label="Svar", widget=forms.Textarea, max_length=10000,
        help_text="Visas för alla tillsammans med frågan när du skickar, och kan sedan inte ändras.",
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["question"].queryset = self.mine().filter(answered_at=None)


class AnswerQuestion(Command):
    """The answer is published to everybody at the same moment, and stands (TND-01)."""

    label: ClassVar[str] = "Besvara fråga"
    roles = ANSWERING
    by_name = True
    form = AnswerForm
    question: TenderQuestion
    answer: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return super().fits(case) and case.unanswered().exists()

    def check(self, case: Any, act: Act) -> None:
        _of_case(self.question, case)
        _unanswered(self.question)
        _own_question(self.question, case, act)
        if not self.answer.strip():
            raise Refused("Skriv ett svar.")

    def apply(self, case: Any, act: Act) -> None:
        question = self.question
        question.answer, question.answered_at, question.answered_by = self.answer, act.at, act.user
        question.save()
        ledger.meet(case, rules.QUESTION.code, act.day, "Besvarad", about=_about(question))


class ClarifyForm(QuestionChoice):
    text = forms.CharField(
        label="Förtydligande", widget=forms.Textarea, max_length=10000,
        help_text="Visas för alla under svaret när du skickar, och kan sedan inte ändras.",
    )  # fmt: skip

    def prepare(self) -> None:
        self.fields["question"].queryset = self.mine().exclude(answered_at=None)


class ClarifyAnswer(Command):
    """Something is added to a published answer, which itself stays as it is."""

    label: ClassVar[str] = "Förtydliga svar"
    roles = ANSWERING
    by_name = True
    form = ClarifyForm
    question: TenderQuestion
    text: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        open_for_it = case.state in (State.PUBLISHED, State.EVALUATION)
        return open_for_it and case.questions.exclude(answered_at=None).exists()

    def check(self, case: Any, act: Act) -> None:
        _of_case(self.question, case)
        _own_question(self.question, case, act)
        if self.question.answered_at is None:
            raise Refused(f"Fråga {self.question.number} är inte besvarad än. Besvara den först.")

    def apply(self, case: Any, act: Act) -> None:
        Clarification.objects.create(question=self.question, text=self.text, **act.stamp)


def _of_case(question: TenderQuestion, case: Any) -> None:
    if question.tender_id != case.pk:
        raise Refused("Frågan hör till en annan upphandling. Ladda om sidan och välj igen.")


def _unanswered(question: TenderQuestion) -> None:
    if question.answered_at:
        raise Refused(
            f"Fråga {question.number} är besvarad och svaret är publicerat för alla. Det kan inte "
            "ändras; lägg till ett förtydligande."
        )


def _own_question(question: TenderQuestion, case: Any, act: Act) -> None:
    if question.section:
        return own_section(question.section, case, act, ANSWERING)
    if act.user and actor_on(act.user, act.day).holding(ANSWERING, case.unit.path):
        return None
    raise Refused(
        f"Fråga {question.number} hör inte till något avsnitt. Den besvaras av utredaren, eller "
        "fördelas till ett avsnitt först."
    )


COMMANDS = (RegisterQuestion, AskQuestion, PlaceQuestion, AnswerQuestion, ClarifyAnswer)
