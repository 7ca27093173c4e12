"""What every test has: quiet hashing, short-lived files, and a log that can be emptied between."""

import logging
import os

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from audit import triggers
from tests import models, reached

hypothesis_settings.load_profile(models.PROFILE)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop in browser tests
logging.getLogger("django.request").setLevel("ERROR")  # no trace for each refusal asked for

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
