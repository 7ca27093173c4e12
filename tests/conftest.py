"""What every test has: quiet hashing, short-lived files, and a log that can be emptied between.

KUNDVAL_TEST_DAY=2027-03-28 runs them as on that day (DAY-01).
"""

import os
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from audit import triggers

hypothesis_settings.register_profile("kundval", deadline=None, max_examples=60)
hypothesis_settings.load_profile("kundval")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop in browser tests

TEST_DAY = os.environ.get("KUNDVAL_TEST_DAY", "")


def pytest_report_header():
    """Which day it is to the product."""
    from audit import clock

    how = "by KUNDVAL_TEST_DAY" if TEST_DAY else "KUNDVAL_TEST_DAY=2027-03-28 moves it"
    day = clock.local_date(clock.real_now())
    return f"the day: {day:%A %Y-%m-%d} ({how})"


def pytest_sessionstart():
    """Move the product's clock, before any test is read."""
    from audit import clock

    if TEST_DAY:
        real = clock.real_now
        moved = date.fromisoformat(TEST_DAY) - clock.local_date(real())
        clock.real_now = lambda: real() + timedelta(days=moved.days)


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
