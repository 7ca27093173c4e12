"""What every form of the product asks of a line, a day, a number and a place. DAY-04, DAY-05.

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
from organisation import entry, places
from organisation.identity import parse_organisation_number

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


class OrganisationNumberField(forms.CharField):
    """Ten digits, validated."""

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_organisation_number(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


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


class PlaceForm(forms.ModelForm):
    """A form with `latitude` and `longitude`. What cannot be is refused; what is odd is asked about,
    with a box to tick in the same form, so that nothing written is lost."""

    def near(self, data: dict[str, Any]) -> places.Point | None:
        """A place that this one should lie near, if there is one."""
        return None

    def clean(self) -> dict[str, Any]:
        """Swapped coordinates are offered the other way round; a place far away is asked about."""
        data = super().clean() or {}
        latitude, longitude = data.get("latitude"), data.get("longitude")
        if latitude is None or longitude is None:
            return data
        if places.swapped(latitude, longitude):
            if not self._answered(data, "swap_places", "Byt plats på latitud och longitud"):
                self.add_error("latitude", places.swapped_text(latitude, longitude))
                return data
            latitude, longitude = longitude, latitude
            data |= {"latitude": latitude, "longitude": longitude}
        elif not places.in_sweden(latitude, longitude):
            self.add_error("latitude", places.OUTSIDE)
            return data
        far = places.far_text(places.Point(latitude, longitude), self.near(data))
        if far and not self._answered(data, "is_far", "Platsen stämmer, spara den ändå"):
            self.add_error("latitude", far)
        return data

    def _answered(self, data: dict[str, Any], name: str, label: str) -> bool:
        """Whether the box was ticked; it stands below the coordinates from now on."""
        self.fields[name] = forms.BooleanField(label=label, required=False)
        names = [each for each in self.fields if each != name]
        names.insert(names.index("longitude") + 1, name)
        self.order_fields(names)
        data[name] = self.add_prefix(name) in self.data
        return data[name]
