"""What a command asks for is said once: its form, and what the log keeps, come from that. CAP-08."""

from datetime import date

import pytest
from django import forms
from django.db.models import QuerySet

from audit.act import Act
from cases.commands import CaseCommand, CaseForm
from cases.models import Case, Deadline
from cases.process import processes
from door import asked
from organisation.authority import actor_on
from tests.cases.factories import application, deadline
from tests.factories import person

DAY = date(2026, 3, 4)


def running(form: CaseForm[Case]) -> QuerySet[Deadline]:
    return Deadline.objects.filter(case_id=form.case.pk).running()


class Praise(CaseCommand[Case]):
    label = "Beröm"
    deadline: Deadline = asked.one_of("Frist", running, subject=True, logged=str)
    given_on: date = asked.day("Dag", first=asked.today)
    grade: int = asked.number("Betyg", least=1, most=5)
    words: str = asked.text("Med egna ord", default="")
    by: str = asked.line("Av", max_length=40)
    code: str = "a"

    def apply(self, case: Case, act: Act) -> None:
        """Nothing."""


class PraiseAgain(Praise):
    label = "Beröm igen"
    grade: int = asked.number("Betyg", least=2)


@pytest.mark.django_db
class TestForm:
    @pytest.fixture
    def of(self):
        row = application(due=date(2026, 3, 9))
        actor = actor_on(person("development-strategist"), DAY)
        return lambda *data, about="": Praise.form(
            *data, row=row, actor=actor, day=DAY, about=about
        )

    def test_it_asks_for_what_the_command_says_in_that_order(self, of):
        form = of()
        assert list(form.fields) == ["deadline", "given_on", "grade", "words", "by"]
        assert [name for name, field in form.fields.items() if not field.required] == ["words"]
        assert form.fields["by"].max_length == 40
        assert form["given_on"].value() == DAY

    def test_it_offers_the_rows_of_its_own_case(self, of):
        of()
        other = deadline(application("Annat AB"), date(2026, 3, 20))
        assert [row.due for row in of().fields["deadline"].queryset] == [date(2026, 3, 9)]
        stated = {"deadline": other.pk, "given_on": "2026-03-04", "grade": 3, "by": "Eva"}
        assert list(of(stated).errors) == ["deadline"]

    def test_an_address_fills_in_what_the_command_is_about_and_only_from_its_choices(self, of):
        """SEC-01"""
        own = of().fields["deadline"].queryset.get()
        assert of(about=str(own.pk))["deadline"].value() == str(own.pk)
        assert of(about="4711")["deadline"].value() is None

    def test_its_cleaned_values_are_the_commands(self, of):
        own = of().fields["deadline"].queryset.get()
        form = of({"deadline": own.pk, "given_on": "2026-03-03", "grade": "4", "by": " Eva "})
        assert form.is_valid(), form.errors
        command = Praise(**form.cleaned_data)
        assert (command.deadline, command.given_on, command.grade) == (own, date(2026, 3, 3), 4)
        assert (command.words, command.by, command.code) == ("", "Eva", "a")


def test_the_log_keeps_what_is_chosen_and_nothing_that_is_written():
    row = Deadline(label="Granskning")
    stated = Praise(deadline=row, given_on=DAY, grade=5, words="Om Eva", by="Eva").stated()
    assert stated == {"deadline": str(row), "given_on": "2026-03-04", "grade": 5, "code": "a"}


def test_a_command_made_from_another_asks_for_the_same_and_may_ask_otherwise():
    assert list(PraiseAgain.form.base_fields) == list(Praise.form.base_fields)
    assert PraiseAgain.form.base_fields["grade"].min_value == 2
    assert PraiseAgain.form.subject == "deadline"


def test_a_command_is_never_changed_once_it_is_stated():
    with pytest.raises(AttributeError):
        Praise(deadline=Deadline(), given_on=DAY, grade=5, by="Eva").grade = 1


def test_no_long_text_and_no_file_of_any_command_is_kept_in_the_log():
    """CAP-08, SEC-02"""
    kept = {
        f"{command.__name__}.{name}"
        for process in processes()
        for command in process.commands
        for name, asks in asked.of(command).items()
        for field in [asks.field()]
        if asks.logged and (isinstance(field, forms.FileField) or _is_long(field))
    }
    assert kept == set()


def _is_long(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.Textarea)
