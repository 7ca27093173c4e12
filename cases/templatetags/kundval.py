"""What every template may use; see templates/components/ for the pieces."""

import uuid
from datetime import date, datetime
from typing import Any

from django import template
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases import dates

register = template.Library()

LIGHT_ICONS = {"red": "i-red", "amber": "i-amber", "green": "i-green"}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="ic {}" viewBox="0 0 20 20" aria-hidden="true"><use href="#i-{}"/></svg>',
        css,
        name,
    )


@register.simple_tag
def light(deadline: Any, today: date) -> SafeString:
    """A deadline's light: shape, colour word and days."""
    colour, text = deadline.light(today)
    return light_badge(colour, text)


@register.simple_tag
def light_badge(colour: str, text: str) -> SafeString:
    """The badge of a light: `red`, `amber`, `green` or `none`."""
    shape = (
        icon(LIGHT_ICONS[colour].removeprefix("i-"), "ic--fill")
        if colour in LIGHT_ICONS
        else icon("clock")
    )
    return format_html('<span class="kv-deadline" data-light="{}">{}{}</span>', colour, shape, text)


@register.simple_tag
def command_fields(case: Any) -> SafeString:
    """The hidden fields of a command's form: the version seen, and a key that makes it happen once."""
    return format_html(
        '<input type="hidden" name="version" value="{}"><input type="hidden" name="key" value="{}">',
        case.version,
        uuid.uuid4().hex,
    )


@register.simple_tag(takes_context=True)
def linked(context: Any, shown: Any, to: str, *args: Any) -> SafeString:
    """The text, as a link for those whose role opens the page; a page asks for no more than a role."""
    address = reverse(to, args=args)
    if context["request"].actor.has_role(*resolve(address).func.access):  # type: ignore[attr-defined]
        return format_html('<a href="{}">{}</a>', address, shown)
    return format_html("{}", shown)


@register.filter
def short_date(day: date | datetime | None) -> str:
    """tis 24 nov"""
    return dates.short_date(_day(day)) if day else ""


@register.filter
def long_date(day: date | datetime | None) -> str:
    """tis 24 nov 2026"""
    return dates.long_date(_day(day)) if day else ""


@register.filter
def full_date(day: date | str | None) -> str:
    """tisdag 24 november 2026, also from an ISO string"""
    return dates.full_date(_day(day)) if day else ""


@register.filter
def written_date(day: date | str | None) -> str:
    """24 november 2026, also from an ISO string"""
    return dates.written_date(_day(day)) if day else ""


@register.filter
def month_name(day: date) -> str:
    """november"""
    return dates.LONG_MONTHS[day.month - 1]


@register.filter
def moment(at: datetime | None) -> str:
    """tis 24 nov 2026 15:10"""
    if not at:
        return ""
    local = timezone.localtime(at)
    return f"{dates.long_date(local.date())} {local:%H:%M}"


@register.filter
def iso(day: date | datetime | None) -> str:
    """2026-11-24"""
    return _day(day).isoformat() if day else ""


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """The value of a key that is itself a variable."""
    return mapping.get(key, "")


@register.simple_tag(takes_context=True)
def fact(context: Any, name: str, lack: str, kind: str = "") -> SafeString:
    """A document's fact; when it is missing, a mark in the text that says so.

    `kind` is `date` (24 november 2026) or `day` (tisdag 24 november 2026).
    """
    value = context["facts"].get(name)
    if value in (None, "", []):
        return format_html('<mark class="kv-gap">{}</mark>', lack)
    formats = {"date": written_date, "day": full_date}
    return format_html("{}", formats[kind](value) if kind else value)


def _day(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
