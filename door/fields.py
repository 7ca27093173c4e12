"""What every form of the product asks of a line, a day and a number. DAY-04, DAY-05.

`teach` gives it to Django's own form fields, before any form is declared: a form that somebody writes
next year, and those of the login library, cannot forget it. A field that means something else says
so where it is declared: `Day(back=80)` for a day that may lie long ago, `PastDay()` for what has been
done.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from audit import clock
from door import entry

YEARS = 20
"""How far from today a year may lie where nothing else is said."""
LONGEST_LINE = 1000
"""More than any field of one line takes; a search for more than this is refused by the database."""
MOST = 2**31 - 1
"""What a whole number's column holds in PostgreSQL."""
OfKind = TypeVar("OfKind", bound=forms.Field)


class LineInput(forms.TextInput):
    """Where one line is written: it stays one, whatever is pasted or sent."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The line, cleaned and trimmed, and cut where no field of one line reaches."""
        said = super().value_from_datadict(data, files, name)
        return entry.line(said)[:LONGEST_LINE] if isinstance(said, str) else said


def within(back: int = YEARS, ahead: int = YEARS) -> Callable[[date], None]:
    """A validator of days: at most so many years from today. `ahead` 0: no day that is to come."""

    def check(day: date) -> None:
        today = clock.today()
        if not ahead and day > today:
            raise ValidationError(f"Dagen har inte varit än. Skriv {today} eller tidigare.")
        if fault := entry.year_fault(day, today, back, ahead):
            raise ValidationError(fault)

    return check


class Day(forms.DateField):
    """A day that may lie further from today than `YEARS`, or must have been (`ahead` 0)."""

    default_validators: list[Any] = []

    def __init__(self, *, back: int = YEARS, ahead: int = YEARS, **kwargs: Any):
        super().__init__(**kwargs)
        self.validators.append(within(back, ahead))


class PastDay(Day):
    """The day on which something was done or decided: today or earlier."""

    def __init__(self, *, back: int = YEARS, **kwargs: Any):
        super().__init__(back=back, ahead=0, **kwargs)


def teach() -> None:
    """Let Django's own fields ask what the product asks: lines, days near today, numbers that fit."""
    forms.CharField.widget = LineInput
    forms.DateField.default_validators = [within()]
    forms.IntegerField.default_validators = [MinValueValidator(-MOST), MaxValueValidator(MOST)]


def field_of(form: forms.BaseForm, name: str, kind: type[OfKind]) -> OfKind:
    """A form's field as the kind that it is declared as, or that its model makes it."""
    field = form.fields[name]
    assert isinstance(field, kind), f"{name} is no {kind.__name__}"
    return field


def offer(form: forms.BaseForm, name: str, rows: QuerySet, empty_label: str = "") -> None:
    """Let the field choose among `rows`; `empty_label`, if given, is what choosing none is called."""
    field = field_of(form, name, forms.ModelChoiceField)
    field.queryset = rows
    if empty_label:
        field.empty_label = empty_label
