"""What every test has: quiet hashing, short-lived files, and a log that can be emptied between.

KUNDVAL_TEST_DAY=2027-03-28 runs them as on that day (DAY-01).
"""

import gc
import logging
import os
import sys
from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.urls import resolve
from django.utils import timezone
from hypothesis import settings as hypothesis_settings

from audit import triggers
from tests import models, reached

hypothesis_settings.load_profile(models.PROFILE)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop in browser tests
logging.getLogger("django.request").setLevel("ERROR")  # no trace for each refusal asked for

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


def pytest_collection_finish():
    """What has been read by now stays: to look through it for what may be thrown takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


_empty = TransactionTestCase._fixture_teardown


def _empty_without_triggers(self):
    triggers.remove(connection)
    try:
        _empty(self)
    finally:
        triggers.install(connection)


TransactionTestCase._fixture_teardown = _empty_without_triggers


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The long ones first: a worker that began one late would end alone with it. Each worker begins with
    its share of the tests in a row, so the long ones are dealt to where those rows begin."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("long")]
    rest = [item for item in items if item not in long]
    ordered = []
    for worker in range(workers):
        dealt = long[worker::workers]
        row = (len(items) - len(ordered)) // (workers - worker) - len(dealt)
        ordered += dealt + rest[:row]
        rest = rest[row:]
    items[:] = ordered


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
def every_message_leads_its_receiver_to_a_page(request, monkeypatch):
    """SEC-01, INT-08: whoever is told of something in a test may then open what the line leads to."""
    if not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("db")
    from cases import messages
    from door import performing

    told, shut = [], []
    notify, carry_out = messages.notify, performing._perform

    def recording(users, case, text, at, **more):
        users = list(users)
        notify(users, case, text, at, **more)
        if more.get("opens", True):
            told.extend((user, case.pk, text, at, more.get("leads_to", "")) for user in users)

    def checking(*arguments):
        outcome = carry_out(*arguments)
        shut.extend(shut_doors(told))
        return outcome

    monkeypatch.setattr(messages, "notify", recording)
    monkeypatch.setattr(performing, "_perform", checking)
    yield
    assert connection.needs_rollback or shut + shut_doors(told) == []


def shut_doors(told: list) -> list[str]:
    """Those messages whose receiver may not open what they lead to, that day. Empties the list."""
    from audit import clock
    from organisation.authority import actor_on

    shut = [
        f"{user}: {text}"
        for user, case, text, at, leads_to in told
        if not _opens(actor_on(user, clock.local_date(at)), case, leads_to)
    ]
    told.clear()
    return shut


def _opens(actor, case: int, leads_to: str) -> bool:
    from cases import views
    from cases.models import Case
    from cases.process import process_of

    if leads_to:
        return actor.has_role(*resolve(leads_to).func.access)
    if not Case.objects.filter(pk=case).exists():
        return True  # the test has taken it back
    row = Case.objects.filter(pk=case).visible_to(actor).first()
    return row is not None and (
        actor.is_outside or process_of(row.kind).own_page or actor.has_role(*views.CASE_READERS)
    )
