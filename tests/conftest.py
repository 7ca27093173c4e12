"""What every test has: quiet hashing, short-lived files, and a log that can be emptied between.

KUNDVAL_TEST_DAY=2027-03-28 runs them as on that day (DAY-01).
"""

import os
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.urls import resolve
from hypothesis import settings as hypothesis_settings

from audit import triggers
from tests import models, reached

hypothesis_settings.load_profile(models.PROFILE)
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
        reached.remember_installed()


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


@pytest.fixture(autouse=True)
def every_message_leads_its_receiver_to_a_page(request):
    """SEC-01, INT-08: whoever is told of something in a test may open what the line leads to."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        yield
        assert connection.needs_rollback or closed_doors() == []
    else:
        yield


def closed_doors() -> list[str]:
    """The messages whose receiver, on the day of the message, may not open what it leads to."""
    from audit import clock
    from cases.models import Notification
    from organisation.authority import actor_on

    told = {
        (row.user_id, row.case_id, row.leads_to): row
        for row in Notification.objects.filter(case__isnull=False).select_related("user", "case")
    }
    return [
        f"{row.user}: {row.text}"
        for row in told.values()
        if not _opens(actor_on(row.user, clock.local_date(row.created_at)), row)
    ]


def _opens(actor, row) -> bool:
    from cases import views
    from cases.models import Case

    if row.leads_to:
        return actor.has_role(*resolve(row.leads_to).func.access)
    if not Case.objects.filter(pk=row.case_id).visible_to(actor).exists():
        return False
    return (
        actor.is_outside or row.case.kind in views.own_pages or actor.has_role(*views.CASE_READERS)
    )
