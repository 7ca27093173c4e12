"""What the letters in templates/documents/ need to write facts as text."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from cases.templatetags.kundval import fact

register = template.Library()

MARKS = {"ol": re.compile(r"\s*(\d+)[.)]\s+"), "ul": re.compile(r"\s*[-–•*]\s+")}
BLANK_BEFORE_MARK = re.compile(r"\n\s*\n(?=\s*(?:\d+[.)]|[-–•*])\s)")
BREAK = SafeString("<br>")


@register.simple_tag(takes_context=True)
def text(context: Any, name: str, lack: str) -> SafeString:
    """A fact that somebody wrote freely, in paragraphs and lists; a mark when it is missing."""
    written = str(context["facts"].get(name) or "")
    return prose(written) if written else format_html("<p>{}</p>", fact(context, name, lack))


@register.simple_tag(takes_context=True)
def names(context: Any, name: str, lack: str) -> SafeString:
    """A fact that is a list, as A, B och C; a mark when it is empty."""
    rows = context["facts"].get(name)
    return conditional_escape(listed(rows)) if rows else fact(context, name, lack)


@register.filter
def lines(address: str) -> SafeString:
    """An address written with commas, one part to a line."""
    return format_html_join(BREAK, "{}", ([part] for part in address.split(", ")))


@register.filter
def prose(written: str) -> SafeString:
    """Text as it was typed: paragraphs, and lines that start with 1. or a dash as lists."""
    whole = BLANK_BEFORE_MARK.sub("\n", written.strip().replace("\r\n", "\n"))
    blocks = [block.split("\n") for block in re.split(r"\n\s*\n", whole)]
    return SafeString(
        "".join(
            _element(kind, list(rows)) for block in blocks for kind, rows in groupby(block, _kind)
        )
    )


def listed(rows: Sequence[str]) -> str:
    """A, B och C"""
    return " och ".join(part for part in (", ".join(rows[:-1]), rows[-1]) if part)


def _kind(row: str) -> str:
    return next((kind for kind, mark in MARKS.items() if mark.match(row)), "p")


def _element(kind: str, rows: list[str]) -> SafeString:
    if kind == "ol":
        numbers = [int(mark[1]) for mark in map(MARKS["ol"].match, rows) if mark]
        if numbers != list(range(1, len(rows) + 1)):
            kind = "p"  # a list would number them anew: they stand as they were typed
    if kind == "p":
        return format_html("<p>{}</p>", format_html_join(BREAK, "{}", ([row] for row in rows)))
    items = format_html_join("", "<li>{}</li>", ([MARKS[kind].sub("", row, 1)] for row in rows))
    return format_html("<{0}>{1}</{0}>", SafeString(kind), items)
