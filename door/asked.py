"""What a command asks for: each field is said once, in the command.

From it come the command's dataclass, its form, and what the log keeps of it:

    class LeaveOutStep(Command[Introduction]):
        step: ProgrammeStep = asked.one_of("Moment", waiting_steps)
        why: str = asked.line("Skäl", help_text="Till exempel: ledningen driver redan hemtjänst i kommunen.")

A field with a `default` may be left empty. `first` is what the form shows at first: a value, or what a function
gives of the form. `rows` and `choices` given as functions are asked when the form is made. What a person writes
and files stay out of the log; `logged` says otherwise, or is a function that gives what is kept of the value.
A field of choice with `subject` is what the command is about: a row's button opens the form for it.
Requirement CAP-08.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.db.models import QuerySet

from door.actors import Actor
from door.fields import Day, field_of
from door.models import Subject

S = TypeVar("S", bound=Subject)
Choices = Iterable[tuple[Any, Any]]
Logged = bool | Callable[[Any], Any]
NEVER_LEFT: Any = dataclasses.MISSING
"""The default of a field that must be filled in."""
LINE = 240
"""The characters of a line that a person writes. The subject alone keeps what is as long, or longer."""


class CommandForm(forms.Form, Generic[S]):
    """The form of a command; its cleaned data are the command's fields. `row`, `actor`, `day` help
    it to offer what fits. `about` is what the page was opened for: the one thing that an address
    fills in, and only when it is among the choices of the field that is the command's `subject`."""

    asks: ClassVar[Mapping[str, "Asked"]] = {}
    subject: ClassVar[str] = ""
    """The field of choice that says which step, control or file the command is about."""

    def __init__(self, *args: Any, row: S, actor: Actor, day: date, about: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.row, self.actor, self.day, self.about = row, actor, day, about
        for name, asks in self.asks.items():
            asks.offer(self.fields[name], self)
        self.prepare()
        if self.subject and self._is_choice(about):
            self.initial[self.subject] = about

    def _is_choice(self, value: str) -> bool:
        try:
            return bool(value and self.fields[self.subject].clean(value))
        except forms.ValidationError:
            return False

    def offered(self, name: str) -> QuerySet[Any]:
        """The rows that a field offers."""
        rows = field_of(self, name, forms.ModelChoiceField).queryset
        assert rows is not None, f"{name} offers nothing yet"
        return rows

    def prepare(self) -> None:
        """Fill in what depends on more than one field."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """How one field of a command is asked for, and whether the log keeps its value."""

    field: Callable[[], forms.Field]
    offered: Callable[[Any], Any] | None
    first: Any
    logged: Logged
    is_subject: bool

    def offer(self, field: Any, form: CommandForm[Any]) -> None:
        """What can be chosen, and what is filled in, in the form of one subject."""
        if self.offered:
            offered = self.offered(form)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = offered
            else:
                field.choices = offered
        if self.first is not None:
            field.initial = self.first(form) if callable(self.first) else self.first


def form_of(command: type, base: type[CommandForm[Any]]) -> type[CommandForm[Any]]:
    """The form that a command's fields ask for; `base` says what depends on more than one of them."""
    asks = of(command)
    subject = next((name for name, each in asks.items() if each.is_subject), "")
    fields = {name: each.field() for name, each in asks.items()}
    return type(f"{command.__name__}Form", (base,), {"asks": asks, "subject": subject, **fields})


def today(form: CommandForm[Any]) -> date:
    """What most days show at first."""
    return form.day


def line(label: str, *, max_length: int = LINE, logged: Logged = False, **more: Any) -> Any:
    """One line of text."""
    return value(forms.CharField, label, logged=logged, max_length=max_length, **more)


def text(label: str, *, max_length: int | None = 5000, logged: Logged = False, **more: Any) -> Any:
    """Text of several lines."""
    more = {"widget": forms.Textarea, "max_length": max_length, **more}
    return value(forms.CharField, label, logged=logged, **more)


def mail(label: str, *, logged: Logged = False, **more: Any) -> Any:
    """A mail address."""
    return value(forms.EmailField, label, logged=logged, **more)


def day(label: str, **more: Any) -> Any:
    """A day near today; `back` and `ahead` give the years that another may lie away."""
    return value(Day if {"back", "ahead"} & set(more) else forms.DateField, label, **more)


def time(label: str, **more: Any) -> Any:
    """A time of the day, with a colon or a full stop."""
    return value(forms.TimeField, label, input_formats=["%H:%M", "%H.%M"], **more)


def number(label: str, *, least: int = 0, most: int | None = None, **more: Any) -> Any:
    """A whole number."""
    return value(forms.IntegerField, label, min_value=least, max_value=most, **more)


def yes(label: str, *, default: bool = False, **more: Any) -> Any:
    """A box that may be ticked."""
    return value(forms.BooleanField, label, default=default, **more)


def confirmed(label: str, **more: Any) -> Any:
    """A box that must be ticked."""
    return value(forms.BooleanField, label, **more)


def choice(label: str, choices: Choices | Callable[[Any], Choices], **more: Any) -> Any:
    """One of some words."""
    return _chosen(forms.ChoiceField, label, choices, **more)


def choices(label: str, choices: Choices | Callable[[Any], Choices], **more: Any) -> Any:
    """Some of some words, as boxes."""
    more = {"widget": forms.CheckboxSelectMultiple, **more}
    return _chosen(forms.MultipleChoiceField, label, choices, **more)


def one_of(label: str, rows: Callable[[Any], QuerySet[Any]], **more: Any) -> Any:
    """One of some rows."""
    return value(forms.ModelChoiceField, label, offered=rows, queryset=None, **more)


def some_of(label: str, rows: Callable[[Any], QuerySet[Any]], **more: Any) -> Any:
    """Some of some rows, as boxes."""
    more = {"widget": forms.CheckboxSelectMultiple, **more}
    return value(forms.ModelMultipleChoiceField, label, offered=rows, queryset=None, **more)


def file(label: str, **more: Any) -> Any:
    """An uploaded file."""
    return value(forms.FileField, label, logged=False, max_length=160, **more)


def _chosen(kind: type[forms.Field], label: str, choices: Any, **more: Any) -> Any:
    given = {"offered": choices} if callable(choices) else {"choices": list(choices)}
    return value(kind, label, **given, **more)


def value(
    kind: type[forms.Field],
    label: str,
    *,
    default: Any = NEVER_LEFT,
    offered: Callable[[Any], Any] | None = None,
    first: Any = None,
    logged: Logged = True,
    subject: bool = False,
    **more: Any,
) -> Any:
    """What a field of another kind reads. `more` is what the field's class takes."""
    asks = Asked(
        lambda: kind(label=label, required=default is NEVER_LEFT, **more),
        offered,
        first,
        logged,
        subject,
    )
    return dataclasses.field(default=default, metadata={"asked": asks})


def of(command: type) -> dict[str, Asked]:
    """What a command asks for, in its order."""
    fields = dataclasses.fields(command)
    return {field.name: field.metadata["asked"] for field in fields if "asked" in field.metadata}
