"""Fields with the classes that the style sheet knows."""

from typing import Any

from django import forms, template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def styled(field: Any) -> SafeString:
    """A field's widget. Dates get the browser's date field; errors are tied to the field."""
    attrs = {"class": "ds-input"}
    widget = field.field.widget
    if isinstance(widget, forms.DateInput):
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    if field.errors:
        described.append(f"{field.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.simple_tag
def styled_choice(choice: Any) -> SafeString:
    """One radio button or check box of a group."""
    choice.data["attrs"]["class"] = "ds-input"
    return choice.tag()
