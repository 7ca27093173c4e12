"""What every test has: quiet hashing, short-lived files, and a log that can be emptied between.

KUNDVAL_TEST_DAY=2027-03-28 runs them as on that day (DAY-01).
"""

import os
import sys
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from audit import triggers

hypothesis_settings.register_profile("kundval", deadline=None, max_examples=60)
hypothesis_settings.load_profile("kundval")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop in browser tests

TEST_DAY = os.environ.get("KUNDVAL_TEST_DAY", "")


def pytest_report_header():
    """Which day it is to the product."""
    how = "by KUNDVAL_TEST_DAY" if TEST_DAY else "KUNDVAL_TEST_DAY=2027-03-28 moves it"
    return f"the day: {timezone.localdate():%A %Y-%m-%d} ({how})"


def pytest_sessionstart():
    """Move the clock of the product and its libraries, before any test is read."""
    if not TEST_DAY:
        return
    real = vars(timezone)["now"]
    moved = date.fromisoformat(TEST_DAY) - timezone.localdate()

    def now():
        return real() + moved

    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get("now") is real:
            module.now = now


_empty = TransactionTestCase._fixture_teardown


def _empty_without_triggers(self):
    triggers.remove(connection)
    try:
        _empty(self)
    finally:
        triggers.install(connection)


TransactionTestCase._fixture_teardown = _empty_without_triggers


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A database made from the models, which is quick, has the log's triggers as one that was
    migrated has."""
    with django_db_blocker.unblock():
        triggers.remove(connection)
        triggers.install(connection)


@pytest.fixture(autouse=True)
def nothing_remembered():
    """No test finds what another left in the cache."""
    from planning.board import pieces, pulse

    cache.clear()
    pieces.DRAWINGS.answers.clear()
    pulse.forget()


@pytest.fixture(autouse=True)
def seals(settings, tmp_path):
    """The seals of one test."""
    settings.SEALS = tmp_path / "seals"
