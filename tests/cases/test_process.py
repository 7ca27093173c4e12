"""What a kind of case is, is said in one place, and `manage.py check` says what it lacks. CAP-05."""

from dataclasses import replace

import pytest
from django.core import checks as django_checks

from cases import checks
from cases.actions import Escalate
from cases.models import Case
from cases.process import Column, Page, processes
from procurement.introductions.process import INTRODUCTION


def test_every_kind_of_case_says_all_that_it_is():
    assert checks.check_processes() == []
    assert checks.check_processes in django_checks.registry.registry.registered_checks
    assert {process.case for process in processes()} == set(Case.kinds.values())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"page": None}, "Introduction is listed, and has no page."),
        ({"portal": Page("finns/inte.html", dict)}, "Introduction: there is no template finns/inte.html."),
        ({"own_page": "cases:overview"},
         "Introduction: own_page 'cases:overview' is no address that takes a case."),
        ({"commands": (Escalate, Escalate)}, "Introduction: two commands are called escalate."),
        ({"columns": (Column("Prov", "introduction", ["lost"]),)},
         "Introduction: the column Prov names a state that is not, lost."),
        ({"columns": (Column("Prov", "tender", ()),)},
         "Introduction: the column Prov is of another kind, tender."),
    ],
)  # fmt: skip
def test_what_a_process_lacks_is_named(change, said):
    assert list(checks.faults(replace(INTRODUCTION, **change))) == [said]


def test_a_kind_without_a_process_is_named(monkeypatch):
    monkeypatch.setitem(Case.kinds, "praise", Case)
    assert [found.msg for found in checks.check_processes()] == [
        "The case kind 'praise' has no Process."
    ]


def test_an_event_with_two_names_and_a_code_with_two_rules_are_named(monkeypatch):
    """DAY-07: the log says the same word wherever it is read."""
    twice = replace(INTRODUCTION.deadlines[0], label="Annat")
    one = replace(
        INTRODUCTION,
        deadlines=(*INTRODUCTION.deadlines, twice),
        events={"escalate": "Eskalerat"},
    )
    monkeypatch.setattr(checks, "processes", lambda: (one,))
    assert list(checks._said_twice()) == [
        f"The event escalate is '{Escalate.label}' and 'Eskalerat'.",
        f"Two deadline rules have the code {twice.code}.",
    ]
