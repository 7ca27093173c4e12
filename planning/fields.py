"""Form fields of times: one rule for all of them stands in `daytime.parse_wall`. DAY-03."""

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from planning import daytime


class WallField(forms.CharField):
    """A time that clocks show; its value is minutes past midnight. An end may be 24:00."""

    def __init__(self, *, is_end: bool = False, **kwargs: Any):
        super().__init__(max_length=5, **kwargs)
        self.is_end = is_end
        self.widget.attrs.update(inputmode="numeric", autocomplete="off", placeholder="tt:mm")

    def prepare_value(self, value: Any) -> Any:
        return daytime.shown(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        return _parsed(text, self.is_end) if text else None


class ClockField(forms.TimeField):
    """A time of the clock on a day of its own; empty, or 24:00 for an end, is the whole day."""

    widget = forms.TimeInput(format="%H:%M")

    def __init__(self, *, is_end: bool = False, **kwargs: Any):
        super().__init__(required=False, **kwargs)
        self.is_end = is_end
        self.widget.attrs.update(inputmode="numeric", autocomplete="off", placeholder="tt:mm")

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values or isinstance(value, time):
            return value or None
        hours, minutes = divmod(_parsed(value, self.is_end), 60)
        return time(hours, minutes) if hours < 24 else None


def _parsed(text: str, is_end: bool) -> int:
    try:
        return daytime.parse_wall(text, is_end=is_end)
    except ValueError as fault:
        raise ValidationError(str(fault)) from None
