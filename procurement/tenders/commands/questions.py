"""Questions from bidders and their answers, which everybody reads at the same moment. TND-01."""

from datetime import date

from django import forms
from django.db.models import QuerySet

from audit.act import Act
from cases import ledger, messages, preferences
from cases.actions import not_in_future
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from cases.deadlines import Budget
from door import asked
from door.command import Kept
from door.refusals import Refused
from organisation.authority import actor_on, holders
from organisation.models import User
from organisation.roles import Role
from procurement.tenders import rules
from procurement.tenders.commands.drafting import LEADING, of_case, own_section, sections
from procurement.tenders.models import Clarification, Tender, TenderQuestion, TenderSection

State, Channel = Tender.State, TenderQuestion.Channel
ANSWERING = frozenset({Role.INVESTIGATOR})
"""Who answers in every section, beside the section's own experts."""
ANONYMOUS = "Skriv inte vem som frågar: frågan visas för alla tillsammans med svaret."


class RegisterQuestion(CaseCommand[Tender]):
    """A question that came another way than by the public page, without who asked (TND-01)."""

    label = "Registrera fråga"
    roles = LEADING
    text: str = asked.text("Fråga", max_length=4000, help_text=ANONYMOUS)
    section: TenderSection | None = asked.one_of("Avsnitt", sections, default=None)
    channel: str = asked.choice("Kom in genom", Channel.choices[1:], widget=forms.RadioSelect)
    arrived_on: date = asked.day("Inkom", first=asked.today)

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return case.state == State.PUBLISHED

    def check(self, case: Tender, act: Act) -> None:
        if self.section:
            of_case(self.section, case)
        not_in_future(self.arrived_on, act.day, "Dagen")
        assert case.published_on  # set by `publish`, with the last day
        assert case.questions_close_on
        if self.arrived_on < case.published_on:
            raise Refused(f"Underlaget annonserades {long_date(case.published_on)}. Rätta dagen.")
        if self.arrived_on > case.questions_close_on:
            raise Refused(
                f"Sista dag för frågor var {long_date(case.questions_close_on)}. Frågan kom för "
                "sent och besvaras inte."
            )
        if what := rules.identifying(self.text):
            raise Refused(f"I frågan står {what}. Ta bort det, så att ingen ser vem som frågar.")

    def apply(self, case: Tender, act: Act) -> Kept:
        last = case.questions.last()
        question = TenderQuestion.objects.create(
            tender=case,
            number=last.number + 1 if last else 1,
            section=self.section,
            channel=self.channel,
            text=self.text,
            arrived_on=self.arrived_on,
        )
        days = Budget(working_days=preferences.chosen("tender_answer_days"))
        ledger.start(
            case,
            rules.QUESTION,
            self.arrived_on,
            budget=days,
            about=_about(question),
            what=str(question.number),
            anchor_text="frågan kom",
        )
        messages.notify(
            answerers(question, act.day),
            case,
            f"{case}: fråga {question.number} ska besvaras",
            act.at,
        )
        return {"question": question.number}


class AskQuestion(RegisterQuestion):
    """A question from the public page. Nobody is logged in and nothing tells who asked."""

    label = "Ställ en fråga"
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


def own_questions(form: CaseForm[Tender]) -> QuerySet[TenderQuestion]:
    """The questions of the actor's sections; all of them by role."""
    rows = form.case.questions.all()
    if form.actor.holding(ANSWERING, form.case.unit.path):
        return rows
    return rows.filter(
        section__experts__user=form.actor.user, section__experts__released_on=None
    ).distinct()


class PlaceQuestion(CaseCommand[Tender]):
    """A question is laid on the section whose experts answer it."""

    label = "Fördela fråga"
    roles = LEADING
    question: TenderQuestion = asked.one_of(
        "Fråga", lambda form: form.case.unanswered(), subject=True
    )
    section: TenderSection = asked.one_of("Avsnitt", sections)

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return super().fits(case) and case.unanswered().exists()

    def check(self, case: Tender, act: Act) -> None:
        _of_case(self.question, case)
        of_case(self.section, case)
        _unanswered(self.question)

    def apply(self, case: Tender, act: Act) -> None:
        self.question.section = self.section
        self.question.save(update_fields=["section"])
        text = f"{case}: fråga {self.question.number} ska besvaras"
        messages.notify(answerers(self.question, act.day), case, text, act.at)


class AnswerQuestion(CaseCommand[Tender]):
    """The answer is published to everybody at the same moment, and stands (TND-01)."""

    label = "Besvara fråga"
    roles = ANSWERING
    by_name = True
    question: TenderQuestion = asked.one_of(
        "Fråga", lambda form: own_questions(form).filter(answered_at=None), subject=True
    )
    answer: str = asked.text(
        "Svar",
        max_length=10_000,
        help_text="Visas för alla tillsammans med frågan när du skickar, och kan sedan inte ändras.",
    )

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return super().fits(case) and case.unanswered().exists()

    def check(self, case: Tender, act: Act) -> None:
        _of_case(self.question, case)
        _unanswered(self.question)
        _own_question(self.question, case, act)
        if not self.answer.strip():
            raise Refused("Skriv ett svar.")

    def apply(self, case: Tender, act: Act) -> None:
        question = self.question
        question.answer, question.answered_at, question.answered_by = self.answer, act.at, act.user
        question.save()
        ledger.meet(case, rules.QUESTION.code, act.day, "Besvarad", about=_about(question))


class ClarifyAnswer(CaseCommand[Tender]):
    """Something is added to a published answer, which itself stays as it is."""

    label = "Förtydliga svar"
    roles = ANSWERING
    by_name = True
    question: TenderQuestion = asked.one_of(
        "Fråga", lambda form: own_questions(form).exclude(answered_at=None), subject=True
    )
    text: str = asked.text(
        "Förtydligande",
        max_length=10_000,
        help_text="Visas för alla under svaret när du skickar, och kan sedan inte ändras.",
    )

    @classmethod
    def fits(cls, case: Tender) -> bool:
        open_for_it = case.state in (State.PUBLISHED, State.EVALUATION)
        return open_for_it and case.questions.exclude(answered_at=None).exists()

    def check(self, case: Tender, act: Act) -> None:
        _of_case(self.question, case)
        _own_question(self.question, case, act)
        if self.question.answered_at is None:
            raise Refused(f"Fråga {self.question.number} är inte besvarad än. Besvara den först.")

    def apply(self, case: Tender, act: Act) -> None:
        Clarification.objects.create(question=self.question, text=self.text, **act.stamp)


def _of_case(question: TenderQuestion, case: Tender) -> None:
    if question.tender_id != case.pk:
        raise Refused("Frågan hör till en annan upphandling. Ladda om sidan och välj igen.")


def _unanswered(question: TenderQuestion) -> None:
    if question.answered_at:
        raise Refused(
            f"Fråga {question.number} är besvarad och svaret är publicerat för alla. Det kan inte "
            "ändras; lägg till ett förtydligande."
        )


def _own_question(question: TenderQuestion, case: Tender, act: Act) -> None:
    if question.section:
        return own_section(question.section, case, act, ANSWERING)
    if act.user and actor_on(act.user, act.day).holding(ANSWERING, case.unit.path):
        return None
    raise Refused(
        f"Fråga {question.number} hör inte till något avsnitt. Den besvaras av utredaren, eller "
        "fördelas till ett avsnitt först."
    )


COMMANDS = (RegisterQuestion, AskQuestion, PlaceQuestion, AnswerQuestion, ClarifyAnswer)
