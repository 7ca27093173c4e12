"""No word of the code is shown to people: every choice has its Swedish label, and pages use it."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field

from audit.words import event_names
from cases.preferences import all_preferences
from door.command import Command
from organisation.defaults import RULES

ROOT = Path(settings.ROOT)
TEMPLATES = ROOT / "templates"
OURS = {"audit", "organisation", "cases", "clients", "procurement", "planning"}
NEVER_SHOWN = {"planning.PlanChange.group"}
NOT_OURS = {
    "clients/services.html: {{ service.code }}", "organisation/unit.html: {{ row.code }}",
}  # fmt: skip
"""Codes of other systems, which the municipality writes itself."""
LABELS = {
    "demo/login.html: {{ login.role }}", "demo/roles.html: {{ login.role }}",
    "procurement/application.html: {{ file.secrecy }}",
    "procurement/contracts/choose.html: {{ row.assignment }}",
}  # fmt: skip
"""Labels already, or a paragraph of the law."""
CODE = re.compile(r"^[a-z0-9]+([_-][a-z0-9]+)*$")
"""What a value of the code looks like: `withheld_payment`."""
SHOWN = re.compile(r"\{\{\s*[\w.]+\.(\w+)\s*(?:\|[^}]*)?\}\}")


def fields_of_choice() -> Iterator[Field]:
    """Every field of ours whose values are words of the code."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS:
            yield from (f for f in model._meta.get_fields() if getattr(f, "choices", None))


def other_fields() -> Iterator[Field]:
    """Fields whose name some model uses for a choice, and this one for something else."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OURS:
            yield from (f for f in model._meta.fields if not getattr(f, "choices", None))


def test_every_choice_has_a_label_of_its_own():
    """A label that is the code itself was never written."""
    unlabelled = [
        f"{field}: {value}"
        for field in fields_of_choice()
        for value, label in field.flatchoices
        if value and (not str(label).strip() or (str(label) == value and CODE.match(value)))
        if str(field) not in NEVER_SHOWN
    ]
    assert unlabelled == []


def test_every_preference_and_every_delegated_decision_has_words():
    """CAP-08, ESC-03"""
    words = [
        label
        for row in all_preferences().values()
        for label in (row.label, *dict(row.words).values())
    ]
    words += [label for _, label, _ in RULES]
    assert [word for word in words if CODE.match(word)] == []


def events_of_the_code() -> set[str]:
    """Every event name that the code writes to the log: words inside a call that records."""
    call = re.compile(
        r"(?:record|record_read|log_read|log_reading|log_plan_read|open_case)\((?:[^()]|\([^()]*\))*\)"
    )
    word = re.compile(r'"([a-z]+(?:_[a-z]+)+)"(?!\s*:)')
    found: set[str] = set()
    for app in OURS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                for text in call.findall(path.read_text()):
                    found |= set(word.findall(text))
    import_module(settings.ROOT_URLCONF)  # every page, and with them what is done on them
    return found | {command.command_name() for command in commands_of(Command)}


def commands_of(base: type[Command[Any]]) -> Iterator[type[Command[Any]]]:
    """Every verb of ours that is a kind of `base`."""
    for command in base.__subclasses__():
        is_whole = hasattr(command, "label") and not command.__name__.startswith("_")
        if is_whole and command.__module__.split(".")[0] in OURS:
            yield command
        yield from commands_of(command)


def test_every_event_has_its_name_in_swedish():
    """SEC-02: the log is read by people."""
    names = events_of_the_code()
    assert {"read_case", "add_user", "change_preference"} <= names
    assert sorted(names - set(event_names())) == []


def test_no_page_shows_the_value_of_a_choice_where_its_label_belongs():
    """Text between tags alone: in attributes the values are the style sheets' words."""
    names = {f.name for f in fields_of_choice()} - {f.name for f in other_fields()} | {"code"}
    shown = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        if path.is_relative_to(TEMPLATES / "documents"):
            continue  # their facts are texts
        text = re.sub(r"\{%.*?%\}", "", path.read_text(), flags=re.S)
        text = re.sub(r"<[^<>]*>", "\n", re.sub(r'"[^"]*"', '""', text))
        shown += [
            f"{path.relative_to(TEMPLATES)}: {match[0]}"
            for match in SHOWN.finditer(text)
            if match[1] in names
        ]
    assert set(shown) == NOT_OURS | LABELS
